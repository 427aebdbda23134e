#include "gocache/mark.h"

#include <string.h>

static void
add(struct sha256 *hash, const void *p, size_t n)
{
	sha256_update(hash, (struct view){p, n});
}

static void
add_text(struct sha256 *hash, struct view text)
{
	uint64_t n = text.n;

	add(hash, &n, sizeof(n));
	sha256_update(hash, text);
}

static uint64_t
finish(struct sha256 *hash)
{
	struct id digest;
	uint64_t mark;

	sha256_final(hash, &digest);
	memcpy(&mark, digest.byte, sizeof(mark));
	return mark ? mark : 1;
}

uint64_t
mark_checked(enum sha256_kind kind, struct view boot, const struct id *output,
	const struct mark_file *file)
{
	struct sha256 hash;

	sha256_init(&hash, kind);
	add_text(&hash, VIEW("checked"));
	add_text(&hash, boot);
	add(&hash, output, sizeof(*output));
	add(&hash, file, sizeof(*file));
	return finish(&hash);
}

uint64_t
mark_shared(enum sha256_kind kind, struct view place, const struct id *action,
	const struct id *output)
{
	struct sha256 hash;

	sha256_init(&hash, kind);
	add_text(&hash, VIEW("shared"));
	add_text(&hash, place);
	add(&hash, action, sizeof(*action));
	add(&hash, output, sizeof(*output));
	return finish(&hash);
}
