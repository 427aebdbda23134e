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

/* One thread at a time; too large for a stack. text and query are private. */
struct keys {
	struct census_page page;
	enum census_page_end end;
	struct list_page text;
	char query[LIST_QUERY_MAX];
};

/* Lists the keys from range.first on. After REMOTE_DONE page and end hold what
 * they say; after anything else, end is CENSUS_PAGE_LIES if it was a page. */
enum remote_result keys_list(
	struct keys *k, struct remote *r, struct census_range range);

#endif
