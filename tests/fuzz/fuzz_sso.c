/* A cache's text and, after a NUL, an answer to its refresh: a cache that is
 * read is written as one that says the same, and the token of an answer too. */
#include "s3/sso.h"

#include "fuzz.h"

static struct sso_token token, again;

/* Writes the token into the cache's text, and reads it from there. */
static void
check_written(struct view cache)
{
	static char storage[8 * SSO_CACHE_MAX];
	struct buf out = BUF_OVER(storage);
	struct gs_err err;
	enum gs_code code = sso_write_cache(cache, &token, &out, &err);

	if (code != GS_OK) { /* there was no refresh token in it */
		check(code == GS_BAD);
		return;
	}
	if (sso_read_cache(buf_view(&out), &again, &err) != GS_OK) {
		check(out.len > SSO_CACHE_MAX);
		return;
	}
	check(strcmp(token.access_token, again.access_token) == 0);
	check(strcmp(token.refresh_token, again.refresh_token) == 0);
	check(strcmp(token.client_secret, again.client_secret) == 0);
	check(token.registration_expires_s == again.registration_expires_s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sso_token empty;
	struct view cache, answer;
	struct gs_err err;

	view_cut(
		(struct view){(const char *)data, size}, '\0', &cache, &answer);
	if (sso_read_cache(cache, &token, &err) != GS_OK) {
		check(memcmp(&token, &empty, sizeof(token)) == 0);
		return 0;
	}
	check(token.access_token[0]);
	check_written(cache);
	if (sso_read_refresh(answer, 1767323045, &token, &err) == GS_OK) {
		check(token.expires_s > 1767323045);
		check_written(cache);
	} else {
		check(memcmp(&token, &empty, sizeof(token)) == 0);
	}
	return 0;
}
