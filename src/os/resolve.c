#include "os/resolve.h"

#include "base/array.h"
#include "os/clock.h"
#include "os/fdio.h"
#include "os/lookup.h"
#include "os/thread.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <string.h>

/* A name. The thread that looks it up owns nothing but this: host does not
 * change and the slot is not given away while it runs. */
struct name {
	char host[HOST_MAX + 1];
	bool running;
	bool doubted;     /* nothing that was found works */
	unsigned flights; /* lookups that have ended */
	unsigned waiting; /* callers that wait for one */
	int why;          /* what the last one ended with: 0 or EAI_* */
	int why_errno;    /* for EAI_SYSTEM */
	struct address_list found;
	uint64_t found_ms;
	size_t turn;        /* where the next caller starts */
	sa_family_t family; /* of the last address that worked, or 0 */
};

/* lock guards names; landed is signalled when a lookup has ended. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t landed;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct name names[NAMES_MAX];

static void
set_up(void)
{
	thread_cond_init(&landed);
}

static void
set_port(struct address_list *list, uint16_t port)
{
	for (size_t i = 0; i < list->count; i++) {
		struct address *a = &list->item[i];

		if (a->sa.any.sa_family == AF_INET6) {
			a->sa.v6.sin6_port = htons(port);
		} else {
			a->sa.v4.sin_port = htons(port);
		}
	}
}

static bool
same_host(const struct address *a, const struct address *b)
{
	if (a->sa.any.sa_family != b->sa.any.sa_family) {
		return false;
	}
	if (a->sa.any.sa_family == AF_INET6) {
		return memcmp(&a->sa.v6.sin6_addr, &b->sa.v6.sin6_addr,
			       sizeof(a->sa.v6.sin6_addr)) == 0;
	}
	return a->sa.v4.sin_addr.s_addr == b->sa.v4.sin_addr.s_addr;
}

static void
land(struct name *n, int why, int why_errno)
{
	n->why = why;
	n->why_errno = why_errno;
	n->running = false;
	n->flights++;
	pthread_cond_broadcast(&landed);
}

static void *
look_up(void *arg)
{
	struct name *n = arg;
	struct address_list found;
	int why = lookup_ask(n->host, &found);
	int why_errno = errno;

	pthread_mutex_lock(&lock);
	if (why == 0) {
		n->found = found;
		n->found_ms = clock_mono_ms();
		n->doubted = false;
	}
	land(n, why, why_errno);
	pthread_mutex_unlock(&lock);
	return NULL;
}

static void
start_lookup(struct name *n)
{
	n->running = true;
	if (!thread_start(
		    look_up, n)) { /* for want of one: pthread_create(3) */
		land(n, EAI_SYSTEM, EAGAIN);
	}
}

static struct name *
find(const char *host)
{
	for (size_t i = 0; i < NAMES_MAX; i++) {
		if (strcmp(names[i].host, host) == 0) {
			return &names[i];
		}
	}
	return NULL;
}

/* The slot for a new name, the longest unused one; NULL if all are busy. */
static struct name *
make(const char *host)
{
	struct name *best = NULL;

	for (size_t i = 0; i < NAMES_MAX; i++) {
		struct name *n = &names[i];

		if (!n->running && n->waiting == 0 &&
			(!best || n->found_ms < best->found_ms)) {
			best = n;
		}
	}
	if (best) {
		*best = (struct name){.why = 0};
		memcpy(best->host, host, strlen(host) + 1);
	}
	return best;
}

/* Lower is better. */
static int
rank(const struct name *n, const struct address *a)
{
	if (a->verdict == ADDRESS_FAILED) {
		return 2;
	}
	return n->family != 0 && n->family != a->sa.any.sa_family ? 1 : 0;
}

static void
copy_in_order(struct name *n, struct address_list *list)
{
	size_t start = n->turn++;

	list->count = 0;
	for (int r = 0; r <= 2; r++) {
		for (size_t i = 0; i < n->found.count; i++) {
			size_t at = (start + i) % n->found.count;

			if (rank(n, &n->found.item[at]) == r) {
				list->item[list->count++] = n->found.item[at];
			}
		}
	}
	for (size_t i = 0; i < list->count; i++) {
		list->item[i].verdict = ADDRESS_UNTRIED;
	}
}

