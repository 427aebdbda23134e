/*
 * A bucket of evenly spread keys that a scripted server lists: so many in all,
 * so many on a page, from wherever it is asked. It holds no objects.
 */
#ifndef TESTS_LISTING_FIXTURE_H
#define TESTS_LISTING_FIXTURE_H

#include "mirror/census_taker.h"

#include "remote_fixture.h"

enum { LISTED_PAGE_MAX = 1200 };

static struct fixture *f;
static struct census_taker taker;

/* Set before the server starts. */
static struct {
	uint64_t keys, page_keys;
} listed;

static inline void
begin(uint64_t keys, uint64_t page_keys, script_answer *answer)
{
	listed.keys = keys;
	listed.page_keys = page_keys;
	f = fixture_open(answer);
	census_taker_init(&taker, &f->remote);
}

static inline void
end(void)
{
	fixture_close(f);
	while (taker.census.parts > 0) {
		free(taker.census.part[--taker.census.parts].position);
	}
}

static inline struct id
id_at(uint64_t position)
{
	struct id id = {{0}};

	for (int i = 0; i < 8; i++) {
		id.byte[i] = (uint8_t)(position >> (56 - 8 * i));
	}
	return id;
}

/* The nth of the keys: at the end of the nth part of all positions. */
static inline struct id
key_no(uint64_t n)
{
	return id_at((n + 1) * (UINT64_MAX / listed.keys) - 1);
}

/* What lies before it. */
static inline struct id
gap_no(uint64_t n)
{
	return id_at((n + 1) * (UINT64_MAX / listed.keys) - 2);
}

static inline enum census_finding
find(struct id id)
{
	census_taker_note_offer(&taker);
	return census_taker_find(&taker, &id);
}

static inline bool
lacks(struct id id)
{
	return census_taker_lacks(&taker, &id);
}

static inline void
note_absent(unsigned count)
{
	while (count-- > 0) {
		census_taker_note_absent(&taker);
	}
}

/* Until the taker is at this stage, or has been. */
static inline void
await_stage(enum census_stage stage)
{
	enum census_stage now = CENSUS_UNBEGUN;

	for (int i = 0; i < FIXTURE_SOON_MS && now < stage; i++) {
		usleep(1000);
		pthread_mutex_lock(&taker.lock);
		now = taker.stage;
		pthread_mutex_unlock(&taker.lock);
	}
	assert_true(now >= stage);
}

/* Where it is asked to begin. */
static inline uint64_t
start_of(const struct heard *h)
{
	const char *after = strstr(h->head, "start-after=p%2F");
	char digits[17] = "";

	assert_non_null(after);
	memcpy(digits, after + 16, 16);
	return strtoull(digits, NULL, 16);
}

static inline void
add_text_key(struct buf *page, const char *name)
{
	buf_str(page, "<Contents><Key>p/");
	buf_str(page, name);
	buf_str(page, "</Key></Contents>");
}

static inline void
add_key(struct buf *page, struct id id)
{
	char storage[ID_HEX_LEN + 1];
	struct buf name = BUF_OVER(storage);

	buf_hex(&name, id.byte, ID_LEN);
	add_text_key(page, buf_cstr(&name));
}

static inline struct buf
page_begin(void)
{
	static _Thread_local char storage[LISTED_PAGE_MAX * 128];
	struct buf page = BUF_OVER(storage);

	buf_str(&page, "<ListBucketResult>");
	return page;
}

static inline bool
page_end(int fd, struct buf *page, bool truncated)
{
	if (truncated) {
		buf_str(page, "<IsTruncated>true</IsTruncated>");
	}
	buf_str(page, "</ListBucketResult>");
	return answer_with(fd, "200 OK", "", buf_cstr(page));
}

static inline bool
list_rightly(struct script *s, int fd, const struct heard *h)
{
	struct buf page = page_begin();
	uint64_t n =
		listed.keys > 0 ? start_of(h) / (UINT64_MAX / listed.keys) : 0;
	uint64_t behind = n + listed.page_keys;

	for (; n < behind && n < listed.keys; n++) {
		add_key(&page, key_no(n));
	}
	return page_end(fd, &page, n < listed.keys);
}

static inline bool
deny(struct script *s, int fd, const struct heard *h)
{
	return answer_error(fd, "403 Forbidden", "", "AccessDenied");
}

static inline bool
list_a_page_and_deny(struct script *s, int fd, const struct heard *h)
{
	return h->number == 0 ? list_rightly(s, fd, h) : deny(s, fd, h);
}

#endif
