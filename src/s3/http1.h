/*
 * HTTP/1.1 as bytes: a writer for requests and a push parser for answers.
 * No socket, clock or allocation; RFC 9112 and RFC 9110, client side only.
 *
 *	answer = *interim status-line *( field-line CRLF ) CRLF [ body ]
 *	body   = chunked / Content-Length bytes / everything until the end
 *
 * What is ambiguous is refused, not repaired (RFC 9112, 6.3 and 11.2): both
 * Content-Length and Transfer-Encoding, two different lengths, any coding but
 * `chunked`, folded lines, bare LF or CR in the head, NUL, a space before the
 * colon, other control bytes than tabs, chunks in HTTP/1.0, a change of
 * protocol (101). Equal lengths said more than once count as one (RFC 9110,
 * 8.6). Interim answers and trailers are checked and dropped.
 *
 * Limits, all GS_TOOBIG: HTTP_HEADER_LINE_MAX bytes for a line with its CRLF,
 * HTTP_CHUNK_LINE_MAX for a chunk's size and extensions, HTTP_HEADERS_MAX
 * field lines of one message, HTTP_INTERIM_MAX interim answers, HTTP_HEAD_MAX
 * bytes for everything that is not body or chunk lines, interim heads and
 * trailers included. How much body is too much is the caller's to say.
 */
#ifndef S3_HTTP1_H
#define S3_HTTP1_H

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

#include <stdint.h>

struct http1_header {
	struct view name, value;
};

enum { HTTP1_REQUEST_HEADERS_MAX = 32 };

#define HTTP1_USER_AGENT "gocache-s3/" GOCACHE_S3_VERSION

/* A request. All views borrow from the caller. */
struct http1_request {
	struct view method; /* GET, PUT, HEAD, POST, DELETE */
	struct view path;   /* percent-encoded, begins with / */
	struct view query;  /* canonical, without ?; may be empty */
	struct view host;   /* as in the Host header: name[:port] */
	bool absolute;      /* write http://host in front of the path */
	struct http1_header headers[HTTP1_REQUEST_HEADERS_MAX];
	size_t header_count;
	bool has_body; /* send Content-Length (also when it is 0) */
	uint64_t content_length;
};

/* Adds a header; GS_TOOBIG past HTTP1_REQUEST_HEADERS_MAX, GS_BAD for a
 * control byte (CR, LF, NUL...) in it or a name that is not a token. */
GS_CHECKED enum gs_code http1_request_add(struct http1_request *r,
	struct view name, struct view value, struct gs_err *err);

/* The same for several. */
GS_CHECKED enum gs_code http1_request_add_all(struct http1_request *r,
	const struct http1_header *headers, size_t count, struct gs_err *err);

/*
 * Appends the head of the request, with Host first and Content-Length where
 * there is a body; never Connection, Expect or Transfer-Encoding of its own.
 * GS_BAD if method, path, query or host could break the head (a space, a
 * control byte, a byte over 0x7e), GS_TOOBIG if out has become full.
 */
GS_CHECKED enum gs_code http1_request_write(
	const struct http1_request *r, struct buf *out, struct gs_err *err);

enum http1_kind {
	HTTP1_MORE,   /* all input was used; feed more */
	HTTP1_STATUS, /* status is known (the final one, 1xx are skipped) */
	HTTP1_HEADER, /* one header line: name, value (trimmed) */
	HTTP1_BODY,   /* body bytes in value, at least one */
	HTTP1_END,    /* the answer is complete */
};

struct http1_event {
	enum http1_kind kind;
	struct view name, value; /* of a header; value of body bytes */
};

struct http1_answer {
	/* valid from HTTP1_STATUS on; treat 600 to 999 as 5xx (RFC 9110, 15) */
	unsigned status;
	/* valid from the first HTTP1_BODY or HTTP1_END on */
	bool has_length;
	uint64_t length; /* Content-Length, if has_length; HEAD and 304 too */
	bool keep_alive; /* the connection may carry another request */
	/* private from here */
	int state;
	bool no_body; /* the answer to a HEAD */
	bool connect; /* to a CONNECT */
	bool chunked, close_wanted, keep_wanted, http10;
	unsigned interim_count, header_count;
	uint64_t left; /* body or chunk bytes still to come */
	size_t head_len, line_len;
	char line[HTTP_HEADER_LINE_MAX];
};

/* Gets ready for the answer to a request with this method. To CONNECT a 2xx
 * ends with its head, whatever its fields say (RFC 9110, 9.3.6). */
void http1_answer_init(struct http1_answer *a, struct view method);

/*
 * Uses up to in.n bytes and says how many in *used; the views of *event are
 * valid until the next call or until in's memory changes. Call again with
 * the rest of the input, even if that is empty, until HTTP1_MORE or HTTP1_END.
 * GS_BAD and GS_TOOBIG are final: the connection must be closed. Bytes after
 * HTTP1_END are not used; they mean that the connection must not be used
 * again.
 */
GS_CHECKED enum gs_code http1_answer_feed(struct http1_answer *a,
	struct view in, size_t *used, struct http1_event *event,
	struct gs_err *err);

/* The peer closed. GS_OK if the answer is complete by that (a body that ends
 * with the connection) or was already, GS_CLOSED if it was cut short. */
GS_CHECKED enum gs_code http1_answer_eof(
	struct http1_answer *a, struct gs_err *err);

/* True if a byte of the answer has come: a reused connection that ends
 * before that is no failure of the server, only a retry on another one. */
bool http1_answer_started(const struct http1_answer *a);

#endif
