/*
 * TLS against `openssl s_server` on loopback, with certificates that
 * tls_certs.sh makes for this run.
 */
#include "os/tls.h"

#include "os/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 10000, ARGS_MAX = 32 };

static char dir[] = "/tmp/gocache-s3-tls-XXXXXX";
static struct trust *trust; /* believes the two authorities of the tests */

/* --- the server ----------------------------------------------------------- */

struct server {
	pid_t pid;
	int input; /* what is written here goes to the client */
	unsigned port;
};

static const char *
in_dir(const char *name)
{
	static char path[4][128];
	static unsigned next;
	char *p = path[next++ % 4];

	snprintf(p, sizeof path[0], "%s/%s", dir, name);
	return p;
}

static unsigned
read_port(const char *log)
{
	char text[4096] = "";
	const char *at;
	unsigned port = 0;

	for (int tries = 0; tries < 500 && port == 0; tries++) {
		FILE *f = fopen(log, "r");
		size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;

		if (f) {
			fclose(f);
		}
		text[n] = 0;
		at = strstr(text, "ACCEPT ");
		at = at && strchr(at, '\n') ? strchr(at, ':') : NULL;
		if (!at || sscanf(at, ":%u", &port) != 1) {
			usleep(10000);
		}
	}
	assert_true(port > 0);
	return port;
}

