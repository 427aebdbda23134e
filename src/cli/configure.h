/* What options and environment configure, and whether that is any good. */
#ifndef CLI_CONFIGURE_H
#define CLI_CONFIGURE_H

#include "cli/options.h"
#include "s3/settings.h"

/* Borrows from both. */
struct settings_input configure(const struct options *o, char *const env[]);

/* With -strict: GS_OK if the run has a bucket and all that a request needs, as
 * far as this can be known without sending one. */
GS_CHECKED enum gs_code configure_check(const struct options *o,
	const struct settings_input *in, struct gs_err *err);

/* Without it: warns of what is ignored, and of a run without a bucket. */
void configure_warn(const struct options *o);

#endif
