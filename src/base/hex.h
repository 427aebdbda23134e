#ifndef BASE_HEX_H
#define BASE_HEX_H

enum { HEX_NOT = 16 };

/* The value of a hex digit of either case, HEX_NOT for any other character. */
unsigned hex_value(char c);

#endif
