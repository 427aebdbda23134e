#include "mirror/ask_words.h"

/* True if a person should know. Lists and packs only make a run faster, so it
 * goes without them; but who may not read packs may not mean that. */
static bool
is_trouble(const struct ask_refusal *r)
{
	bool is_entry = r->op == ERRORS_GET || r->op == ERRORS_PUT;
	bool is_pack = r->op == ERRORS_READ || r->op == ERRORS_WRITE;

	return is_entry || r->judgement->verdict == ERRORS_OFF ||
	       (is_pack && r->status == 403);
}

/* What cannot be done, and when that has been said. Trouble with packs is said
 * as trouble with entries, since it is the same, and most likely with both. */
static const struct name {
	const char *doing;
	enum remote_topic topic;
} names[ERRORS_OPS] = {
	[ERRORS_GET] = {"cannot get from bucket", REMOTE_TOPIC_GET},
	[ERRORS_PUT] = {"cannot put into bucket", REMOTE_TOPIC_PUT},
	[ERRORS_LIST] = {"cannot list bucket", REMOTE_TOPIC_LIST},
	[ERRORS_READ] = {"cannot get packs from bucket", REMOTE_TOPIC_READ},
	[ERRORS_WRITE] = {"cannot put packs into bucket", REMOTE_TOPIC_WRITE},
	[ERRORS_SESSION] = {"cannot open a session with bucket",
		REMOTE_TOPIC_CONFIG},
};

static const struct name *
name_of(const struct ask_refusal *r)
{
	enum errors_op op = r->op;

	if (op != ERRORS_SESSION && is_trouble(r)) {
		op = errors_kind(op);
	}
	return &names[op];
}

/* The proxy that may have said it, having read the request, or NULL. */
static const struct proxy *
speaking_proxy(const struct ask_refusal *r)
{
	const struct stream_target *way = &r->site->target;
	bool is_stores_word = r->judgement->code[0] != '\0';

	return way->tls || is_stores_word ? NULL : way->proxy;
}

static void
add_speaker(const struct ask_refusal *r, struct buf *out)
{
	const struct proxy *proxy = speaking_proxy(r);

	endpoint_url(r->endpoint, out);
	if (proxy) {
		buf_str(out, " or the proxy ");
		proxy_url(proxy, out);
	}
}

/* Some proxies say 401 where they mean 407. */
static void
add_advice(const struct ask_refusal *r, struct buf *out)
{
	const struct proxy *proxy = speaking_proxy(r);

	if (proxy && (r->status == 401 || r->status == 407)) {
		buf_str(out, "check the user and password in ");
		buf_str(out, proxy->variable);
	} else {
		buf_str(out, r->judgement->advice);
	}
}

void
ask_describe(const struct ask_refusal *r, enum remote_topic *topic,
	enum log_level *level, struct gs_err *err)
{
	const struct errors_judgement *j = r->judgement;
	const struct name *name = name_of(r);
	char storage[GS_ERR_TEXT_MAX];
	struct buf why = BUF_OVER(storage);

	add_speaker(r, &why);
	buf_str(&why, " says ");
	if (j->code[0]) {
		buf_str(&why, j->code);
	} else {
		buf_uint(&why, r->status);
	}
	buf_str(&why, ": ");
	add_advice(r, &why);
	if (r->request_id[0]) {
		buf_str(&why, " (request ");
		buf_str(&why, r->request_id);
		buf_char(&why, ')');
	}
	gs_fail(err, GS_BAD, name->doing, view_of(r->endpoint->bucket),
		buf_cstr(&why));
	*topic = name->topic;
	*level = is_trouble(r) ? LOG_WARNING : LOG_INFO;
}
