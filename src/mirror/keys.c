#include "mirror/keys.h"

#include "mirror/ask.h"

#include <string.h>

static void
on_key(void *ctx, struct view name)
{
	struct keys *k = ctx;

	if (k->in_order) {
		census_page_key(&k->page, name);
	} else {
		census_page_any_key(&k->page, name);
	}
}

static enum gs_code
begin(void *ctx, struct exchange_body *none, struct gs_err *err)
{
	struct keys *k = ctx;

	(void)none;
	(void)err;
	census_page_init(&k->page, k->page.range);
	list_page_init(&k->text, k->text.prefix, k, on_key);
	return GS_OK;
}

static enum gs_code
head(void *ctx, const struct object_env *env, struct buf *out,
	struct gs_err *err)
{
	const struct keys *k = ctx;

	return object_bucket_head(env, view_of(k->query), out, err);
}

static enum gs_code
judge(bool is_page, struct gs_err *err)
{
	return is_page ? GS_OK
		       : gs_fail(err, GS_BAD,
				 "the store's list of keys makes no sense",
				 VIEW(""), "what it lacks has to be asked for");
}

static enum gs_code
take(void *ctx, const struct meta *meta, struct view bytes, struct gs_err *err)
{
	struct keys *k = ctx;

	(void)meta;
	return judge(list_page_feed(&k->text, bytes), err);
}

/* Where a listing in no order goes on. One that names no other place would
 * never end. */
static enum census_page_end
go_on(struct keys *k)
{
	if (!k->text.truncated) {
		return k->page.lies ? CENSUS_PAGE_LIES : CENSUS_PAGE_LAST;
	}
	if (k->page.lies || k->text.token[0] == '\0' ||
		strcmp(k->text.token, k->token) == 0) {
		return CENSUS_PAGE_LIES;
	}
	strncpy(k->token, k->text.token, sizeof(k->token));
	return CENSUS_PAGE_MORE;
}

static enum gs_code
finish(void *ctx, const struct meta *meta, struct gs_err *err)
{
	struct keys *k = ctx;

	(void)meta;
	if (!list_page_end(&k->text)) {
		return judge(false, err);
	}
	k->end = k->in_order ? census_page_end(&k->page, k->text.truncated)
			     : go_on(k);
	return judge(k->end != CENSUS_PAGE_LIES, err);
}

static enum remote_result
list(struct keys *k, struct remote *r, const struct list_start *start)
{
	const struct ask ask = {.op = ERRORS_LIST,
		.ctx = k,
		.begin = begin,
		.head = head,
		.take = take,
		.finish = finish};
	struct buf query = BUF_OVER(k->query);

	k->end = CENSUS_PAGE_LAST;
	list_page_init(&k->text, remote_prefix(r), k, on_key);
	list_query(remote_prefix(r), start, &query);
	buf_cstr(&query);
	return ask_run(r, &ask);
}

enum remote_result
keys_list(struct keys *k, struct remote *r, struct census_range range)
{
	char digits[CENSUS_AFTER_LEN];
	struct buf after = BUF_OVER(digits);

	k->in_order = true;
	census_page_init(&k->page, range);
	census_page_after(&k->page, &after);
	return list(k, r, &(struct list_start){.after = buf_view(&after)});
}

enum remote_result
keys_list_next(struct keys *k, struct remote *r)
{
	k->in_order = false;
	census_page_init(&k->page, census_space);
	return list(k, r, &(struct list_start){.token = view_of(k->token)});
}
