/* The program's version, MAJOR.MINOR.PATCH; the Makefile holds the number. */
#ifndef CLI_VERSION_H
#define CLI_VERSION_H

extern const char version_text[];

#endif
