/*
 * Names to addresses.
 *
 * getaddrinfo(3) has no deadline and cannot be stopped, so each lookup runs in
 * a thread of its own that nobody has to wait for. At most one runs for a
 * name; who asks meanwhile joins it.
 *
 * What was found is kept for the run. After RESOLVE_FRESH_MS it is looked up
 * again behind the callers' backs; after a report that nothing of it works,
 * before the next answer. A lookup that fails leaves the older addresses in
 * use. Addresses and `localhost` (RFC 6761, 6.3) need no lookup.
 *
 * Any thread may call. One lock (in resolve.c) guards the names, and is not
 * held while anybody waits.
 */
#ifndef OS_RESOLVE_H
#define OS_RESOLVE_H

#include "base/err.h"
#include "os/address.h"

#include <stdint.h>

enum { RESOLVE_FRESH_MS = 60 * 1000 };

/*
 * Fills list with at least one address of host, a name or an address without
 * brackets. Those that worked before and their family come first, each time
 * from another start so that connections spread; those that failed come last;
 * else the families alternate (RFC 8305, 4). GS_TIMEOUT past the deadline,
 * GS_SYS if the name has no address or nobody could be asked, GS_BAD for what
 * cannot be a name.
 */
GS_CHECKED enum gs_code resolve(const char *host, uint16_t port,
	uint64_t deadline_ms, struct address_list *list, struct gs_err *err);

/* Learns from the verdicts on a list that resolve gave for host. */
void resolve_report(const char *host, const struct address_list *tried);

#endif
