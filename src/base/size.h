/* Numbers of bytes as people write them. */
#ifndef BASE_SIZE_H
#define BASE_SIZE_H

#include "base/view.h"

#include <stdint.h>

/*
 * Reads a whole number and its unit: none or B, kB or KB, MB, GB, TB by
 * thousands, KiB, MiB, GiB, TiB by 1024. False, and *bytes untouched, for
 * anything else and for more than 2^64-1 bytes.
 */
bool size_parse(struct view text, uint64_t *bytes);

#endif
