/*
 * What tests of vector files share: values that are read into fields, and
 * results that are compared by name. Include after cmocka.h.
 */
#ifndef TESTS_UNIT_VECTORS_H
#define TESTS_UNIT_VECTORS_H

#include "s3/grant.h"
#include "sections.h"

/* Where the value of a key goes. */
struct vector_field {
	struct view key, *at;
};

/* What a test has got under a key. */
struct vector_result {
	struct view key;
	const char *got;
};

/* Puts the value where the key's field says; false if it has none. */
static inline bool
vector_take(const struct vector_field *fields, size_t count, struct view key,
	struct view value)
{
	for (size_t i = 0; i < count; i++) {
		if (view_eq(key, fields[i].key)) {
			*fields[i].at = value;
			return true;
		}
	}
	return false;
}

/* Takes all that stands before a file's first section. */
static inline void
vector_read(struct view file, const struct vector_field *fields, size_t count)
{
	struct view head, key, value;

	sections_find(file, "", &head);
	while (sections_next(&head, &key, &value)) {
		if (!vector_take(fields, count, key, value)) {
			fail_msg("%s: no field '%.*s'", vector_at, (int)key.n,
				key.p);
		}
	}
}

static inline void
vector_assert(const char *got, struct view want)
{
	if (!view_eq(view_of(got), want)) {
		fail_msg("%s: '%s' is not '%.*s'", vector_at, got, (int)want.n,
			want.p);
	}
}

static inline void
vector_assert_says(const char *got, struct view part)
{
	struct view text = view_of(got);

	if (part.n > 0 && view_find(text, part) == text.n) {
		fail_msg("%s: '%s' does not say '%.*s'", vector_at, got,
			(int)part.n, part.p);
	}
}

static inline void
vector_assert_result(const struct vector_result *results, size_t count,
	struct view key, struct view want)
{
	size_t i = 0;

	while (i < count && !view_eq(key, results[i].key)) {
		i++;
	}
	if (i == count) {
		fail_msg("%s: no result '%.*s'", vector_at, (int)key.n, key.p);
	}
	if (!view_eq(view_of(results[i].got), want)) {
		fail_msg("%s: %.*s is '%s', not '%.*s'", vector_at, (int)key.n,
			key.p, results[i].got, (int)want.n, want.p);
	}
}

/* Compares every line of a section. */
static inline void
vector_assert_results(
	const struct vector_result *results, size_t count, struct view section)
{
	struct view key, want;

	while (sections_next(&section, &key, &want)) {
		vector_assert_result(results, count, key, want);
	}
}

static inline const char *
vector_code(enum gs_code code)
{
	static const char *const words[] = {
		[GS_OK] = "ok",
		[GS_BAD] = "bad",
		[GS_TOOBIG] = "toobig",
		[GS_SYS] = "sys",
		[GS_TIMEOUT] = "timeout",
		[GS_CLOSED] = "closed",
		[GS_CONFIG] = "config",
		[GS_TRUST] = "trust",
	};

	return words[code];
}

enum { VECTOR_END_MAX = 32 };

/* When keys end, in text. */
static inline const char *
vector_end(int64_t unix_s, char text[VECTOR_END_MAX])
{
	if (unix_s == GRANT_NEVER) {
		return "never";
	}
	snprintf(text, VECTOR_END_MAX, "%lld", (long long)unix_s);
	return text;
}

#endif
