/* Documents in JSON of which a member is as long as it may be, or longer. */
#ifndef TESTS_UNIT_LONG_MEMBERS_H
#define TESTS_UNIT_LONG_MEMBERS_H

#include "base/buf.h"

#include <string.h>

/* Appends a member for each name, behind others: that of long_one has n bytes,
 * the others have one. */
static inline void
add_members(struct buf *out, const char *const names[], size_t count,
	const char *long_one, size_t n)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strcmp(long_one, names[i]) == 0 ? n : 1;

		buf_str(out, ",\"");
		buf_str(out, names[i]);
		buf_str(out, "\":\"");
		for (; len > 0; len--) {
			buf_char(out, 'k');
		}
		buf_char(out, '"');
	}
}

#endif
