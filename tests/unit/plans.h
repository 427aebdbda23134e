/* A plan over a snapshot that is made from a few lines. */
#ifndef TESTS_UNIT_PLANS_H
#define TESTS_UNIT_PLANS_H

#include "pack/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "snapshots.h"

enum { DAY = 86400, ITEMS = 200 };

static struct made made;
static struct plan plan;
static uint32_t use[10 * ITEMS];
static struct plan_block block[ITEMS];
static struct plan_pack pack[ITEMS];

static inline void
begin(uint32_t packs, const struct made_block *blocks, uint32_t count)
{
	const struct plan_memory m = {use, block, pack};

	snapshots_make(&made, packs, blocks, count);
	plan_init(&plan, &made.s, &made.known, &m);
}

static inline void
use_entries(unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++) {
		struct block_entry e = snapshots_entry(i);
		uint32_t order;

		assert_int_equal(plan_use(&plan, &e, &order), PLAN_KNOWN);
	}
}

static inline enum plan_place
use_new(unsigned n, uint64_t size)
{
	struct block_entry e = snapshots_entry(n);
	uint32_t order;

	e.size = size;
	return plan_use(&plan, &e, &order);
}

#define BEGIN(packs, ...)                                                      \
	do {                                                                   \
		static const struct made_block blocks[] = {__VA_ARGS__};       \
		begin(packs, blocks, sizeof(blocks) / sizeof(*blocks));        \
	} while (0)

#endif
