#include "s3/list.h"

#include "base/limits.h"
#include "s3/query.h"

static const struct view root = {"ListBucketResult", 16};

void
list_query(struct view prefix, struct view token, struct buf *out)
{
	struct query_param params[4] = {{VIEW("list-type"), VIEW("2")}};
	size_t count = 1;

	if (prefix.n > 0) {
		params[count++] = (struct query_param){VIEW("prefix"), prefix};
	}
	if (token.n > 0) {
		params[count++] =
			(struct query_param){VIEW("continuation-token"), token};
	}
	query_write(params, count, out);
}

void
list_page_init(struct list_page *p, struct view document, struct view prefix)
{
	*p = (struct list_page){.prefix = prefix};
	xml_init(&p->xml, document);
}

/* Appends the text up to the end of the element that has begun. False if it
 * holds another element, or ends with the document. */
static bool
take_text(struct list_page *p, struct buf *out)
{
	enum xml_event event;
	struct view value;

	while ((event = xml_next(&p->xml, &value)) == XML_TEXT ||
		event == XML_CDATA) {
		if (event == XML_CDATA) {
			buf_add(out, value);
		} else if (!xml_decode(value, out)) {
			return false;
		}
	}
	return event == XML_CLOSE && buf_ok(out);
}

static bool
take_key(struct list_page *p, struct id *action)
{
	char storage[KEY_MAX];
	struct buf key = BUF_OVER(storage);

	return take_text(p, &key) && view_starts(buf_view(&key), p->prefix) &&
	       id_parse(view_skip(buf_view(&key), p->prefix.n), action);
}

static void
take_truncated(struct list_page *p)
{
	char storage[8];
	struct buf text = BUF_OVER(storage);

	p->bad |= !take_text(p, &text);
	p->truncated = view_eq(view_trim(buf_view(&text)), VIEW("true"));
}

static void
take_token(struct list_page *p)
{
	struct buf text = BUF_OVER(p->token);

	if (!take_text(p, &text) || buf_cstr(&text)[0] == '\0') {
		p->token[0] = '\0';
		p->bad = true;
	}
}

/* Acts on an element's beginning; true if it was an action's key. */
static bool
take_element(struct list_page *p, struct view name, struct id *action)
{
	if (!p->root_seen) {
		p->root_seen = true;
		p->bad |= !view_eq(name, root);
	} else if (view_eq(name, VIEW("Key"))) {
		return take_key(p, action);
	} else if (view_eq(name, VIEW("IsTruncated"))) {
		take_truncated(p);
	} else if (view_eq(name, VIEW("NextContinuationToken"))) {
		take_token(p);
	}
	return false;
}

bool
list_page_next(struct list_page *p, struct id *action)
{
	enum xml_event event;
	struct view value;

	while (!p->bad && (event = xml_next(&p->xml, &value)) != XML_END) {
		p->bad |= event == XML_BAD;
		p->root_closed |= event == XML_CLOSE && view_eq(value, root);
		if (event == XML_OPEN && take_element(p, value, action)) {
			return true;
		}
	}
	return false;
}

bool
list_page_is_good(const struct list_page *p)
{
	return p->root_closed && !p->bad &&
	       (!p->truncated || p->token[0] != '\0');
}
