#include "os/link_io.h"

#include "os/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

static int ends[2];

static int
set_up(void **state)
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends);
}

static int
tear_down(void **state)
{
	close(ends[0]);
	return close(ends[1]);
}

static struct link_msg
sample(enum link_kind kind)
{
	struct link_msg m = {
		.kind = kind,
		.level = 1,
		.action = {{1, 2}},
		.output = {{3, 4}},
		.size = UINT64_MAX,
		.time_ns = INT64_MIN,
		.counts = {.fetched = 9, .connections = 10},
		.text = "hello",
	};

	return m;
}

/* As many bytes as are sent of a message of this kind. */
static size_t
length_of(enum link_kind kind)
{
	struct link_msg m = sample(kind);
	char raw[sizeof(m) + 1];

	assert_int_equal(link_send(ends[0], &m, 0), LINK_OK);
	ssize_t n = recv(ends[1], raw, sizeof(raw), MSG_DONTWAIT);

	assert_in_range(n, 1, sizeof(m));
	return (size_t)n;
}

static void
every_kind_arrives_as_it_was_sent(void **state)
{
	for (enum link_kind kind = LINK_GET; kind <= LINK_CLOSED; kind++) {
		struct link_msg m = sample(kind), got;

		assert_int_equal(link_send(ends[0], &m, 0), LINK_OK);
		memset(&got, 0xff, sizeof(got));
		assert_int_equal(link_receive(ends[1], &got, 0), LINK_OK);
		assert_int_equal(got.kind, kind);
		assert_memory_equal(&got.action, &m.action, ID_LEN);
		assert_memory_equal(&got.output, &m.output, ID_LEN);
		assert_true(got.size == m.size && got.time_ns == m.time_ns);
		assert_string_equal(got.text, kind == LINK_SAY ? "hello" : "");
		assert_int_equal(got.counts.connections,
			kind == LINK_SAY || kind == LINK_CLOSED ? 10 : 0);
	}
}

static void
messages_of_a_wrong_length_end_the_link(void **state)
{
	for (enum link_kind kind = LINK_GET; kind <= LINK_CLOSED; kind++) {
		struct link_msg m = sample(kind), got;
		size_t right = length_of(kind);

		for (size_t n = 1; n < sizeof(m); n++) {
			send(ends[0], &m, n, 0);
			assert_int_equal(link_receive(ends[1], &got, 0),
				n == right ? LINK_OK : LINK_ENDED);
		}
	}
}

static void
unknown_kinds_end_the_link(void **state)
{
	const uint32_t kinds[] = {0, LINK_CLOSED + 1, 1000, UINT32_MAX};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct link_msg m = sample(LINK_GET), got;

		m.kind = kinds[i];
		send(ends[0], &m, sizeof(m), 0);
		assert_int_equal(link_receive(ends[1], &got, 0), LINK_ENDED);
	}
}

static void
a_text_without_an_end_gets_one(void **state)
{
	struct link_msg m = sample(LINK_SAY), got;

	memset(m.text, 'x', sizeof(m.text));
	assert_int_equal(link_send(ends[0], &m, 0), LINK_OK);
	assert_int_equal(link_receive(ends[1], &got, 0), LINK_OK);
	assert_int_equal(strlen(got.text), LINK_TEXT_MAX - 1);
}

static void
an_empty_message_ends_the_link(void **state)
{
	struct link_msg got;

	send(ends[0], "", 0, 0);
	assert_int_equal(link_receive(ends[1], &got, 0), LINK_ENDED);
}

static void
the_other_side_goes_away(void **state)
{
	struct link_msg m = sample(LINK_GET);

	assert_int_equal(link_send(ends[0], &m, 0), LINK_OK);
	close(ends[0]);
	assert_int_equal(link_receive(ends[1], &m, 0), LINK_OK);
	assert_int_equal(link_receive(ends[1], &m, -1), LINK_ENDED);
	assert_int_equal(link_send(ends[1], &m, 1000), LINK_ENDED);
	ends[0] = dup(ends[1]);
}

static void
waits_end(void **state)
{
	struct link_msg m;
	uint64_t begin = clock_mono_ms();

	assert_int_equal(link_receive(ends[1], &m, 0), LINK_AGAIN);
	assert_int_equal(link_receive(ends[1], &m, 30), LINK_AGAIN);
	assert_in_range(clock_mono_ms() - begin, 29, 10000);
}

static void
a_full_link_takes_nothing_more(void **state)
{
	struct link_msg m = sample(LINK_SAY);
	size_t taken = 0, received = 0;

	while (link_send(ends[0], &m, 0) == LINK_OK) {
		taken++;
	}
	uint64_t begin = clock_mono_ms();

	assert_int_equal(link_send(ends[0], &m, 0), LINK_AGAIN);
	assert_int_equal(link_send(ends[0], &m, 30), LINK_AGAIN);
	assert_in_range(clock_mono_ms() - begin, 29, 10000);
	while (link_receive(ends[1], &m, 0) == LINK_OK) {
		received++;
	}
	assert_int_equal(received, taken);
	assert_int_equal(link_send(ends[0], &m, 0), LINK_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_kind_arrives_as_it_was_sent),
		TEST(messages_of_a_wrong_length_end_the_link),
		TEST(unknown_kinds_end_the_link),
		TEST(a_text_without_an_end_gets_one),
		TEST(an_empty_message_ends_the_link),
		TEST(the_other_side_goes_away),
		TEST(waits_end),
		TEST(a_full_link_takes_nothing_more),
	};

	return cmocka_run_group_tests_name("link_io", tests, NULL, NULL);
}
