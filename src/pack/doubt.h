/*
 * Whether to ask a bucket of which nothing is known: the longer its answers
 * have been no, the fewer gets are asked, down to one in DOUBT_INTERVAL_MAX. A
 * single yes, and every get is asked again. What is not asked is a miss.
 */
#ifndef PACK_DOUBT_H
#define PACK_DOUBT_H

#include <stdbool.h>

enum {
	DOUBT_STEP = 16, /* gets in vain after which half as many are asked */
	DOUBT_INTERVAL_MAX = 16,
};

/* All private. All zero is no doubt. */
struct doubt {
	unsigned in_vain;   /* in a row */
	unsigned passed_by; /* gets since one was asked */
};

/* Another get: true if it is to be asked. */
bool doubt_asks(struct doubt *d);

/* One that was asked found nothing, or something. */
void doubt_note_absent(struct doubt *d);
void doubt_note_found(struct doubt *d);

#endif