/* Until a lookup has ended; false if the deadline came first. */
static bool
wait_landed(struct name *n, uint64_t deadline_ms)
{
	unsigned before = n->flights;

	n->waiting++;
	while (n->flights == before &&
		thread_wait_until(&landed, &lock, deadline_ms)) {
	}
	n->waiting--;
	return n->flights != before;
}

static enum gs_code
fail(const struct name *n, struct gs_err *err)
{
	static const struct {
		int why;
		const char *text;
	} texts[] = {
		{EAI_NONAME, "the name does not exist: are the endpoint and "
			     "the region right?"},
		{EAI_NODATA, "the name has no address"},
		{EAI_AGAIN, "no name server answered: check /etc/resolv.conf "
			    "and the network"},
		{EAI_FAIL, "the name server failed"},
		{EAI_MEMORY, "out of memory"},
	};

	if (n->why == EAI_SYSTEM) {
		return fd_fail(err, "cannot resolve", n->host, n->why_errno);
	}
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (texts[i].why == n->why) {
			return gs_fail(err, GS_SYS, "cannot resolve",
				view_of(n->host), texts[i].text);
		}
	}
	return gs_fail(err, GS_SYS, "cannot resolve", view_of(n->host),
		gai_strerror(n->why));
}

static enum gs_code
resolve_name(struct name *n, uint64_t deadline_ms, struct address_list *list,
	struct gs_err *err)
{
	bool must_wait = n->found.count == 0 || n->doubted;
	bool old = clock_mono_ms() - n->found_ms >= RESOLVE_FRESH_MS;
	bool ended = true;

	if ((must_wait || old) && !n->running) {
		start_lookup(n);
	}
	if (must_wait && n->running) {
		ended = wait_landed(n, deadline_ms);
	}
	if (n->found.count > 0) {
		copy_in_order(n, list);
		return GS_OK;
	}
	return ended ? fail(n, err)
		     : gs_fail(err, GS_TIMEOUT, "cannot resolve",
			       view_of(n->host),
			       "no name server answered in time: check "
			       "/etc/resolv.conf and the network");
}

enum gs_code
resolve(const char *host, uint16_t port, uint64_t deadline_ms,
	struct address_list *list, struct gs_err *err)
{
	size_t len = strlen(host);
	enum gs_code code = GS_OK;
	struct name *n;

	if (len == 0 || len > HOST_MAX) {
		return gs_fail(err, GS_BAD, "cannot resolve", view_of(host),
			"a host's name has 1 to 253 bytes");
	}
	if (!lookup_known(host, list)) {
		pthread_once(&once, set_up);
		pthread_mutex_lock(&lock);
		n = find(host);
		n = n ? n : make(host);
		code = n ? resolve_name(n, deadline_ms, list, err)
			 : gs_fail(err, GS_SYS, "cannot resolve", view_of(host),
				   "too many lookups hang");
		pthread_mutex_unlock(&lock);
	}
	if (code == GS_OK) {
		set_port(list, port);
	}
	return code;
}

/* Takes over the verdict on one address; true if it worked. */
static bool
learn(struct name *n, const struct address *tried)
{
	for (size_t i = 0; i < n->found.count; i++) {
		struct address *a = &n->found.item[i];

		if (tried->verdict != ADDRESS_UNTRIED && same_host(a, tried)) {
			a->verdict = tried->verdict;
		}
	}
	if (tried->verdict == ADDRESS_WORKED) {
		n->family = tried->sa.any.sa_family;
	}
	return tried->verdict == ADDRESS_WORKED;
}

void
resolve_report(const char *host, const struct address_list *tried)
{
	struct name *n;
	bool worked = false;

	pthread_mutex_lock(&lock);
	n = find(host);
	if (n) {
		for (size_t i = 0; i < tried->count; i++) {
			worked |= learn(n, &tried->item[i]);
		}
		n->doubted = !worked;
	}
	pthread_mutex_unlock(&lock);
}
