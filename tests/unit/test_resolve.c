/* Lookups against the fake name service of fake_dns.h. */
#include "os/resolve.h"

#include "base/buf.h"
#include "fake_dns.h"

#include <stdio.h>

static void
assert_failure(const char *host, enum gs_code code, const char *text)
{
	struct address_list list;
	struct gs_err err = {0};

	assert_int_equal(resolve_ask(host, SOON_MS, &list, &err), code);
	assert_int_equal(err.code, code);
	assert_string_equal(err.text, text);
}

static void
addresses_need_no_lookup(void **state)
{
	(void)state;
	fake_answer(EAI_NONAME, "");
	assert_addresses("127.0.0.1", "127.0.0.1");
	assert_addresses("::1", "::1");
	assert_addresses("2001:db8::ff", "2001:db8::ff");
	assert_int_equal(fake_calls(), 0);
}

static void
localhost_needs_no_lookup(void **state)
{
	static const char *const names[] = {"localhost", "LocalHost",
		"localhost.", "bucket.localhost", "a.b.LOCALHOST."};

	(void)state;
	fake_answer(EAI_NONAME, "");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_addresses(names[i], "127.0.0.1 ::1");
	}
	assert_int_equal(fake_calls(), 0);
}

static void
other_names_are_looked_up(void **state)
{
	static const char *const names[] = {
		"notlocalhost", "localhost.com", "localhos", "1.2.3", "::g"};

	(void)state;
	fake_answer(0, "192.0.2.1");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_addresses(names[i], "192.0.2.1");
	}
	assert_int_equal(fake_calls(), sizeof(names) / sizeof(names[0]));
}

static void
families_alternate(void **state)
{
	(void)state;
	fake_answer(0, "2001:db8::1 2001:db8::2 2001:db8::3 192.0.2.1");
	assert_addresses(
		"six.test", "2001:db8::1 192.0.2.1 2001:db8::2 2001:db8::3");
	fake_answer(0, "192.0.2.1 192.0.2.2 2001:db8::1");
	assert_addresses("four.test", "192.0.2.1 2001:db8::1 192.0.2.2");
}

static void
an_answer_is_kept_and_rotated(void **state)
{
	(void)state;
	fake_answer(0, "192.0.2.1 192.0.2.2 192.0.2.3");
	assert_addresses("kept.test", "192.0.2.1 192.0.2.2 192.0.2.3");
	assert_addresses("kept.test", "192.0.2.2 192.0.2.3 192.0.2.1");
	assert_addresses("kept.test", "192.0.2.3 192.0.2.1 192.0.2.2");
	assert_int_equal(fake_calls(), 1);
}

/* Gives the verdicts on the addresses of a list in its order. */
static void
report(const char *host, size_t worked, size_t failed)
{
	struct address_list list;
	struct gs_err err = {0};

	assert_int_equal(resolve_ask(host, SOON_MS, &list, &err), GS_OK);
	for (size_t i = 0; i < failed; i++) {
		list.item[i].verdict = ADDRESS_FAILED;
	}
	for (size_t i = failed; i < failed + worked; i++) {
		list.item[i].verdict = ADDRESS_WORKED;
	}
	resolve_report(host, &list);
}

static void
what_failed_comes_last(void **state)
{
	(void)state;
	fake_answer(0, "192.0.2.1 192.0.2.2 192.0.2.3");
	report("last.test", 1, 1);
	assert_addresses("last.test", "192.0.2.2 192.0.2.3 192.0.2.1");
	assert_addresses("last.test", "192.0.2.3 192.0.2.2 192.0.2.1");
	assert_int_equal(fake_calls(), 1);
}

static void
the_family_that_worked_comes_first(void **state)
{
	(void)state;
	fake_answer(0, "2001:db8::1 192.0.2.1 2001:db8::2 192.0.2.2");
	report("family.test", 1, 1);
	assert_addresses(
		"family.test", "192.0.2.1 192.0.2.2 2001:db8::2 2001:db8::1");
	assert_addresses(
		"family.test", "192.0.2.2 192.0.2.1 2001:db8::2 2001:db8::1");
}

static void
a_name_of_which_nothing_works_is_looked_up_again(void **state)
{
	(void)state;
	fake_answer(0, "192.0.2.1 192.0.2.2");
	report("moved.test", 0, 2);
	fake_answer(0, "192.0.2.9");
	assert_addresses("moved.test", "192.0.2.9");
	assert_addresses("moved.test", "192.0.2.9");
	assert_int_equal(fake_calls(), 1);
}

