/* A container's URL and, after a NUL, an authorization: what is asked for is
 * one request of so many lines. */
#include "s3/container.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool is_so)
{
	if (!is_so) {
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char storage[CONTAINER_HEAD_MAX];
	struct buf out = BUF_OVER(storage);
	struct view url, authorization, rest, line;
	struct container c;
	struct gs_err err;
	size_t lines = 0;

	view_cut((struct view){(const char *)data, size}, '\0', &url,
		&authorization);
	if (container_parse(url, &c, &err) != GS_OK) {
		check(err.code == GS_CONFIG);
		return 0;
	}
	if (container_head(&c, authorization, &out, &err) != GS_OK) {
		return 0;
	}
	rest = buf_view(&out);
	while (view_cut(rest, '\n', &line, &rest)) {
		lines++;
	}
	check(lines == 6U + (authorization.n > 0) && rest.n == 0);
	return 0;
}
