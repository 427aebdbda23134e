/*
 * What is fetched ahead, and in which order: the blocks of a snapshot that a
 * machine lacks, in order of use, in legs of adjacent blocks of one pack, each
 * of which is one ranged GET. What go asks for out of order moves forward.
 *
 * Blocks that the last runs left idle are fetched only when they are asked
 * for. Inline blocks are none of this: they come with the snapshot.
 */
#ifndef PACK_FLIGHT_H
#define PACK_FLIGHT_H

#include "pack/snapshot.h"

enum flight_state {
	FLIGHT_UNCHECKED, /* nobody has looked yet what the machine has of it */
	FLIGHT_WAITING,
	FLIGHT_IDLE,   /* lacking, but fetched only if asked for */
	FLIGHT_URGENT, /* asked for */
	FLIGHT_UP,     /* on its way */
	FLIGHT_DOWN,   /* here, or it failed, or it is not needed */
};

/* Adjacent blocks first .. first + count - 1 of one pack. */
struct flight_leg {
	size_t first, count;
	uint32_t pack;
	uint64_t offset, len;
};

/* For the caller: state[block]. The rest is private. */
struct flight {
	const struct snapshot *s;
	uint8_t *state; /* enum flight_state */
	size_t next;    /* no block before it is FLIGHT_WAITING */
	size_t urgent;  /* how many are */
	uint64_t budget;
};

/* Over state[blocks of s]. budget: how many bytes may be fetched without
 * having been asked for. */
void flight_init(struct flight *f, const struct snapshot *s, uint8_t *state,
	uint64_t budget);

/* The machine lacks something of the block, or nothing. */
void flight_check(struct flight *f, size_t block, bool lacking);

/*
 * Takes the next leg, which goes on until it has span bytes; its blocks are
 * FLIGHT_UP then. Urgent blocks go first. False if there is none, for now.
 */
GS_CHECKED bool flight_take(
	struct flight *f, uint64_t span, struct flight_leg *leg);

/* The block was read, or will not come. */
void flight_land(struct flight *f, size_t block);

/* The block will not come: true, unless it is on its way or down already. */
bool flight_cancel(struct flight *f, size_t block);

/* Go asks for an entry of this block: it becomes urgent, unless it is on its
 * way or beyond. True if it will land, so that waiting makes sense. */
bool flight_ask(struct flight *f, size_t block);

/* In how many legs of that span what is waiting or urgent can be taken. */
size_t flight_legs(const struct flight *f, uint64_t span);

/* Bytes that are waiting or urgent. */
uint64_t flight_left(const struct flight *f);

#endif
