/* Chance, for pauses that shall differ; not for secrets. */
#ifndef OS_RANDOM_H
#define OS_RANDOM_H

#include <stdint.h>

uint64_t random_bits(void);

#endif
