/*
 * A view: a borrowed, read-only run of bytes, passed by value.
 *
 * A view owns nothing and is valid only as long as the memory that the header
 * of its maker names. It may hold any byte, NUL too, and is not terminated.
 * Every function here is total: no argument of the stated type is an error.
 */
#ifndef BASE_VIEW_H
#define BASE_VIEW_H

#include <stdbool.h>
#include <stddef.h>

struct view {
	const char *p;
	size_t n;
};

/* A view of a string literal or a char array's terminated text. */
#define VIEW(literal) ((struct view){"" literal, sizeof("" literal) - 1})

/* A view of the terminated string s; NULL gives the empty view. */
struct view view_of(const char *s);

bool view_eq(struct view a, struct view b);

/* As view_eq, but ASCII letters are equal in either case. */
bool view_eq_nocase(struct view a, struct view b);

bool view_starts(struct view s, struct view prefix);
bool view_ends(struct view s, struct view suffix);

/* s without its first n bytes; empty if it has fewer. */
struct view view_skip(struct view s, size_t n);

/* s without spaces, tabs, CR and LF at both ends. */
struct view view_trim(struct view s);

/* The index of the first c in s, or s.n if there is none. */
size_t view_index(struct view s, char c);

/* The index of the first occurrence of needle in s, or s.n if there is none.
 * The empty needle is found at 0. */
size_t view_find(struct view s, struct view needle);

/*
 * Cuts s at the first delim: *head before it, *tail after it. Without delim
 * *head is all of s, *tail is empty, and the answer is false.
 * head and tail may be the address of s itself.
 */
bool view_cut(struct view s, char delim, struct view *head, struct view *tail);

/* Reads all of s as an unsigned decimal number; false, and *value untouched,
 * for an empty view, anything but digits, or a number over max. */
bool view_uint(
	struct view s, unsigned long long max, unsigned long long *value);

#endif
