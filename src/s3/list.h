/*
 * Pages of keys: ListObjectsV2's query, and its answer, which is read as it
 * arrives: push the bytes, and each key is handed on. Pure.
 * Source: docs.aws.amazon.com AmazonS3/latest/API/API_ListObjectsV2.html
 */
#ifndef S3_LIST_H
#define S3_LIST_H

#include "base/buf.h"
#include "base/xml.h"

enum {
	LIST_TOKEN_MAX = 1024,
	LIST_QUERY_MAX = 6 * 1024,
	/* an element with its text, every byte of a key written &#xNN; */
	LIST_ELEMENT_MAX = 16 * 1024,
};

/* Where a page begins: behind the key prefix + after, or where the page before
 * it ended, as its token says. Both empty: at the first key. */
struct list_start {
	struct view after, token;
};

/* Appends the query for a page of up to 1000 keys under prefix, which is empty
 * or ends in a slash. A directory bucket knows no other prefixes, and no keys
 * to begin behind. */
void list_query(
	struct view prefix, const struct list_start *start, struct buf *out);

/* A page being read. All but truncated and token is private. */
struct list_page {
	struct view prefix;
	void *ctx;
	void (*key)(void *ctx, struct view name);
	struct xml xml; /* its rest lies in window */
	size_t used;    /* bytes of window */
	size_t bytes;   /* so far */
	bool root_seen, ended, whole, is_short, bad;
	bool truncated;                 /* other keys follow */
	char token[LIST_TOKEN_MAX + 1]; /* where; "" if the page has none */
	char window[LIST_ELEMENT_MAX];
};

/* Begins. key is called with each key, without the prefix: a view that is
 * valid for that call. A key that cannot be decoded, or is longer than S3
 * allows, is passed over; one that lacks the prefix makes the page bad. */
void list_page_init(struct list_page *p, struct view prefix, void *ctx,
	void (*key)(void *ctx, struct view name));

/* Takes more of the page, LIST_BODY_MAX bytes in all. False once it can be no
 * page any longer. */
bool list_page_feed(struct list_page *p, struct view bytes);

/* No more bytes will come: true if it was a page, and whole. */
bool list_page_end(struct list_page *p);

#endif
