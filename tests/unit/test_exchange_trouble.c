/* Servers that are silent, slow or talk nonsense, and bodies that are not what
 * they should be. */
#include "exchange_fixture.h"

/* More than a connection holds. */
enum { INTERRUPTED = 32 * 1024 * 1024 };

static bool
say_hello(struct script *s, int fd, const struct heard *h)
{
	return answer_with(fd, "200 OK", "X: y\r\n", "hello");
}

/* silence */

static bool
say_nothing(struct script *s, int fd, const struct heard *h)
{
	return true;
}

static void
gives_up_a_silent_server(void **state)
{
	begin(say_nothing);
	patience.answer_ms = BRIEFLY_MS;
	assert_int_equal(get(), GS_TIMEOUT);
	assert_false(outcome.answered);
	end();
}

static void
waits_longer_while_a_body_is_being_stored(void **state)
{
	uint64_t began = clock_mono_ms();

	begin(say_nothing);
	patience.answer_ms = patience.speed_ms = BRIEFLY_MS;
	patience.speed_min = 0;
	patience.stored_ms = 3 * BRIEFLY_MS;
	assert_int_equal(put(9, true), GS_TIMEOUT);
	assert_true(clock_mono_ms() - began >= 3 * BRIEFLY_MS);
	end();
}

static bool
stall_in_the_body(struct script *s, int fd, const struct heard *h)
{
	say_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
	return true;
}

static void
gives_up_a_body_that_stalls(void **state)
{
	begin(stall_in_the_body);
	patience.speed_ms = BRIEFLY_MS;
	assert_int_equal(get(), GS_TIMEOUT);
	assert_true(outcome.answered);
	end();
}

static bool
drip(struct script *s, int fd, const struct heard *h)
{
	say_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
	for (int i = 0; i < 1000; i++) {
		say_text(fd, ".");
		usleep(20 * 1000);
		if (recv(fd, (char[1]){0}, 1, MSG_DONTWAIT) == 0) {
			return false;
		}
	}
	return true;
}

static void
gives_up_a_body_that_drips(void **state)
{
	uint64_t began = clock_mono_ms();

	begin(drip);
	patience.speed_ms = BRIEFLY_MS;
	assert_int_equal(get(), GS_TIMEOUT);
	assert_true(view_starts(view_of(err.text),
		VIEW("the answer comes too slowly from '127.0.0.1'")));
	assert_true(clock_mono_ms() - began < 1000 * 20);
	end();
}

static bool
never_read(struct script *s, int fd, const struct heard *h)
{
	while (!s->stopping && recv(fd, (char[1]){0}, 1, MSG_PEEK) > 0) {
		usleep(10 * 1000);
	}
	return false;
}

static void
gives_up_a_server_that_does_not_read(void **state)
{
	begin(never_read);
	patience.speed_ms = BRIEFLY_MS;
	server.early = true;
	assert_int_equal(put(32 * 1024 * 1024, true), GS_TIMEOUT);
	end();
}

/* nonsense */

static bool
hang_up(struct script *s, int fd, const struct heard *h)
{
	return false;
}

static void
names_who_closed_without_an_answer(void **state)
{
	begin(hang_up);
	assert_int_equal(get(), GS_CLOSED);
	assert_string_equal(err.text,
		"trouble with '127.0.0.1': it gives no answer; does it want "
		"https:// in the endpoint URL?");
	assert_false(outcome.answered);
	end();
}

static bool
cut_short(struct script *s, int fd, const struct heard *h)
{
	say_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello");
	return false;
}

static void
notices_a_body_that_is_cut_short(void **state)
{
	begin(cut_short);
	assert_int_equal(get(), GS_CLOSED);
	assert_true(outcome.answered);
	end();
}

static bool
speak_of_mail(struct script *s, int fd, const struct heard *h)
{
	say_text(fd, "220 mail ready\r\n");
	return true;
}

static void
names_who_speaks_no_http(void **state)
{
	begin(speak_of_mail);
	assert_int_equal(get(), GS_BAD);
	assert_true(view_starts(
		view_of(err.text), VIEW("trouble with '127.0.0.1': ")));
	end();
}

/* bodies to send */

static void
withholds_an_altered_body(void **state)
{
	begin(say_hello);
	assert_int_equal(put(LARGE, false), GS_BAD);
	assert_true(outcome.own_fault);
	assert_false(outcome.reusable);
	assert_true(
		view_starts(view_of(err.text), VIEW("did not upload body '")));
	script_await(&server, 1);
	assert_int_equal(put(1, false), GS_BAD);
	script_await(&server, 2);
	end();
	assert_int_equal(server.heard[0].body_len, HEARD_BODY_MAX);
	assert_int_equal(server.heard[1].body_len, 0);
}

