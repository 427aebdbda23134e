/* Shared by the source files of ask.h only. */
#ifndef MIRROR_ASK_PRIVATE_H
#define MIRROR_ASK_PRIVATE_H

#include "mirror/ask.h"
#include "mirror/mend.h"

/* How an attempt ended. */
enum step {
	STEP_DONE,
	STEP_ABSENT,
	STEP_REFUSED,
	STEP_FAILED, /* for good */
	STEP_AGAIN,  /* worth another attempt at once */
	STEP_LATER,  /* after a while */
	STEP_SLOWLY, /* after a longer one */
};

/* A request on its way through its attempts. */
struct course {
	struct remote *remote;
	const struct ask *ask;
	struct mend mend;
	bool fresh; /* use a new connection */
	unsigned failures, paid;
	/* of the last attempt */
	struct exchange_outcome outcome;
	struct meta meta;
	struct buf
		words; /* the answer's body, if it is not what was asked for */
	struct gs_err err; /* what to say if there is no other */
	enum remote_topic topic;
	enum log_level level;
	bool silent;       /* nothing needs to be said */
	bool answered;     /* the store did its part, if only to say no */
	bool keyless;      /* it was not asked, for lack of keys */
	uint64_t taken_ms; /* when the last of a body was taken, 0: none was */
	enum retry_cost cost;
};

bool ask_puts(const struct course *c);

/* Gets have connections of their own, since somebody waits for them. */
enum conn_use ask_use(const struct course *c);

/* What the head of the answer told. */
const struct meta *ask_told(struct course *c);

/* Notes that it is no fault of the network if the caller does not like an
 * answer, or cannot ask; code again. */
enum gs_code ask_own_result(struct course *c, enum gs_code code);

/* What becomes of a request whose answer did not come whole, and of one whose
 * answer did. */
enum step ask_judge_failure(struct course *c);
enum step ask_judge_answer(struct course *c);

#endif
