#include "base/time.h"

#include "base/array.h"

/* A time of day on a date is an array of its parts. */
enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, PARTS };

/* The letters that name them after a % in a layout, as strftime. */
static const char letters[] = "YmdHMS";

static const struct range {
	int width, min, max;
} ranges[PARTS] = {
	{4, 0, 9999},
	{2, 1, 12},
	{2, 1, 31},
	{2, 0, 23},
	{2, 0, 59},
	{2, 0, 59},
};

enum {
	SECONDS_PER_DAY = 86400,
	YEARS_PER_ERA = 400,
	DAYS_PER_ERA = 146097,
	/* Days are counted from 1 March of the year -400, so that they are
	 * positive and a leap day is the last of its year. */
	EPOCH_DAY = DAYS_PER_ERA + 719468,
};

#define NS_PER_S INT64_C(1000000000)
#define FIRST_SECOND INT64_C(-62167219200) /* 0000-01-01T00:00:00Z */
#define LAST_SECOND INT64_C(253402300799)  /* 9999-12-31T23:59:59Z */

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec", NULL};

static const char *const days[] = {
	"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", NULL};

static const char *const long_days[] = {"Monday", "Tuesday", "Wednesday",
	"Thursday", "Friday", "Saturday", "Sunday", NULL};

static bool
scan_char(struct view *s, char c)
{
	bool there = s->n > 0 && s->p[0] == c;

	*s = view_skip(*s, there);
	return there;
}

/* Reads all the digits of a number. */
static bool
scan_number(struct view *s, struct range range, int *value)
{
	size_t width = (size_t)range.width;
	unsigned long long v;

	if (s->n < width ||
		!view_uint(
			(struct view){s->p, width}, (unsigned)range.max, &v) ||
		(int)v < range.min) {
		return false;
	}
	*s = view_skip(*s, width);
	*value = (int)v;
	return true;
}

/* Reads one of the names and tells its place among them. */
static bool
scan_name(struct view *s, const char *const names[], int *index)
{
	for (int i = 0; names[i]; i++) {
		struct view name = view_of(names[i]);

		if (view_starts(*s, name)) {
			*s = view_skip(*s, name.n);
			*index = i;
			return true;
		}
	}
	return false;
}

/* Reads the day of a month, with a space in front of a single digit. */
static bool
scan_padded_day(struct view *s, int *day)
{
	static const struct range one_digit = {1, 1, 9};

	return scan_number(s, scan_char(s, ' ') ? one_digit : ranges[DAY], day);
}

static bool
scan_month_name(struct view *s, int *month)
{
	if (!scan_name(s, months, month)) {
		return false;
	}
	*month += 1;
	return true;
}

/* Reads a year of two digits, as Go: 69 is 1969, 68 is 2068. */
static bool
scan_short_year(struct view *s, int *year)
{
	if (!scan_number(s, (struct range){2, 0, 99}, year)) {
		return false;
	}
	*year += *year < 69 ? 2000 : 1900;
	return true;
}

