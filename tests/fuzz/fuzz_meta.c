/* Headers of an answer from strangers, one per line: what is found is whole,
 * and whether an object is the entry does not depend on the order of headers
 * that are there once. Whether it is the part that was asked for is told by its
 * range alone. */
#include "s3/meta.h"

#include "fuzz.h"

enum { LINES_MAX = 64 };

static void
take(struct meta *m, struct view line)
{
	struct view name, value;

	view_cut(line, ':', &name, &value);
	meta_header(m, name, view_trim(value));
}

static void
check_part(struct meta *m)
{
	const struct meta_range *range = &m->range;
	struct object_part wanted = {.offset = range->first};
	uint64_t total = 0;
	struct gs_err err;

	m->status = 206;
	wanted.len = range->last - range->first + 1;
	if (meta_check_part(m, &wanted, &total, &err) == GS_OK) {
		check(range->last < total && total == range->total);
		wanted.len++;
		check(meta_check_part(m, &wanted, &total, &err) == GS_BAD);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view rest = {(const char *)data, size}, lines[LINES_MAX];
	const struct id action = {{1}};
	struct meta forth, back;
	struct gs_err err;
	size_t count = 0;
	enum gs_code code;

	while (rest.n > 0 && count < LINES_MAX) {
		view_cut(rest, '\n', &lines[count], &rest);
		count++;
	}
	meta_init(&forth);
	meta_init(&back);
	for (size_t i = 0; i < count; i++) {
		take(&forth, lines[i]);
		take(&back, lines[count - 1 - i]);
	}
	check(strlen(forth.region) <= REGION_MAX);
	check(strlen(forth.request_id) <= META_REQUEST_ID_MAX);
	check_part(&forth);
	code = meta_check(&forth, &action, &err);
	if (code == GS_OK) {
		check(forth.has_output && forth.has_time && !forth.is_odd);
		check(!forth.has_action || id_eq(&forth.action, &action));
		check(back.is_encoded || back.has_length != forth.has_length ||
			back.length != forth.length ||
			meta_check(&back, &action, &err) == GS_OK);
	}
	return 0;
}
