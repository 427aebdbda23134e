/*
 * Documents that grant keys: of a container's and of an instance's metadata, of
 * a credential_process, of Identity Center's portal, of `aws login`, in JSON;
 * of STS and of S3 Express, in XML. One table (keydoc.c) says what each calls
 * its members, what it must hold, and how it writes the time.
 *
 * As Go's: the names in JSON are equal in either case, null is not there.
 * Source: aws-sdk-go-v2 credentials/{endpointcreds,ec2rolecreds,processcreds,
 * ssocreds,logincreds}, service/sts/deserializers.go.
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
	KEYDOC_ROLE,    /* STS: AssumeRole, AssumeRoleWithWebIdentity */
	KEYDOC_SESSION, /* S3: CreateSession */
};

enum { KEYDOC_MAX = 64 * 1024 };

/* GS_BAD says what is missing or wrong, or that the document says it was
 * refused and may be granted later; GS_CONFIG that it was refused for good
 * (s3/refusal.h); GS_TOOBIG is for what is over a limit. *grant is then wiped.
 * No err quotes a key. An end in the past is for the caller to judge. */
GS_CHECKED enum gs_code keydoc_read(enum keydoc_kind kind, struct view text,
	struct grant *grant, struct gs_err *err);

#endif
