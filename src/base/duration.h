/* Lengths of time as Go's time.ParseDuration reads them. */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include "base/view.h"

#include <stdint.h>

/*
 * Reads "1m30s", "1.5h", "500ms", "0" and the like, rounded up to milliseconds
 * so that only nothing is 0. False, and *ms untouched, for anything else, for
 * less than nothing, and for more than 2^63-1 nanoseconds.
 */
bool duration_parse_ms(struct view text, uint64_t *ms);

#endif
