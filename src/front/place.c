#include "front/place.h"

#include "base/array.h"
#include "base/sha256.h"
#include "s3/env.h"

#define WEEK_NS (INT64_C(7) * 24 * 3600 * 1000000000)

static void
add_line(struct sha256 *hash, struct view text)
{
	sha256_update(hash, text);
	sha256_update(hash, VIEW("\n"));
}

struct id
place_name(const struct settings_input *in, int64_t now_ns)
{
	static const char *const names[] = {"AWS_ENDPOINT_URL_S3",
		"AWS_ENDPOINT_URL", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
		"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE",
		"AWS_SHARED_CREDENTIALS_FILE"};
	const char *const told[] = {
		in->endpoint, in->bucket, in->prefix, in->profile};
	const int64_t week = now_ns / WEEK_NS;
	struct sha256 hash;
	struct id place;

	sha256_init(&hash, SHA256_PORTABLE);
	sha256_update(&hash, (struct view){(const char *)&week, sizeof(week)});
	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		add_line(&hash, view_of(told[i]));
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		add_line(&hash, env_get(in->env, names[i]));
	}
	sha256_final(&hash, &place);
	return place;
}
