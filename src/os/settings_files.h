/* Reads AWS's shared files for s3/settings.h. */
#ifndef OS_SETTINGS_FILES_H
#define OS_SETTINGS_FILES_H

#include "s3/settings.h"

/*
 * Reads the files that the environment names and fills s, credentials
 * included. A file that cannot be read counts as empty; why, if it exists, is
 * told in *unreadable (GS_OK otherwise). The answer is that of
 * settings_resolve or settings_find_creds. Nothing secret stays in memory but
 * in s.
 */
GS_CHECKED enum gs_code settings_load(const struct settings_input *in,
	struct settings *s, struct gs_err *unreadable, struct gs_err *err);

#endif
