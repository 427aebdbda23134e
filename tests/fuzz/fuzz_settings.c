/* Configuration from strangers: config file, credentials file and environment
 * (a variable per line), with a NUL between. What is accepted is safe to send. */
#include "s3/settings.h"

#include "env_lines.h"
#include "fuzz.h"
#include "s3/object.h"

static struct settings settings;
static struct object_scratch scratch;
static char head[2 * OBJECT_HEAD_MAX];

/* The head holds its own lines and no others. */
static void
check_head(const struct endpoint *e)
{
	const struct object_env with = {.endpoint = e,
		.creds = &settings.chain.keys,
		.scratch = &scratch};
	const struct id action = {{0}};
	struct buf out = BUF_OVER(head);
	struct gs_err err;

	check(object_get_head(&with, &action, &out, &err) == GS_OK);
	check(count_lines(buf_view(&out)) ==
		8 + (settings.chain.keys.session_token[0] != '\0'));
	check(out.len <= OBJECT_HEAD_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings_input in = {.bucket = "bucket",
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
	in.env = env_lines(rest);
	(void)!settings_paths(in.env, &paths, &err);
	if (settings_resolve(&in, &texts, &settings, &err) != GS_OK ||
		settings_find_chain(&in, &texts, &settings, &err) != GS_OK) {
		return 0;
	}
	wish = settings_wish(&settings);
	if (settings.chain.kind == CHAIN_KEYS &&
		endpoint_resolve(&wish, &endpoint, &err) == GS_OK) {
		check_head(&endpoint);
	}
	settings_release(&settings);
	return 0;
}
