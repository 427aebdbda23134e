#include "mirror/keys.h"

#include "mirror/ask.h"

static void
on_key(void *ctx, struct view name)
{
	struct keys *k = ctx;

	census_page_key(&k->page, name);
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

static enum gs_code
finish(void *ctx, const struct meta *meta, struct gs_err *err)
{
	struct keys *k = ctx;

	(void)meta;
	if (!list_page_end(&k->text)) {
		return judge(false, err);
	}
	k->end = census_page_end(&k->page, k->text.truncated);
	return judge(k->end != CENSUS_PAGE_LIES, err);
}

enum remote_result
keys_list(struct keys *k, struct remote *r, struct census_range range)
{
	const struct ask ask = {.op = ERRORS_LIST,
		.ctx = k,
		.begin = begin,
		.head = head,
		.take = take,
		.finish = finish};
	char digits[CENSUS_AFTER_LEN];
	struct buf query = BUF_OVER(k->query), after = BUF_OVER(digits);

	k->end = CENSUS_PAGE_LAST;
	census_page_init(&k->page, range);
	census_page_after(&k->page, &after);
	list_page_init(&k->text, remote_prefix(r), k, on_key);
	list_query(remote_prefix(r), buf_view(&after), &query);
	buf_cstr(&query);
	return ask_run(r, &ask);
}
