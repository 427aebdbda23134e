/*
 * A proxy in a thread, of one connection: takes CONNECT and carries bytes to
 * 127.0.0.1 and the port asked for, whatever the name. Perhaps behind TLS, with
 * a certificate of tls_certs.sh. Include after tls_server.h.
 */
#ifndef TESTS_UNIT_TLS_PROXY_H
#define TESTS_UNIT_TLS_PROXY_H

#include "base/pem.h"
#include "os/fdio.h"

#include <bearssl.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>

enum { PROXY_HEAD_MAX = 4096 };

struct tls_proxy {
	const char *cert; /* NULL: plain */
	int listener, near, far;
	unsigned port;
	pthread_t thread;
	char head[PROXY_HEAD_MAX + 1]; /* what the client asked */
	size_t len;
	/* of TLS */
	br_ssl_server_context server;
	unsigned char records[BR_SSL_BUFSIZE_BIDI];
	br_x509_certificate chain;
	br_skey_decoder_context key;
	unsigned char der[2048];
};

/* The first block of a PEM file. */
static inline size_t
read_der(const char *name, void *der, size_t cap)
{
	struct buf text, out = buf_over(der, cap);
	struct view rest, label, body;
	struct gs_err err;

	assert_int_equal(
		fd_read_file(in_dir(name), 64 * 1024, &text, &err), GS_OK);
	rest = buf_view(&text);
	assert_true(pem_next(&rest, &label, &body));
	assert_true(pem_decode(body, &out));
	free(text.p);
	return out.len;
}

static inline void
proxy_prepare_tls(struct tls_proxy *p)
{
	unsigned char key[2048];
	char name[64];

	snprintf(name, sizeof(name), "%s.crt", p->cert);
	p->chain.data = p->der;
	p->chain.data_len = read_der(name, p->der, sizeof(p->der));
	br_skey_decoder_init(&p->key);
	br_skey_decoder_push(
		&p->key, key, read_der("P-256.key", key, sizeof(key)));
	assert_non_null(br_skey_decoder_get_ec(&p->key));
	br_ssl_server_init_full_ec(&p->server, &p->chain, 1, BR_KEYTYPE_EC,
		br_skey_decoder_get_ec(&p->key));
	br_ssl_engine_set_buffer(
		&p->server.eng, p->records, sizeof(p->records), 1);
	assert_true(br_ssl_server_reset(&p->server));
}

/* Waits for input from either side, or room to send records. */
static inline bool
proxy_wait(const struct tls_proxy *p, unsigned state)
{
	struct pollfd fd[] = {
		{.fd = p->near, .events = POLLIN},
		{.fd = p->far, .events = POLLIN},
	};

	if (p->cert && (state & BR_SSL_SENDREC)) {
		fd[0].events |= POLLOUT;
	}
	if (p->cert && !(state & BR_SSL_SENDAPP)) {
		fd[1].fd = -1;
	}
	return poll(fd, 2, PATIENCE_MS) > 0;
}

