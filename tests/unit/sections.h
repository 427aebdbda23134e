/*
 * Vector files made of sections, for tests:
 *
 *	# comment
 *	key value
 *	-- section
 *	lines of text
 *
 * What stands before the first `-- ` is the section called "".
 */
#ifndef TESTS_UNIT_SECTIONS_H
#define TESTS_UNIT_SECTIONS_H

#include "base/view.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The vector at hand, for messages: sections_each sets it to a path. */
static const char *vector_at = "";

enum { SECTIONS_FILE_MAX = 64 * 1024, SECTIONS_PATH_MAX = 512 };

/* The whole file, in static memory until the next call. */
static inline struct view
sections_load(const char *path)
{
	static char text[SECTIONS_FILE_MAX];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f) {
		fprintf(stderr, "cannot open %s\n", path);
		abort();
	}
	n = fread(text, 1, sizeof(text), f);
	fclose(f);
	return (struct view){text, n};
}

/* Finds a section; its text is without the last newline. */
static inline bool
sections_find(struct view file, const char *name, struct view *text)
{
	struct view line, rest = file, current = VIEW("");
	const char *start = file.p, *end = file.p + file.n;
	bool found = *name == '\0';

	while (rest.n > 0) {
		const char *at = rest.p;

		view_cut(rest, '\n', &line, &rest);
		if (!view_starts(line, VIEW("-- "))) {
			continue;
		}
		if (found) {
			end = at;
			break;
		}
		current = view_skip(line, 3);
		found = view_eq(current, view_of(name));
		start = rest.p;
	}
	*text = (struct view){start, found ? (size_t)(end - start) : 0};
	if (text->n > 0 && text->p[text->n - 1] == '\n') {
		text->n--;
	}
	return found;
}

/* Takes the next `key value` line, skipping comments and empty lines. */
static inline bool
sections_next(struct view *section, struct view *key, struct view *value)
{
	struct view line;

	while (section->n > 0) {
		view_cut(*section, '\n', &line, section);
		if (line.n > 0 && line.p[0] != '#') {
			view_cut(line, ' ', key, value);
			return true;
		}
	}
	return false;
}

/* Calls run with the path of every file in a folder; says how many. */
static inline size_t
sections_each(const char *folder, void (*run)(const char *path))
{
	DIR *dir = opendir(folder);
	struct dirent *file;
	size_t count = 0;

	while (dir && (file = readdir(dir))) {
		char path[SECTIONS_PATH_MAX];

		if (file->d_name[0] != '.') {
			snprintf(path, sizeof(path), "%s/%s", folder,
				file->d_name);
			vector_at = path;
			run(path);
			count++;
		}
	}
	if (dir) {
		closedir(dir);
	}
	vector_at = "";
	return count;
}

#endif
