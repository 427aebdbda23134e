/*
 * What front and mirror say to each other: fixed messages over a SEQPACKET
 * socket pair. No body ever crosses it; the cache directory is the shared
 * ground. Each side treats the other's messages as input from outside: a
 * wrong length or an unknown kind ends the link.
 */
#ifndef LINK_H
#define LINK_H

#include "base/id.h"

enum link_kind {
	/* front to mirror */
	LINK_GET = 1, /* action: bring this entry into the cache directory */
	LINK_PUT,     /* action, output, size, time_ns: new in the directory */
	LINK_USED,    /* the same: go got it, and it lies in the directory */
	LINK_HELD,    /* the same, and the bucket may lack it */
	/* finish: upload what is queued, in size ms, then LINK_CLOSED */
	LINK_CLOSE,
	LINK_HURRY, /* from now on uploads may take size ms, at the end too */
	LINK_GAP,   /* go used more than this mirror is told of */
	/* mirror to front */
	LINK_FOUND,  /* action: the entry is in the directory now */
	LINK_ABSENT, /* action: it cannot be had */
	LINK_ALIVE,  /* still working; sent at least each LINK_ALIVE_MS */
	LINK_SAY,    /* text: a line for the person */
	LINK_CLOSED, /* the answer to LINK_CLOSE; counts so far */
};

enum {
	LINK_TEXT_MAX = 512,
	LINK_ALIVE_MS = 500,
	/* a front that hears nothing for so long while it waits gives the
	 * mirror up */
	LINK_SILENCE_MS = 3000,
	/* what uploads may take once somebody pressed Ctrl-C */
	LINK_INTERRUPTED_MS = 2000,
};

struct link_counts {
	uint64_t fetched, fetched_bytes; /* entries from the bucket */
	uint64_t absent;                 /* not in the bucket */
	uint64_t failed_gets;            /* could not be asked or not trusted */
	uint64_t uploaded, uploaded_bytes;
	uint64_t dropped; /* entries not uploaded */
	uint64_t requests, retries, connections;
	/* entries that came ahead of go, what that took on the line, and what
	 * came and was not what it should be */
	uint64_t prefetched, prefetched_bytes, rejected;
	uint64_t packs, snapshots, packed_bytes; /* written */
	uint64_t received_bytes, sent_bytes;     /* of all, on the line */
	uint64_t cpu_us, peak_kb;                /* of the mirror's process */
	uint64_t goes_on; /* 1: more is still to be sent, and then counted */
};

struct link_msg {
	uint32_t kind;  /* enum link_kind */
	uint32_t level; /* LINK_SAY: enum log_level */
	struct id action, output;
	uint64_t size;
	int64_t time_ns;
	struct link_counts counts; /* LINK_CLOSED */
	char text[LINK_TEXT_MAX];  /* LINK_SAY, terminated */
};

#endif
