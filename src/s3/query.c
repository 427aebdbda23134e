#include "s3/query.h"

#include "base/percent.h"

#include <string.h>

/* How a byte sorts once it is encoded: `%` comes before every byte that stays
 * as it is, and the hex digits after it sort as the byte that they spell. */
static unsigned
encoded_rank(char c)
{
	unsigned byte = (unsigned char)c;

	return percent_is_unreserved(c) ? 256 + byte : byte;
}

static int
compare_encoded(struct view a, struct view b)
{
	for (size_t i = 0; i < a.n && i < b.n; i++) {
		unsigned x = encoded_rank(a.p[i]), y = encoded_rank(b.p[i]);

		if (x != y) {
			return x < y ? -1 : 1;
		}
	}
	return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

static bool
goes_before(const struct query_param *a, const struct query_param *b)
{
	int order = compare_encoded(a->name, b->name);

	return order < 0 ||
	       (order == 0 && compare_encoded(a->value, b->value) < 0);
}

static void
sort(struct query_param *params, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct query_param moving = params[i];
		size_t at = i;

		for (; at > 0 && goes_before(&moving, &params[at - 1]); at--) {
			params[at] = params[at - 1];
		}
		params[at] = moving;
	}
}

void
query_write(const struct query_param *params, size_t count, struct buf *out)
{
	struct query_param sorted[QUERY_PARAMS_MAX];

	if (count > QUERY_PARAMS_MAX) {
		out->full = true;
		return;
	}
	if (count > 0) {
		memcpy(sorted, params, count * sizeof(sorted[0]));
	}
	sort(sorted, count);
	for (size_t i = 0; i < count; i++) {
		if (i > 0) {
			buf_char(out, '&');
		}
		percent_encode(sorted[i].name, out);
		buf_char(out, '=');
		percent_encode(sorted[i].value, out);
	}
}
