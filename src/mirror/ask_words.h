/* What ask.c says of a refusal. */
#ifndef MIRROR_ASK_WORDS_H
#define MIRROR_ASK_WORDS_H

#include "mirror/remote.h"

/* Borrows all of it. */
struct ask_refusal {
	const struct endpoint *endpoint;
	const struct site *site; /* its */
	enum errors_op op;
	unsigned status;
	const char *request_id; /* "": not said */
	const struct errors_judgement *judgement;
};

/* Fills err with the words, and says when they have been said already and how
 * loud they are. */
void ask_describe(const struct ask_refusal *r, enum remote_topic *topic,
	enum log_level *level, struct gs_err *err);

#endif
