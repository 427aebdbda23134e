/*
 * The bucket, as the mirror's workers use it: fetch an entry into the cache
 * directory, upload one from it. What a person should know is said once, by way
 * of the front.
 *
 * Every function may be called by any thread, but for remote_start. One lock
 * guards what changes during the run; it is never held across I/O.
 */
#ifndef MIRROR_REMOTE_H
#define MIRROR_REMOTE_H

#include "link.h"
#include "mirror/credentials.h"
#include "mirror/site.h"
#include "os/cachedir.h"
#include "os/log.h"
#include "s3/breaker.h"
#include "s3/endpoint.h"
#include "s3/errors.h"
#include "s3/pace.h"
#include "s3/retry.h"
#include "s3/settings.h"

#include <stdatomic.h>

struct remote_setup {
	int link; /* where the front listens */
	struct cachedir *dir;
	struct id place; /* names the bucket in the directory's marks */
	const struct settings_input *settings;
	const struct conn_patience *patience;
	bool read_only; /* nothing is ever sent */
};

/* What is said once per run and kind. */
enum remote_topic {
	REMOTE_TOPIC_CONFIG,
	REMOTE_TOPIC_KEYS,
	REMOTE_TOPIC_NO_KEYS_YET,
	REMOTE_TOPIC_NETWORK,
	REMOTE_TOPIC_GET,
	REMOTE_TOPIC_PUT,
	REMOTE_TOPIC_LIST,
	REMOTE_TOPIC_READ,
	REMOTE_TOPIC_WRITE,
	REMOTE_TOPIC_RANGE,
	REMOTE_TOPIC_SNAPSHOT,
	REMOTE_TOPIC_PACK,
	REMOTE_TOPIC_OBJECT,
	REMOTE_TOPIC_DISK,
	REMOTE_TOPIC_REGION,
	REMOTE_TOPIC_HOST,
	REMOTE_TOPIC_CLOCK,
};

struct remote {
	struct remote_setup with;
	struct settings settings; /* read-only after the start */
	struct conn_pool pool;
	/* The first is used until the store names another region, or wants the
	 * bucket in the host; each can happen once. A filled slot never
	 * changes. A connection belongs to endpoint[target_no]. */
	struct endpoint endpoint[3];
	struct site site[3]; /* theirs */
	struct trust *trust; /* NULL where there is no TLS */
	struct granting_needs needs;
	struct credentials *credentials; /* NULL if it was never on */
	atomic_uint endpoint_now;
	atomic_bool on;                    /* there is a bucket to ask */
	atomic_bool forbidden[ERRORS_OPS]; /* every such request is in vain */
	atomic_bool hurried;   /* the go command waits for the uploads */
	atomic_bool cancelled; /* nobody waits for fetches any longer */
	atomic_uint said;      /* topics, as bits */
	pthread_mutex_t lock;  /* guards what follows */
	/* by errors_kind: what a store cannot do is no reason not to ask it for
	 * what go waits for. Sessions, without which there is nothing, are with
	 * gets. */
	struct breaker breaker[ERRORS_OPS];
	struct retry_budget budget;
	struct pace pace;
	pthread_cond_t pace_moved; /* there may be room for another request */
	bool region_named, bucket_in_host; /* the store said so */
	int64_t skew_s;
	bool sign_bodies;
	struct link_counts counts;
	struct gs_err trouble; /* not said yet, if a code is set */
};

enum remote_result {
	REMOTE_DONE,
	REMOTE_ABSENT,
	REMOTE_REFUSED, /* the store said no; so some do if a key is absent */
	REMOTE_FAILED,
};

/* Reads the configuration. Without a usable one, or without a directory, the
 * remote is off, which is said. */
void remote_start(struct remote *r, const struct remote_setup *with);

/* Shuts the process in (os/sandbox.h) with what the remote needs. To be called
 * before the first thread. */
void remote_enter_sandbox(const struct remote *r);

/* Begins to ask for keys, if they are not there already. After that, and only
 * if it is on. */
void remote_begin(struct remote *r);

/* False if every request would be in vain. */
bool remote_is_on(const struct remote *r);

/* Brings an entry into the cache directory. */
enum remote_result remote_fetch(struct remote *r, const struct id *action);

/* Sends an entry of the cache directory, unless the bucket is known to hold
 * it. What cannot be sent is counted as dropped. */
void remote_upload(struct remote *r, const struct entry *e);