static void
failures_say_why(void **state)
{
	static const struct {
		int why;
		const char *host, *text;
	} cases[] = {
		{EAI_NONAME, "none.test",
			"cannot resolve 'none.test': the name does not exist: "
			"are the endpoint and the region right?"},
		{EAI_AGAIN, "again.test",
			"cannot resolve 'again.test': no name server answered: "
			"check /etc/resolv.conf and the network"},
		{EAI_NODATA, "nodata.test",
			"cannot resolve 'nodata.test': the name has no "
			"address"},
		{EAI_FAIL, "fail.test",
			"cannot resolve 'fail.test': the name server failed"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fake_answer(cases[i].why, "");
		assert_failure(cases[i].host, GS_SYS, cases[i].text);
	}
}

static void
failures_of_the_system_say_why_in_its_words(void **state)
{
	char text[128];

	(void)state;
	snprintf(text, sizeof(text), "cannot resolve 'system.test': %s",
		strerror(EMFILE));
	fake_errno(EMFILE);
	fake_answer(EAI_SYSTEM, "");
	assert_failure("system.test", GS_SYS, text);
}

static void
a_failure_is_not_kept(void **state)
{
	(void)state;
	fake_answer(EAI_NONAME, "");
	assert_failure("later.test", GS_SYS,
		"cannot resolve 'later.test': the name does not exist: are "
		"the endpoint and the region right?");
	fake_answer(0, "192.0.2.7");
	assert_addresses("later.test", "192.0.2.7");
}

static void
ipv4_is_asked_for_alone_if_both_fail(void **state)
{
	(void)state;
	fake_answer(EAI_NONAME, "192.0.2.4");
	fake_answer_v4(0);
	assert_addresses("no-six.test", "192.0.2.4");
}

static void
no_more_addresses_than_there_is_room(void **state)
{
	struct address_list list;
	struct gs_err err = {0};
	char bytes[(ADDRESSES_MAX + 1) * sizeof("192.0.2.1 ") + 1];
	struct buf many = BUF_OVER(bytes);

	(void)state;
	for (size_t i = 0; i < ADDRESSES_MAX + 1; i++) {
		buf_str(&many, "192.0.2.1 ");
	}
	fake_answer(0, buf_cstr(&many));
	assert_int_equal(resolve_ask("many.test", SOON_MS, &list, &err), GS_OK);
	assert_int_equal(list.count, ADDRESSES_MAX);
}

static void
names_have_a_length(void **state)
{
	char name[HOST_MAX + 2];
	struct address_list list;
	struct gs_err err = {0};

	(void)state;
	fake_answer(0, "192.0.2.1");
	memset(name, 'a', sizeof(name));
	name[HOST_MAX + 1] = '\0';
	assert_int_equal(resolve_ask(name, SOON_MS, &list, &err), GS_BAD);
	assert_int_equal(resolve_ask("", SOON_MS, &list, &err), GS_BAD);
	name[HOST_MAX] = '\0';
	assert_int_equal(resolve_ask(name, SOON_MS, &list, &err), GS_OK);
	assert_int_equal(fake_calls(), 1);
}

/* A report on what was never looked up changes nothing. */
static void
reports_on_strangers_are_ignored(void **state)
{
	struct address_list list = {.count = 0};

	(void)state;
	resolve_report("127.0.0.1", &list);
	resolve_report("stranger.test", &list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_need_no_lookup),
		cmocka_unit_test(localhost_needs_no_lookup),
		cmocka_unit_test(other_names_are_looked_up),
		cmocka_unit_test(families_alternate),
		cmocka_unit_test(an_answer_is_kept_and_rotated),
		cmocka_unit_test(what_failed_comes_last),
		cmocka_unit_test(the_family_that_worked_comes_first),
		cmocka_unit_test(
			a_name_of_which_nothing_works_is_looked_up_again),
		cmocka_unit_test(failures_say_why),
		cmocka_unit_test(failures_of_the_system_say_why_in_its_words),
		cmocka_unit_test(a_failure_is_not_kept),
		cmocka_unit_test(ipv4_is_asked_for_alone_if_both_fail),
		cmocka_unit_test(no_more_addresses_than_there_is_room),
		cmocka_unit_test(names_have_a_length),
		cmocka_unit_test(reports_on_strangers_are_ignored),
	};

	return cmocka_run_group_tests_name("resolve", tests, NULL, NULL);
}
