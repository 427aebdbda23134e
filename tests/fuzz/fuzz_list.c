/* Pages of keys from strangers: the prefix, a NUL, the document. Read in one
 * piece or byte by byte, it is the same page or none. */
#include "s3/list.h"

#include "base/limits.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read: its keys as a hash. */
struct reading {
	size_t keys, bytes;
	uint64_t hash;
	bool good, truncated;
};

static void
on_key(void *ctx, struct view name)
{
	struct reading *r = ctx;

	r->keys++;
	r->bytes += name.n;
	for (size_t i = 0; i < name.n; i++) {
		r->hash = (r->hash ^ (uint8_t)name.p[i]) * 1099511628211u;
	}
}

static struct reading
read_page(struct view prefix, struct view document, size_t piece)
{
	static struct list_page page;
	struct reading r = {0};

	list_page_init(&page, prefix, &r, on_key);
	while (document.n > 0) {
		size_t n = piece < document.n ? piece : document.n;

		list_page_feed(&page, (struct view){document.p, n});
		document = view_skip(document, n);
	}
	r.good = list_page_end(&page);
	r.truncated = page.truncated;
	for (const char *c = page.token; *c; c++) {
		r.hash = (r.hash ^ (uint8_t)*c) * 1099511628211u;
	}
	return r;
}

static void
check(bool is_so)
{
	if (!is_so) {
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view prefix, document;

	view_cut((struct view){(const char *)data, size}, '\0', &prefix,
		&document);
	struct reading whole = read_page(prefix, document, SIZE_MAX);
	struct reading bytes = read_page(prefix, document, 1);

	check(whole.bytes <= document.n);
	check(whole.good == bytes.good);
	if (whole.good) {
		check(whole.keys == bytes.keys && whole.hash == bytes.hash &&
			whole.truncated == bytes.truncated);
	}
	return 0;
}
