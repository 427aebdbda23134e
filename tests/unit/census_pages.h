/* A page of keys for the census, filled by hand. */
#ifndef TESTS_CENSUS_PAGES_H
#define TESTS_CENSUS_PAGES_H

#include "pack/census.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define LAST UINT64_MAX
#define TAIL "0123456789abcdef0123456789abcdef0123456789abcdef"

static struct census_page page;

static inline void
begin(uint64_t first, uint64_t last)
{
	census_page_init(&page, (struct census_range){first, last});
}

static inline void
key(const char *name)
{
	census_page_key(&page, view_of(name));
}

static inline void
action(uint64_t position)
{
	char name[ID_HEX_LEN + 1];

	snprintf(name, sizeof(name), "%016llx" TAIL,
		(unsigned long long)position);
	key(name);
}

#endif
