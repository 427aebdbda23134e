/* What a run is configured with, as far as that takes files: AWS's shared ones
 * for s3/settings.h, and the authorities to trust. */
#ifndef OS_SETTINGS_FILES_H
#define OS_SETTINGS_FILES_H

#include "os/trust.h"
#include "s3/settings.h"

/*
 * Reads the shared files that the environment names and fills s, its chain
 * included. A file that cannot be read counts as empty, but is named where the
 * configuration then comes to nothing. The answer is otherwise that of
 * settings_resolve or settings_find_chain. Nothing secret stays in memory but
 * in s.
 */
GS_CHECKED enum gs_code settings_load(const struct settings_input *in,
	struct settings *s, struct gs_err *err);

/* All that is needed before the first request: the settings, where the bucket
 * is, and for https whom to trust (NULL otherwise), with the anchors loaded.
 * The caller frees *trust. */
GS_CHECKED enum gs_code settings_establish(const struct settings_input *in,
	struct settings *s, struct endpoint *endpoint, struct trust **trust,
	struct gs_err *err);

/* Whom to trust, with the anchors loaded. The caller frees *trust, whatever the
 * answer is. */
GS_CHECKED enum gs_code settings_trust(const struct settings_input *in,
	const struct settings *s, struct trust **trust, struct gs_err *err);

#endif
