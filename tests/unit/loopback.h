/* Listening sockets on this machine, for tests of what talks to a server. */
#ifndef TESTS_LOOPBACK_H
#define TESTS_LOOPBACK_H

#include "os/address.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* 127.0.0.1 or ::1 with this port. */
static inline struct address
loopback_address(int family, uint16_t port)
{
	struct address a = {.verdict = ADDRESS_UNTRIED};

	a.sa.any.sa_family = (sa_family_t)family;
	if (family == AF_INET6) {
		a.sa.v6.sin6_addr = in6addr_loopback;
		a.sa.v6.sin6_port = htons(port);
	} else {
		a.sa.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		a.sa.v4.sin_port = htons(port);
	}
	return a;
}

static inline socklen_t
loopback_length(const struct address *a)
{
	return a->sa.any.sa_family == AF_INET6 ? sizeof(a->sa.v6)
					       : sizeof(a->sa.v4);
}

/* Listens on a port that the system chooses; its address in *where. */
static inline int
loopback_listen(int family, int backlog, struct address *where)
{
	socklen_t len;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*where = loopback_address(family, 0);
	len = loopback_length(where);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, &where->sa.any, len), 0);
	assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, &where->sa.any, &len), 0);
	return fd;
}

static inline uint16_t
loopback_port(const struct address *a)
{
	return ntohs(a->sa.any.sa_family == AF_INET6 ? a->sa.v6.sin6_port
						     : a->sa.v4.sin_port);
}

/* An address where nobody listens. */
static inline struct address
loopback_refusing(void)
{
	struct address a;

	close(loopback_listen(AF_INET, 1, &a));
	return a;
}

enum { LOOPBACK_FILL = 4 };

/* A port that does not answer: its queue of connections is full. */
struct loopback_hole {
	struct address address;
	int listener, fill[LOOPBACK_FILL];
};

static inline void
loopback_hole_open(struct loopback_hole *h)
{
	h->listener = loopback_listen(AF_INET, 0, &h->address);
	for (size_t i = 0; i < LOOPBACK_FILL; i++) {
		h->fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		assert_true(h->fill[i] >= 0);
		(void)connect(h->fill[i], &h->address.sa.any,
			loopback_length(&h->address));
	}
}

static inline void
loopback_hole_close(struct loopback_hole *h)
{
	for (size_t i = 0; i < LOOPBACK_FILL; i++) {
		close(h->fill[i]);
	}
	close(h->listener);
}

#endif
