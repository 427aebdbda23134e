/*
 * The stream that cmd/go writes to a helper, cut into its parts.
 *
 *	stream  = *( blank / request [ body ] )
 *	request = one JSON object on one line, at most REQUEST_LINE_MAX bytes
 *	          before its LF
 *	body    = DQUOTE base64 DQUOTE, on a line of its own, of any length
 *	blank   = spaces, tabs, CR, LF
 *
 * A push parser: any number of bytes at a time, never a wait, no memory beyond
 * this struct. Only the caller knows whether a body follows a request (BodySize
 * > 0), so after INBOX_REQUEST it may call inbox_expect_body before it feeds
 * on. Source: cmd/go/internal/cache/prog.go, writeToChild; docs/protocol.md.
 *
 * A body may stop short and the next request then begins at once, as in
 * `…AAA={"ID":3,…`: writeToChild returns early when the file that it sends
 * changes underneath. A `{` inside a body therefore ends it as INBOX_BODY_CUT,
 * and a request follows. cmd/go has given up the put by then: a reply to it
 * would be fatal.
 */
#ifndef GOCACHE_INBOX_H
#define GOCACHE_INBOX_H

#include "base/base64.h"
#include "base/err.h"
#include "base/limits.h"

enum inbox_event {
	INBOX_MORE,     /* all input was used; feed more */
	INBOX_REQUEST,  /* a whole request line is in out */
	INBOX_BODY,     /* decoded body bytes are in out: INBOX_CHUNK_BYTES, or
			   what is left of the body */
	INBOX_BODY_END, /* the body is complete */
	INBOX_BODY_CUT, /* the body stopped short and will not be completed */
};

/* What is handed out at a time: whole pages, whole groups of base64, and much,
 * since cmd/go writes 4 KiB at a time and each event becomes a write to disk. */
enum { INBOX_CHUNK_BYTES = 48 * 1024 };

enum inbox_state { /* private */
	INBOX_BETWEEN,
	INBOX_IN_REQUEST,
	INBOX_BEFORE_BODY,
	INBOX_IN_BODY,
	INBOX_FAILED,
};

struct inbox { /* private */
	enum inbox_state state;
	enum gs_code failure; /* INBOX_FAILED: what every call answers */
	const char *why;
	struct base64_decoder base64;
	size_t line_len, chunk_len;
	char line[REQUEST_LINE_MAX];
	unsigned char chunk[INBOX_CHUNK_BYTES]; /* decoded body bytes */
};

void inbox_init(struct inbox *in);

/*
 * Uses up to bytes.n bytes and says how many in *used. Returns GS_OK with
 * *event; *out is valid until the next call. A request's out starts with `{`
 * and is without its line end. On GS_BAD (not base64 in a body, something other
 * than `{` where a request or `"` where a body must begin) or GS_TOOBIG (a
 * request line over REQUEST_LINE_MAX) the inbox has failed for good and every
 * later call fails alike; used, event and out are then untouched.
 */
GS_CHECKED enum gs_code inbox_feed(struct inbox *in, struct view bytes,
	size_t *used, enum inbox_event *event, struct view *out,
	struct gs_err *err);

/* Right after INBOX_REQUEST: a body comes next. */
void inbox_expect_body(struct inbox *in);

/* True if the stream may end here: between requests. */
bool inbox_at_rest(const struct inbox *in);

#endif
