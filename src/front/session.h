/*
 * One conversation with cmd/go: requests in, replies out, the local tier and
 * the mirror behind it. Replies collect until session_flush or until there is
 * no room for one more. Only a get that the mirror was asked for, and a close,
 * wait for anything. One thread.
 */
#ifndef FRONT_SESSION_H
#define FRONT_SESSION_H

#include "front/body.h"
#include "front/gets.h"
#include "front/keeper.h"
#include "gocache/inbox.h"
#include "gocache/reply.h"
#include "gocache/request.h"

enum {
	SESSION_OUT_MAX = 96 * 1024,
	/* room for any one reply: a path is at most six times as long in
	 * JSON */
	SESSION_REPLY_MAX = REPLY_MAX + 6 * PATH_LEN_MAX,
};

/* What the session did, for the summary. */
struct session_counts {
	uint64_t gets, local_hits, remote_hits, misses, puts;
};

struct session_setup {
	struct cachedir *dir;
	struct keeper *keeper;
	struct id place;   /* names the bucket in the marks */
	bool sharing;      /* what is put or held may go to the bucket */
	uint64_t drain_ms; /* how long a close may wait for uploads */
	int out_fd;
};

struct session {
	struct session_setup with;
	struct inbox inbox;
	struct request put; /* the put whose body is being read */
	struct body body;
	struct gets gets;
	bool closing; /* close was asked and waits for the mirror */
	bool ended;   /* close is answered, or nobody reads the replies */
	int64_t close_id;
	uint64_t close_deadline_ms;
	struct session_counts counts;
	struct link_counts mirror_counts;
	char path[PATH_LEN_MAX + ENTRY_NAME_MAX];
	struct buf out;
	char out_storage[SESSION_OUT_MAX];
};

/* The pointers in the set-up must outlive the session. */
void session_init(struct session *s, const struct session_setup *with);

/* Takes bytes from cmd/go. GS_BAD or GS_TOOBIG if they are not of the
 * protocol: the end. */
GS_CHECKED enum gs_code session_feed(
	struct session *s, struct view bytes, struct gs_err *err);

/* Writes the collected replies. */
void session_flush(struct session *s);

/* Acts on a message of the mirror. */
void session_hear(struct session *s, const struct link_msg *m);

/* The mirror is gone: nobody waits for it any longer. */
void session_lost_mirror(struct session *s);

/* To be called now and then: ends a close that has waited long enough. */
void session_tick(struct session *s);

/* True while an answer depends on the mirror. */
bool session_is_waiting(const struct session *s);

/* True if the input may end here without a request being cut. */
bool session_at_rest(const struct session *s);

#endif
