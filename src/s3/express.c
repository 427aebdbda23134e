#include "s3/express.h"

#include "s3/keydoc.h"

bool
express_is_wanted(const struct endpoint *e, bool without_sessions)
{
	return e->is_directory && !without_sessions;
}

enum gs_code
express_read(struct view document, struct grant *grant, struct gs_err *err)
{
	enum gs_code code = keydoc_read(KEYDOC_SESSION, document, grant, err);

	if (code == GS_OK) {
		grant->expires_s -= EXPRESS_MARGIN_S;
	}
	return code;
}
