/* Pages of keys from strangers: the prefix, a NUL, the document. Read in one
 * piece or byte by byte, it is the same page or none. */
#include "s3/list.h"

#include "base/limits.h"
#include "fuzz.h"

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
	hash_add(&r->hash, name);
}

static struct reading
read_page(struct view prefix, struct view document, size_t piece)
{
	static struct list_page page;
	struct reading r = {.hash = HASH_OF_NOTHING};

	list_page_init(&page, prefix, &r, on_key);
	while (document.n > 0) {
		size_t n = piece < document.n ? piece : document.n;

		list_page_feed(&page, (struct view){document.p, n});
		document = view_skip(document, n);
	}
	r.good = list_page_end(&page);
	r.truncated = page.truncated;
	hash_add(&r.hash, view_of(page.token));
	return r;
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