static void
exec_openssl(int input, char **args)
{
	int out = open("server.log", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	dup2(input, 0);
	dup2(out, 1);
	dup2(out, 2);
	for (int fd = 3; fd < 64; fd++) {
		close(fd);
	}
	execvp("openssl", args);
	_exit(127);
}

/* Starts `openssl s_server` in dir; options may name files there. */
static struct server
start_server(const char *cert, const char *key, const char *options)
{
	char command[512], *args[ARGS_MAX] = {0};
	size_t n = 0;
	int input[2];
	struct server s;

	snprintf(command, sizeof command,
		"openssl s_server -accept 127.0.0.1:0 -cert %s.crt -key %s.key"
		" -cipher DEFAULT@SECLEVEL=0 %s",
		cert, key, options);
	for (char *save, *arg = strtok_r(command, " ", &save); arg;
		arg = strtok_r(NULL, " ", &save)) {
		assert_true(n < ARGS_MAX - 1);
		args[n++] = arg;
	}
	unlink(in_dir("server.log"));
	assert_int_equal(pipe2(input, O_CLOEXEC), 0);
	s.pid = fork();
	if (s.pid == 0 && chdir(dir) == 0) {
		exec_openssl(input[0], args);
	}
	close(input[0]);
	s.input = input[1];
	s.port = read_port(in_dir("server.log"));
	return s;
}

static void
stop_server(const struct server *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	close(s->input);
}

static int
dial(unsigned port)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

static uint64_t
soon(void)
{
	return clock_mono_ms() + PATIENCE_MS;
}

/* --- what is trusted ------------------------------------------------------ */

struct trial {
	const char *cert, *key, *options, *host;
	enum gs_code code;
	const char *says; /* part of the error's text */
};

#define FINE GS_OK, NULL

static const struct trial trials[] = {
	/* names */
	{"dns", "P-256", "", "s3.test", FINE},
	{"dns", "P-256", "", "S3.TEST", FINE},
	{"dns", "P-256", "", "s3.test.", FINE},
	{"dns", "P-256", "", "b.test", GS_TRUST,
		"cannot trust 'b.test': its certificate is for s3.test, not "
		"for this host"},
	{"dns", "P-256", "", "a.s3.test", GS_TRUST, "not for this host"},
	{"wild", "P-256", "", "a.s3.test", FINE},
	{"wild", "P-256", "", "a.b.s3.test", GS_TRUST,
		"*.s3.test, b.c.test, d and others, not for this host"},
	{"wild", "P-256", "", "s3.test", GS_TRUST, "not for this host"},
	{"cn", "P-256", "", "s3.test", GS_TRUST, "names no host"},
	{"ip", "P-256", "", "127.0.0.1", FINE},
	{"ip", "P-256", "", "::1", FINE},
	{"ip", "P-256", "", "127.0.0.2", GS_TRUST,
		"127.0.0.1, ::1, not for this host"},
	{"ipasname", "P-256", "", "127.0.0.1", GS_TRUST, "not for this host"},
	{"dns", "P-256", "", "127.0.0.1", GS_TRUST, "not for this host"},
	/* time and purpose */
	{"expired", "P-256", "", "s3.test", GS_TRUST,
		"expired on 2020-02-01; by this machine's clock it is 20"},
	{"future", "P-256", "", "s3.test", GS_TRUST,
		"not valid before 2044-01-01"},
	{"client", "P-256", "", "s3.test", GS_TRUST, "not for servers"},
	{"both", "P-256", "", "s3.test", FINE},
	{"any", "P-256", "", "s3.test", FINE},
	{"critical", "P-256", "", "s3.test", GS_TRUST, "critical extension"},
	{"nosign", "P-256", "", "s3.test", GS_TRUST, "nothing in common"},
	/* chains */
	{"unknown", "P-256", "", "s3.test", GS_TRUST,
		"unknown authority, 'Other CA'; to trust it, name a PEM file"},
	{"imposed", "P-256", "", "s3.test", GS_TRUST, "unknown authority"},
	{"self", "P-256", "", "s3.test", GS_TRUST, "self-signed"},
	{"selfca", "P-256", "", "s3.test", GS_TRUST, "self-signed"},
	{"byinter", "P-256", "-cert_chain inter.chain", "s3.test", FINE},
	{"byinter", "P-256", "", "s3.test", GS_TRUST,
		"unknown authority, 'Intermediate'"},
	{"bylate", "P-256", "-cert_chain late.chain", "s3.test", GS_TRUST,
		"above its own"},
	{"bynca", "P-256", "-cert_chain nca.chain", "s3.test", GS_TRUST,
		"no authority"},
	{"byconstrained", "P-256", "-cert_chain constrained.chain", "s3.test",
		GS_TRUST, "name constraints"},
	/* keys and signatures */
	{"P-384", "P-384", "", "s3.test", FINE},
	{"P-521", "P-521", "", "s3.test", FINE},
	{"rsa2048", "rsa2048", "", "s3.test", FINE},
	{"rsa4096", "rsa4096", "", "s3.test", FINE},
	{"byrsa", "rsa2048", "", "s3.test", FINE},
	{"rsa1024", "rsa1024", "", "s3.test", GS_TRUST, "less than 2048 bits"},
	{"sha1", "P-256", "", "s3.test", GS_TRUST, "neither SHA-1 nor PSS"},
	{"pss", "rsa2048", "", "s3.test", GS_TRUST, "neither SHA-1 nor PSS"},
	{"ed25519", "ed25519", "", "s3.test", GS_TRUST, "nothing in common"},
	{"large", "P-256", "", "n899.test", FINE},
	{"toolarge", "P-256", "", "n899.test", GS_TRUST, "too large"},
	/* versions, suites, curves */
	{"dns", "P-256", "-tls1_3", "s3.test", GS_TRUST,
		"refuses TLS 1.2 (allows only TLS 1.3?)"},
	{"dns", "P-256", "-tls1_1", "s3.test", GS_TRUST, "TLS 1.2"},
	{"dns", "P-256", "-tls1", "s3.test", GS_TRUST, "TLS 1.2"},
	{"dns", "P-256", "-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256",
		"s3.test", FINE},
	{"dns", "P-256", "-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384",
		"s3.test", FINE},
	{"dns", "P-256", "-tls1_2 -cipher ECDHE-ECDSA-CHACHA20-POLY1305",
		"s3.test", FINE},
	{"byrsa", "rsa2048", "-tls1_2 -cipher ECDHE-RSA-CHACHA20-POLY1305",
		"s3.test", FINE},
	{"dns", "P-256", "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256", "s3.test",
		GS_TRUST, "nothing in common"},
	{"byrsa", "rsa2048", "-tls1_2 -cipher AES128-GCM-SHA256", "s3.test",
		GS_TRUST, "nothing in common"},
	{"dns", "P-256", "-named_curve P-521", "s3.test", FINE},
	{"dns", "P-256", "-named_curve X25519", "s3.test", FINE},
	{"dns", "P-256", "-named_curve X448", "s3.test", GS_TRUST,
		"nothing in common"},
	{"dns", "P-256", "-Verify 1", "s3.test", GS_TRUST,
		"without client certificate"},
};

static void
try_one(const struct trial *c)
{
	struct server s = start_server(c->cert, c->key, c->options);
	int fd = dial(s.port);
	struct gs_err err = {0};
	struct tls *t = tls_open(fd, c->host, trust, soon(), &err);

	if (err.code != c->code || !t != (c->code != GS_OK) ||
		(c->says && !strstr(err.text, c->says))) {
		fail_msg("%s %s for %s: code %d, '%s'", c->cert, c->options,
			c->host, err.code, err.text);
	}
	tls_free(t);
	close(fd);
	stop_server(&s);
	/* or the next server of this name could be asked to resume */
	trust_remember(trust, c->host, NULL);
}

static void
trusts_whom_it_should(void **state)
{
	for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
		try_one(&trials[i]);
	}
}