static bool
scan_part(struct view *s, char name, int part[PARTS])
{
	int ignored;
	size_t i;

	switch (name) {
	case 'a':
		return scan_name(s, days, &ignored);
	case 'A':
		return scan_name(s, long_days, &ignored);
	case 'b':
		return scan_month_name(s, &part[MONTH]);
	case 'e':
		return scan_padded_day(s, &part[DAY]);
	case 'y':
		return scan_short_year(s, &part[YEAR]);
	default:
		i = view_index(view_of(letters), name);
		return scan_number(s, ranges[i], &part[i]);
	}
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int
floor_mod(int64_t a, int64_t b)
{
	return (int)(a % b < 0 ? a % b + b : a % b);
}

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool
day_exists(const int part[PARTS])
{
	static const int lengths[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int leap_day = part[MONTH] == 2 && is_leap(part[YEAR]);

	return part[DAY] <= lengths[part[MONTH] - 1] + leap_day;
}

/* Any five months from March on have 153 days. */
static int64_t
days_of(const int part[PARTS])
{
	int early = part[MONTH] <= 2;
	int year = part[YEAR] - early + YEARS_PER_ERA;
	int month = part[MONTH] - 3 + 12 * early;
	int day = (153 * month + 2) / 5 + part[DAY] - 1;

	return (int64_t)year * 365 + year / 4 - year / 100 + year / 400 + day -
	       EPOCH_DAY;
}

static void
set_date(int part[PARTS], int64_t days_since_epoch)
{
	int n = (int)(days_since_epoch + EPOCH_DAY);
	int in_era = n % DAYS_PER_ERA;
	int year = (in_era - in_era / 1460 + in_era / 36524 -
			   in_era / (DAYS_PER_ERA - 1)) /
		   365;
	int in_year = in_era - (365 * year + year / 4 - year / 100);
	int month = (5 * in_year + 2) / 153;

	part[DAY] = in_year - (153 * month + 2) / 5 + 1;
	part[MONTH] = month < 10 ? month + 3 : month - 9;
	part[YEAR] = year + (n / DAYS_PER_ERA - 1) * YEARS_PER_ERA +
		     (part[MONTH] <= 2);
}

static int64_t
seconds_of(const int part[PARTS])
{
	return days_of(part) * SECONDS_PER_DAY + part[HOUR] * 3600 +
	       part[MINUTE] * 60 + part[SECOND];
}

static void
set_parts(int part[PARTS], int64_t unix_s)
{
	int second = floor_mod(unix_s, SECONDS_PER_DAY);

	set_date(part, floor_div(unix_s, SECONDS_PER_DAY));
	part[HOUR] = second / 3600;
	part[MINUTE] = second / 60 % 60;
	part[SECOND] = second % 60;
}

/* Reads a time laid out as in strptime and takes it off *s. */
static bool
scan_time(struct view *s, const char *layout, int64_t *unix_s)
{
	int part[PARTS] = {0};

	for (; *layout; layout++) {
		bool ok = *layout == '%' ? scan_part(s, *++layout, part)
					 : scan_char(s, *layout);

		if (!ok) {
			return false;
		}
	}
	if (!day_exists(part)) {
		return false;
	}
	*unix_s = seconds_of(part);
	return true;
}

/* Reads `.` and digits; without them the fraction is zero. */
static bool
scan_fraction(struct view *s, int64_t *ns)
{
	int64_t scale = NS_PER_S;

	*ns = 0;
	if (!scan_char(s, '.')) {
		return true;
	}
	while (s->n > 0 && s->p[0] >= '0' && s->p[0] <= '9') {
		scale /= 10;
		*ns += scale * (s->p[0] - '0');
		*s = view_skip(*s, 1);
	}
	return scale < NS_PER_S;
}

/* Reads `Z` or +hh:mm or -hh:mm; of loose ones `UTC` and +hhmm too. */
static bool
scan_offset(struct view *s, bool loose, int64_t *seconds)
{
	static const char *const utc[] = {"UTC", NULL};
	bool west = s->n > 0 && s->p[0] == '-';
	int hours, minutes, ignored;

	if (scan_char(s, 'Z') || (loose && scan_name(s, utc, &ignored))) {
		*seconds = 0;
		return true;
	}
	if (!(scan_char(s, '+') || scan_char(s, '-')) ||
		!scan_number(s, ranges[HOUR], &hours) ||
		!(scan_char(s, ':') || loose) ||
		!scan_number(s, ranges[MINUTE], &minutes)) {
		return false;
	}
	*seconds = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
	return true;
}

/* Reads all of a date, a time, a fraction of a second and an offset. */
static bool
read_instant(struct view text, bool loose, int64_t *seconds, int64_t *ns)
{
	int64_t local, offset;

	if (!scan_time(&text, "%Y-%m-%dT%H:%M:%S", &local) ||
		!scan_fraction(&text, ns) ||
		!scan_offset(&text, loose, &offset) || text.n > 0) {
		return false;
	}
	*seconds = local - offset;
	return true;
}

bool
time_parse_rfc3339(struct view text, int64_t *unix_ns)
{
	int64_t seconds, ns, all;

	if (!read_instant(text, false, &seconds, &ns) ||
		__builtin_mul_overflow(seconds, NS_PER_S, &all) ||
		__builtin_add_overflow(all, ns, &all)) {
		return false;
	}
	*unix_ns = all;
	return true;
}

bool
time_parse_iso8601(struct view text, int64_t *unix_s)
{
	int64_t ignored;

	return read_instant(text, true, unix_s, &ignored);
}

bool
time_parse_http(struct view text, int64_t *unix_s)
{
	static const char *const layouts[] = {"%a, %d %b %Y %H:%M:%S GMT",
		"%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"};

	for (size_t i = 0; i < ARRAY_LEN(layouts); i++) {
		struct view rest = text;
		int64_t seconds;

		if (scan_time(&rest, layouts[i], &seconds) && rest.n == 0) {
			*unix_s = seconds;
			return true;
		}
	}
	return false;
}

static void
add_number(struct buf *out, int value, int width)
{
	int scale = 1;

	for (int i = 1; i < width; i++) {
		scale *= 10;
	}
	for (; scale > 0; scale /= 10) {
		buf_char(out, (char)('0' + value / scale % 10));
	}
}

/* Appends a time laid out as in strftime. */
static void
add_time(struct buf *out, const char *layout, int64_t unix_s)
{
	int part[PARTS];

	set_parts(part, unix_s);
	for (; *layout; layout++) {
		if (*layout == '%') {
			size_t i = view_index(view_of(letters), *++layout);

			add_number(out, part[i], ranges[i].width);
		} else {
			buf_char(out, *layout);
		}
	}
}

static void
add_fraction(struct buf *out, int ns)
{
	int digits = 9;

	for (; digits > 0 && ns % 10 == 0; digits--) {
		ns /= 10;
	}
	if (digits > 0) {
		buf_char(out, '.');
		add_number(out, ns, digits);
	}
}

void
time_format_rfc3339(struct buf *out, int64_t unix_ns)
{
	add_time(out, "%Y-%m-%dT%H:%M:%S", floor_div(unix_ns, NS_PER_S));
	add_fraction(out, floor_mod(unix_ns, NS_PER_S));
	buf_char(out, 'Z');
}

void
time_format_amz(struct buf *out, int64_t unix_s)
{
	unix_s = unix_s < FIRST_SECOND ? FIRST_SECOND : unix_s;
	unix_s = unix_s > LAST_SECOND ? LAST_SECOND : unix_s;
	add_time(out, "%Y%m%dT%H%M%SZ", unix_s);
}
