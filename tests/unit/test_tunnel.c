/* What a proxy may answer to CONNECT; what goes through a tunnel is in
 * test_tls_tunnel.c. */
#include "os/tunnel.h"

#include "loopback_server.h"

#include <stdio.h>

static struct gs_err err;

/* What the proxy says, once it has been asked; then it closes, or not. */
static struct script {
	const char *answer;
	bool closes, drips, asked_well;
} script;

/* Reads up to the end of a head. */
static void
take_head(int fd, char *text, size_t cap)
{
	size_t n = 0;

	while (n < cap - 1 && recv(fd, text + n, 1, 0) == 1) {
		text[++n] = '\0';
		if (strstr(text, "\r\n\r\n")) {
			return;
		}
	}
}

static void
answer(int fd, int stop)
{
	char head[PROXY_CONNECT_MAX + 1] = "";
	size_t len = strlen(script.answer), step = script.drips ? 1 : len;

	take_head(fd, head, sizeof(head));
	script.asked_well =
		strncmp(head, "CONNECT s3.test:443 HTTP/1.1\r\n", 30) == 0;
	for (size_t i = 0; i < len; i += step) {
		(void)send(fd, script.answer + i, step, MSG_NOSIGNAL);
	}
	if (!script.closes) {
		never_read(fd, stop);
	}
}

static enum gs_code
ask(const struct script *s, const char *authorization, unsigned patience_ms)
{
	struct server server;
	struct stream *stream;
	struct proxy p = {.is_used = true, .port = 3128, .variable = "x"};

	strcpy(p.host, "proxy.test");
	strcpy(p.authorization, authorization);
	script = *s;
	stream = meet(&server, answer);
	err = (struct gs_err){.code = GS_OK};
	enum gs_code code = tunnel_open(
		stream, &p, VIEW("s3.test"), 443, in_ms(patience_ms), &err);

	assert_int_equal(code, err.code);
	assert_true(code != GS_OK || stream_is_idle(stream));
	part(&server, stream);
	assert_true(script.asked_well);
	return code;
}

static void
assert_refused(const char *text, enum gs_code code, const char *why)
{
	char want[GS_ERR_TEXT_MAX];

	snprintf(want, sizeof(want),
		"cannot go through 'http://proxy.test:3128': %s", why);
	for (int way = 0; way < 4; way++) {
		const struct script s = {
			.answer = text, .closes = way & 1, .drips = way & 2};

		if (ask(&s, "", SOON_MS) != code ||
			strcmp(err.text, want) != 0) {
			fail_msg("%d %s to %s", err.code, err.text, text);
		}
	}
}

static void
takes_every_way_to_agree(void **state)
{
	static const char *const answers[] = {
		"HTTP/1.1 200 Connection established\r\n\r\n",
		"HTTP/1.0 200 OK\r\nProxy-agent: tinyproxy\r\n\r\n",
		"HTTP/1.1 200\r\n\r\n",
		"HTTP/1.1 201 Created\r\n\r\n",
		"HTTP/1.1 204 No Content\r\n\r\n",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
		/* fields that mean nothing here: RFC 9110, 9.3.6 */
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n"
		"Content-Length: 1\r\n\r\n",
		"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		const struct script whole = {.answer = answers[i]};
		const struct script slowly = {
			.answer = answers[i], .drips = true};

		if (ask(&whole, "", SOON_MS) != GS_OK ||
			ask(&slowly, "", SOON_MS) != GS_OK) {
			fail_msg("%s to %s", err.text, answers[i]);
		}
	}
}

static void
says_what_a_refusal_means(void **state)
{
	(void)state;
	assert_refused("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno",
		GS_CONFIG,
		"it says 403: it does not allow this; ask whoever runs it, or "
		"list the host in NO_PROXY");
	assert_refused("HTTP/1.1 405 Method Not Allowed\r\n"
		       "Content-Length: 0\r\n\r\n",
		GS_CONFIG, "it says 405 to CONNECT: is it a proxy?");
	assert_refused("HTTP/1.1 301 Moved\r\nLocation: /\r\n"
		       "Content-Length: 0\r\n\r\n",
		GS_CONFIG, "it says 301 to CONNECT: is it a proxy?");
	assert_refused("HTTP/1.0 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
		GS_SYS, "it says 502: it cannot reach the server");
	assert_refused("HTTP/1.1 503 x\r\nTransfer-Encoding: chunked\r\n\r\n"
		       "1\r\nx\r\n",
		GS_SYS, "it says 503: it cannot reach the server");
}

static void
passes_on_that_it_is_busy(void **state)
{
	static const unsigned busy[] = {408, 425, 429};
	char answer[64], why[64];

	(void)state;
	for (size_t i = 0; i < sizeof(busy) / sizeof(*busy); i++) {
		snprintf(answer, sizeof(answer),
			"HTTP/1.1 %u x\r\nContent-Length: 0\r\n\r\n", busy[i]);
		snprintf(why, sizeof(why),
			"it says %u: it asks for another attempt later",
			busy[i]);
		assert_refused(answer, GS_SYS, why);
	}
}

