/* For tests of requests that are signed: keys, and texts in fixed arrays. */
#ifndef TESTS_UNIT_SIGNED_REQUESTS_H
#define TESTS_UNIT_SIGNED_REQUESTS_H

#include "s3/creds.h"

#include <string.h>

/* 2026-01-02T03:04:05Z */
enum { SIGNED_AT_S = 1767323045 };

static inline void
copy_text(char *to, struct view text)
{
	memcpy(to, text.p, text.n);
	to[text.n] = '\0';
}

static inline void
fill_text(char *to, size_t n, char c)
{
	memset(to, c, n);
	to[n] = '\0';
}

/* Those of AWS's own examples. */
static inline void
set_example_creds(struct creds *creds, struct view token)
{
	copy_text(creds->access_key, VIEW("AKIAIOSFODNN7EXAMPLE"));
	copy_text(creds->secret_key,
		VIEW("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
	copy_text(creds->session_token, token);
}

static inline void
set_longest_creds(struct creds *creds)
{
	fill_text(creds->access_key, ACCESS_KEY_MAX, 'A');
	fill_text(creds->secret_key, SECRET_KEY_MAX, 'S');
	fill_text(creds->session_token, SESSION_TOKEN_MAX, 'T');
}

#endif
