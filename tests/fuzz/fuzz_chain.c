/* The chain from strangers: config file, credentials file and environment (a
 * variable per line), with a NUL between. A plan is whole and says only what
 * its kind has; a refusal is one line and leaves nothing behind. */
#include "s3/chain.h"

#include "env_lines.h"
#include "fuzz.h"
#include "s3/container.h"
#include "s3/env.h"
#include "s3/url.h"

static struct chain chain;

static void
check_url(const char *text)
{
	struct gs_err err;
	struct url url;

	check(url_parse(view_of(text), "", &url, &err) == GS_OK);
}

static void
check_sso(void)
{
	check_url(chain.url);
	check(chain.file[0] != '\0' && chain.account[0] != '\0' &&
		chain.role_name[0] != '\0');
	if (chain.refresh_url[0] != '\0') {
		check_url(chain.refresh_url);
	}
}

static void
check_container(void)
{
	struct container container;
	struct gs_err err;

	check(container_parse(view_of(chain.url), &container, &err) == GS_OK);
	check(chain.token[0] == '\0' || chain.file[0] == '\0');
	check(strpbrk(chain.token, "\r\n") == NULL);
}

static void
check_keys(void)
{
	const struct view texts[] = {
		view_of(chain.keys.access_key),
		view_of(chain.keys.secret_key),
		view_of(chain.keys.session_token),
	};

	check(texts[0].n > 0 && texts[1].n > 0);
	for (unsigned field = 0; field < CREDS_FIELDS; field++) {
		check(creds_is_sound(texts[field], field));
	}
}

static void
check_source(void)
{
	switch (chain.kind) {
	case CHAIN_KEYS:
		check_keys();
		break;
	case CHAIN_WEB_IDENTITY:
		check(chain.file[0] != '\0' && chain.role.arn[0] != '\0');
		break;
	case CHAIN_SSO:
		check_sso();
		break;
	case CHAIN_LOGIN:
		check(view_ends(view_of(chain.file), VIEW(".json")));
		break;
	case CHAIN_COMMAND:
		check(chain.command[0] != '\0');
		break;
	case CHAIN_CONTAINER:
		check_container();
		break;
	case CHAIN_INSTANCE:
		check_url(chain.url);
		check(!view_ends(view_of(chain.url), VIEW("/")));
		break;
	}
}

static void
check_plan(void)
{
	bool asks_sts =
		chain.kind == CHAIN_WEB_IDENTITY || chain.role_count > 0;

	check(chain.from[0] != '\0');
	check((chain.sts_url[0] != '\0') == asks_sts);
	check((chain.sts_region[0] != '\0') == asks_sts);
	if (asks_sts) {
		check_url(chain.sts_url);
	}
	check(chain.role_count <= CHAIN_ROLES_MAX);
	for (size_t i = 0; i < chain.role_count; i++) {
		check(chain.roles[i].arn[0] != '\0');
	}
	check_source();
	chain_release(&chain);
}

static void
check_refusal(const struct gs_err *err)
{
	const unsigned char *bytes = (const unsigned char *)&chain;

	check(err->code == GS_CONFIG || err->code == GS_TOOBIG);
	check(strpbrk(err->text, "\r\n") == NULL);
	check(strlen(err->text) == GS_ERR_TEXT_MAX - 1 || /* cut */
		!view_ends(view_of(err->text), VIEW(": ")));
	for (size_t i = 0; i < sizeof(chain); i++) {
		check(bytes[i] == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view rest = {(const char *)data, size};
	struct profile profile = {.name = VIEW("default")};
	struct chain_search search = {.profile = &profile};
	struct gs_err err = {.code = GS_OK};
	struct view asked;

	view_cut(rest, '\0', &profile.text[PROFILE_CONFIG], &rest);
	view_cut(rest, '\0', &profile.text[PROFILE_CREDENTIALS], &rest);
	search.env = env_lines(rest);
	search.region = env_get(search.env, "AWS_REGION");
	search.profile_first = search.region.n % 2 == 1;
	asked = env_get(search.env, "AWS_PROFILE");
	if (asked.n > 0) {
		profile.name = asked;
	}
	if (search.region.n > REGION_MAX) {
		return 0;
	}
	if (chain_find(&search, &chain, &err) == GS_OK) {
		check_plan();
	} else {
		check_refusal(&err);
	}
	return 0;
}
