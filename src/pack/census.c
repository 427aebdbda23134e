#include "pack/census.h"

void
census_init(struct census *c, uint64_t *key, size_t cap)
{
	*c = (struct census){.key = key, .cap = cap, .ordered = true};
}

/* Big-endian, so that numbers compare as keys do. */
static uint64_t
key_of(const struct id *action)
{
	uint64_t key = 0;

	for (int i = 0; i < 8; i++) {
		key = key << 8 | action->byte[i];
	}
	return key;
}

bool
census_add(struct census *c, const struct id *action)
{
	uint64_t key = key_of(action);

	if (c->count == c->cap) {
		return false;
	}
	if (c->count > 0 && key < c->key[c->count - 1]) {
		c->ordered = false;
	}
	c->key[c->count++] = key;
	return true;
}

/* Moves the number at `at` down to its place in a heap of n. */
static void
sift(uint64_t *key, size_t at, size_t n)
{
	for (size_t child; (child = 2 * at + 1) < n; at = child) {
		if (child + 1 < n && key[child] < key[child + 1]) {
			child++;
		}
		if (key[at] >= key[child]) {
			return;
		}
		uint64_t moved = key[at];

		key[at] = key[child];
		key[child] = moved;
	}
}

static void
heap_sort(uint64_t *key, size_t n)
{
	for (size_t at = n / 2; at-- > 0;) {
		sift(key, at, n);
	}
	while (n > 1) {
		uint64_t largest = key[0];

		key[0] = key[--n];
		key[n] = largest;
		sift(key, 0, n);
	}
}

void
census_finish(struct census *c)
{
	if (!c->ordered) {
		heap_sort(c->key, c->count);
		c->ordered = true;
	}
	c->complete = true;
}

static bool
holds(const struct census *c, uint64_t key)
{
	size_t low = 0, high = c->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->key[middle] < key) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < c->count && c->key[low] == key;
}

bool
census_lacks(const struct census *c, const struct id *action)
{
	uint64_t key = key_of(action);
	bool known = c->complete ||
		     (c->ordered && c->count > 0 && key < c->key[c->count - 1]);

	return known && !holds(c, key);
}
