/* TLS to a server through a proxy, which may be behind TLS itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tls_server.h"

#include "os/stream.h"
#include "s3/proxy.h"

#include <errno.h>

#include "tls_proxy.h"

static const struct stream_patience patient = {
	PATIENCE_MS, PATIENCE_MS, PATIENCE_MS, PATIENCE_MS};

static struct tls_proxy there; /* too large for a stack */
static struct server server;
static struct proxy way;
static struct gs_err err;

/* A proxy, behind TLS if there is a certificate, and a server. */
static void
begin(const char *cert, const char *options)
{
	server = start_server("dns", "P-256", options);
	proxy_start(&there, cert);
	way = (struct proxy){
		.is_used = true,
		.tls = cert != NULL,
		.port = (uint16_t)there.port,
		.host = "127.0.0.1",
		.variable = "HTTPS_PROXY",
	};
	err = (struct gs_err){.code = GS_OK};
}

static struct stream *
open_through(const char *host)
{
	const struct stream_target target = {.host = host,
		.port = (uint16_t)server.port,
		.tls = true,
		.trust = trust,
		.proxy = &way};

	return stream_open(&target, &patient, &err);
}

static void
end(struct stream *s)
{
	stream_close(s);
	proxy_stop(&there);
	stop_server(&server);
}

static void
write_all(struct stream *s, const char *p, size_t n)
{
	assert_int_equal(stream_write(s, p, n, soon(), NULL, &err), GS_OK);
}

static void
read_all(struct stream *s, char *p, size_t n)
{
	while (n > 0) {
		size_t got;

		assert_int_equal(
			stream_read(s, p, n, &got, soon(), &err), GS_OK);
		assert_true(got > 0);
		p += got;
		n -= got;
	}
}

static void
carries_bytes_both_ways(const char *cert)
{
	char want[64], reply[6] = "";
	struct stream *s;

	begin(cert, "-rev");
	s = open_through("s3.test");
	if (!s) {
		fail_msg("%s", err.text);
	}
	assert_true(stream_is_idle(s));
	for (int i = 0; i < 3; i++) {
		write_all(s, "abcd\n", 5);
		read_all(s, reply, 1);
		assert_false(stream_is_idle(s));
		read_all(s, reply + 1, 4);
		assert_string_equal(reply, "dcba\n");
		assert_true(stream_is_idle(s));
	}
	assert_int_equal(stream_read(s, reply, 1, &(size_t){0},
				 clock_mono_ms() + 20, &err),
		GS_TIMEOUT);
	end(s);
	snprintf(want, sizeof(want), "CONNECT s3.test:%u HTTP/1.1\r\n",
		server.port);
	assert_memory_equal(there.head, want, strlen(want));
}

static void
goes_through_a_proxy(void **state)
{
	carries_bytes_both_ways(NULL);
}

static void
goes_through_a_proxy_behind_tls(void **state)
{
	carries_bytes_both_ways("ip");
}

/* More than all buffers on the way hold, so that sending must wait. */
static void
carries_many_records(void **state)
{
	enum { LINE = 16, LINES = 1 << 13 };
	struct stream *s;
	char *sent = malloc(LINE * LINES), *line = sent;
	char back[LINE];

	begin("ip", "-rev");
	s = open_through("s3.test");
	assert_non_null(s);
	for (int i = 0; i < LINES; i++, line += LINE) {
		snprintf(line, LINE, "%015d", i);
		line[LINE - 1] = '\n';
	}
	for (int i = 0; i < LINES; i += 256) {
		write_all(s, sent + i * LINE, 256 * LINE);
		for (int j = 0; j < 256; j++) {
			read_all(s, back, LINE);
			for (int k = 0; k < LINE - 1; k++) {
				assert_int_equal(back[k],
					sent[(i + j) * LINE + LINE - 2 - k]);
			}
		}
	}
	free(sent);
	end(s);
}

static void *
wake_server(void *arg)
{
	usleep(300 * 1000);
	kill(server.pid, SIGCONT);
	return arg;
}

