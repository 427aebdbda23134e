/*
 * What the last run of this kind left in the bucket: its snapshot, in memory.
 *
 * It is asked for under the scope's key and the family's at the same time; the
 * scope's own wins, the family's counts only where there is none that can be
 * used, or none is to be had: it is then good to read, but nobody knows what
 * would be written over. The tables count as soon as they have arrived and are
 * checked, the inline blocks one by one as they follow. What is announced is
 * checked against the limits before memory is taken for it, and what is not used
 * is freed.
 *
 * Each request has a thread of its own. One lock guards all that changes; it is
 * never held across I/O. What is published stays as it is, and for as long as
 * the process does: from PAST_TABLES on, any thread may read snapshot, known,
 * adopts, own_unread, and inline_blocks as far as it has been told that they
 * have arrived.
 */
#ifndef MIRROR_PAST_H
#define MIRROR_PAST_H

#include "mirror/remote.h"
#include "pack/snapshot.h"

#include <pthread.h>

enum past_state {
	PAST_COMING,
	PAST_UNREAD, /* the bucket did not answer: nobody knows */
	PAST_NONE,   /* there is none, or none that can be used */
	PAST_TABLES, /* snapshot and known can be read */
	PAST_WHOLE,  /* inline blocks too: inline_blocks[head.inline_len] */
	PAST_BROKEN, /* the tables are good, the inline blocks did not come */
};

/* How far it is. */
struct past_news {
	enum past_state state;
	size_t inline_len; /* bytes of inline blocks that have arrived */
	/* When the first request went out, over a connection that was open, and
	 * when the bucket began to answer; 0: not yet. */
	uint64_t asked_ms, heard_ms;
};

/* Private: one of the two requests, and what has come for it. */
struct past_request {
	struct past *past;
	struct id key;
	unsigned char head[SNAPSHOT_HEAD_LEN];
	unsigned char
		*bytes; /* the object, total bytes; NULL before the head */
	uint32_t *slot;
	size_t len, table_len, total;
	struct snapshot snapshot;
	struct index known;
	bool parsed;       /* the tables are good */
	struct gs_err err; /* why not, if a code is set */
	/* guarded by the lock: what of it others may know */
	size_t arrived; /* len */
	bool useful;    /* parsed */
	bool over;      /* no more will come, */
	bool unread;    /* and nothing was ever answered */
};

enum { PAST_REQUESTS = 2 };

struct past {
	struct remote *remote;
	struct past_request request[PAST_REQUESTS]; /* the scope's first */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	const struct past_request *chosen;
	struct past_news news;
	uint64_t bytes; /* that came over the line for it */
	/* once published */
	struct snapshot snapshot;
	struct index known; /* of its entries */
	const unsigned char *inline_blocks;
	bool adopts;     /* it is the family's, not this scope's own, */
	bool own_unread; /* of which the bucket did not tell anything */
};

/* Begins. */
void past_start(struct past *p, struct remote *remote, const struct id *scope,
	const struct id *family);

/* Waits until there is other news than these, at most until the deadline, and
 * tells them. Any thread. */
void past_watch(struct past *p, struct past_news *news, uint64_t deadline_ms);

/* Waits until it is neither PAST_COMING nor PAST_TABLES, at most until the
 * deadline. Any thread. */
enum past_state past_wait(struct past *p, uint64_t deadline_ms);

/* True once past_wait would not wait. Any thread. */
bool past_is_known(struct past *p);

/* How many entries there are, if they are known by now and the action is none of
 * them; else 0. Any thread. */
size_t past_lacks(struct past *p, const struct id *action);

/* True once no request is under way any longer. */
bool past_is_over(struct past *p);

/* Bytes that came over the line for it so far. */
uint64_t past_bytes(struct past *p);

#endif
