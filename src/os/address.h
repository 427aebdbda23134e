/* The addresses of a host, in the order in which to try them. Plain values. */
#ifndef OS_ADDRESS_H
#define OS_ADDRESS_H

#include "base/limits.h"

#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

enum address_verdict {
	ADDRESS_UNTRIED,
	ADDRESS_WORKED,
	ADDRESS_FAILED, /* refused, unreachable, or slower than one behind it */
};

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} sa; /* family and port included */
	enum address_verdict verdict;
};

struct address_list {
	struct address item[ADDRESSES_MAX];
	size_t count;
};

#endif
