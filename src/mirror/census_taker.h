/*
 * Takes the census of a bucket (pack/census.h) while the run goes on. After a
 * few gets in vain, or when older entries wait to be offered, the first page of
 * keys is listed; it tells how many pages there are. The rest is listed, in
 * ranges at the same time, once it saves as much as it costs. From then on gets
 * for what the bucket is known to lack are answered at once, and of the older
 * entries only those are uploaded.
 *
 * Where it is known what the last run used, a get for anything else is most
 * likely in vain, and the bucket has as many keys at least: with the second such
 * get, as many first pages are listed at the same time. The first may be the only
 * one: a program that go has linked before is never in the cache.
 *
 * A directory bucket, whose listings are in no order, is walked over by one
 * thread, as far as that is worth it by then, and on from there when it is worth
 * more (mirror/walk.h).
 *
 * The census is given up if there are too many keys, if they may not be
 * listed, or if the listing makes no sense or lacks what the bucket gives. Then
 * gets are asked the less often the longer nothing has been found
 * (pack/doubt.h).
 *
 * One lock guards all of it but remote; it is never held across I/O. Every
 * function may be called by any thread, but for census_taker_init.
 */
#ifndef MIRROR_CENSUS_TAKER_H
#define MIRROR_CENSUS_TAKER_H

#include "mirror/remote.h"
#include "mirror/walk.h"
#include "pack/census.h"
#include "pack/doubt.h"

enum {
	/* gets in vain before the first page is listed */
	CENSUS_AFTER_ABSENT = 3,
	/* the same of gets for what the last run did not use, in vain or not */
	CENSUS_AFTER_STRANGE = 2,
	/* pages that a get in vain is worth, or an entry to be offered; they
	 * cost less than as many gets, since they are listed side by side */
	CENSUS_PAGES_WORTH = 4,
	/* pages that offering anything at all is worth */
	CENSUS_PAGES_WORTH_OFFERS = 64,
};

enum census_stage {
	CENSUS_UNBEGUN,
	CENSUS_FIRST,   /* the first pages are being listed */
	CENSUS_PLANNED, /* the rest is not worth it yet */
	CENSUS_REST,    /* the rest is being listed */
	CENSUS_SETTLED, /* nothing more will be known */
};

struct census_taker {
	struct remote *remote;
	pthread_mutex_t lock;
	enum census_stage stage;
	pthread_cond_t moved; /* to another stage */
	unsigned absent;      /* gets in vain */
	unsigned offers;      /* older entries */
	unsigned strange;     /* gets for what the last run did not use */
	size_t expected;      /* keys at least, once there was one */
	bool failed;          /* nothing more can be listed, or believed */
	struct census census;
	struct census_plan plan;
	size_t ranges_begun; /* of the plan */
	size_t listers;      /* threads */
	size_t pages;        /* asked for */
	struct walk walk;    /* of the thread that lists */
	struct doubt doubt;
};

void census_taker_init(struct census_taker *t, struct remote *remote);

/* Notes that a get is asked for what is none of so many entries that the last
 * run used. A bucket whose listings are in no order is not listed for that. */
void census_taker_note_strange(struct census_taker *t, size_t entries);

/* Notes a get for what was not there, or one that was refused: without the
 * right to list, S3 says so of what is not there. */
void census_taker_note_absent(struct census_taker *t);

/* Notes a get for what was there. */
void census_taker_note_found(struct census_taker *t, const struct id *action);

/* True if the bucket is known to lack the action. */
bool census_taker_lacks(struct census_taker *t, const struct id *action);

/* The same, and also true if a get is not to be asked because so many were in
 * vain: for a get of which nothing says that it is in the bucket. */
bool census_taker_declines(struct census_taker *t, const struct id *action);

/* Notes that there is an older entry to be offered. */
void census_taker_note_offer(struct census_taker *t);

/* Whether to offer an older entry, which has been noted: what is known once the census, which is
 * taken now if it was not yet, has ended, was given up, or is not worth it: the
 * deadlines of its requests (mirror/ask.h) bound the wait. A bucket with more
 * than can be listed is taken to hold what is not known. */
enum census_finding census_taker_find(
	struct census_taker *t, const struct id *action);

#endif
