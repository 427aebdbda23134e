/*
 * Shared by the source files of mirror/ahead.h only: ahead.c answers the link's
 * thread, ahead_scout.c finds out what is lacking, ahead_fetch.c fetches it.
 */
#ifndef MIRROR_AHEAD_PRIVATE_H
#define MIRROR_AHEAD_PRIVATE_H

#include "mirror/ahead.h"
#include "mirror/landing.h"
#include "pack/flight.h"

enum {
	/* As many fetchers as there are processors, within these bounds, since
	 * their work is decoding and hashing; and the most of them if the bucket
	 * is so far away that connections take long to gain speed. */
	AHEAD_HANDS_MIN = 4,
	AHEAD_HANDS_MAX = 8,
	AHEAD_FAR_MS = 100, /* from a request to the first byte of an answer */
	AHEAD_HELPERS = 2,  /* more, for what is urgent */
	/* The first legs are short, so that go finds what it asks for first;
	 * the rest is shared out evenly, and if the bucket is far away all is,
	 * since each leg takes a round trip. */
	AHEAD_FIRST_LEGS = 4,
	AHEAD_FIRST_LEG = 1024 * 1024,
	AHEAD_LEG_MAX = 16 * 1024 * 1024,
};

enum ahead_phase {
	AHEAD_EARLY, /* nothing is known of the past yet */
	AHEAD_FLIES,
	AHEAD_IDLE, /* there is nothing to fetch ahead */
};

/* What becomes of an entry of the snapshot. */
enum ahead_slot {
	AHEAD_SLOT_QUIET,
	AHEAD_SLOT_AWAITED, /* a get waits, and its block is on its way */
	AHEAD_SLOT_HERE,    /* it has landed in this run */
};

struct ahead {
	struct ahead_setup with;
	struct past past;
	uint64_t start_ms;
	atomic_bool stopped;
	atomic_bool grounded;      /* the directory does not take what comes */
	atomic_bool inline_spoilt; /* a block is not what it should be */
	atomic_size_t awaited;
	atomic_uint_least64_t entries, bytes, rejected;
	/* Once it flies, an enum ahead_slot for each entry, and for each pack
	 * whether nothing more of it is wanted. */
	atomic_uchar *slot;
	atomic_bool *spoilt;

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t work;  /* there may be some for fetchers */
	enum ahead_phase phase;
	bool late;     /* gets no longer wait for the past */
	bool surveyed; /* all blocks were checked */
	bool is_far;   /* the bucket */
	struct flight flight;
	uint8_t *block;    /* enum flight_state */
	uint64_t span;     /* of the legs after the first ones */
	size_t legs;       /* that were taken */
	size_t hands;      /* fetchers that are right */
	size_t fetchers;   /* that there are */
	size_t free;       /* of these, not on a leg */
	size_t to_connect; /* fetchers that may begin with a connection */
	size_t threads;    /* fetchers and the scout */
	size_t pending_count;
	struct id pending[PENDING_GETS_MAX]; /* gets, while it is early */
};

/* Starts those who open connections before they are needed. Under the lock. */
void ahead_connect(struct ahead *a);

/* Starts a fetcher, which begins with a connection while it is early. False if
 * the system has no thread to give. Under the lock. */
bool ahead_hire(struct ahead *a);

/* Has what is urgent fetched; false if nobody will. Under the lock. */
bool ahead_hurry(struct ahead *a);

/* Has what is waiting fetched. Under the lock. */
void ahead_staff(struct ahead *a);

/* The scout's thread: waits for the past, lands its inline blocks, and looks
 * which of its other blocks the directory lacks. */
void *ahead_scout(void *arg);

/* Takes a get, if the entry is coming, which is known by now. */
bool ahead_take_known(struct ahead *a, const struct id *action);

/* Ends a get that was taken. */
void ahead_answer(struct ahead *a, const struct id *action, bool found);

/* The block has come, or will not: who still waits for an entry of it is told
 * that it cannot be had. */
void ahead_close_block(struct ahead *a, size_t block);

/* Nothing more will come of the pack: its legs end before they ask. */
void ahead_spoil(struct ahead *a, uint32_t pack, const char *why);

/* Nothing more will come at all: the directory refused, as err says. */
void ahead_ground(struct ahead *a, const struct gs_err *err);

/* What the past's blocks come down on; NULL if memory runs out. */
struct landing *ahead_landing(struct ahead *a);

/* The scout, or a fetcher, ends. */
void ahead_leave(struct ahead *a);

#endif
