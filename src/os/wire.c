#include "os/wire.h"

#include "os/fdio.h"

#include <sys/socket.h>

static ssize_t
send_to_socket(const struct wire *w, const void *p, size_t n)
{
	return send(w->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static ssize_t
receive_from_socket(const struct wire *w, void *p, size_t cap)
{
	return recv(w->fd, p, cap, MSG_DONTWAIT);
}

static enum gs_code
wait_for_socket(const struct wire *w, short events, uint64_t deadline_ms,
	struct gs_err *err)
{
	return fd_wait(w->fd, events, deadline_ms, err);
}

struct wire
wire_of_socket(int fd)
{
	return (struct wire){
		.send = send_to_socket,
		.receive = receive_from_socket,
		.wait = wait_for_socket,
		.fd = fd,
	};
}
