#include "gocache/trim.h"

#define SECOND_NS INT64_C(1000000000)
#define HOUR_NS (3600 * SECOND_NS)

/* The names and values of cache.go. */
#define MTIME_INTERVAL_NS HOUR_NS
#define TRIM_INTERVAL_NS (24 * HOUR_NS)
#define TRIM_LIMIT_NS (5 * 24 * HOUR_NS)

/* Ours: longer than any download or put takes. */
#define TEMP_LIMIT_NS HOUR_NS

/* now - then, or the nearest int64, as Go's Time.Sub. */
static int64_t
age_ns(int64_t then_ns, int64_t now_ns)
{
	if (then_ns < 0 && now_ns > INT64_MAX + then_ns) {
		return INT64_MAX;
	}
	if (then_ns > 0 && now_ns < INT64_MIN + then_ns) {
		return INT64_MIN;
	}
	return now_ns - then_ns;
}

bool
trim_should_touch(int64_t mtime_ns, int64_t now_ns)
{
	return age_ns(mtime_ns, now_ns) >= MTIME_INTERVAL_NS;
}

bool
trim_is_due(struct view trim_txt, int64_t now_ns)
{
	unsigned long long last_s;
	int64_t age;

	if (!view_uint(view_trim(trim_txt), INT64_MAX / SECOND_NS, &last_s)) {
		return true;
	}
	age = age_ns((int64_t)last_s * SECOND_NS, now_ns);
	return age >= TRIM_INTERVAL_NS || age <= -MTIME_INTERVAL_NS;
}

/* The longest time that a file with this name may lie unused. */
static int64_t
limit_ns(struct view name)
{
	if (view_ends(name, VIEW("-a")) || view_ends(name, VIEW("-d"))) {
		/* mtimes are up to an interval too old: trim_should_touch */
		return TRIM_LIMIT_NS + MTIME_INTERVAL_NS;
	}
	if (view_starts(name, VIEW(TRIM_TEMP_PREFIX)) &&
		view_ends(name, VIEW(TRIM_TEMP_SUFFIX))) {
		return TEMP_LIMIT_NS;
	}
	return INT64_MAX;
}

bool
trim_should_remove(struct view name, int64_t mtime_ns, int64_t now_ns)
{
	return age_ns(mtime_ns, now_ns) > limit_ns(name);
}
