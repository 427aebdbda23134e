/* The container's endpoint, and EC2's metadata. */
#include "granting_fixture.h"

/* the container */

static bool
give_container(struct script *s, int fd, const struct heard *h)
{
	return answer_keys_in_json(fd, "BOX");
}

static void
prepare_container(script_answer *answer)
{
	prepare(CHAIN_CONTAINER, answer);
	snprintf(g.chain.url, sizeof(g.chain.url), "%s/v2/secret?a=b", g.url);
	g.chain.file[0] = '\0';
}

static void
a_container_is_asked_with_its_token(void **state)
{
	prepare_container(give_container);
	assert_granted("BOX");
	assert_true(heard_starts(heard_at(0), "GET /v2/secret?a=b HTTP/1.1"));
	assert_int_equal(heard_header(heard_at(0), "authorization").n, 0);
	strncpy(g.chain.token, "of the environment", SESSION_TOKEN_MAX);
	assert_granted("BOX");
	snprintf(g.chain.file, sizeof(g.chain.file), "%s/file", g.dir);
	write_file("of the file");
	assert_granted("BOX");
	write_file("that took its place");
	assert_granted("BOX");
	for (size_t i = 1; i < 4; i++) {
		static const char *const tokens[] = {"", "of the environment",
			"of the file", "that took its place"};

		assert_true(view_eq(heard_header(heard_at(i), "authorization"),
			view_of(tokens[i])));
	}
	finish();
}

static bool
refuse(struct script *s, int fd, const struct heard *h)
{
	return answer_with(fd, "403 Forbidden", "", "{\"message\":\"no\"}");
}

static void
a_container_that_fails_is_named_without_its_path(void **state)
{
	static const struct {
		script_answer *answer;
		enum gs_code code;
	} bad[] = {{refuse, GS_CONFIG}, {say_garbage, GS_BAD},
		{say_a_gigabyte, GS_TOOBIG}};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		prepare_container(bad[i].answer);
		assert_fails(bad[i].code, "127.0.0.1");
		assert_null(strstr(g.err.text, "secret"));
		finish();
	}
	prepare_container(say_nothing);
	assert_int_equal(run_for(BRIEFLY_MS), GS_TIMEOUT);
	finish();
}

static void
a_token_with_a_line_break_is_not_sent(void **state)
{
	prepare_container(give_container);
	snprintf(g.chain.file, sizeof(g.chain.file), "%s/file", g.dir);
	write_file("one\nx-evil: two");
	assert_int_equal(run_for(SOON_MS), GS_CONFIG);
	write_file("");
	assert_fails(GS_CONFIG, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	assert_int_equal(script_count_heard(&g.server), 0);
	finish();
}

/* the instance */

static bool
give_instance(struct script *s, int fd, const struct heard *h)
{
	if (heard_starts(h, "PUT /latest/api/token")) {
		return answer_with(fd, "200 OK", "", "TOKEN");
	}
	return heard_starts(h, "GET /latest/meta-data/iam/"
			       "security-credentials/role ")
		       ? answer_keys_in_json(fd, "EC2")
		       : answer_with(fd, "200 OK", "", "role\n");
}

static bool
know_no_tokens(struct script *s, int fd, const struct heard *h)
{
	return heard_starts(h, "PUT") ? answer_with(fd, "404 No", "", "")
				      : give_instance(s, fd, h);
}

static bool
be_silent_about_tokens(struct script *s, int fd, const struct heard *h)
{
	return heard_starts(h, "PUT") ? say_nothing(s, fd, h)
				      : give_instance(s, fd, h);
}

static bool
be_busy_first(struct script *s, int fd, const struct heard *h)
{
	return h->number == 0 ? answer_with(fd, "503 Busy", "", "")
			      : give_instance(s, fd, h);
}

static bool
have_no_role(struct script *s, int fd, const struct heard *h)
{
	return heard_starts(h, "PUT") ? answer_with(fd, "200 OK", "", "TOKEN")
				      : answer_with(fd, "404 No", "", "");
}

static void
prepare_instance(script_answer *answer)
{
	prepare(CHAIN_INSTANCE, answer);
	strncpy(g.chain.url, g.url, URL_MAX);
	g.chain.file[0] = '\0';
}

static void
an_instance_is_asked_thrice_on_one_connection(void **state)
{
	prepare_instance(give_instance);
	assert_granted("EC2");
	assert_int_equal(script_count_heard(&g.server), 3);
	assert_int_equal(script_count_conns(&g.server), 1);
	assert_true(
		view_eq(heard_header(heard_at(2), "x-aws-ec2-metadata-token"),
			VIEW("TOKEN")));
	finish();
}

static void
without_tokens_it_is_asked_as_in_version_1(void **state)
{
	prepare_instance(know_no_tokens);
	assert_granted("EC2");
	script_change(&g.server, be_silent_about_tokens);
	assert_granted("EC2");
	assert_in_range(g.took_ms, 900, 2500);
	g.chain.without_v1 = true;
	script_change(&g.server, know_no_tokens);
	assert_int_equal(run_for(SOON_MS), GS_CONFIG);
	finish();
}

static void
a_busy_instance_is_asked_again(void **state)
{
	prepare_instance(be_busy_first);
	assert_granted("EC2");
	assert_int_equal(script_count_heard(&g.server), 4);
	finish();
}

static void
an_instance_without_a_role_is_for_a_person(void **state)
{
	prepare_instance(have_no_role);
	assert_fails(GS_CONFIG, "no role is attached");
	finish();
}

static void
an_instance_that_makes_no_sense_has_an_end(void **state)
{
	static script_answer *const bad[] = {say_garbage, say_a_gigabyte,
		refuse_with_a_gigabyte, say_nothing, drip};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		prepare_instance(bad[i]);
		assert_int_not_equal(run_for(SOON_MS), GS_OK);
		assert_true(g.took_ms < 5000);
		finish();
	}
}

