/*
 * `openssl s_server` on loopback, with certificates that tls_certs.sh makes for
 * this run, and a client's end of a connection to it. Include after cmocka.h.
 */
#ifndef TESTS_UNIT_TLS_SERVER_H
#define TESTS_UNIT_TLS_SERVER_H

#include "os/clock.h"
#include "os/tls.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000, ARGS_MAX = 32 };

static char dir[] = "/tmp/gocache-s3-tls-XXXXXX";
static struct trust *trust; /* believes the two authorities of the tests */

struct server {
	pid_t pid;
	int input; /* what is written here goes to the client */
	unsigned port;
};

static inline const char *
in_dir(const char *name)
{
	static char path[4][128];
	static unsigned next;
	char *p = path[next++ % 4];

	snprintf(p, sizeof path[0], "%s/%s", dir, name);
	return p;
}

static inline unsigned
read_port(const char *log)
{
	char text[4096] = "";
	const char *at;
	unsigned port = 0;

	for (int tries = 0; tries < 6000 && port == 0; tries++) {
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

static inline void
exec_openssl(int input, char **args)
{
	int out;

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* also where a test fails */
	out = open("server.log", O_WRONLY | O_CREAT | O_TRUNC, 0600);

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
static inline struct server
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

static inline void
stop_server(const struct server *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	close(s->input);
}

static inline int
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

static inline uint64_t
soon(void)
{
	return clock_mono_ms() + PATIENCE_MS;
}

static inline void
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

static inline int
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

static inline int
remove_certificates(void **state)
{
	char command[128];

	trust_free(trust);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	return system(command) == 0 ? 0 : -1;
}

#endif
