#include "s3/list.h"

#include "base/limits.h"
#include "s3/query.h"

#include <string.h>

static const struct view root = {"ListBucketResult", 16};

void
list_query(struct view prefix, const struct list_start *start, struct buf *out)
{
	char storage[KEY_MAX];
	struct buf after = BUF_OVER(storage);
	struct query_param params[4] = {{VIEW("list-type"), VIEW("2")}};
	size_t count = 1;

	if (prefix.n > 0) {
		params[count++] = (struct query_param){VIEW("prefix"), prefix};
	}
	if (start->token.n > 0) {
		params[count++] = (struct query_param){
			VIEW("continuation-token"), start->token};
	}
	if (start->after.n > 0) {
		buf_add(&after, prefix);
		buf_add(&after, start->after);
		params[count++] = (struct query_param){
			VIEW("start-after"), buf_view(&after)};
	}
	query_write(params, count, out);
}

void
list_page_init(struct list_page *p, struct view prefix, void *ctx,
	void (*key)(void *ctx, struct view name))
{
	p->prefix = prefix;
	p->ctx = ctx;
	p->key = key;
	xml_init(&p->xml, VIEW(""));
	p->used = p->bytes = 0;
	p->root_seen = p->ended = p->whole = p->is_short = p->bad = false;
	p->truncated = false;
	p->token[0] = '\0';
}

/* The next event. It is_short if more bytes could make another of it. */
static enum xml_event
next(struct list_page *p, struct view *value)
{
	enum xml_event event = xml_next(&p->xml, value);
	bool may_go_on = event == XML_BAD || event == XML_END ||
			 (event == XML_TEXT && p->xml.rest.n == 0);

	p->is_short |= may_go_on && !p->ended;
	return event;
}

/* Appends the text up to the end of the element that has begun. False if it
 * holds another element, or ends with the document. */
static bool
take_text(struct list_page *p, struct buf *out)
{
	enum xml_event event;
	struct view value;

	while ((event = next(p, &value)) == XML_TEXT || event == XML_CDATA) {
		if (event == XML_CDATA) {
			buf_add(out, value);
		} else if (!xml_decode(value, out)) {
			return false;
		}
	}
	return event == XML_CLOSE && buf_ok(out);
}

static void
take_key(struct list_page *p)
{
	char storage[KEY_MAX];
	struct buf key = BUF_OVER(storage);

	if (!take_text(p, &key)) {
		return;
	}
	if (view_starts(buf_view(&key), p->prefix)) {
		p->key(p->ctx, view_skip(buf_view(&key), p->prefix.n));
	} else {
		p->bad = true;
	}
}

static void
take_truncated(struct list_page *p)
{
	char storage[8];
	struct buf text = BUF_OVER(storage);
	bool taken = take_text(p, &text);

	if (!p->is_short) {
		p->bad |= !taken;
		p->truncated =
			view_eq(view_trim(buf_view(&text)), VIEW("true"));
	}
}

/* One that is too long is none: few stores need it. */
static void
take_token(struct list_page *p)
{
	char storage[LIST_TOKEN_MAX];
	struct buf text = BUF_OVER(storage), token = BUF_OVER(p->token);

	if (take_text(p, &text)) {
		buf_add(&token, view_trim(buf_view(&text)));
		buf_cstr(&token);
	}
}

static void
take_element(struct list_page *p, struct view name)
{
	if (!p->root_seen) {
		p->root_seen = true;
		p->bad |= !view_eq(name, root);
	} else if (view_eq(name, VIEW("Key"))) {
		take_key(p);
	} else if (view_eq(name, VIEW("IsTruncated"))) {
		take_truncated(p);
	} else if (view_eq(name, VIEW("NextContinuationToken"))) {
		take_token(p);
	}
}

/* Takes an event, with the text if it begins one of our elements. False if
 * there is none, or not the whole of it yet. */
static bool
step(struct list_page *p)
{
	struct xml before = p->xml;
	struct view value;
	enum xml_event event = next(p, &value);

	if (event == XML_OPEN) {
		take_element(p, value);
	}
	if (p->is_short) {
		p->xml = before;
		p->is_short = false;
		return false;
	}
	p->whole = event == XML_END;
	p->bad |= event == XML_BAD;
	return !p->whole && !p->bad;
}

/* Reads what the window holds, and keeps what is not whole. */
static void
read_window(struct list_page *p)
{
	p->xml.rest = (struct view){p->window, p->used};
	while (step(p)) {
	}
	p->used = p->xml.rest.n;
	memmove(p->window, p->xml.rest.p, p->used);
}

bool
list_page_feed(struct list_page *p, struct view bytes)
{
	p->bad |= bytes.n > LIST_BODY_MAX - p->bytes;
	while (bytes.n > 0 && !p->bad) {
		size_t room = sizeof(p->window) - p->used;
		size_t n = bytes.n < room ? bytes.n : room;

		memcpy(p->window + p->used, bytes.p, n);
		p->used += n;
		p->bytes += n;
		bytes = view_skip(bytes, n);
		read_window(p);
		p->bad |= p->used == sizeof(p->window);
	}
	return !p->bad;
}

bool
list_page_end(struct list_page *p)
{
	p->ended = true;
	if (!p->bad) {
		read_window(p);
	}
	return p->whole && !p->bad;
}
