/*
 * Which record has this id: a hash table over an array of records that each
 * begin with an id. The table keeps numbers only, the records stay where they
 * are. Ids are hashes already, but a stranger may have chosen them: a search
 * looks at INDEX_PROBES slots and no more, and what finds no place there is
 * not found, which costs a request and never an artifact.
 */
#ifndef PACK_INDEX_H
#define PACK_INDEX_H

#include "base/id.h"

#define INDEX_NONE UINT32_MAX

enum { INDEX_PROBES = 64 };

/* All private. */
struct index {
	const unsigned char *records;
	size_t stride;
	uint32_t *slot;
	size_t mask;
};

/* How many slots are right for n records: a power of two. */
size_t index_slots(size_t n);

/* An empty index over slot[slots]; records lie stride bytes apart. Both must
 * outlive it. */
void index_init(struct index *x, uint32_t *slot, size_t slots,
	const void *records, size_t stride);

/* Adds record i, which takes the place of an earlier one with its id. False
 * if there was no room. */
bool index_add(struct index *x, uint32_t i);

/* The record with that id, or INDEX_NONE. */
uint32_t index_find(const struct index *x, const struct id *id);

#endif