static void
try_with_bundle(const char *bundle, const char *cert, const char *host,
	enum gs_code code)
{
	struct trust *own = trust_new(in_dir(bundle), "");
	struct server s = start_server(cert, "P-256", "");
	int fd = dial(s.port);
	struct gs_err err = {0};
	struct tls *t = tls_open(fd, host, own, soon(), &err);

	assert_int_equal(err.code, code);
	tls_free(t);
	close(fd);
	stop_server(&s);
	trust_free(own);
}

static void
trusts_a_server_that_is_its_own_authority(void **state)
{
	try_with_bundle("self.crt", "self", "s3.test", GS_OK);
	try_with_bundle("selfca.crt", "selfca", "s3.test", GS_OK);
	/* but for its names only, and nobody else through it */
	try_with_bundle("self.crt", "self", "b.test", GS_TRUST);
	try_with_bundle("dns.crt", "self", "s3.test", GS_TRUST);
	try_with_bundle("nca.crt", "bynca", "s3.test", GS_TRUST);
}

static void
says_which_bundle_is_unusable(void **state)
{
	struct trust *none = trust_new("/nonexistent/ca.pem", "");
	struct gs_err err = {0};

	assert_null(tls_open(-1, "s3.test", none, soon(), &err));
	assert_int_equal(err.code, GS_CONFIG);
	assert_non_null(strstr(err.text, "/nonexistent/ca.pem"));
	trust_free(none);
}

/* --- servers that are none ------------------------------------------------ */

static enum gs_code
greet_with(const char *bytes, size_t n, struct gs_err *err)
{
	int fd[2];

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
	assert_int_equal(write(fd[1], bytes, n), n);
	if (n > 0) {
		shutdown(fd[1], SHUT_WR);
	}
	assert_null(
		tls_open(fd[0], "s3.test", trust, clock_mono_ms() + 100, err));
	close(fd[0]);
	close(fd[1]);
	return err->code;
}

