/* An environment from a text with a variable per line, for fuzzers. */
#ifndef TESTS_FUZZ_ENV_LINES_H
#define TESTS_FUZZ_ENV_LINES_H

#include "base/buf.h"

enum { ENV_LINES_MAX = 32, ENV_LINES_TEXT_MAX = 4096 };

/* As environ, valid until the next call; what does not fit is left out. */
static inline char *const *
env_lines(struct view text)
{
	static char storage[ENV_LINES_TEXT_MAX];
	static char *env[ENV_LINES_MAX + 1];
	struct buf b = BUF_OVER(storage);
	size_t count = 0;

	while (text.n > 0 && count < ENV_LINES_MAX) {
		struct view line;

		view_cut(text, '\n', &line, &text);
		env[count] = storage + b.len;
		buf_add(&b, line);
		buf_char(&b, '\0');
		if (!buf_ok(&b)) {
			break;
		}
		count++;
	}
	env[count] = NULL;
	return env;
}

#endif
