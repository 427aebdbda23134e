/* A TCP connection to the first of several addresses that answers. */
#ifndef OS_CONNECT_H
#define OS_CONNECT_H

#include "base/err.h"
#include "os/address.h"

#include <stdint.h>

/* How long an address may take before the next is tried beside it; the value
 * that RFC 8305, 5 recommends. */
enum { CONNECT_NEXT_MS = 250 };

/*
 * Tries the addresses in turn: the next when one fails or is CONNECT_NEXT_MS
 * old; the first connection wins, the others are closed. *fd is non-blocking,
 * close-on-exec, without Nagle's delay and with keep-alive probes. The list,
 * not empty, takes the verdicts. target names the server in errors.
 */
GS_CHECKED enum gs_code connect_any(struct address_list *list,
	struct view target, uint64_t deadline_ms, int *fd, struct gs_err *err);

#endif
