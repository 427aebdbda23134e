#include "s3/chain.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "settings_vector.h"

enum { PLAN_MAX = 16 * 1024, VECTORS = 135 };

static struct settings settings;
static struct gs_err err;

static void
add_line(struct buf *plan, const char *key, const char *value)
{
	if (value[0] != '\0') {
		buf_str(plan, key);
		buf_char(plan, ' ');
		buf_str(plan, value);
		buf_char(plan, '\n');
	}
}

static void
add_role(struct buf *plan, const char *key, const struct chain_role *role)
{
	add_line(plan, key, role->arn);
	add_line(plan, "  session", role->session_name);
	add_line(plan, "  external", role->external_id);
	if (role->duration_s > 0) {
		buf_str(plan, "  seconds ");
		buf_uint(plan, role->duration_s);
		buf_char(plan, '\n');
	}
}

/* All that a chain says, a line each. */
static void
write_plan(const struct chain *c, struct buf *plan)
{
	static const char *const kinds[] = {
		[CHAIN_KEYS] = "keys",
		[CHAIN_WEB_IDENTITY] = "web-identity",
		[CHAIN_SSO] = "sso",
		[CHAIN_LOGIN] = "login",
		[CHAIN_COMMAND] = "command",
		[CHAIN_CONTAINER] = "container",
		[CHAIN_INSTANCE] = "instance",
	};

	add_line(plan, "kind", kinds[c->kind]);
	add_line(plan, "from", c->from);
	add_line(plan, "access", c->keys.access_key);
	add_line(plan, "secret", c->keys.secret_key);
	add_line(plan, "token", c->keys.session_token);
	add_role(plan, "identity", &c->role);
	add_line(plan, "file", c->file);
	add_line(plan, "url", c->url);
	add_line(plan, "authorization", c->token);
	add_line(plan, "refresh", c->refresh_url);
	add_line(plan, "account", c->account);
	add_line(plan, "role", c->role_name);
	add_line(plan, "command", c->command);
	add_line(plan, "version", c->without_v1 ? "2 only" : "");
	add_line(plan, "tried", c->tried);
	for (size_t i = 0; i < c->role_count; i++) {
		add_role(plan, "then", &c->roles[i]);
	}
	add_line(plan, "sts", c->sts_url);
	add_line(plan, "sts-region", c->sts_region);
}

static bool
is_wiped(const struct chain *c)
{
	const unsigned char *bytes = (const unsigned char *)c;
	unsigned char any = 0;

	for (size_t i = 0; i < sizeof(*c); i++) {
		any |= bytes[i];
	}
	return any == 0;
}

static void
assert_text(const char *path, struct view got, struct view want)
{
	if (!view_eq(view_trim(got), want)) {
		fail_msg("%s:\n%.*s", path, (int)got.n, got.p);
	}
}

static void
run_file(const char *path)
{
	static struct settings_vector v;
	static char plan[PLAN_MAX];
	struct view file = sections_load(path), want;
	struct buf got = BUF_OVER(plan);
	enum gs_code code;

	settings_vector_read(file, &v);
	v.in.bucket = "b";
	memset(&settings, 0x55, sizeof(settings));
	assert_int_equal(
		settings_resolve(&v.in, &v.texts, &settings, &err), GS_OK);
	code = settings_find_chain(&v.in, &v.texts, &settings, &err);
	if (code == GS_OK) {
		write_plan(&settings.chain, &got);
		assert_text(path, buf_view(&got),
			sections_find(file, "plan", &want) ? want : VIEW(""));
		settings_release(&settings);
		settings_release(&settings);
	} else {
		assert_int_equal(code, GS_CONFIG);
		assert_text(path, view_of(err.text),
			sections_find(file, "error", &want) ? want : VIEW(""));
	}
	assert_true(is_wiped(&settings.chain));
}

static void
test_vectors(void **state)
{
	assert_int_equal(
		sections_each("tests/vectors/chain", run_file), VECTORS);
}

static void
test_static(void **state)
{
	static struct chain c;

	c = (struct chain){.kind = CHAIN_KEYS};
	assert_true(chain_is_static(&c));
	c.role_count = 1;
	assert_false(chain_is_static(&c));
	c = (struct chain){.kind = CHAIN_INSTANCE};
	assert_false(chain_is_static(&c));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_static),
	};

	return cmocka_run_group_tests_name("chain", tests, NULL, NULL);
}
