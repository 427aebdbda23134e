#include "pack/index.h"

#include "base/le.h"

#include <string.h>

size_t
index_slots(size_t n)
{
	size_t slots = 16;

	while (slots < 2 * n) {
		slots *= 2;
	}
	return slots;
}

void
index_init(struct index *x, uint32_t *slot, size_t slots, const void *records,
	size_t stride)
{
	*x = (struct index){records, stride, slot, slots - 1};
	memset(slot, 0xff, slots * sizeof(*slot));
}

/* The slot of the record with that id, or else a free one; NULL if there is
 * none within reach. */
static uint32_t *
place_of(const struct index *x, const unsigned char *id)
{
	size_t at = le_get32(id);

	for (int probe = 0; probe < INDEX_PROBES; probe++, at++) {
		uint32_t *slot = &x->slot[at & x->mask];

		if (*slot == INDEX_NONE ||
			memcmp(x->records + *slot * x->stride, id, ID_LEN) ==
				0) {
			return slot;
		}
	}
	return NULL;
}

bool
index_add(struct index *x, uint32_t i)
{
	uint32_t *slot = place_of(x, x->records + i * x->stride);

	if (slot) {
		*slot = i;
	}
	return slot;
}

uint32_t
index_find(const struct index *x, const struct id *id)
{
	const uint32_t *slot = place_of(x, id->byte);

	return slot ? *slot : INDEX_NONE;
}
