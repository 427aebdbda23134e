/*
 * Tells findings, one after another: as lines for a person, or as one JSON
 * document (docs/doctor.md has its members).
 *
 *	ok    credentials     profile 'ci', credential_process
 *	        access key    ****7XYZ
 *	FAIL  list            http://… says AccessDenied: …
 *	        do: …
 */
#ifndef DOCTOR_REPORT_H
#define DOCTOR_REPORT_H

#include "doctor/finding.h"

/* How much a finding takes at most, every byte of it escaped. */
enum {
	REPORT_FINDING_MAX =
		6 * (FINDING_TEXT_MAX + FINDING_ADVICE_MAX +
			    FINDING_FACTS_MAX * (FINDING_VALUE_MAX + 256)),
};

struct report {
	bool json;
	/* private */
	bool begun;
	unsigned count[FINDING_VERDICTS];
};

/* Each appends to out, which has room for REPORT_FINDING_MAX bytes. */

void report_begin(struct report *r, const char *version, struct buf *out);

void report_finding(struct report *r, const char *check,
	const struct finding *f, struct buf *out);

void report_end(struct report *r, struct buf *out);

/* True if nothing failed so far. */
bool report_is_well(const struct report *r);

#endif
