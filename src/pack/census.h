/*
 * The census: which actions a bucket holds, as far as it has been listed, so
 * that a get for one that is not there need not be asked.
 *
 * Some buckets list their keys in no order, and only from the first on. Of those
 * nothing is known before the last page.
 *
 * Of the others: keys are hashes, so they lie evenly in the space of their first 8 bytes,
 * their positions, and a listing gives them in ascending order
 * (ListObjectsV2). So a page tells how many there are, a listing can
 * begin at any position, and what a page has passed is known, whatever else is
 * still to come. Keys that are no action's cost no more than the page that
 * they fill: the next one begins where an action can follow.
 *
 * Two actions that share their position are taken for one, which costs a
 * request and never an artifact.
 */
#ifndef PACK_CENSUS_H
#define PACK_CENSUS_H

#include "base/buf.h"
#include "base/id.h"

enum {
	CENSUS_PAGE_KEYS_MAX = 1000, /* S3's own limit */
	CENSUS_PAGES_MAX = 512,      /* 4 MB of positions */
	CENSUS_RANGES_MAX = 8,       /* listed at the same time */
	CENSUS_PLAN_MAX = 2 * CENSUS_RANGES_MAX,
	CENSUS_AFTER_LEN = 16,
};

/* The positions from first to last, both included. */
struct census_range {
	uint64_t first, last;
};

/* Every position. */
extern const struct census_range census_space;

/* A page being read. All but range, next and position is private. */
struct census_page {
	struct census_range range; /* where the keys are looked for */
	uint64_t next; /* the least position that may still come in the range */
	bool passed;   /* there is none */
	bool lies;
	size_t count;
	uint64_t position[CENSUS_PAGE_KEYS_MAX];
};

/* Begins a page of the keys from range.first on. */
void census_page_init(struct census_page *p, struct census_range range);

/* Appends what such a page's keys sort behind: CENSUS_AFTER_LEN digits. */
void census_page_after(const struct census_page *p, struct buf *out);

/* Takes the next key, without the prefix. */
void census_page_key(struct census_page *p, struct view name);

/* The same for a listing in no order, where nothing but its keys counts. */
void census_page_any_key(struct census_page *p, struct view name);

enum census_page_end {
	CENSUS_PAGE_LAST, /* of its range */
	CENSUS_PAGE_MORE, /* the listing goes on at next */
	CENSUS_PAGE_LIES, /* out of order, not what was asked for, or endless */
};

/* After the last key; truncated: other keys follow. Unless it lies, range is
 * then what the page tells about. */
enum census_page_end census_page_end(struct census_page *p, bool truncated);

/* What is known of a range: it holds exactly these positions, in order. */
struct census_part {
	struct census_range range;
	uint64_t *position; /* the caller's */
	size_t count;
};

/* Parts in order, none of which overlaps another. All zero is an empty one. */
struct census {
	size_t parts;
	struct census_part part[CENSUS_PAGES_MAX];
};

/* Adds a part, which must overlap no other. False if there is no room. */
bool census_add(struct census *c, const struct census_part *part);

enum census_finding {
	CENSUS_UNKNOWN,
	CENSUS_LACKS,
	CENSUS_HOLDS,
};

/* What is known of the bucket and the action. */
enum census_finding census_find(
	const struct census *c, const struct id *action);

/* What to list. */
struct census_plan {
	uint64_t pages; /* about so many */
	size_t ranges;
	struct census_range range[CENSUS_PLAN_MAX];
};

/* Where the first pages begin, in CENSUS_RANGES_MAX ranges at most: one to hold
 * each of the pages that so many entries fill, which the bucket is expected to
 * have at least. 0 if nothing is known of it. */
void census_plan_first(size_t entries, struct census_plan *plan);

/* How to list the rest after the first pages, which c consists of. No ranges
 * if they were all. */
void census_plan_rest(const struct census *c, struct census_plan *plan);

#endif
