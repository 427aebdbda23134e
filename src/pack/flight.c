#include "pack/flight.h"

void
flight_init(struct flight *f, const struct snapshot *s, uint8_t *state,
	uint64_t budget)
{
	*f = (struct flight){.s = s, .state = state, .budget = budget};
	for (size_t i = 0; i < s->head.blocks; i++) {
		bool is_inline =
			snapshot_block_at(s, i).pack == SNAPSHOT_INLINE;

		state[i] = is_inline ? FLIGHT_UP : FLIGHT_UNCHECKED;
	}
}

void
flight_check(struct flight *f, size_t block, bool lacking)
{
	if (f->state[block] != FLIGHT_UNCHECKED) {
		return;
	}
	if (!lacking) {
		f->state[block] = FLIGHT_DOWN;
	} else if (snapshot_block_at(f->s, block).idle > 0) {
		f->state[block] = FLIGHT_IDLE;
	} else {
		f->state[block] = FLIGHT_WAITING;
		f->next = block < f->next ? block : f->next;
	}
}

/* The first block from `from` on in that state, or the count of blocks. */
static size_t
find(const struct flight *f, size_t from, enum flight_state state)
{
	while (from < f->s->head.blocks && f->state[from] != state) {
		from++;
	}
	return from;
}

/* Whether b goes on where the leg ends, which is too short still. */
static bool
continues(const struct flight_leg *leg, const struct snapshot_block *b,
	uint64_t span)
{
	return b->pack == leg->pack && b->offset == leg->offset + leg->len &&
	       leg->len < span;
}

static bool
is_wanted(uint8_t state)
{
	return state == FLIGHT_WAITING || state == FLIGHT_URGENT;
}

/* Counts the block as on its way. */
static void
lift(struct flight *f, size_t block, uint32_t len)
{
	if (f->state[block] == FLIGHT_URGENT) {
		f->urgent--;
	} else {
		f->budget -= len < f->budget ? len : f->budget;
	}
	f->state[block] = FLIGHT_UP;
}

static void
fill_leg(struct flight *f, size_t first, uint64_t span, struct flight_leg *leg)
{
	struct snapshot_block b = snapshot_block_at(f->s, first);

	*leg = (struct flight_leg){
		.first = first, .pack = b.pack, .offset = b.offset};
	do {
		lift(f, first + leg->count, b.packed_len);
		leg->len += b.packed_len;
		leg->count++;
		if (first + leg->count == f->s->head.blocks) {
			return;
		}
		b = snapshot_block_at(f->s, first + leg->count);
	} while (is_wanted(f->state[first + leg->count]) &&
		 continues(leg, &b, span) && f->budget >= b.packed_len);
}

bool
flight_take(struct flight *f, uint64_t span, struct flight_leg *leg)
{
	size_t first;

	if (f->urgent > 0) {
		fill_leg(f, find(f, 0, FLIGHT_URGENT), span, leg);
		return true;
	}
	first = find(f, f->next, FLIGHT_WAITING);
	f->next = first;
	if (first == f->s->head.blocks ||
		snapshot_block_at(f->s, first).packed_len > f->budget) {
		return false;
	}
	fill_leg(f, first, span, leg);
	return true;
}

void
flight_land(struct flight *f, size_t block)
{
	f->state[block] = FLIGHT_DOWN;
}

bool
flight_cancel(struct flight *f, size_t block)
{
	uint8_t state = f->state[block];

	if (state == FLIGHT_UP || state == FLIGHT_DOWN) {
		return false;
	}
	f->urgent -= state == FLIGHT_URGENT;
	f->state[block] = FLIGHT_DOWN;
	return true;
}

bool
flight_ask(struct flight *f, size_t block)
{
	uint8_t state = f->state[block];

	if (state == FLIGHT_DOWN) {
		return false;
	}
	if (state != FLIGHT_URGENT && state != FLIGHT_UP) {
		f->state[block] = FLIGHT_URGENT;
		f->urgent++;
	}
	return true;
}

size_t
flight_legs(const struct flight *f, uint64_t span)
{
	struct flight_leg leg = {.count = 0};
	size_t legs = 0;

	for (size_t i = 0; i < f->s->head.blocks; i++) {
		struct snapshot_block b = snapshot_block_at(f->s, i);

		if (!is_wanted(f->state[i])) {
			leg.count = 0;
			continue;
		}
		if (leg.count == 0 || !continues(&leg, &b, span)) {
			leg = (struct flight_leg){
				.pack = b.pack, .offset = b.offset};
			legs++;
		}
		leg.count++;
		leg.len += b.packed_len;
	}
	return legs;
}

uint64_t
flight_left(const struct flight *f)
{
	uint64_t left = 0;

	for (size_t i = 0; i < f->s->head.blocks; i++) {
		left += is_wanted(f->state[i])
				? snapshot_block_at(f->s, i).packed_len
				: 0;
	}
	return left;
}
