/*
 * Blocks for tests: entries whose bodies are made from a number, so that
 * nothing has to be kept. Include after cmocka.h.
 */
#ifndef TESTS_UNIT_PACKS_H
#define TESTS_UNIT_PACKS_H

#include "pack/zblock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Byte i of body n: text-like, so that it compresses. */
static inline char
packs_byte(unsigned n, size_t i)
{
	return (char)('a' + (i * (n + 1) + i / 7 * n) % 23);
}

static inline void
packs_body(unsigned n, char *body, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		body[i] = packs_byte(n, i);
	}
}

static inline struct id
packs_action(unsigned n)
{
	struct id id;
	char text[8] = {'a', 'c', 't', (char)n, (char)(n >> 8), (char)(n >> 16),
		(char)(n >> 24), 0};

	sha256_of((struct view){text, sizeof(text)}, &id);
	return id;
}

/* Entry n with the body n of that size. */
static inline struct block_entry
packs_entry(unsigned n, size_t size)
{
	struct block_entry e = {.size = size, .time_ns = 1000000007LL * n};
	char *body = malloc(size + 1);

	packs_body(n, body, size);
	e.action = packs_action(n);
	sha256_of((struct view){body, size}, &e.output);
	free(body);
	return e;
}

/* The raw bytes of a block whose entry i has body[i] (packs_body's number);
 * the caller frees them. */
static inline char *
packs_raw(const struct block_entry *e, const unsigned *number, size_t count,
	size_t *len)
{
	char *raw = malloc((size_t)block_raw_len(e, count));
	unsigned char *p = (unsigned char *)raw;

	block_head(e, count, p);
	p += BLOCK_HEAD_LEN;
	for (size_t i = 0; i < count; i++, p += BLOCK_HEADER_LEN) {
		block_header(&e[i], p);
	}
	for (size_t i = 0; i < count; i++) {
		if (block_has_body(e, i)) {
			packs_body(number[i], (char *)p, (size_t)e[i].size);
			p += e[i].size;
		}
	}
	*len = (size_t)(p - (unsigned char *)raw);
	return raw;
}

/* No frame is longer. */
static inline size_t
packs_bound(size_t raw_len)
{
	return raw_len + (raw_len >> 8) + 64;
}

/* One frame with these bytes; the caller frees it. */
static inline char *
packs_compress(struct view raw, size_t *len)
{
	size_t cap = packs_bound(raw.n), used;
	char *packed = malloc(cap), *memory = malloc(ZFRAME_WRITER_BYTES);
	struct buf out = buf_over(packed, cap);
	struct zframe_writer w;
	struct gs_err err = {0};
	bool ended;

	zframe_writer_init(&w, memory);
	zframe_writer_begin(&w, raw.n);
	if (zframe_write(&w, raw, &used, &out, &err) != GS_OK ||
		zframe_write_end(&w, &out, &ended, &err) != GS_OK || !ended) {
		abort();
	}
	free(memory);
	*len = out.len;
	return packed;
}

#endif
