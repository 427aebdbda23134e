/*
 * One conversation with cmd/go: requests in, replies out, the local tier and
 * the mirror behind it. Replies collect until session_flush or until there is
 * no room for one more. Only a get that the mirror was asked for, and a close,
 * wait for anything, and neither for ever, whatever the mirror does. One
 * thread.
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
	/* how long a get waits for a mirror that says it is alive, and how
	 * many may wait in vain before no more are asked */
	SESSION_PATIENCE_MS = 60 * 1000,
	SESSION_OVERDUE_MAX = 3,
	/* lines from the mirror that are shown in one run */
	SESSION_SAID_MAX = 100,
	/* how much longer than the drain a close waits for the mirror's word */
	SESSION_CLOSE_GRACE_MS = 1000,
};

/* What the session did, for the summary. */
struct session_counts {
	uint64_t gets, local_hits, remote_hits, misses, puts;
	uint64_t told;   /* puts that the mirror was told of */
	uint64_t untold; /* puts that it should have been told of */
};

struct session_setup {
	struct cachedir *dir;
	struct keeper *keeper;
	struct id place;   /* names the bucket in the marks */
	bool sharing;      /* what is put or held may go to the bucket */
	bool reporting;    /* the mirror wants to know what go uses */
	uint64_t drain_ms; /* how long a close may wait for uploads */
	int out_fd;
};

/* How a close came to its end. */
enum session_close {
	SESSION_NOT_CLOSED,
	SESSION_CLOSED_IN_TIME, /* the mirror had nothing left to do */
	SESSION_CLOSED_LATE,    /* the drain was over */
	SESSION_CLOSED_BLINDLY, /* the mirror did not say what it did */
};

struct session {
	struct session_setup with;
	struct inbox inbox;
	struct request put; /* the put whose body is being read */
	struct body body;
	struct gets gets;
	unsigned overdue, said;
	bool interrupted;
	bool closing; /* close was asked and waits for the mirror */
	bool ended;   /* close is answered, or nobody reads the replies */
	int64_t close_id;
	uint64_t drained_ms; /* when the drain of a close is over */
	enum session_close close;
	struct session_counts counts;
	struct link_counts mirror_counts; /* once closed, and not blindly */
	char path[PATH_LEN_MAX + ENTRY_NAME_MAX];
	struct buf out;
	char out_storage[SESSION_OUT_MAX];
};

/* The pointers in the set-up must outlive the session. */
void session_init(struct session *s, const struct session_setup *with);

/* Takes bytes from cmd/go; what comes after the end is not looked at. GS_BAD
 * or GS_TOOBIG if they are not of the protocol: the end. */
GS_CHECKED enum gs_code session_feed(
	struct session *s, struct view bytes, struct gs_err *err);

/* Writes the collected replies. */
void session_flush(struct session *s);

/* Acts on a message of the mirror. */
void session_hear(struct session *s, const struct link_msg *m);

/* The mirror is gone: nobody waits for it any longer. */
void session_lost_mirror(struct session *s);

/* Somebody is in a hurry: what a close may still wait, and the mirror may take
 * for its uploads, is drain_ms at most. */
void session_interrupt(struct session *s, uint64_t drain_ms);

/* To be called now and then while the session waits: ends what has waited long
 * enough. */
void session_tick(struct session *s, uint64_t now_ms);

/* True if the mirror has said what it did: mirror_counts are its own. */
bool session_is_counted(const struct session *s);

/* True while an answer depends on the mirror. */
bool session_is_waiting(const struct session *s);

/* The input is over: drops a put that stopped short. */
void session_end(struct session *s);

#endif
