/*
 * A page of the bucket's keys, read for the census as it arrives.
 *
 * A store that answers with no page, or with one that makes no sense, is named
 * once.
 */
#ifndef MIRROR_KEYS_H
#define MIRROR_KEYS_H

#include "mirror/remote.h"
#include "pack/census.h"
#include "s3/list.h"

/* One thread at a time; too large for a stack. text, query, token and in_order
 * are private. */
struct keys {
	struct census_page page;
	enum census_page_end end;
	bool in_order;
	char token[LIST_TOKEN_MAX + 1];
	struct list_page text;
	char query[LIST_QUERY_MAX];
};

/* Lists the keys from range.first on. After REMOTE_DONE page and end hold what
 * they say; after anything else, end is CENSUS_PAGE_LIES if it was a page. */
enum remote_result keys_list(
	struct keys *k, struct remote *r, struct census_range range);

/* The same for a bucket whose listings are in no order: lists the next page of
 * them, the first if keys is all zero. */
enum remote_result keys_list_next(struct keys *k, struct remote *r);

#endif
