#include "base/size.h"

#include "base/array.h"

static const struct {
	const char *name;
	uint64_t bytes;
} units[] = {
	{"", 1},
	{"B", 1},
	{"kB", 1000},
	{"KB", 1000},
	{"MB", 1000000},
	{"GB", 1000000000},
	{"TB", 1000000000000},
	{"KiB", UINT64_C(1) << 10},
	{"MiB", UINT64_C(1) << 20},
	{"GiB", UINT64_C(1) << 30},
	{"TiB", UINT64_C(1) << 40},
};

static size_t
digits_at_the_start(struct view text)
{
	size_t n = 0;

	while (n < text.n && text.p[n] >= '0' && text.p[n] <= '9') {
		n++;
	}
	return n;
}

bool
size_parse(struct view text, uint64_t *bytes)
{
	struct view number = {text.p, digits_at_the_start(text)};
	struct view unit = view_skip(text, number.n);
	unsigned long long n;

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (view_eq(unit, view_of(units[i].name)) &&
			view_uint(number, UINT64_MAX / units[i].bytes, &n)) {
			*bytes = n * units[i].bytes;
			return true;
		}
	}
	return false;
}
