/* Lookups that take their time, against the fake name service of fake_dns.h:
 * deadlines, threads that ask together, what happens behind their backs. */
#include "os/resolve.h"

#include "fake_dns.h"

enum { BRIEFLY_MS = 50, THREADS = 8 };

static void
fail_all(const char *host)
{
	struct address_list list;
	struct gs_err err = {0};

	assert_int_equal(resolve_ask(host, SOON_MS, &list, &err), GS_OK);
	for (size_t i = 0; i < list.count; i++) {
		list.item[i].verdict = ADDRESS_FAILED;
	}
	resolve_report(host, &list);
}

static void
old_addresses_outlive_a_failed_lookup(void **state)
{
	struct address_list list;
	struct gs_err err = {0};

	(void)state;
	fake_answer(0, "192.0.2.1");
	fail_all("outlive.test");
	fake_answer(EAI_AGAIN, "");
	assert_addresses("outlive.test", "192.0.2.1");
	fake_hold(true);
	assert_int_equal(
		resolve_ask("outlive.test", BRIEFLY_MS, &list, &err), GS_OK);
	assert_string_equal(resolve_text(&list), "192.0.2.1");
	fake_await_calls(2);
	fake_hold(false);
}

static void
a_lookup_that_hangs_is_joined(void **state)
{
	struct address_list list;
	struct gs_err err = {0};

	(void)state;
	fake_answer(0, "192.0.2.5");
	fake_hold(true);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
			resolve_ask("hang.test", BRIEFLY_MS, &list, &err),
			GS_TIMEOUT);
	}
	assert_string_equal(err.text,
		"cannot resolve 'hang.test': no name server answered in time: "
		"check /etc/resolv.conf and the network");
	fake_await_calls(1);
	fake_hold(false);
	assert_addresses("hang.test", "192.0.2.5");
	assert_int_equal(fake_calls(), 1);
}

/* 192.0.2.5 and 192.0.2.6 */
static const uint8_t first_host = 5;
static char starts[2];

/* Where in starts the list begins; NULL if it is not of these two. */
static void *
ask_joined(void *arg)
{
	struct address_list list;
	struct gs_err err = {0};

	(void)arg;
	if (resolve_ask("joined.test", SOON_MS, &list, &err) != GS_OK ||
		list.count != 2) {
		return NULL;
	}
	return &starts[(ntohl(list.item[0].sa.v4.sin_addr.s_addr) & 0xff) -
		       first_host];
}

/* And their connections spread over the addresses. */
static void
threads_share_a_lookup(void **state)
{
	pthread_t threads[THREADS];
	unsigned begun[2] = {0};
	void *start = NULL;

	(void)state;
	fake_answer(0, "192.0.2.5 192.0.2.6");
	fake_hold(true);
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(
			pthread_create(&threads[i], NULL, ask_joined, NULL), 0);
	}
	fake_hold(false);
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &start);
		assert_non_null(start);
		begun[(char *)start - starts]++;
	}
	assert_int_equal(begun[0], THREADS / 2);
	assert_int_equal(begun[1], THREADS / 2);
	assert_int_equal(fake_calls(), 1);
}

static void
hanging_lookups_are_counted(void **state)
{
	struct address_list list;
	struct gs_err err = {0};
	char name[] = "hang-0.test";

	(void)state;
	fake_answer(0, "192.0.2.5");
	fake_hold(true);
	for (int i = 0; i < NAMES_MAX; i++) {
		name[5] = (char)('0' + i);
		assert_int_equal(resolve_ask(name, 1, &list, &err), GS_TIMEOUT);
	}
	assert_int_equal(resolve_ask("one-more.test", 1, &list, &err), GS_SYS);
	assert_string_equal(err.text,
		"cannot resolve 'one-more.test': too many lookups hang");
	fake_await_calls(NAMES_MAX);
	fake_hold(false);
	assert_addresses("hang-0.test", "192.0.2.5");
	assert_addresses("one-more.test", "192.0.2.5");
}

/* Asks until the lookup in the background has landed. */
static void
await_addresses(const char *host, const char *text)
{
	struct address_list list;
	struct gs_err err = {0};

	for (int i = 0; i < SOON_MS; i++) {
		const struct timespec pause = {.tv_nsec = 1000000};

		assert_int_equal(
			resolve_ask(host, SOON_MS, &list, &err), GS_OK);
		if (strcmp(resolve_text(&list), text) == 0) {
			return;
		}
		nanosleep(&pause, NULL);
	}
	assert_string_equal(resolve_text(&list), text);
}

/* The last test: it leaves the clock wrong. */
static void
old_addresses_are_refreshed_in_the_background(void **state)
{
	(void)state;
	fake_answer(0, "192.0.2.1");
	assert_addresses("fresh.test", "192.0.2.1");
	fake_clock_forward(RESOLVE_FRESH_MS / 1000 - 1);
	fake_answer(0, "192.0.2.2");
	assert_addresses("fresh.test", "192.0.2.1");
	assert_int_equal(fake_calls(), 0);
	fake_hold(true);
	fake_clock_forward(2);
	assert_addresses("fresh.test", "192.0.2.1");
	assert_addresses("fresh.test", "192.0.2.1");
	fake_hold(false);
	await_addresses("fresh.test", "192.0.2.2");
	assert_int_equal(fake_calls(), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(old_addresses_outlive_a_failed_lookup),
		cmocka_unit_test(a_lookup_that_hangs_is_joined),
		cmocka_unit_test(threads_share_a_lookup),
		cmocka_unit_test(hanging_lookups_are_counted),
		cmocka_unit_test(old_addresses_are_refreshed_in_the_background),
	};

	return cmocka_run_group_tests_name("resolve_wait", tests, NULL, NULL);
}
