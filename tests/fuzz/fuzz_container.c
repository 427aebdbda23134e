/* A container's URL and, after a NUL, an authorization: what is asked for is
 * one request of so many lines. */
#include "s3/container.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char storage[CONTAINER_HEAD_MAX];
	struct buf out = BUF_OVER(storage);
	struct view url, authorization;
	struct container c;
	struct gs_err err;

	view_cut((struct view){(const char *)data, size}, '\0', &url,
		&authorization);
	if (container_parse(url, &c, &err) != GS_OK) {
		check(err.code == GS_CONFIG);
		return 0;
	}
	if (container_head(&c, authorization, &out, &err) != GS_OK) {
		return 0;
	}
	check(count_lines(buf_view(&out)) == 6U + (authorization.n > 0));
	return 0;
}
