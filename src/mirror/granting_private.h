/* What granting.c and those who ask one kind of source know of each other. */
#ifndef MIRROR_GRANTING_PRIVATE_H
#define MIRROR_GRANTING_PRIVATE_H

#include "mirror/granting.h"
#include "mirror/site.h"
#include "s3/container.h"
#include "s3/keydoc.h"
#include "s3/meta.h"
#include "s3/metadata.h"
#include "s3/refusal.h"
#include "s3/sso.h"
#include "s3/sts.h"

enum { GRANTING_ATTEMPTS = 3 };

/* A conversation with one service, on one connection as long as that goes. */
struct granting_talk {
	struct conn_pool pool;
	struct conn_patience patience; /* what is left of it */
	const struct conn_patience *usual;
	struct conn *conn; /* NULL if there is none */
	struct site site;
	uint64_t deadline_ms;
	bool connected;     /* once, at least */
	struct buf request; /* the next one, body included */
	/* of the last answer */
	struct buf body;
	unsigned status;
	struct meta meta;
	int64_t sent_ns, received_ns;
	char request_storage[STS_REQUEST_MAX];
	char body_storage[KEYDOC_MAX];
};

/* The environment of those that no proxy stands before. */
extern char *const granting_no_proxy[];

/* How long metadata services may take, which are near or not there. */
extern const struct conn_patience granting_near;

struct granting_course;

/* Whom to ask for what. Borrows. */
struct granting_service {
	const char *name; /* for messages */
	struct url url;
	bool is_near; /* metadata: no proxy is asked */
	/* appends a request, anew for each attempt; NULL without granting_ask */
	enum gs_code (*write)(struct granting_course *c, struct buf *request,
		struct gs_err *err);
};

/* One run of a chain. Lives on the heap, and is wiped. */
struct granting_course {
	const struct granting *how;
	const struct chain *chain;
	uint64_t deadline_ms;
	int64_t skew_s; /* what to add to this machine's clock */
	struct granting_service service; /* that is asked */
	struct container container;
	const struct chain_role *role; /* that is assumed */
	struct grant grant;            /* what has been granted so far */
	struct grant next;
	struct metadata metadata;
	struct sso_token token;
	struct buf file; /* a block of its own; see granting_read_file */
	struct granting_talk talk;
	struct sts_scratch scratch;
	char cache[SSO_CACHE_MAX];
};

/* the conversation */

/* Gets ready to ask the service, connects when it is asked. */
GS_CHECKED enum gs_code granting_talk_begin(struct granting_course *c,
	const struct conn_patience *patience, struct gs_err *err);

/* Connects, unless there is a connection. */
GS_CHECKED enum gs_code granting_talk_connect(
	struct granting_talk *t, struct gs_err *err);

/* Connects if need be, sends the request and takes the answer; talk->request is
 * then wiped. */
GS_CHECKED enum gs_code granting_talk_ask(
	struct granting_talk *t, struct gs_err *err);

/* Closes. Twice is fine. */
void granting_talk_end(struct granting_talk *t);

/* The service's place, for its requests. */
struct call_place granting_place(const struct granting_course *c);

/* Asks the service at url as often as that may help. GS_OK: the answer of
 * status 200 is in the talk's body. */
GS_CHECKED enum gs_code granting_ask(struct granting_course *c,
	const struct granting_service *service, struct gs_err *err);

/* Reads the keys of that answer. */
GS_CHECKED enum gs_code granting_take(struct granting_course *c,
	enum keydoc_kind kind, struct grant *grant, struct gs_err *err);

/* Says of which service err is true. */
void granting_blame(const struct granting_course *c, struct gs_err *err);

/* Takes this machine's clock for wrong by what the last answer says; true if
 * that is far from what it was asked with. */
bool granting_learn_clock(struct granting_course *c);

/* Waits before another attempt; false if there have been enough, or there is
 * no time for it. */
bool granting_pause(const struct granting_course *c, unsigned failures);

/* The time over there. */
int64_t granting_now_ns(const struct granting_course *c);

/* Reads c->chain->file into c->file. GS_CONFIG with the advice if it is not
 * there, too large, or empty; GS_SYS if the system cannot read it now. */
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
