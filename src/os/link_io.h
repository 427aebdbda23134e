/* Sending and receiving link messages (link.h) on a SEQPACKET socket. */
#ifndef OS_LINK_IO_H
#define OS_LINK_IO_H

#include "link.h"

#include <stdbool.h>

enum link_result {
	LINK_OK,
	LINK_AGAIN, /* nothing there, or no room, within the time */
	LINK_ENDED, /* the other side is gone or sent nonsense */
};

/* Sends m, waiting at most wait_ms for room. Any thread. */
enum link_result link_send(int link, const struct link_msg *m, int wait_ms);

/* Receives one message, waiting at most wait_ms (-1: for ever). */
enum link_result link_receive(int link, struct link_msg *m, int wait_ms);

#endif
