/*
 * Tags of an object, as a header carries them: `key=value&key2=value2`, each
 * percent-encoded as in a query. At most ten; keys of 1 to 128 characters,
 * values of up to 256, no key twice.
 * Source: docs.aws.amazon.com AmazonS3/latest/userguide/object-tagging.html
 */
#ifndef S3_TAGGING_H
#define S3_TAGGING_H

#include "base/view.h"

enum {
	TAGGING_MAX = 10,
	TAGGING_KEY_MAX = 128,   /* characters */
	TAGGING_VALUE_MAX = 256, /* likewise */
};

/* What is wrong with them, NULL if nothing is. */
const char *tagging_fault(struct view tags);

#endif