/* So much that all that can hold bytes on the way is full. */
static void
waits_for_a_server_that_does_not_read(void **state)
{
	enum { SIZE = 64 << 20 };

	char *p = calloc(1, SIZE);
	struct stream *s;
	pthread_t waker;

	begin("ip", "");
	s = open_through("s3.test");
	assert_non_null(s);
	kill(server.pid, SIGSTOP);
	pthread_create(&waker, NULL, wake_server, NULL);
	write_all(s, p, SIZE);
	pthread_join(waker, NULL);
	kill(server.pid, SIGSTOP);
	assert_int_equal(
		stream_write(s, p, SIZE, clock_mono_ms() + 200, NULL, &err),
		GS_TIMEOUT);
	kill(server.pid, SIGKILL); /* or the proxy would wait for it too */
	free(p);
	end(s);
}

static void
notices_an_early_answer(void **state)
{
	enum { SIZE = 64 << 20 };

	char *p = calloc(1, SIZE), c;
	struct stream_progress progress = {0};
	struct stream *s;

	begin("ip", "");
	s = open_through("s3.test");
	assert_non_null(s);
	assert_int_equal(write(server.input, "e", 1), 1);
	assert_int_equal(
		stream_write(s, p, SIZE, soon(), &progress, &err), GS_OK);
	assert_true(progress.answered);
	read_all(s, &c, 1);
	assert_int_equal(c, 'e');
	free(p);
	end(s);
}

static void
notices_the_end(void **state)
{
	size_t n = 1;
	char c;
	struct stream *s;

	begin("ip", "");
	s = open_through("s3.test");
	assert_non_null(s);
	assert_int_equal(write(server.input, "Q\n", 2), 2);
	assert_int_equal(stream_read(s, &c, 1, &n, soon(), &err), GS_OK);
	assert_int_equal(n, 0);
	assert_false(stream_is_idle(s));
	end(s);
}

/* Whoever is trusted on the way, the server has to be for itself. */
static void
trusts_no_server_because_of_a_proxy(void **state)
{
	begin("ip", "-rev");
	assert_null(open_through("another.test"));
	assert_int_equal(err.code, GS_TRUST);
	assert_non_null(strstr(err.text, "another.test"));
	assert_null(strstr(err.text, "HTTPS_PROXY"));
	end(NULL);
}

static void
trusts_no_proxy_blindly(void **state)
{
	begin("dns", "-rev"); /* not for 127.0.0.1 */
	assert_null(open_through("s3.test"));
	assert_int_equal(err.code, GS_TRUST);
	assert_non_null(strstr(err.text, "the proxy in 'HTTPS_PROXY': "));
	assert_non_null(strstr(err.text, "127.0.0.1"));
	assert_string_equal(there.head, "");
	end(NULL);
}

static void
names_a_proxy_that_is_down(void **state)
{
	begin(NULL, "-rev");
	assert_int_equal(shutdown(there.listener, SHUT_RD), 0);
	close(there.listener);
	assert_null(open_through("s3.test"));
	assert_int_equal(err.code, GS_SYS);
	assert_int_equal(err.sys_errno, ECONNREFUSED);
	assert_non_null(strstr(err.text,
		"the proxy in 'HTTPS_PROXY': cannot connect to 'http://127"));
	pthread_join(there.thread, NULL);
	stop_server(&server);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_through_a_proxy),
		cmocka_unit_test(goes_through_a_proxy_behind_tls),
		cmocka_unit_test(carries_many_records),
		cmocka_unit_test(waits_for_a_server_that_does_not_read),
		cmocka_unit_test(notices_an_early_answer),
		cmocka_unit_test(notices_the_end),
		cmocka_unit_test(trusts_no_server_because_of_a_proxy),
		cmocka_unit_test(trusts_no_proxy_blindly),
		cmocka_unit_test(names_a_proxy_that_is_down),
	};

	return cmocka_run_group_tests_name(
		"tls_tunnel", tests, make_certificates, remove_certificates);
}
