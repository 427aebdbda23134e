/*
 * Writes what the next run of this kind fetches ahead: packs while the run goes
 * on, the snapshot at its end (pack/plan.h and pack/compose.h decide). One
 * thread of low priority, started with the first block's worth of new entries;
 * bounded memory; what cannot be read, written or sent is left out without harm.
 *
 * packer_start, packer_use, packer_miss and packer_finish are for the link's
 * thread.
 */
#ifndef MIRROR_PACKER_H
#define MIRROR_PACKER_H

#include "mirror/ahead.h"

/* How long the last snapshot is waited for at the end. */
enum { PACKER_PAST_MS = 30 * 1000 };

struct packer;

struct packer_setup {
	struct remote *remote;
	struct cachedir *dir;
	struct ahead *ahead; /* has the past */
	struct id scope, family;
	uint64_t keep_s; /* write anew what is as old; 0: never */
};

/* NULL if memory runs out. It stays for as long as the process does. */
struct packer *packer_start(const struct packer_setup *with);

/* go used this entry, which lies in the directory. In order of use. Never
 * waits. */
void packer_use(struct packer *p, const struct entry *e);

/* go used more than packer_use was, or will be, told: what the last snapshot
 * has stays there. */
void packer_miss(struct packer *p);

/* No more entries count: writes the rest and the snapshot. Does not wait. Does
 * nothing the second time. */
void packer_finish(struct packer *p);

/* Waits until all is written or given up, at most until the deadline; true
 * if so. Any thread, after packer_finish. */
bool packer_wait(struct packer *p, uint64_t deadline_ms);

/* What was stored: packs, snapshots (counted under each key), their bytes, and
 * entries in blocks. Any thread. */
struct packer_counts {
	uint64_t packs, snapshots, bytes, entries;
};

struct packer_counts packer_counts(struct packer *p);

#endif
