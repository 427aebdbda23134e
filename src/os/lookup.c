#include "os/lookup.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>

static bool
add_literal(struct address_list *list, const char *text)
{
	struct address *a = &list->item[list->count];

	*a = (struct address){.verdict = ADDRESS_UNTRIED};
	if (inet_pton(AF_INET, text, &a->sa.v4.sin_addr) == 1) {
		a->sa.any.sa_family = AF_INET;
	} else if (inet_pton(AF_INET6, text, &a->sa.v6.sin6_addr) == 1) {
		a->sa.any.sa_family = AF_INET6;
	} else {
		return false;
	}
	list->count++;
	return true;
}

static bool
is_localhost(struct view host)
{
	if (view_ends(host, VIEW("."))) {
		host.n--;
	}
	if (host.n > strlen(".localhost")) {
		host = view_skip(host, host.n - strlen(".localhost"));
		return view_eq_nocase(host, VIEW(".localhost"));
	}
	return view_eq_nocase(host, VIEW("localhost"));
}

bool
lookup_known(const char *host, struct address_list *list)
{
	list->count = 0;
	if (is_localhost(view_of(host))) {
		return add_literal(list, "127.0.0.1") &&
		       add_literal(list, "::1");
	}
	return add_literal(list, host);
}

static const struct addrinfo *
seek(const struct addrinfo *at, int family)
{
	while (at && at->ai_family != family) {
		at = at->ai_next;
	}
	return at;
}

static void
add_info(struct address_list *list, const struct addrinfo *info)
{
	struct address *a = &list->item[list->count++];

	*a = (struct address){.verdict = ADDRESS_UNTRIED};
	memcpy(&a->sa, info->ai_addr,
		info->ai_family == AF_INET6 ? sizeof(a->sa.v6)
					    : sizeof(a->sa.v4));
}

/* The addresses with their families in turn, beginning with the first's. */
static void
interleave(const struct addrinfo *all, struct address_list *list)
{
	static const int family[2] = {AF_INET, AF_INET6};
	const struct addrinfo *at[2] = {
		seek(all, AF_INET), seek(all, AF_INET6)};
	size_t turn = all->ai_family == AF_INET6;

	while (list->count < ADDRESSES_MAX && (at[0] || at[1])) {
		turn = at[turn] ? turn : 1 - turn;
		add_info(list, at[turn]);
		at[turn] = seek(at[turn]->ai_next, family[turn]);
		turn = 1 - turn;
	}
}

static int
ask_family(const char *host, int family, struct address_list *list)
{
	const struct addrinfo hints = {
		.ai_family = family, .ai_socktype = SOCK_STREAM};
	struct addrinfo *all = NULL;
	int why = getaddrinfo(host, NULL, &hints, &all);

	list->count = 0;
	if (why == 0) {
		interleave(all, list);
		freeaddrinfo(all);
	}
	return why;
}

int
lookup_ask(const char *host, struct address_list *list)
{
	int why = ask_family(host, AF_UNSPEC, list);

	/* Some name servers say nothing, or NXDOMAIN, to a question for IPv6,
	 * and musl takes that for the answer to the whole. */
	if (why != 0 && ask_family(host, AF_INET, list) == 0) {
		why = 0;
	}
	return why == 0 && list->count == 0 ? EAI_NODATA : why;
}
