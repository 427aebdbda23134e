/* The keys that requests are signed with. A plain value that owns its text;
 * wipe it (base/buf.h) when it is no longer needed. */
#ifndef S3_CREDS_H
#define S3_CREDS_H

#include "base/limits.h"

/* All text is terminated. */
struct creds {
	char access_key[ACCESS_KEY_MAX + 1];
	char secret_key[SECRET_KEY_MAX + 1];
	char session_token[SESSION_TOKEN_MAX + 1]; /* "" without one */
};

#endif
