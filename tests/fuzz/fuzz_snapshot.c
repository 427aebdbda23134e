/*
 * Any bytes as a snapshot. Since nothing gets past its digest by chance, the
 * digest is put right first; then every accessor is called on whatever was
 * accepted, and a plan and the next snapshot are made of it.
 */
#include "pack/compose.h"

#include "fuzz.h"
#include "pack/flight.h"

enum { DIGEST_AT = 12, SCOPE_AT = DIGEST_AT + ID_LEN };

static void
seal(unsigned char *bytes, size_t table_len)
{
	struct id digest;

	sha256_of((struct view){(const char *)bytes + SCOPE_AT,
			  table_len - SCOPE_AT},
		&digest);
	memcpy(bytes + DIGEST_AT, digest.byte, ID_LEN);
}

static void
fly(const struct snapshot *s, uint8_t *state)
{
	struct flight f;
	struct flight_leg leg;
	size_t taken = 0;

	flight_init(&f, s, state, UINT64_MAX);
	for (size_t i = 0; i < s->head.blocks; i++) {
		flight_check(&f, i, i % 3 > 0);
		if (i % 5 == 0) {
			(void)flight_ask(&f, i);
		}
	}
	while (flight_take(&f, 100000, &leg)) {
		check(leg.count > 0 && leg.pack < s->head.packs);
		check(leg.len <= snapshot_pack_at(s, leg.pack).size);
		taken += leg.count;
		check(taken <= s->head.blocks);
	}
	check(flight_left(&f) == 0);
}

static void
use_some(struct plan *p, uint8_t pick)
{
	for (uint32_t i = 0; i < p->last->head.entries; i++) {
		struct snapshot_entry old = snapshot_entry_at(p->last, i);
		struct block_entry e = {.action = old.action, .size = i};
		uint32_t order;

		memcpy(e.output.byte, &old.tag, sizeof(old.tag));
		e.output.byte[0] ^= i % 7 == 6;
		if (i % 8 != pick % 8) {
			(void)plan_use(p, &e, &order);
		}
	}
}

/* What follows is a snapshot again. */
static void
go_on(const struct plan *p)
{
	const struct snapshot_head *h = &p->last->head;
	const struct compose_memory m = {
		calloc(h->blocks + 1, sizeof(uint32_t)),
		calloc(h->packs + 1, sizeof(uint32_t))};
	const struct compose_new none = {0};
	struct compose c;
	struct snapshot next;
	struct gs_err err = {0};
	unsigned char *bytes;
	size_t len;

	compose_init(&c, p, &none, &m, h);
	len = snapshot_table_len(&c.head);
	bytes = malloc(len);
	compose_write(&c, bytes, SHA256_PORTABLE);
	check(snapshot_parse((struct view){(char *)bytes, len},
		      len + c.head.inline_len, &h->scope, SHA256_PORTABLE,
		      &next, &err) == GS_OK);
	free(bytes);
	free(m.order);
	free(m.pack);
}

static void
use_it(const struct snapshot *s, uint8_t pick)
{
	const struct snapshot_head *h = &s->head;
	const struct plan_memory m = {calloc(h->entries + 1, sizeof(uint32_t)),
		calloc(h->blocks + 1, sizeof(struct plan_block)),
		calloc(h->packs + 1, sizeof(struct plan_pack))};
	uint32_t *slot = calloc(index_slots(h->entries), sizeof(*slot));
	uint8_t *state = calloc(h->blocks + 1, 1);
	struct index known;
	struct plan p;

	for (size_t i = 0; i < h->entries; i++) {
		struct snapshot_block b =
			snapshot_block_at(s, snapshot_block_of(s, i));

		check(i >= b.first_entry && i < b.first_entry + b.entries);
	}
	snapshot_index(s, &known, slot);
	fly(s, state);
	plan_init(&p, s, &known, &m);
	use_some(&p, pick);
	if (plan_judge(&p, h->created + pick, pick)) {
		go_on(&p);
	}
	free(m.use);
	free(m.block);
	free(m.pack);
	free(slot);
	free(state);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char *bytes = malloc(size + 1);
	struct view in = {(const char *)bytes, size};
	struct snapshot_head head;
	struct snapshot s;
	struct gs_err err = {0};

	memcpy(bytes, data, size);
	if (snapshot_head_parse(in, size, &head, &err) == GS_OK) {
		in.n = snapshot_table_len(&head);
		check(in.n <= size);
		seal(bytes, in.n);
		if (snapshot_parse(in, size, &head.scope, SHA256_PORTABLE, &s,
			    &err) == GS_OK) {
			use_it(&s, data[size - 1]);
		}
	}
	free(bytes);
	return 0;
}
