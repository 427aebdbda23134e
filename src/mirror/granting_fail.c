#include "mirror/granting.h"

enum gs_code
granting_fail(
	const struct chain *chain, const struct gs_err *why, struct gs_err *err)
{
	char storage[CHAIN_FROM_MAX + 32];
	struct buf what = BUF_OVER(storage);

	buf_str(&what, "no credentials from ");
	buf_str(&what, chain->from);
	gs_fail(err, why->code, buf_cstr(&what), VIEW(""), why->text);
	err->sys_errno = why->sys_errno;
	return err->code;
}
