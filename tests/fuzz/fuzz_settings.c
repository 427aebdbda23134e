/* Configuration from strangers: config file, credentials file and environment
 * (a variable per line), with a NUL between. What is accepted is safe to send. */
#include "s3/settings.h"

#include "s3/object.h"

#include <stdlib.h>
#include <string.h>

enum { ENV_MAX = 32, ENV_TEXT_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char env_text[ENV_TEXT_MAX];
static char *env[ENV_MAX + 1];
static struct settings settings;
static struct object_scratch scratch;
static char head[2 * OBJECT_HEAD_MAX];

static void
check(bool is_so)
{
	if (!is_so) {
		abort();
	}
}

static void
set_env(struct view text)
{
	struct buf b = BUF_OVER(env_text);
	size_t count = 0;

	while (text.n > 0 && count < ENV_MAX) {
		struct view line;

		view_cut(text, '\n', &line, &text);
		env[count] = env_text + b.len;
		buf_add(&b, line);
		buf_char(&b, '\0');
		if (!buf_ok(&b)) {
			break;
		}
		count++;
	}
	env[count] = NULL;
}

/* The head holds its own lines and no others. */
static void
check_head(const struct endpoint *e)
{
	const struct object_env with = {
		.endpoint = e, .creds = &settings.chain.keys, .scratch = &scratch};
	const struct id action = {{0}};
	struct buf out = BUF_OVER(head);
	struct gs_err err;
	size_t lines = 0;

	check(object_get_head(&with, &action, &out, &err) == GS_OK);
	for (size_t i = 0; i < out.len; i++) {
		check(head[i] != '\0');
		lines += head[i] == '\n';
	}
	check(lines == 8 + (settings.chain.keys.session_token[0] != '\0'));
	check(out.len <= OBJECT_HEAD_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct settings_input in = {.env = env,
		.bucket = "bucket",
		.prefix = "",
		.endpoint = "",
		.region = "",
		.profile = "",
		.ca_bundle = ""};
	struct settings_texts texts;
	struct view rest = {(const char *)data, size};
	struct settings_paths paths;
	struct endpoint_wish wish;
	struct endpoint endpoint;
	struct gs_err err;

	view_cut(rest, '\0', &texts.config, &rest);
	view_cut(rest, '\0', &texts.credentials, &rest);
	set_env(rest);
	(void)!settings_paths(env, &paths, &err);
	if (settings_resolve(&in, &texts, &settings, &err) != GS_OK ||
		settings_find_chain(&in, &texts, &settings, &err) != GS_OK) {
		return 0;
	}
	wish = settings_wish(&settings);
	if (endpoint_resolve(&wish, &endpoint, &err) == GS_OK) {
		check_head(&endpoint);
	}
	settings_release(&settings);
	return 0;
}
