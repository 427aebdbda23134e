/* What the parts of the remote share. Only remote*.c may include it. */
#ifndef MIRROR_REMOTE_PRIVATE_H
#define MIRROR_REMOTE_PRIVATE_H

#include "mirror/remote.h"

/* Gets ready to ask for keys, after all else of the configuration. */
GS_CHECKED enum gs_code remote_prepare_keys(
	struct remote *r, struct gs_err *err);

/* Lets reads that wait for their turn see that they are cancelled. */
void remote_pace_stop(struct remote *r);

#endif
