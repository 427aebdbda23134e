/* What granting.c and those who ask one kind of source know of each other. */
#ifndef MIRROR_GRANTING_PRIVATE_H
#define MIRROR_GRANTING_PRIVATE_H

#include "mirror/granting.h"
#include "s3/container.h"
#include "s3/keydoc.h"
#include "s3/meta.h"
#include "s3/metadata.h"
#include "s3/refusal.h"
#include "s3/sigv4.h"
#include "s3/sso.h"
#include "s3/sts.h"
#include "s3/url.h"

enum { GRANTING_ATTEMPTS = 3 };

/* A conversation with one service, on one connection as long as that goes. */
struct granting_talk {
	struct conn_pool pool;
	struct conn_patience patience; /* what is left of it */
	const struct conn_patience *usual;
	struct conn *conn; /* NULL if there is none */
	char host[HOST_MAX + 1];
	uint64_t deadline_ms;
	struct buf request; /* the next one, body included */
	/* of the last answer */
	struct buf body;
	unsigned status;
	struct meta meta;
	int64_t sent_ns, received_ns;
	char request_storage[STS_REQUEST_MAX];
	char body_storage[KEYDOC_MAX];
};

/* How long metadata services may take, which are near or not there. */
extern const struct conn_patience granting_near;

/* One run of a chain. Lives on the heap, and is wiped. */
struct granting_course {
	const struct granting *how;
	const struct chain *chain;
	uint64_t deadline_ms;
	int64_t skew_s; /* what to add to this machine's clock */
	/* the service that is asked: its URL, which borrows of the chain, its
	 * name for messages, and what writes a request, anew for each attempt */
	struct url url;
	struct call_place where;
	const char *service;
	enum gs_code (*write)(struct granting_course *c, struct buf *request,
		struct gs_err *err);
	const struct chain_role *role; /* that is assumed */
	struct grant grant;            /* what has been granted so far */
	struct grant next;
	struct container container;
	struct metadata metadata;
	struct sso_token token;
	struct buf file; /* a block of its own; see granting_read_file */
	struct granting_talk talk;
	struct sts_scratch sts;
	char cache[SSO_CACHE_MAX]; /* its next text */
};

/* the conversation */

/* Gets ready to ask url; connects when it is asked. */
void granting_talk_begin(
	struct granting_course *c, const struct conn_patience *patience);

/* Sends the request and takes the answer; talk->request is then wiped. */
GS_CHECKED enum gs_code granting_talk_ask(
	struct granting_talk *t, struct gs_err *err);

/* Closes. Twice is fine. */
void granting_talk_end(struct granting_talk *t);

/* Chooses whom to ask, and for what; write may be NULL. */
void granting_choose_url(struct granting_course *c, const struct url *url,
	const char *service,
	enum gs_code (*write)(struct granting_course *c, struct buf *request,
		struct gs_err *err));

/* The same by the text of the URL. */
GS_CHECKED enum gs_code granting_choose(struct granting_course *c,
	const char *text, const char *service,
	enum gs_code (*write)(struct granting_course *c, struct buf *request,
		struct gs_err *err),
	struct gs_err *err);

/* Asks as often as that may help. GS_OK: the answer of status 200 is in the
 * talk's body. */
GS_CHECKED enum gs_code granting_ask(
	struct granting_course *c, struct gs_err *err);

/* The time over there. */
int64_t granting_now_ns(const struct granting_course *c);

/* Reads c->chain->file into c->file. GS_CONFIG with the advice if it is not
 * there, too large, or empty. */
GS_CHECKED enum gs_code granting_read_file(struct granting_course *c,
	size_t max, const char *advice, struct gs_err *err);

/* Wipes what was read. Twice is fine. */
void granting_forget_file(struct granting_course *c);

/* the sources: each fills c->grant */

GS_CHECKED enum gs_code granting_web_identity(
	struct granting_course *c, struct gs_err *err);
GS_CHECKED enum gs_code granting_sso(
	struct granting_course *c, struct gs_err *err);
GS_CHECKED enum gs_code granting_login(
	struct granting_course *c, struct gs_err *err);
GS_CHECKED enum gs_code granting_container(
	struct granting_course *c, struct gs_err *err);
GS_CHECKED enum gs_code granting_instance(
	struct granting_course *c, struct gs_err *err);

/* Puts the keys of c->role in place of those that are asked with. */
GS_CHECKED enum gs_code granting_assume(
	struct granting_course *c, struct gs_err *err);

#endif
