#include "os/link_io.h"

#include "os/clock.h"
#include "os/fdio.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

/* How much of a message its kind needs; 0 for an unknown kind. */
static size_t
length_of(const struct link_msg *m)
{
	switch (m->kind) {
	case LINK_GET:
	case LINK_PUT:
	case LINK_USED:
	case LINK_HELD:
	case LINK_CLOSE:
	case LINK_HURRY:
	case LINK_GAP:
	case LINK_FOUND:
	case LINK_ABSENT:
	case LINK_ALIVE:
		return offsetof(struct link_msg, counts);
	case LINK_CLOSED:
		return offsetof(struct link_msg, text);
	case LINK_SAY:
		return sizeof(*m);
	default:
		return 0;
	}
}

static enum link_result
wait_for(int link, short events, int wait_ms)
{
	uint64_t deadline =
		wait_ms < 0 ? CLOCK_NEVER : clock_mono_ms() + (unsigned)wait_ms;
	struct gs_err ignored;

	return fd_wait(link, events, deadline, &ignored) == GS_OK ? LINK_OK
								  : LINK_AGAIN;
}

enum link_result
link_send(int link, const struct link_msg *m, int wait_ms)
{
	for (;;) {
		if (send(link, m, length_of(m), MSG_NOSIGNAL | MSG_DONTWAIT) >=
			0) {
			return LINK_OK;
		}
		if (errno == EAGAIN) {
			if (wait_ms == 0 ||
				wait_for(link, POLLOUT, wait_ms) != LINK_OK) {
				return LINK_AGAIN;
			}
		} else if (errno != EINTR) {
			return LINK_ENDED;
		}
	}
}

enum link_result
link_receive(int link, struct link_msg *m, int wait_ms)
{
	ssize_t n;

	memset(m, 0, sizeof(*m));
	if (wait_ms != 0 && wait_for(link, POLLIN, wait_ms) != LINK_OK) {
		return LINK_AGAIN;
	}
	/* A peer that left without reading all is told of first, once; what it
	 * sent before comes after that. */
	do {
		n = recv(link, m, sizeof(*m), MSG_DONTWAIT);
	} while (n < 0 && (errno == EINTR || errno == ECONNRESET));
	if (n < 0 && errno == EAGAIN) {
		return LINK_AGAIN;
	}
	m->text[LINK_TEXT_MAX - 1] = '\0';
	return n > 0 && (size_t)n == length_of(m) ? LINK_OK : LINK_ENDED;
}