static void
withholds_a_body_that_was_cut(void **state)
{
	struct exchange_body b = new_body(LARGE, true);

	begin(say_hello);
	assert_int_equal(ftruncate(b.fd, LARGE / 2), 0);
	assert_int_equal(run(b), GS_BAD);
	assert_true(outcome.own_fault);
	close(b.fd);
	end();
}

static bool
refuse_before_the_body(struct script *s, int fd, const struct heard *h)
{
	answer_error(fd, "403 Forbidden", "", "AccessDenied");
	return false;
}

static void
hears_a_refusal_before_the_body_is_sent(void **state)
{
	begin(refuse_before_the_body);
	server.early = true;
	assert_int_equal(put(32 * 1024 * 1024, true), GS_OK);
	assert_int_equal(outcome.status, 403);
	assert_false(outcome.reusable);
	assert_false(outcome.own_fault);
	end();
}

static bool
agree_before_the_body(struct script *s, int fd, const struct heard *h)
{
	answer_with(fd, "200 OK", "", "");
	return true;
}

static void
does_not_believe_consent_before_the_body(void **state)
{
	begin(agree_before_the_body);
	server.early = true;
	assert_int_equal(put(32 * 1024 * 1024, true), GS_CLOSED);
	assert_false(outcome.success || outcome.reusable);
	end();
}

/* interim answers, which nobody asked for */

static bool
promise_and_take_the_body(struct script *s, int fd, const struct heard *h)
{
	struct heard request = *h;

	say_text(fd, "HTTP/1.1 100 Continue\r\n\r\n");
	usleep(BRIEFLY_MS * 1000); /* until it has been seen */
	return hear_body(fd, &request) == INTERRUPTED &&
	       answer_with(fd, "200 OK", "", "");
}

static void
goes_on_with_a_body_after_an_interim_answer(void **state)
{
	begin(promise_and_take_the_body);
	server.early = true;
	assert_int_equal(put(INTERRUPTED, true), GS_OK);
	assert_true(outcome.success && outcome.reusable);
	assert_true(outcome.sent_bytes > INTERRUPTED);
	assert_int_equal(put(INTERRUPTED, true), GS_OK);
	assert_true(outcome.success);
	end();
	assert_int_equal(server.conns, 1);
}

static bool
promise_and_refuse(struct script *s, int fd, const struct heard *h)
{
	say_text(fd, "HTTP/1.1 102 Processing\r\n\r\n");
	usleep(BRIEFLY_MS * 1000);
	return refuse_before_the_body(s, fd, h);
}

static void
hears_a_refusal_behind_an_interim_answer(void **state)
{
	begin(promise_and_refuse);
	server.early = true;
	assert_int_equal(put(INTERRUPTED, true), GS_OK);
	assert_int_equal(outcome.status, 403);
	assert_false(outcome.reusable);
	end();
}

static bool
promise_and_take_time(struct script *s, int fd, const struct heard *h)
{
	say_text(fd, "HTTP/1.1 100 Continue\r\n\r\n");
	usleep(3 * BRIEFLY_MS * 1000);
	return answer_with(fd, "200 OK", "", "");
}

static void
waits_no_less_for_having_heard_an_interim_answer(void **state)
{
	begin(promise_and_take_time);
	patience.speed_ms = BRIEFLY_MS;
	assert_int_equal(put(9, true), GS_OK);
	assert_true(outcome.success);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_up_a_silent_server),
		cmocka_unit_test(waits_longer_while_a_body_is_being_stored),
		cmocka_unit_test(gives_up_a_body_that_stalls),
		cmocka_unit_test(gives_up_a_body_that_drips),
		cmocka_unit_test(gives_up_a_server_that_does_not_read),
		cmocka_unit_test(names_who_closed_without_an_answer),
		cmocka_unit_test(notices_a_body_that_is_cut_short),
		cmocka_unit_test(names_who_speaks_no_http),
		cmocka_unit_test(withholds_an_altered_body),
		cmocka_unit_test(withholds_a_body_that_was_cut),
		cmocka_unit_test(hears_a_refusal_before_the_body_is_sent),
		cmocka_unit_test(does_not_believe_consent_before_the_body),
		cmocka_unit_test(goes_on_with_a_body_after_an_interim_answer),
		cmocka_unit_test(hears_a_refusal_behind_an_interim_answer),
		cmocka_unit_test(
			waits_no_less_for_having_heard_an_interim_answer),
	};

	return cmocka_run_group_tests_name(
		"exchange_trouble", tests, NULL, NULL);
}
