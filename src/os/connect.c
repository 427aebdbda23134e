#include "os/connect.h"

#include "base/array.h"
#include "os/clock.h"
#include "os/fdio.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* Attempts under way: address i of the list is tried on open[i].fd, -1 when
 * it is over. */
struct race {
	struct address_list *list;
	struct pollfd open[ADDRESSES_MAX];
	size_t started, pending;
	uint64_t next_ms; /* when the next may start beside the others */
	int why;          /* the errno to tell if all fail, or 0 */
};

/* Without delay for small requests, and told within a minute when a host is
 * gone. A system that knows none of this will do. */
static void
tune(int fd)
{
	static const struct {
		int level, name, value;
	} options[] = {
		{IPPROTO_TCP, TCP_NODELAY, 1},
		{SOL_SOCKET, SO_KEEPALIVE, 1},
		{IPPROTO_TCP, TCP_KEEPIDLE, 30},
		{IPPROTO_TCP, TCP_KEEPINTVL, 10},
		{IPPROTO_TCP, TCP_KEEPCNT, 3},
	};

	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		(void)setsockopt(fd, options[i].level, options[i].name,
			&options[i].value, sizeof(options[i].value));
	}
}

/* No way to one address says less than what another one answered. */
static bool
says_little(int why)
{
	return why == 0 || why == ENETUNREACH || why == EHOSTUNREACH ||
	       why == EADDRNOTAVAIL || why == EAFNOSUPPORT;
}

static void
lose(struct race *r, size_t i, int why)
{
	if (r->open[i].fd >= 0) {
		close(r->open[i].fd);
		r->open[i].fd = -1;
	}
	r->pending--;
	r->next_ms = 0;
	r->list->item[i].verdict = ADDRESS_FAILED;
	if (!says_little(why) || says_little(r->why)) {
		r->why = why;
	}
}

static socklen_t
length_of(const struct address *a)
{
	return a->sa.any.sa_family == AF_INET6 ? sizeof(a->sa.v6)
					       : sizeof(a->sa.v4);
}

static void
start_next(struct race *r)
{
	size_t i = r->started++;
	const struct address *a = &r->list->item[i];
	int fd = socket(a->sa.any.sa_family,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	r->open[i] = (struct pollfd){.fd = fd, .events = POLLOUT};
	r->pending++;
	r->next_ms = clock_mono_ms() + CONNECT_NEXT_MS;
	if (fd < 0) {
		lose(r, i, errno);
		return;
	}
	tune(fd);
	if (connect(fd, &a->sa.any, length_of(a)) != 0 &&
		errno != EINPROGRESS && errno != EINTR) {
		lose(r, i, errno);
	}
}

/* What became of an attempt that poll has something to say about. */
static int
outcome(int fd)
{
	int why = 0;
	socklen_t len = sizeof(why);

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &len) == 0 ? why
								     : errno;
}

/* Drops those that failed; the index of one that is connected, or the number
 * of those started. */
static size_t
settle(struct race *r)
{
	for (size_t i = 0; i < r->started; i++) {
		int why;

		if (r->open[i].fd < 0 || r->open[i].revents == 0) {
			continue;
		}
		why = outcome(r->open[i].fd);
		if (why == 0) {
			return i;
		}
		lose(r, i, why);
	}
	return r->started;
}

/* Closes all but the winner; what began before it was slower than it. */
static void
finish(struct race *r, size_t winner)
{
	for (size_t i = 0; i < r->started; i++) {
		if (i == winner || r->open[i].fd < 0) {
			continue;
		}
		close(r->open[i].fd);
		if (i < winner) {
			r->list->item[i].verdict = ADDRESS_FAILED;
		}
	}
}

/* How long poll may wait: until the next attempt or the deadline. */
static int
patience(const struct race *r, uint64_t deadline_ms)
{
	bool more = r->started < r->list->count;

	return clock_poll_timeout(
		more && r->next_ms < deadline_ms ? r->next_ms : deadline_ms);
}

/* Runs until somebody has won; GS_SYS leaves the reason in r->why. */
static enum gs_code
run(struct race *r, uint64_t deadline_ms, size_t *winner)
{
	while (r->pending > 0 || r->started < r->list->count) {
		bool more = r->started < r->list->count;
		int ready;

		if (more && clock_mono_ms() >= r->next_ms) {
			start_next(r);
			continue;
		}
		ready = poll(r->open, r->started, patience(r, deadline_ms));
		if (ready < 0 && errno != EINTR) {
			r->why = errno;
			break;
		}
		*winner = settle(r);
		if (*winner < r->started) {
			return GS_OK;
		}
		if (r->pending > 0 && clock_mono_ms() >= deadline_ms) {
			return GS_TIMEOUT;
		}
	}
	return GS_SYS;
}

static const char *
advice(int why)
{
	static const struct {
		int why;
		const char *text;
	} texts[] = {
		{ECONNREFUSED, "connection refused: is the server running?"},
		{ENETUNREACH, "no route to the network: is it up?"},
		{EHOSTUNREACH, "no route to the host: is the address right?"},
		{EADDRNOTAVAIL, "no route to the network: is it up?"},
		{ETIMEDOUT, "no answer: is a firewall in the way?"},
		{EACCES, "not permitted: does a firewall forbid it?"},
		{EPERM, "not permitted: does a firewall forbid it?"},
		{EMFILE, "too many open files: raise ulimit -n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (texts[i].why == why) {
			return texts[i].text;
		}
	}
	return NULL;
}

static enum gs_code
fail(struct gs_err *err, struct view target, int why)
{
	const char *text = advice(why);

	gs_fail(err, GS_SYS, "cannot connect to", target,
		text ? text : strerror(why));
	err->sys_errno = why;
	return GS_SYS;
}

enum gs_code
connect_any(struct address_list *list, struct view target, uint64_t deadline_ms,
	int *fd, struct gs_err *err)
{
	struct race r = {.list = list};
	size_t winner;
	enum gs_code code = run(&r, deadline_ms, &winner);

	finish(&r, code == GS_OK ? winner : list->count);
	if (code == GS_TIMEOUT) {
		return gs_fail(err, GS_TIMEOUT, "cannot connect to", target,
			"no answer in time: is the address right, and is a "
			"firewall in the way?");
	}
	if (code != GS_OK) {
		return fail(err, target, r.why);
	}
	list->item[winner].verdict = ADDRESS_WORKED;
	*fd = r.open[winner].fd;
	return GS_OK;
}
