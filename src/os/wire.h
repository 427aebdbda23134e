/*
 * What carries bytes to and from a server, without waiting: a socket, or a TLS
 * connection to a proxy, in which there is another one to the server behind it.
 * A plain value that borrows what it is made of.
 */
#ifndef OS_WIRE_H
#define OS_WIRE_H

#include "base/err.h"

#include <stdint.h>
#include <sys/types.h>

struct tls;

struct wire {
	/* As send(2) and recv(2) do, never waiting and without SIGPIPE: -1 with
	 * errno, EAGAIN if nothing can be moved now. */
	ssize_t (*send)(const struct wire *w, const void *p, size_t n);
	ssize_t (*receive)(const struct wire *w, void *p, size_t cap);
	/* Until one of the poll(2) events is worth a try: fd_wait. */
	enum gs_code (*wait)(const struct wire *w, short events,
		uint64_t deadline_ms, struct gs_err *err);
	/* private */
	int fd;
	struct tls *tls;
};

struct wire wire_of_socket(int fd);

#endif
