/*
 * What a store's refusal means: what may mend it, what to do if nothing does,
 * and what to tell the person. One table (errors.c), pure.
 * Source: docs.aws.amazon.com AmazonS3/latest/API/ErrorResponses.html;
 * aws-sdk-go-v2 aws/retry; other stores' own codes as seen (docs/faults.md).
 */
#ifndef S3_ERRORS_H
#define S3_ERRORS_H

#include "base/limits.h"
#include "base/view.h"

/* READ and WRITE are GET and PUT of what is no entry, which a store may refuse
 * while it takes the others. */
enum errors_op {
	ERRORS_GET,
	ERRORS_PUT,
	ERRORS_LIST,
	ERRORS_READ,
	ERRORS_WRITE,
	ERRORS_SESSION, /* asks for one (s3/express.h) */
	ERRORS_OPS
};

/* GET for READ, PUT for WRITE, LIST for SESSION, else the same. */
enum errors_op errors_kind(enum errors_op op);

/* What may make the same request succeed, once. */
enum errors_mend {
	ERRORS_MEND_NOTHING,
	ERRORS_MEND_REGION,  /* sign for the region in the answer */
	ERRORS_MEND_HOST,    /* name the bucket in the host */
	ERRORS_MEND_CLOCK,   /* sign with the store's clock */
	ERRORS_MEND_KEYS,    /* read the credentials again */
	ERRORS_MEND_PAYLOAD, /* sign the body too */
};

enum errors_verdict {
	ERRORS_DONE,      /* what was wanted is so already */
	ERRORS_ABSENT,    /* there is no such object */
	ERRORS_RETRY,     /* try again soon */
	ERRORS_THROTTLED, /* try again later */
	ERRORS_REFUSED,   /* this request is in vain */
	ERRORS_DENIED,    /* so is every one of its kind */
	ERRORS_OFF,       /* so is every request */
};

enum { ERRORS_CODE_MAX = 64 };

struct errors_judgement {
	enum errors_mend mend;
	enum errors_verdict verdict;
	char code[ERRORS_CODE_MAX + 1]; /* the store's word, "" without one */
	char region[REGION_MAX + 1];    /* that the body names, or "" */
	/* what it means and what to do, for a person; "" for what needs no
	 * word */
	const char *advice;
};

/* True if a rule of a table is for an answer: it is for one word of a store or
 * service, its code, or for a status that is not 0. */
bool errors_rule_fits(const char *rule_code, unsigned rule_status,
	struct view code, unsigned status);

/* True for a store's or service's word for trouble that passes. */
bool errors_code_is_passing(struct view code);

/* Judges an answer to op that is not 2xx, by the beginning of its body. */
struct errors_judgement errors_judge(
	enum errors_op op, unsigned status, struct view body);

#endif
