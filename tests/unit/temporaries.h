/* What is on its way into a cache directory. Include after cmocka.h. */
#ifndef TESTS_TEMPORARIES_H
#define TESTS_TEMPORARIES_H

#include "os/cachedir.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

static inline unsigned
count_temporary(const struct cachedir *c)
{
	unsigned count = 0;

	for (unsigned i = 0; i < 256; i++) {
		char path[PATH_LEN_MAX];
		struct dirent *e;

		snprintf(path, sizeof(path), "%.2000s/%02x", c->path, i);
		DIR *d = opendir(path);

		while (d && (e = readdir(d)) != NULL) {
			count += strstr(e->d_name, ".tmp") != NULL;
		}
		if (d) {
			closedir(d);
		}
	}
	return count;
}

#endif
