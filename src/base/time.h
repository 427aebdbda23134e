/*
 * Points in time as text. Pure arithmetic in UTC on the
 * proleptic Gregorian calendar, as Go's time package; no leap seconds. Parsers
 * want the whole text and leave the result alone where they answer false.
 */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include "base/buf.h"

#include <stdint.h>

/*
 * Reads RFC 3339 in any offset, as Go's parseStrictRFC3339 means it: capital T
 * and Z, two digits for the hour, offsets to 23:59, no second 60, digits after
 * the ninth dropped. False also for what Unix nanoseconds cannot say (before
 * 1677, after 2262).
 */
bool time_parse_rfc3339(struct view text, int64_t *unix_ns);

/* Reads the same in whole seconds and in any year, and what else stands for an
 * offset in the wild: `UTC` for Z, and +hhmm. */
bool time_parse_iso8601(struct view text, int64_t *unix_s);

/* Appends the time in UTC as Go's RFC3339Nano: a fraction without zeros at its
 * end, and none where it is zero. 30 bytes at most. */
void time_format_rfc3339(struct buf *out, int64_t unix_ns);

/* Reads an HTTP date in any of its three forms (RFC 9110, 5.6.7). The day of
 * the week is not compared with the date; two-digit years are 1969 to 2068. */
bool time_parse_http(struct view text, int64_t *unix_s);

/* Appends YYYYMMDDTHHMMSSZ, as SigV4 wants it. Times outside the years 0000
 * to 9999 become the nearest inside. */
void time_format_amz(struct buf *out, int64_t unix_s);

#endif
