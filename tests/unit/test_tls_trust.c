/* Whom TLS trusts, and what it says of the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tls_server.h"

#include <sys/ioctl.h>
#include <sys/stat.h>

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
	struct tls *t =
		tls_open(wire_of_socket(fd), c->host, trust, soon(), &err);

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
	struct tls *t = tls_open(wire_of_socket(fd), host, own, soon(), &err);

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

	assert_null(
		tls_open(wire_of_socket(-1), "s3.test", none, soon(), &err));
	assert_int_equal(err.code, GS_CONFIG);
	assert_non_null(strstr(err.text, "/nonexistent/ca.pem"));
	trust_free(none);
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
			  tls_open(wire_of_socket(fd), "s3.test", trust, soon(),
				  &err);

		_exit(ok ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(fd);
	stop_server(&s);
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
	assert_null(tls_open(wire_of_socket(fd[0]), "s3.test", trust,
		n > 0 ? soon() : clock_mono_ms() + 100, err));
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
	assert_non_null(strstr(err.text, "http:// in its URL"));
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

/* Empty records move, but nothing with them. */
static void
does_not_wait_for_a_busy_peer(void **state)
{
	int fd[2], unread = 0;
	struct gs_err err;

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(write(fd[1], "\x16\x03\x03\x00", 5), 5);
	}
	assert_null(tls_open(wire_of_socket(fd[0]), "s3.test", trust,
		clock_mono_ms(), &err));
	assert_int_equal(err.code, GS_TIMEOUT);
	assert_int_equal(ioctl(fd[0], FIONREAD, &unread), 0);
	assert_true(unread > 0);
	close(fd[0]);
	close(fd[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trusts_whom_it_should),
		cmocka_unit_test(trusts_a_server_that_is_its_own_authority),
		cmocka_unit_test(says_which_bundle_is_unusable),
		cmocka_unit_test(needs_no_files_once_loaded),
		cmocka_unit_test(knows_a_plain_http_server),
		cmocka_unit_test(survives_silence_and_noise),
		cmocka_unit_test(does_not_wait_for_a_busy_peer),
	};

	return cmocka_run_group_tests_name(
		"tls_trust", tests, make_certificates, remove_certificates);
}
