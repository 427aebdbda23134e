/* What one step of the doctor found. */
#ifndef DOCTOR_FINDING_H
#define DOCTOR_FINDING_H

#include "base/buf.h"
#include "base/err.h"

enum finding_verdict {
	FINDING_OK,
	FINDING_WARNING, /* the cache works, but not as well as it could */
	FINDING_FAILED,  /* it does not */
	FINDING_SKIPPED, /* not tried; text says why */
	FINDING_VERDICTS
};

enum {
	FINDING_FACTS_MAX = 24,
	FINDING_VALUE_MAX = 512,
	FINDING_TEXT_MAX = 640,
	/* two policies, with names at their limits */
	FINDING_ADVICE_MAX = 4096,
};

/* Something that was found out: a value, and where it is from ("" if that
 * needs no word). */
struct finding_fact {
	const char *name;
	const char *from;
	char value[FINDING_VALUE_MAX];
};

/* All text is terminated, "" where there is nothing to say, and clean
 * (base/clean.h), advice line by line. Large: not for a stack. Never holds a
 * secret. */
struct finding {
	enum finding_verdict verdict;
	char text[FINDING_TEXT_MAX];     /* what is so, in one line */
	char advice[FINDING_ADVICE_MAX]; /* what to do, perhaps many lines */
	struct finding_fact fact[FINDING_FACTS_MAX];
	size_t fact_count;
};

void finding_init(struct finding *f);

/* Sets the verdict, the text and the advice, each cut to fit. */
void finding_say(struct finding *f, enum finding_verdict verdict,
	struct view text, struct view advice);

/* FINDING_FAILED with the text of err, and the advice. */
void finding_fail(
	struct finding *f, const struct gs_err *err, const char *advice);

/* Adds a fact, unless there are as many as fit. */
void finding_add(struct finding *f, const char *name, struct view value,
	const char *from);

#endif