static void
knows_a_plain_http_server(void **state)
{
	const char http[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
	struct gs_err err;

	assert_int_equal(greet_with(http, sizeof http - 1, &err), GS_TRUST);
	assert_non_null(strstr(err.text, "http:// in the endpoint"));
}

static void
survives_silence_and_noise(void **state)
{
	struct gs_err err;
	char noise[512];

	assert_int_equal(greet_with("", 0, &err), GS_TIMEOUT);
	assert_int_equal(greet_with("\x16\x03", 2, &err), GS_CLOSED);
	assert_int_equal(greet_with("SSH-2.0-x\r\n", 11, &err), GS_TRUST);
	srand(7);
	for (int round = 0; round < 500; round++) {
		for (size_t i = 0; i < sizeof noise; i++) {
			noise[i] = (char)rand();
		}
		memcpy(noise, "\x16\x03\x03\x01\x00\x02\x00\x00\xfc\x03\x03",
			11);
		assert_int_not_equal(
			greet_with(noise, sizeof noise, &err), GS_OK);
	}
}

/* --- data ----------------------------------------------------------------- */

static void
read_exactly(struct tls *t, char *p, size_t n)
{
	struct gs_err err;

	while (n > 0) {
		size_t got;

		assert_int_equal(tls_read(t, p, n, &got, soon(), &err), GS_OK);
		assert_true(got > 0 && got <= n);
		p += got;
		n -= got;
	}
}

static struct tls *
open_fd(int fd)
{
	struct gs_err err = {0};
	struct tls *t = tls_open(fd, "s3.test", trust, soon(), &err);

	if (!t) {
		fail_msg("%s", err.text);
	}
	return t;
}

static void
carries_bytes_both_ways(void **state)
{
	struct server s = start_server("dns", "P-256", "-rev");
	int fd = dial(s.port);
	struct tls *t = open_fd(fd);
	struct gs_err err;
	char reply[6] = "";

	assert_true(tls_is_idle(t));
	assert_int_equal(tls_write(t, "abcd\n", 5, soon(), NULL, &err), GS_OK);
	read_exactly(t, reply, 1);
	assert_false(tls_is_idle(t));
	read_exactly(t, reply + 1, 4);
	assert_string_equal(reply, "dcba\n");
	assert_true(tls_is_idle(t));
	assert_int_equal(
		tls_read(t, reply, 1, &(size_t){0}, clock_mono_ms() + 20, &err),
		GS_TIMEOUT);
	tls_free(t);
	close(fd);
	stop_server(&s);
}

/* A line of a megabyte to and fro, so that sending must wait. */
static void
carries_many_records(void **state)
{
	enum { SIZE = 1 << 20 };
	struct server s = start_server("dns", "P-256", "");
	int fd = dial(s.port);
	struct tls *t = open_fd(fd);
	struct gs_err err;
	struct stat log;
	char *p = malloc(SIZE);

	memset(p, 'x', SIZE);
	assert_int_equal(tls_write(t, p, SIZE, soon(), NULL, &err), GS_OK);
	for (int tries = 0; tries < 500; tries++) {
		assert_int_equal(stat(in_dir("server.log"), &log), 0);
		if (log.st_size > SIZE) {
			break;
		}
		usleep(10000);
	}
	assert_true(log.st_size > SIZE);
	free(p);
	tls_free(t);
	close(fd);
	stop_server(&s);
}

static void
reads_records_of_one_byte(void **state)
{
	struct server s = start_server("dns", "P-256", "-nbio");
	int fd = dial(s.port);
	struct tls *t = open_fd(fd);
	char c;

	for (int i = 0; i < 50; i++) {
		char sent = (char)('a' + i % 10);

		assert_int_equal(write(s.input, &sent, 1), 1);
		read_exactly(t, &c, 1);
		assert_int_equal(c, sent);
	}
	tls_free(t);
	close(fd);
	stop_server(&s);
}

static void
takes_an_early_answer_for_one(void **state)
{
	enum { SIZE = 64 << 20 };
	struct server s = start_server("dns", "P-256", "");
	int fd = dial(s.port);
	struct tls *t = open_fd(fd);
	struct gs_err err;
	bool answered = false;
	char c = 0;
	char *p = calloc(1, SIZE);

	/* a server that stops reading, having answered */
	assert_int_equal(write(s.input, "e", 1), 1);
	assert_int_equal(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1,
				 PATIENCE_MS),
		1);
	assert_int_equal(kill(s.pid, SIGSTOP), 0);
	assert_int_equal(tls_write(t, p, SIZE, soon(), &answered, &err), GS_OK);
	assert_true(answered);
	read_exactly(t, &c, 1);
	assert_int_equal(c, 'e');
	/* and one that just stops */
	assert_int_equal(
		tls_write(t, p, SIZE, clock_mono_ms() + 50, &answered, &err),
		GS_TIMEOUT);
	free(p);
	tls_free(t);
	close(fd);
	stop_server(&s);
}

static void
reads_the_end_with_and_without_close_notify(void **state)
{
	for (int clean = 0; clean < 2; clean++) {
		struct server s = start_server("dns", "P-256", "");
		int fd = dial(s.port);
		struct tls *t = open_fd(fd);
		struct gs_err err;
		char c[2];
		size_t n = 1;

		assert_int_equal(write(s.input, "e", 1), 1);
		read_exactly(t, c, 1);
		if (clean) {
			assert_int_equal(write(s.input, "Q\n", 2), 2);
		} else {
			kill(s.pid, SIGKILL);
		}
		assert_int_equal(tls_read(t, c, 1, &n, soon(), &err), GS_OK);
		assert_int_equal(n, 0);
		assert_false(tls_is_idle(t));
		assert_int_not_equal(
			tls_write(t, "x", 1, soon(), NULL, &err), GS_OK);
		tls_free(t);
		close(fd);
		stop_server(&s);
	}
}

