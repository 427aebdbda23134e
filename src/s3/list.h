/*
 * Pages of keys: ListObjectsV2's query, and its answer read for the actions
 * whose objects lie under our prefix. Pure.
 * Source: docs.aws.amazon.com AmazonS3/latest/API/API_ListObjectsV2.html
 */
#ifndef S3_LIST_H
#define S3_LIST_H

#include "base/buf.h"
#include "base/id.h"
#include "base/xml.h"

enum { LIST_TOKEN_MAX = 1024, LIST_QUERY_MAX = 6 * 1024 };

/* Appends the query for a page of up to 1000 keys: the first one, or with a
 * token the one that it continues. prefix is empty or ends in a slash. */
void list_query(struct view prefix, struct view token, struct buf *out);

/* A page being read. All but truncated and token are private. */
struct list_page {
	struct xml xml;
	struct view prefix;
	bool root_seen, root_closed, bad;
	bool truncated; /* another page follows, after token */
	char token[LIST_TOKEN_MAX + 1];
};

/* Begins with a whole document, which must outlive the page. */
void list_page_init(
	struct list_page *p, struct view document, struct view prefix);

/* The next action; keys that are no action's are passed over. False at the
 * end of the page: truncated and token are then known. */
bool list_page_next(struct list_page *p, struct id *action);

/* After the end: true if it was a page, whole, and says how to go on. */
bool list_page_is_good(const struct list_page *p);

#endif
