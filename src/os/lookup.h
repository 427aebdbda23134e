/* One look at what a host is called, without memory of earlier ones. Used by
 * resolve.c alone. */
#ifndef OS_LOOKUP_H
#define OS_LOOKUP_H

#include "base/view.h"
#include "os/address.h"

/* True if host needs no lookup, an address or `localhost` (RFC 6761, 6.3): the
 * list is its addresses, without port. Else the list is empty. */
bool lookup_known(const char *host, struct address_list *list);

/* Asks the system, for as long as that takes. 0 and at least one address, the
 * families in turn, or a code of getaddrinfo(3) and nothing in the list. */
int lookup_ask(const char *host, struct address_list *list);

#endif
