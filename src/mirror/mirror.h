/*
 * The mirror: the process that talks to S3. It moves entries between the
 * bucket and the cache directory, as the front asks over the link (link.h), and
 * tells the front what is there. It may die at any moment: the front then goes
 * on without it.
 *
 * One thread serves the link; getters and putters, started as they are needed,
 * do the work. When the link ends, uploads go on for the drain, and then the
 * process ends.
 */
#ifndef MIRROR_MIRROR_H
#define MIRROR_MIRROR_H

#include "base/id.h"
#include "s3/settings.h"

#include <stdint.h>
#include <sys/types.h>

/* What a mirror is started with; all of it outlives the process. */
struct mirror_setup {
	const char *cache_dir; /* absolute; "" if there is none */
	bool temporary_dir;    /* delete it at the end */
	struct id place;       /* names the bucket in the directory's marks */
	bool read_only;
	uint64_t drain_ms;
	const struct settings_input *settings;
	pid_t go;          /* the go command */
	const char *scope; /* "": found out; "off": no snapshots and packs */
	uint64_t prefetch_bytes; /* 0: nothing is fetched ahead */
	uint64_t keep_s;         /* packs as old are written anew; 0: never */
};

/* Serves the link until it ends. setup is a struct mirror_setup. */
void mirror_run(int link, void *setup);

#endif
