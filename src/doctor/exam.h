/*
 * What the doctor's checks share: what is configured, and what earlier ones
 * found out. Only files of this room include it.
 */
#ifndef DOCTOR_EXAM_H
#define DOCTOR_EXAM_H

#include "doctor/doctor.h"
#include "doctor/finding.h"
#include "doctor/probe.h"
#include "mirror/site.h"
#include "os/address.h"
#include "os/trust.h"
#include "s3/grant.h"
#include "s3/list.h"

enum { EXAM_KEY_MAX = KEY_NAME_MAX };

/* Large: not for a stack. */
struct exam {
	const struct doctor_setup *with;
	struct settings settings;
	struct endpoint endpoint;
	struct endpoint_wish wish; /* that led there */
	struct trust *trust;       /* NULL if nothing has TLS so far */
	struct grant grant;        /* of the source of keys */
	struct grant session;      /* with a directory bucket, */
	bool in_session;           /* if there is one */
	struct site site;          /* of the endpoint: the way there */
	struct address_list addresses;
	struct conn_pool pool;
	struct probe_answer answer;     /* the last one */
	bool answered;                  /* there is one */
	bool knows_time;                /* an answer has told the store's, */
	int64_t ahead_s;                /* by so much ahead of ours */
	int64_t skew_s, skew_used_s;    /* to sign with; by the last answer's */
	unsigned tried;                 /* mends, as bits */
	const struct exam_mend *mended; /* not said yet */
	char query[LIST_QUERY_MAX];
	char key[EXAM_KEY_MAX]; /* of the object that is put */
};

/* Finds the way to the endpoint. */
GS_CHECKED enum gs_code exam_find_site(struct exam *e, struct gs_err *err);

/* Asks the bucket, in a session if it wants one, which is opened once, and again
 * for what a run mends by itself; false, with the finding, if no answer comes. */
bool exam_ask(struct exam *e, const struct probe *probe, struct finding *f);

/* True if other keys, or a policy for these, would do. */
bool exam_is_denied(const struct exam *e);

/* Says what the store said: that it refused, and what to do (NULL: what its
 * words mean); or how long it took, or what had to be mended for it. */
void exam_tell_refusal(const struct exam *e, enum finding_verdict verdict,
	const char *advice, struct finding *f);
void exam_tell_success(struct exam *e, struct finding *f);

/* Fills f. The verdict decides whether what needs this check goes on. */
typedef void exam_check(struct exam *e, struct finding *f);

exam_check exam_configuration, exam_directory, exam_credentials;
exam_check exam_proxy, exam_name, exam_connection, exam_tls;
exam_check exam_list, exam_missing, exam_clock;
exam_check exam_put, exam_get, exam_delete;

#endif