static void
refuses_to_renegotiate(void **state)
{
	struct server s = start_server("dns", "P-256", "-tls1_2");
	int fd = dial(s.port);
	struct tls *t = open_fd(fd);
	struct gs_err err;
	size_t n = 1;
	char c;

	assert_int_equal(write(s.input, "r\n", 2), 2);
	/* openssl gives up on a client that says no */
	if (tls_read(t, &c, 1, &n, soon(), &err) == GS_OK) {
		assert_int_equal(n, 0);
	}
	tls_free(t);
	close(fd);
	stop_server(&s);
}

/* --- a line that delivers single bytes ------------------------------------ */

struct drip {
	int from, to;
};

static void *
drip(void *arg)
{
	const struct drip *d = arg;
	char c;

	while (read(d->from, &c, 1) == 1 && write(d->to, &c, 1) == 1) {
	}
	shutdown(d->to, SHUT_WR);
	return NULL;
}

static void
works_byte_by_byte(void **state)
{
	struct server s = start_server(
		"byinter", "P-256", "-rev -cert_chain inter.chain");
	int far = dial(s.port), near[2];
	struct drip up, down;
	pthread_t up_thread, down_thread;
	struct tls *t;
	struct gs_err err;
	char reply[6] = "";

	assert_int_equal(fcntl(far, F_SETFL, 0), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, near), 0);
	up = (struct drip){near[1], far};
	down = (struct drip){far, near[1]};
	pthread_create(&up_thread, NULL, drip, &up);
	pthread_create(&down_thread, NULL, drip, &down);
	t = open_fd(near[0]);
	assert_int_equal(tls_write(t, "abcd\n", 5, soon(), NULL, &err), GS_OK);
	read_exactly(t, reply, 5);
	assert_string_equal(reply, "dcba\n");
	tls_free(t);
	close(near[0]);
	pthread_join(up_thread, NULL);
	stop_server(&s);
	pthread_join(down_thread, NULL);
	close(near[1]);
	close(far);
}

/* --- sessions, chroot ----------------------------------------------------- */

static bool
is_resumed(const struct server *s, const char *host)
{
	int fd = dial(s->port);
	struct gs_err err = {0};
	struct tls *t = tls_open(fd, host, trust, soon(), &err);
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
	assert_null(tls_open(
		dial(s.port), "a.s3.test", trust, soon(), &(struct gs_err){0}));
	stop_server(&s);
}

static void
needs_no_files_once_loaded(void **state)
{
	struct server s;
	int fd, status;
	pid_t pid;

	if (geteuid() != 0) {
		skip();
	}
	s = start_server("dns", "P-256", "");
	fd = dial(s.port);
	assert_int_equal(trust_load(trust, &(struct gs_err){0}), GS_OK);
	mkdir(in_dir("empty"), 0700);
	pid = fork();
	if (pid == 0) {
		struct gs_err err;
		bool ok = chroot(in_dir("empty")) == 0 &&
			  tls_open(fd, "s3.test", trust, soon(), &err);

		_exit(ok ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(fd);
	stop_server(&s);
}

static int
make_certificates(void **state)
{
	char command[128];

	signal(SIGPIPE, SIG_IGN);
	if (!mkdtemp(dir)) {
		return -1;
	}
	snprintf(command, sizeof command, "sh tests/unit/tls_certs.sh %s", dir);
	trust = trust_new(in_dir("ca.crt"), "");
	return system(command) == 0 && trust ? 0 : -1;
}

static int
remove_certificates(void **state)
{
	char command[128];

	trust_free(trust);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	return system(command) == 0 ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trusts_whom_it_should),
		cmocka_unit_test(trusts_a_server_that_is_its_own_authority),
		cmocka_unit_test(says_which_bundle_is_unusable),
		cmocka_unit_test(knows_a_plain_http_server),
		cmocka_unit_test(survives_silence_and_noise),
		cmocka_unit_test(carries_bytes_both_ways),
		cmocka_unit_test(carries_many_records),
		cmocka_unit_test(reads_records_of_one_byte),
		cmocka_unit_test(takes_an_early_answer_for_one),
		cmocka_unit_test(reads_the_end_with_and_without_close_notify),
		cmocka_unit_test(refuses_to_renegotiate),
		cmocka_unit_test(works_byte_by_byte),
		cmocka_unit_test(resumes_sessions_per_host),
		cmocka_unit_test(needs_no_files_once_loaded),
	};

	return cmocka_run_group_tests_name(
		"tls", tests, make_certificates, remove_certificates);
}
