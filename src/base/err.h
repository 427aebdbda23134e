/*
 * The one way to say that something failed.
 *
 * A fallible function returns an enum gs_code and takes, last, a struct
 * gs_err that it fills with the first failure and leaves alone on success, so
 * calls chain. err is never NULL. The text is one line for a person, without
 * a capital or a full stop: what failed, on what, why; it never holds a secret.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/view.h"

enum gs_code {
	GS_OK = 0,
	GS_BAD,     /* somebody sent what the format forbids */
	GS_TOOBIG,  /* a named limit was passed */
	GS_SYS,     /* the system refused; sys_errno says why */
	GS_TIMEOUT, /* a deadline passed */
	GS_CLOSED,  /* the other side ended before the message did */
	GS_CONFIG,  /* a setting is wrong or missing */
	GS_TRUST,   /* the peer could not be authenticated */
};

enum { GS_ERR_TEXT_MAX = 320 };

struct gs_err {
	enum gs_code code;
	int sys_errno; /* an errno value, or 0 */
	char text[GS_ERR_TEXT_MAX];
};

#define GS_CHECKED __attribute__((warn_unused_result))

/*
 * Fills err with "WHAT 'SUBJECT': WHY" (no quotes for an empty subject, no
 * colon for a NULL why), cut to fit, a long subject first, and returns code.
 * It is UTF-8 without control characters (base/clean.h).
 */
enum gs_code gs_fail(struct gs_err *err, enum gs_code code, const char *what,
	struct view subject, const char *why);

#endif