static void
where_nobody_listens_what_was_tried_is_said(void **state)
{
	prepare_instance(give_instance);
	snprintf(g.chain.url, sizeof(g.chain.url), "http://127.0.0.1:%u",
		(unsigned)ntohs(loopback_refusing().sa.v4.sin_port));
	assert_fails(GS_SYS, "nobody answers at");
	assert_non_null(strstr(g.err.text, g.chain.url));
	assert_true(g.took_ms < 400);
	strncpy(g.chain.tried, "nothing else is set: set it",
		sizeof(g.chain.tried) - 1);
	assert_fails(GS_CONFIG, "nothing else is set: set it");
	finish();
}

static void
prepare_hole(struct loopback_hole *hole)
{
	prepare_instance(give_instance);
	loopback_hole_open(hole);
	snprintf(g.chain.url, sizeof(g.chain.url), "http://127.0.0.1:%u",
		(unsigned)loopback_port(&hole->address));
}

/* As on a machine that is none of EC2's; for good only where it is merely the
 * last resort. */
static void
an_address_that_swallows_all_costs_a_second(void **state)
{
	struct loopback_hole hole;

	prepare_hole(&hole);
	assert_fails(GS_TIMEOUT, "nobody answers at");
	assert_in_range(g.took_ms, 900, 1500);
	strncpy(g.chain.tried, "nothing else", sizeof(g.chain.tried) - 1);
	assert_fails(GS_CONFIG, "nobody answers at");
	assert_in_range(g.took_ms, 900, 1500);
	loopback_hole_close(&hole);
	finish();
}

/* Fills the hole in after the first packet: from then on it connects. */
static void *
fill_in(void *arg)
{
	const struct loopback_hole *hole = arg;
	int fds[16];
	size_t n = 0;

	usleep(200 * 1000);
	while (n < sizeof(fds) / sizeof(*fds) &&
		(fds[n] = accept(hole->listener, NULL, NULL)) >= 0) {
		n++;
	}
	while (n > 0) {
		close(fds[--n]);
	}
	return NULL;
}

static void
one_lost_packet_is_no_silence(void **state)
{
	struct loopback_hole hole;
	pthread_t thread;

	prepare_hole(&hole);
	strncpy(g.chain.tried, "nothing else", sizeof(g.chain.tried) - 1);
	assert_int_equal(pthread_create(&thread, NULL, fill_in, &hole), 0);
	assert_fails(GS_TIMEOUT, "no answer in time");
	shutdown(hole.listener, SHUT_RDWR);
	pthread_join(thread, NULL);
	loopback_hole_close(&hole);
	finish();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_container_is_asked_with_its_token),
		cmocka_unit_test(
			a_container_that_fails_is_named_without_its_path),
		cmocka_unit_test(a_token_with_a_line_break_is_not_sent),
		cmocka_unit_test(an_instance_is_asked_thrice_on_one_connection),
		cmocka_unit_test(without_tokens_it_is_asked_as_in_version_1),
		cmocka_unit_test(a_busy_instance_is_asked_again),
		cmocka_unit_test(an_instance_without_a_role_is_for_a_person),
		cmocka_unit_test(an_instance_that_makes_no_sense_has_an_end),
		cmocka_unit_test(where_nobody_listens_what_was_tried_is_said),
		cmocka_unit_test(an_address_that_swallows_all_costs_a_second),
		cmocka_unit_test(one_lost_packet_is_no_silence),
	};

	return cmocka_run_group_tests_name(
		"granting_metadata", tests, NULL, NULL);
}
