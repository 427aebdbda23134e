/*
 * Opens sessions with a directory bucket (s3/express.h): the hop after the
 * chain's keys (mirror/credentials.h). The bucket is asked as for anything else
 * (mirror/ask.h): with the run's connections, retries and mended clock.
 */
#ifndef MIRROR_EXPRESS_SESSION_H
#define MIRROR_EXPRESS_SESSION_H

#include "mirror/remote.h"
#include "s3/grant.h"

/*
 * Fills *grant with a session's keys; it ends by this machine's clock, a little
 * before the session does. For credentials_setup: r is a struct remote, and the
 * deadline is that of the run's requests. GS_CONFIG where only a person can
 * help, GS_CLOSED if the bucket does not take base any longer. One thread at a
 * time.
 */
GS_CHECKED enum gs_code express_session_open(void *r, const struct creds *base,
	uint64_t deadline_ms, struct grant *grant, struct gs_err *err);

#endif
