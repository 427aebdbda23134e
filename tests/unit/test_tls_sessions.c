/* TLS sessions that are taken up again: with whom, and with whom not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tls_server.h"

#include <pthread.h>

static bool
is_resumed(const struct server *s, const char *host)
{
	int fd = dial(s->port);
	struct gs_err err = {0};
	struct tls *t = tls_open(wire_of_socket(fd), host, trust, soon(), &err);
	char reply[3];
	bool resumed;

	assert_non_null(t);
	resumed = tls_is_resumed(t);
	assert_int_equal(tls_write(t, "ab\n", 3, soon(), NULL, &err), GS_OK);
	read_exactly(t, reply, 3);
	assert_memory_equal(reply, "ba\n", 3);
	tls_free(t);
	close(fd);
	return resumed;
}

static void
resumes_sessions_per_host(void **state)
{
	struct server s = start_server("wild", "P-256", "-rev");
	br_ssl_session_parameters session;
	int fd;

	assert_false(is_resumed(&s, "a.s3.test"));
	assert_true(is_resumed(&s, "a.s3.test"));
	assert_false(is_resumed(&s, "b.s3.test"));
	assert_true(is_resumed(&s, "a.s3.test"));
	stop_server(&s);
	/* another server does not know the session: a full handshake */
	s = start_server("wild", "P-256", "-rev");
	assert_false(is_resumed(&s, "a.s3.test"));
	assert_true(is_resumed(&s, "a.s3.test"));
	stop_server(&s);
	/* and checks the names again */
	s = start_server("dns", "P-256", "-rev");
	fd = dial(s.port);
	assert_null(tls_open(wire_of_socket(fd), "a.s3.test", trust, soon(),
		&(struct gs_err){0}));
	close(fd);
	stop_server(&s);
	/* nor is a session tried again that did not work */
	assert_false(trust_recall(trust, "a.s3.test", &session));
}

/* Opens and closes a connection; true if the session was one before. */
static bool
touch(const struct server *s, const char *host)
{
	int fd = dial(s->port);
	struct gs_err err;
	struct tls *t = tls_open(wire_of_socket(fd), host, trust, soon(), &err);
	bool resumed = t && tls_is_resumed(t);

	assert_non_null(t);
	tls_free(t);
	close(fd);
	return resumed;
}

/* How often the server says that it knew a session, once that is `enough`. */
static size_t
count_reused(size_t enough)
{
	static char log[64 * 1024];
	size_t count = 0;

	for (int tries = 0; tries < 6000 && count < enough; tries++) {
		FILE *f = fopen(in_dir("server.log"), "r");

		assert_non_null(f);
		log[fread(log, 1, sizeof(log) - 1, f)] = 0;
		fclose(f);
		count = 0;
		for (const char *p = log; (p = strstr(p, "Reused session-id"));
			p++) {
			count++;
		}
		usleep(10000);
	}
	return count;
}

static void
only_the_first_handshake_is_full(void **state)
{
	enum { MANY = 5 };
	struct server s = start_server("dns", "P-256", "-no_ticket");

	trust_remember(trust, "s3.test", NULL);
	assert_false(touch(&s, "s3.test"));
	for (int i = 1; i < MANY; i++) {
		assert_true(touch(&s, "s3.test"));
	}
	assert_int_equal(count_reused(MANY - 1), MANY - 1);
	stop_server(&s);
}

static void
a_server_that_keeps_no_sessions_is_fine(void **state)
{
	struct server s = start_server("dns", "P-256", "-no_ticket -no_cache");

	trust_remember(trust, "s3.test", NULL);
	assert_false(touch(&s, "s3.test"));
	assert_false(touch(&s, "s3.test"));
	stop_server(&s);
}

/* The server would take the session up, but it is another host's. */
static void
no_host_takes_up_what_another_one_began(void **state)
{
	struct server s = start_server("dns", "P-256", "-no_ticket");
	br_ssl_session_parameters session;
	struct gs_err err;

	trust_remember(trust, "s3.test", NULL);
	assert_false(touch(&s, "s3.test"));
	assert_true(trust_recall(trust, "s3.test", &session));
	int fd = dial(s.port);

	assert_null(
		tls_open(wire_of_socket(fd), "evil.test", trust, soon(), &err));
	assert_int_equal(err.code, GS_TRUST);
	assert_false(trust_recall(trust, "evil.test", &session));
	close(fd);
	stop_server(&s);
}

static const struct server *shared;

static void *
touch_some(void *arg)
{
	for (int i = 0; i < 4; i++) {
		touch(shared, "s3.test");
	}
	return NULL;
}

static void
many_threads_share_a_session(void **state)
{
	enum { MANY = 16 };
	struct server s = start_server("dns", "P-256", "-no_ticket");
	pthread_t thread[MANY];

	shared = &s;
	for (int i = 0; i < MANY; i++) {
		pthread_create(&thread[i], NULL, touch_some, NULL);
	}
	for (int i = 0; i < MANY; i++) {
		pthread_join(thread[i], NULL);
	}
	assert_true(touch(&s, "s3.test"));
	stop_server(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resumes_sessions_per_host),
		cmocka_unit_test(only_the_first_handshake_is_full),
		cmocka_unit_test(a_server_that_keeps_no_sessions_is_fine),
		cmocka_unit_test(no_host_takes_up_what_another_one_began),
		cmocka_unit_test(many_threads_share_a_session),
	};

	return cmocka_run_group_tests_name(
		"tls_sessions", tests, make_certificates, remove_certificates);
}