static void
asks_for_a_password(void **state)
{
	static const char either[] =
		"HTTP/1.1 407 Proxy Authentication Required\r\n"
		"Proxy-Authenticate: Negotiate, basic realm=\"x\"\r\n"
		"Content-Length: 0\r\n\r\n";
	static const char neither[] = "HTTP/1.1 407 x\r\n"
				      "Proxy-Authenticate: Negotiate\r\n"
				      "Proxy-Authenticate: NTLM\r\n"
				      "Content-Length: 0\r\n\r\n";
	static const char silent[] = "HTTP/1.1 407 x\r\n"
				     "Content-Length: 0\r\n\r\n";
	static const char unauthorized[] = "HTTP/1.0 401 Unauthorized\r\n\r\n";
	const struct script s = {.answer = either};
	const struct script other = {.answer = unauthorized, .closes = true};

	(void)state;
	assert_refused(either, GS_CONFIG,
		"it wants a user and password: write them into the variable, "
		"as in http://user:password@host");
	assert_refused(silent, GS_CONFIG,
		"it wants a user and password: write them into the variable, "
		"as in http://user:password@host");
	assert_refused(neither, GS_CONFIG,
		"it wants authentication of another kind than Basic, which is "
		"the only one that this program knows");
	assert_int_equal(ask(&s, "Basic eDp5", SOON_MS), GS_CONFIG);
	assert_non_null(strstr(err.text,
		": it does not take the user and password in the variable"));
	assert_null(strstr(err.text, "eDp5"));
	assert_int_equal(ask(&other, "Basic eDp5", SOON_MS), GS_CONFIG);
	assert_non_null(strstr(err.text, "does not take the user"));
}

static void
refuses_what_is_no_answer(void **state)
{
	static const char *const answers[] = {"SSH-2.0-OpenSSH_9.2\r\n",
		"\x15\x03\x01\x02\x46\n", "HTTP/2 200 OK\r\n\r\n",
		"HTTP/1.1 200 OK\n\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
		"HTTP/1.1 101 Switching Protocols\r\n\r\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		assert_refused(answers[i], GS_BAD,
			"it does not answer as a proxy does: is it one, and is "
			"it http or https?");
	}
}

static void
refuses_bytes_behind_the_answer(void **state)
{
	const struct script s = {.answer = "HTTP/1.1 200 OK\r\n\r\nx"};

	(void)state;
	assert_int_equal(ask(&s, "", SOON_MS), GS_BAD);
	assert_non_null(strstr(err.text, "more comes than the answer"));
}

static void
does_not_wait_for_ever(void **state)
{
	const struct script silent = {.answer = ""};
	const struct script half = {.answer = "HTTP/1.1 200 OK\r\nx: y"};
	const struct script body = {
		.answer = "HTTP/1.1 407 x\r\nContent-Length: 9\r\n\r\n"};

	(void)state;
	assert_int_equal(ask(&silent, "", BRIEFLY_MS), GS_TIMEOUT);
	assert_non_null(strstr(err.text, "no answer in time from 'http://127"));
	assert_int_equal(ask(&half, "", BRIEFLY_MS), GS_TIMEOUT);
	/* but what a body does not say the status has said */
	assert_int_equal(ask(&body, "", BRIEFLY_MS), GS_CONFIG);
	assert_non_null(strstr(err.text, "wants a user and password"));
}

static void
notices_the_end(void **state)
{
	const struct script half = {
		.answer = "HTTP/1.1 200 OK\r\nx: y", .closes = true};
	const struct script body = {
		.answer = "HTTP/1.1 502 x\r\nContent-Length: 9\r\n\r\n",
		.closes = true};

	(void)state;
	assert_int_equal(ask(&half, "", SOON_MS), GS_CLOSED);
	assert_non_null(strstr(
		err.text, ": it closed the connection instead of an answer"));
	assert_int_equal(ask(&body, "", SOON_MS), GS_SYS);
}

/* The head may be as large as any, and no larger. */
static void
has_limits(void **state)
{
	static char text[HTTP_HEAD_MAX + 256];
	const struct script s = {.answer = text};

	(void)state;
	for (int over = 0; over < 2; over++) {
		size_t n = (size_t)sprintf(text, "HTTP/1.1 200 OK\r\n");

		while (n < (size_t)HTTP_HEAD_MAX - 2 + (size_t)over) {
			size_t left =
				(size_t)HTTP_HEAD_MAX - 2 + (size_t)over - n;
			size_t line = left < 8000 ? left : 4000;

			n += (size_t)sprintf(
				text + n, "a:%0*d\r\n", (int)line - 4, 0);
		}
		strcpy(text + n, "\r\n");
		assert_int_equal(ask(&s, "", SOON_MS), over ? GS_BAD : GS_OK);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_every_way_to_agree),
		cmocka_unit_test(says_what_a_refusal_means),
		cmocka_unit_test(passes_on_that_it_is_busy),
		cmocka_unit_test(asks_for_a_password),
		cmocka_unit_test(refuses_what_is_no_answer),
		cmocka_unit_test(refuses_bytes_behind_the_answer),
		cmocka_unit_test(does_not_wait_for_ever),
		cmocka_unit_test(notices_the_end),
		cmocka_unit_test(has_limits),
	};

	return cmocka_run_group_tests_name("tunnel", tests, NULL, NULL);
}
