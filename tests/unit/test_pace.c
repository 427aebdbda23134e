#include "s3/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sections.h"

enum { NAMES = 26 };

/* A request of a story. */
struct trip {
	enum pace_kind kind;
	uint64_t began_ms;
};

struct story {
	const char *path;
	struct pace pace;
	struct trip trip[NAMES]; /* by their letters */
	uint64_t now_ms;
};

static struct view
next_word(struct view *rest)
{
	struct view word;

	view_cut(*rest, ' ', &word, rest);
	return word;
}

static unsigned
number(struct view text)
{
	unsigned long long n = 0;

	assert_true(view_uint(text, UINT32_MAX, &n));
	return (unsigned)n;
}

/* Which of them it is. */
static unsigned
choose(struct view word, const char *const *names, unsigned count)
{
	unsigned i = 0;

	while (i < count && !view_eq(word, view_of(names[i]))) {
		i++;
	}
	assert_true(i < count);
	return i;
}

static struct trip *
trip_of(struct story *s, struct view name)
{
	assert_int_equal(name.n, 1);
	assert_in_range(name.p[0], 'a', 'a' + NAMES - 1);
	return &s->trip[name.p[0] - 'a'];
}

static void
assert_window(const struct story *s, struct view want)
{
	if (s->pace.window != number(want)) {
		fail_msg("%s: at %u a window of %u", s->path,
			(unsigned)s->now_ms, s->pace.window);
	}
}

static void
begin(struct story *s, struct view rest)
{
	static const char *const kinds[] = {"awaited", "read", "write"};
	static const char *const outcomes[] = {"full", "room", "late"};
	enum pace_kind kind = choose(next_word(&rest), kinds, PACE_KINDS);
	struct trip *trip = trip_of(s, next_word(&rest));
	unsigned outcome = choose(rest, outcomes, 3);

	if (pace_has_room(&s->pace, kind) != (outcome == 1)) {
		fail_msg("%s: at %u it is not %s", s->path, (unsigned)s->now_ms,
			outcomes[outcome]);
	}
	*trip = (struct trip){kind, s->now_ms};
	if (outcome > 0) {
		pace_begin(&s->pace, kind);
	}
}

static void
end(struct story *s, struct view rest)
{
	static const char *const results[] = {"lost", "served", "refused"};
	const struct trip *trip = trip_of(s, next_word(&rest));
	enum pace_result result = choose(next_word(&rest), results, 3);

	pace_end(&s->pace, trip->kind, result, trip->began_ms, s->now_ms);
	assert_window(s, rest);
}

static void
serve_writes(struct story *s, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		pace_begin(&s->pace, PACE_WRITE);
		pace_end(&s->pace, PACE_WRITE, PACE_SERVED, s->now_ms,
			s->now_ms);
	}
}

static void
serve(struct story *s, struct view rest)
{
	serve_writes(s, number(next_word(&rest)));
	assert_window(s, rest);
}

static void
crowd(struct story *s, struct view rest)
{
	unsigned count = number(next_word(&rest));

	for (unsigned i = 0; i < count; i++) {
		pace_begin(&s->pace, PACE_WRITE);
	}
	for (unsigned i = 0; i < count; i++) {
		pace_end(&s->pace, PACE_WRITE, PACE_REFUSED, s->now_ms,
			s->now_ms);
	}
	assert_window(s, rest);
}

static void
run_story(const char *path)
{
	static const char *const events[] = {"begin", "end", "serve", "crowd"};
	static void (*const run[])(struct story *, struct view) = {
		begin, end, serve, crowd};
	struct view text = sections_load(path), time, rest;
	struct story s = {.path = path};

	if (view_ends(view_of(path), VIEW("README"))) {
		return;
	}
	pace_init(&s.pace);
	while (sections_next(&text, &time, &rest)) {
		s.now_ms = number(time);
		run[choose(next_word(&rest), events, 4)](&s, rest);
	}
}

static void
test_stories(void **state)
{
	assert_int_equal(
		sections_each("tests/vectors/pace", run_story), 12 + 1);
}

/* As far as it was at the beginning, and no farther. */
static void
test_grows_to_its_maximum(void **state)
{
	struct story s = {.path = "", .now_ms = 1};

	pace_init(&s.pace);
	crowd(&s, VIEW("2 1"));
	for (unsigned i = 2; i < 2 * PACE_WINDOW_MAX; i++) {
		s.now_ms += PACE_STEP_MS;
		serve_writes(&s, PACE_WINDOW_MAX);
		assert_int_equal(s.pace.window,
			i < PACE_WINDOW_MAX ? i : PACE_WINDOW_MAX);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stories),
		cmocka_unit_test(test_grows_to_its_maximum),
	};

	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