/* A part of an object that is no entry: of a pack, or a whole snapshot. */
struct remote_part {
	struct view key; /* below the prefix */
	/* len 0: the whole object, without a range */
	uint64_t offset, len;
	void *ctx;
	/* Before each attempt: may move offset and len past what has been
	 * taken, and give len a value once the total is known. False ends it:
	 * nobody wants it any longer. Not called when nothing is left. */
	bool (*begin)(void *ctx, struct remote_part *part);
	/* The bytes, in order; total is the object's length. What is not GS_OK
	 * ends it: GS_BAD is said to be the object's fault, GS_SYS the disk's,
	 * and GS_CLOSED needs no word. */
	enum gs_code (*take)(void *ctx, uint64_t total, struct view bytes,
		struct gs_err *err);
};

/* Reads it. REMOTE_DONE: exactly the bytes that were asked for were taken; some
 * may have been with any other answer. REMOTE_ABSENT: there is no such object, or
 * none of its bytes are in the range. A store that answers a range with anything
 * else gives REMOTE_FAILED; one that ignores ranges is asked for no more. Ends
 * early when fetches are cancelled. */
enum remote_result remote_read(struct remote *r, struct remote_part *part);

/* Puts an object that is no entry, under a key below the prefix: size bytes of
 * fd, from its beginning, which hash to digest. */
enum remote_result remote_write(struct remote *r, struct view key, int fd,
	uint64_t size, const struct id *digest);

/* Opens a connection for gets before it is needed, and leaves it in the pool.
 * Failures are left to the request that needs one. */
void remote_connect(struct remote *r);

/* Notes that the bucket holds an entry, or that it need not be asked again
 * soon. */
void remote_set_shared(struct remote *r, const struct entry *e);

/* Names the bucket in the directory's marks. */
struct view remote_place(const struct remote *r);

/* The prefix of every key: empty, or ends in a slash. */
struct view remote_prefix(const struct remote *r);

/* True if the bucket's listings are in no order (s3/endpoint.h). */
bool remote_lists_anyhow(const struct remote *r);

/* Counts a get that was answered without asking: since the bucket lacks it, or
 * since it cannot be asked. */
void remote_count_absent(struct remote *r);
void remote_count_failed(struct remote *r);

/* From now on what cannot be uploaded at once is dropped. */
void remote_hurry(struct remote *r);

/* Ends fetches that are under way, and refuses new ones. */
void remote_cancel_fetches(struct remote *r);

struct link_counts remote_counts(struct remote *r);

/* For mend.c: true if the run's keys are those of a session (s3/express.h). */
bool remote_is_in_session(const struct remote *r);

/* For mend.c: finds the way to endpoint[i]. No file is read. */
GS_CHECKED enum gs_code remote_find_site(
	struct remote *r, unsigned i, struct gs_err *err);

/* For ask.c: around each attempt. Once there have been too many requests, one
 * waits until there is room for another of its kind (s3/pace.h), or it reads
 * and fetches are cancelled, but no longer than the patience's turn_ms; then it
 * goes all the same. Entries that go waits for are PACE_AWAITED, other objects
 * that are read and lists are PACE_READ, what is put is PACE_WRITE. Returns when
 * it began, for the end. */
uint64_t remote_pace_begin(struct remote *r, enum errors_op op);
void remote_pace_end(struct remote *r, enum errors_op op,
	enum pace_result result, uint64_t began_ms);

/* For ask.c: whether a request of this kind may go now (one that puts waits
 * while its breaker is open, unless we are hurried), and how it went. */
bool remote_may_ask(struct remote *r, enum errors_op op);
bool remote_may_retry(
	struct remote *r, enum errors_op op, enum retry_cost cost);
void remote_count_request(struct remote *r);
void remote_count_bytes(struct remote *r, uint64_t sent, uint64_t received);
void remote_note_stall(struct remote *r, uint64_t lost_ms);
void remote_note_end(
	struct remote *r, enum errors_op op, bool answered, unsigned paid);
void remote_note_unsent(
	struct remote *r, enum errors_op op); /* in place of the end */
void remote_forbid(struct remote *r, enum errors_op op);

/* Who only wanted to be faster need not hear of a network that is down, until
 * an entry is not asked for because of it. */
void remote_note_trouble(struct remote *r, const struct gs_err *err);
void remote_say_trouble(struct remote *r, enum errors_op op);

/* Says that a request was not sent for lack of keys, unless nobody wants it,
 * or why there are none has been said. */
void remote_say_keyless(
	struct remote *r, enum errors_op op, const struct gs_err *err);

/* Says what err holds, unless something of the topic has been said. */
void remote_say(struct remote *r, enum remote_topic topic, enum log_level level,
	const struct gs_err *err);

#endif
