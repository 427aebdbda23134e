/*
 * How many requests may be under way at once. There is no limit to speak of
 * until a store says that there are too many (429, 503 SlowDown), or an upload is
 * not through in time: then it is half of those that there are, and grows by one
 * as requests succeed, as TCP's window does (RFC 5681, 3.1). Who is refused then
 * waits by itself (s3/retry.h).
 *
 * Pure: the monotonic clock, in milliseconds from 1 on, is an argument. Not
 * thread-safe: one lock around it.
 *
 * What go waits for is never held back. If it is refused, the rest makes way.
 */
#ifndef S3_PACE_H
#define S3_PACE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	PACE_WINDOW_MAX = 64, /* more than there ever are */
	/* The window grows no faster than by one in this time: a store's limit
	 * is for a second, and what lies beyond it should be tried seldom. */
	PACE_STEP_MS = 250,
};

enum pace_kind {
	PACE_AWAITED, /* goes at once */
	PACE_READ,    /* spares go a wait, maybe: behind its like only */
	PACE_WRITE,   /* nobody waits: behind reads and writes */
	PACE_KINDS
};

enum pace_result {
	PACE_LOST, /* no answer, or one that says nothing of this */
	PACE_SERVED,
	PACE_REFUSED, /* there are too many */
};

/* All private. */
struct pace {
	unsigned window; /* 1 .. PACE_WINDOW_MAX reads and writes */
	unsigned under_way[PACE_KINDS];
	unsigned served;      /* since the window last changed */
	uint64_t narrowed_ms; /* when it was last halved, 0: never */
	uint64_t changed_ms;  /* when it was last halved, or grew */
};

void pace_init(struct pace *p);

/* True if there is room for another one of this kind. */
bool pace_has_room(const struct pace *p, enum pace_kind kind);

/* One begins, room or not. */
void pace_begin(struct pace *p, enum pace_kind kind);

/* One that began at began_ms ends. The refusal of one that began before the
 * window was last halved does not halve it again: nobody knew then. */
void pace_end(struct pace *p, enum pace_kind kind, enum pace_result result,
	uint64_t began_ms, uint64_t now_ms);

#endif
