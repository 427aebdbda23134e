/*
 * A store in memory, for a scripted server: takes puts, gives gets, lists in
 * one page. Objects are small.
 */
#ifndef TESTS_FAKE_STORE_H
#define TESTS_FAKE_STORE_H

#include "scripted_server.h"

#include "base/buf.h"
#include "base/id.h"

enum { STORE_OBJECTS_MAX = 512 };

struct object {
	char key[ID_HEX_LEN + 1];
	char output[ID_HEX_LEN + 1];
	char time[40];
	char body[HEARD_BODY_MAX];
	size_t body_len;
};

static struct {
	pthread_mutex_t lock; /* guards what follows */
	size_t count;
	struct object object[STORE_OBJECTS_MAX];
} store = {.lock = PTHREAD_MUTEX_INITIALIZER};

static inline void
store_clear(void)
{
	pthread_mutex_lock(&store.lock);
	store.count = 0;
	pthread_mutex_unlock(&store.lock);
}

static inline void
set_view(char *to, size_t cap, struct view text)
{
	struct buf b = buf_over(to, cap);

	buf_add(&b, text);
	buf_cstr(&b);
}

/* Under the lock; the place for a new one if there is none. */
static inline struct object *
store_find(struct view key)
{
	size_t i = 0;

	while (i < store.count && !view_eq(view_of(store.object[i].key), key)) {
		i++;
	}
	return &store.object[i];
}

static inline bool
store_copy(const char *key, struct object *o)
{
	pthread_mutex_lock(&store.lock);
	const struct object *found = store_find(view_of(key));
	bool held = found < store.object + store.count;

	if (held) {
		*o = *found;
	}
	pthread_mutex_unlock(&store.lock);
	return held;
}

static inline void
store_put(struct view key, const struct heard *h)
{
	pthread_mutex_lock(&store.lock);
	struct object *o = store_find(key);

	if (o == store.object + store.count &&
		store.count + 1 < STORE_OBJECTS_MAX) {
		store.count++;
	}
	set_view(o->key, sizeof(o->key), key);
	set_view(o->output, sizeof(o->output),
		heard_header(h, "x-amz-meta-outputid"));
	set_view(o->time, sizeof(o->time), heard_header(h, "x-amz-meta-time"));
	memcpy(o->body, h->body, h->body_len);
	o->body_len = h->body_len;
	pthread_mutex_unlock(&store.lock);
}

static inline bool
store_get(int fd, struct view key)
{
	char name[ID_HEX_LEN + 1], headers[256], text[HEARD_BODY_MAX + 1];
	struct object o;

	set_view(name, sizeof(name), key);
	if (!store_copy(name, &o)) {
		return answer_error(fd, "404 Not Found", "", "NoSuchKey");
	}
	snprintf(headers, sizeof(headers),
		"x-amz-meta-outputid: %s\r\nx-amz-meta-time: %s\r\n", o.output,
		o.time);
	set_view(text, sizeof(text), (struct view){o.body, o.body_len});
	return answer_with(fd, "200 OK", headers, text);
}

static inline bool
store_list(int fd)
{
	static _Thread_local char storage[STORE_OBJECTS_MAX * 128];
	struct buf page = BUF_OVER(storage);

	buf_str(&page, "<ListBucketResult>");
	pthread_mutex_lock(&store.lock);
	for (size_t i = 0; i < store.count; i++) {
		buf_str(&page, "<Contents><Key>p/");
		buf_str(&page, store.object[i].key);
		buf_str(&page, "</Key></Contents>");
	}
	pthread_mutex_unlock(&store.lock);
	buf_str(&page, "</ListBucketResult>");
	return answer_with(fd, "200 OK", "", buf_cstr(&page));
}

/* The bucket is `bucket`, the prefix `p`. */
static inline bool
store_answer(struct script *s, int fd, const struct heard *h)
{
	struct view path = view_skip(view_of(h->head), 4), rest;

	view_cut(path, ' ', &path, &rest);
	if (view_starts(path, VIEW("/bucket?"))) {
		return store_list(fd);
	}
	struct view key = view_skip(path, strlen("/bucket/p/"));

	if (heard_starts(h, "PUT")) {
		store_put(key, h);
		return answer_with(fd, "200 OK", "ETag: \"x\"\r\n", "");
	}
	return store_get(fd, key);
}

#endif