/* Sends all of it, to a peer that reads. */
static inline bool
put(int fd, const char *p, size_t n)
{
	while (n > 0) {
		struct pollfd out = {.fd = fd, .events = POLLOUT};
		ssize_t done = send(fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (done < 0 && poll(&out, 1, PATIENCE_MS) <= 0) {
			return false;
		}
		if (done < 0 && errno != EAGAIN) {
			return false;
		}
		p += done > 0 ? done : 0;
		n -= done > 0 ? (size_t)done : 0;
	}
	return true;
}

static inline void
proxy_reply(struct tls_proxy *p, const char *text)
{
	size_t n = strlen(text), room;
	unsigned char *record;

	if (!p->cert) {
		put(p->near, text, n);
		return;
	}
	record = br_ssl_engine_sendapp_buf(&p->server.eng, &room);
	assert_true(record && room >= n);
	memcpy(record, text, n);
	br_ssl_engine_sendapp_ack(&p->server.eng, n);
	br_ssl_engine_flush(&p->server.eng, 0);
}

/* Bytes from the client: its head to begin with, then for the server. */
static inline bool
proxy_take(struct tls_proxy *p, const char *bytes, size_t n)
{
	const char *at;

	if (p->far >= 0) {
		return put(p->far, bytes, n);
	}
	if (n > PROXY_HEAD_MAX - p->len) {
		return false;
	}
	memcpy(p->head + p->len, bytes, n);
	p->len += n;
	at = strchr(p->head, ':');
	if (strstr(p->head, "\r\n\r\n") && at) {
		p->far = dial((unsigned)strtoul(at + 1, NULL, 10));
		proxy_reply(p, "HTTP/1.1 200 OK\r\n\r\n");
	}
	return true;
}

static inline bool
is_over(ssize_t moved)
{
	return moved < 0 && errno != EAGAIN;
}

/* One step of TLS with the client; false at its end. */
static inline bool
proxy_step_tls(struct tls_proxy *p)
{
	br_ssl_engine_context *e = &p->server.eng;
	size_t n;
	unsigned char *at;
	ssize_t moved;

	if ((at = br_ssl_engine_sendrec_buf(e, &n))) {
		moved = send(p->near, at, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (is_over(moved)) {
			return false;
		}
		br_ssl_engine_sendrec_ack(e, moved > 0 ? (size_t)moved : 0);
	}
	if ((at = br_ssl_engine_recvrec_buf(e, &n))) {
		moved = recv(p->near, at, n, MSG_DONTWAIT);
		if (moved == 0 || is_over(moved)) {
			return false;
		}
		br_ssl_engine_recvrec_ack(e, moved > 0 ? (size_t)moved : 0);
	}
	if ((at = br_ssl_engine_recvapp_buf(e, &n))) {
		bool taken = proxy_take(p, (char *)at, n);

		br_ssl_engine_recvapp_ack(e, n);
		return taken;
	}
	return true;
}

static inline bool
proxy_step_plain(struct tls_proxy *p)
{
	char bytes[4096];
	ssize_t n = recv(p->near, bytes, sizeof(bytes), MSG_DONTWAIT);

	return n < 0 ? !is_over(n) : n > 0 && proxy_take(p, bytes, (size_t)n);
}

/* Bytes from the server; false at its end. */
static inline bool
proxy_pull(struct tls_proxy *p)
{
	br_ssl_engine_context *e = &p->server.eng;
	char bytes[4096];
	size_t room = sizeof(bytes);
	unsigned char *record = NULL;
	ssize_t n;

	if (p->cert && !(record = br_ssl_engine_sendapp_buf(e, &room))) {
		return true;
	}
	n = recv(p->far, record ? (char *)record : bytes, room, MSG_DONTWAIT);
	if (n > 0 && record) {
		br_ssl_engine_sendapp_ack(e, (size_t)n);
		br_ssl_engine_flush(e, 0);
	}
	if (n <= 0) {
		return n < 0 && !is_over(n);
	}
	return record || put(p->near, bytes, (size_t)n);
}

static inline void *
proxy_run(void *arg)
{
	struct tls_proxy *p = arg;
	bool open;

	p->near = accept(p->listener, NULL, NULL);
	open = p->near >= 0;
	while (open) {
		unsigned state =
			p->cert ? br_ssl_engine_current_state(&p->server.eng)
				: 0;

		open = !(state & BR_SSL_CLOSED) && proxy_wait(p, state) &&
		       (p->cert ? proxy_step_tls(p) : proxy_step_plain(p)) &&
		       (p->far < 0 || proxy_pull(p));
	}
	close(p->near);
	close(p->far);
	return NULL;
}

static inline void
proxy_start(struct tls_proxy *p, const char *cert)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(at);

	memset(p, 0, sizeof(*p));
	p->cert = cert;
	p->far = -1;
	if (cert) {
		proxy_prepare_tls(p);
	}
	p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
		bind(p->listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(p->listener, 4), 0);
	getsockname(p->listener, (struct sockaddr *)&at, &len);
	p->port = ntohs(at.sin_port);
	assert_int_equal(pthread_create(&p->thread, NULL, proxy_run, p), 0);
}

/* Once the client has closed. */
static inline void
proxy_stop(struct tls_proxy *p)
{
	pthread_join(p->thread, NULL);
	close(p->listener);
}

#endif
