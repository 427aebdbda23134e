/*
 * Documents in JSON that grant keys: of a container's and of an instance's
 * metadata, of a credential_process, of the SSO portal, of `aws login`. One
 * table says what each calls its members, and how it writes the time.
 */
#ifndef S3_KEYDOC_H
#define S3_KEYDOC_H

#include "base/view.h"
#include "s3/grant.h"

enum keydoc_kind {
	KEYDOC_CONTAINER,
	KEYDOC_INSTANCE,
	KEYDOC_COMMAND,
	KEYDOC_SSO,
	KEYDOC_LOGIN,
};

enum { KEYDOC_MAX = 64 * 1024 };

/* GS_BAD says what is missing or wrong, GS_CONFIG that the document says it
 * was refused (with its words, no secrets), GS_TOOBIG for what is over a limit;
 * *grant is then wiped. An end in the past is for the caller to judge. */
GS_CHECKED enum gs_code keydoc_read(enum keydoc_kind kind, struct view text,
	struct grant *grant, struct gs_err *err);

#endif
