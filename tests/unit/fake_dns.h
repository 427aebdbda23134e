/*
 * A name service and a clock for tests: this getaddrinfo and this
 * clock_gettime take the place of the C library's in the program that
 * includes them. Lookups are counted, and can be made to hang.
 */
#ifndef TESTS_FAKE_DNS_H
#define TESTS_FAKE_DNS_H

#include "os/clock.h"
#include "os/resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* Longer than anything here takes. */
enum { SOON_MS = 20000 };

/* What it knows, guarded by lock. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t opened;
	bool closed;    /* lookups wait until it is open */
	unsigned calls; /* for any family */
	int why;        /* what it answers: 0 or EAI_* */
	int why_errno;
	int why_v4;            /* the same when asked for IPv4 only */
	const char *addresses; /* separated by spaces */
	int64_t skew_s;        /* added to the clock */
} fake_dns = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.opened = PTHREAD_COND_INITIALIZER,
};

int
clock_gettime(clockid_t id, struct timespec *t)
{
	int rc = (int)syscall(SYS_clock_gettime, id, t);

	t->tv_sec += __atomic_load_n(&fake_dns.skew_s, __ATOMIC_SEQ_CST);
	return rc;
}

static inline struct addrinfo *
fake_info(const char *text)
{
	struct address *a = calloc(1, sizeof(*a));
	struct addrinfo *info = calloc(1, sizeof(*info));

	assert_true(a && info);
	info->ai_family = strchr(text, ':') ? AF_INET6 : AF_INET;
	info->ai_addr = &a->sa.any;
	a->sa.any.sa_family = (sa_family_t)info->ai_family;
	assert_int_equal(inet_pton(info->ai_family, text,
				 info->ai_family == AF_INET6
					 ? (void *)&a->sa.v6.sin6_addr
					 : (void *)&a->sa.v4.sin_addr),
		1);
	return info;
}

static inline struct addrinfo *
fake_infos(struct view texts)
{
	struct addrinfo *first = NULL, **end = &first;
	struct view one;

	while (texts.n > 0) {
		char text[64] = "";

		view_cut(texts, ' ', &one, &texts);
		if (one.n == 0) {
			continue;
		}
		memcpy(text, one.p, one.n);
		*end = fake_info(text);
		end = &(*end)->ai_next;
	}
	return first;
}

int
getaddrinfo(const char *host, const char *service, const struct addrinfo *hint,
	struct addrinfo **all)
{
	int why;

	assert_non_null(host);
	assert_null(service);
	pthread_mutex_lock(&fake_dns.lock);
	if (hint->ai_family == AF_UNSPEC) {
		fake_dns.calls++;
	}
	while (fake_dns.closed) {
		pthread_cond_wait(&fake_dns.opened, &fake_dns.lock);
	}
	why = hint->ai_family == AF_INET ? fake_dns.why_v4 : fake_dns.why;
	if (why == 0) {
		*all = fake_infos(view_of(fake_dns.addresses));
	}
	errno = fake_dns.why_errno;
	pthread_mutex_unlock(&fake_dns.lock);
	return why;
}

void
freeaddrinfo(struct addrinfo *all)
{
	while (all) {
		struct addrinfo *next = all->ai_next;

		free(all->ai_addr);
		free(all);
		all = next;
	}
}

/* From now on: 0 and these addresses, separated by spaces, or EAI_*. */
static inline void
fake_answer(int why, const char *addresses)
{
	pthread_mutex_lock(&fake_dns.lock);
	fake_dns.why = fake_dns.why_v4 = why;
	fake_dns.addresses = addresses;
	fake_dns.calls = 0;
	pthread_mutex_unlock(&fake_dns.lock);
}

/* The same to who asks for IPv4 alone. */
static inline void
fake_answer_v4(int why)
{
	pthread_mutex_lock(&fake_dns.lock);
	fake_dns.why_v4 = why;
	pthread_mutex_unlock(&fake_dns.lock);
}

static inline void
fake_errno(int why)
{
	pthread_mutex_lock(&fake_dns.lock);
	fake_dns.why_errno = why;
	pthread_mutex_unlock(&fake_dns.lock);
}

/* Whether lookups wait. */
static inline void
fake_hold(bool closed)
{
	pthread_mutex_lock(&fake_dns.lock);
	fake_dns.closed = closed;
	pthread_cond_broadcast(&fake_dns.opened);
	pthread_mutex_unlock(&fake_dns.lock);
}

/* The lookups since the last fake_answer; IPv4 alone does not count. */
static inline unsigned
fake_calls(void)
{
	unsigned n;

	pthread_mutex_lock(&fake_dns.lock);
	n = fake_dns.calls;
	pthread_mutex_unlock(&fake_dns.lock);
	return n;
}

/* Until so many lookups have begun. */
static inline void
fake_await_calls(unsigned n)
{
	const struct timespec pause = {.tv_nsec = 1000000};

	for (int i = 0; i < SOON_MS && fake_calls() < n; i++) {
		nanosleep(&pause, NULL);
	}
	assert_int_equal(fake_calls(), n);
}

static inline void
fake_clock_forward(int64_t seconds)
{
	__atomic_add_fetch(&fake_dns.skew_s, seconds, __ATOMIC_SEQ_CST);
}

/* --- asking, and what is expected ----------------------------------------- */

static inline enum gs_code
resolve_ask(const char *host, unsigned ms, struct address_list *list,
	struct gs_err *err)
{
	return resolve(host, 443, clock_mono_ms() + ms, list, err);
}

/* The addresses of a list, separated by spaces. */
static inline const char *
resolve_text(const struct address_list *list)
{
	static char text[ADDRESSES_MAX * (INET6_ADDRSTRLEN + 1)];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < list->count; i++) {
		const struct address *a = &list->item[i];
		bool v6 = a->sa.any.sa_family == AF_INET6;
		const void *bytes = v6 ? (const void *)&a->sa.v6.sin6_addr
				       : (const void *)&a->sa.v4.sin_addr;

		assert_int_equal(
			ntohs(v6 ? a->sa.v6.sin6_port : a->sa.v4.sin_port),
			443);
		assert_int_equal(a->verdict, ADDRESS_UNTRIED);
		if (len > 0) {
			text[len++] = ' ';
		}
		inet_ntop(a->sa.any.sa_family, bytes, text + len,
			(socklen_t)(sizeof(text) - len));
		len += strlen(text + len);
	}
	return text;
}

static inline void
assert_addresses(const char *host, const char *text)
{
	struct address_list list;
	struct gs_err err = {0};

	assert_int_equal(resolve_ask(host, SOON_MS, &list, &err), GS_OK);
	assert_string_equal(resolve_text(&list), text);
}

#endif
