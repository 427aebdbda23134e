/* Pages of keys from strangers: the prefix, a NUL, the document. What is read
 * as a good page says how to go on. */
#include "s3/list.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
	static struct list_page page;
	static char query[LIST_QUERY_MAX];
	struct buf out = BUF_OVER(query);
	struct view prefix, document;
	struct id action;
	size_t count = 0;

	view_cut((struct view){(const char *)data, size}, '\0', &prefix,
		&document);
	list_page_init(&page, document, prefix);
	while (list_page_next(&page, &action)) {
		count++;
	}
	check(count * ID_HEX_LEN <= document.n);
	check(strlen(page.token) <= LIST_TOKEN_MAX);
	if (list_page_is_good(&page)) {
		check(!page.truncated || page.token[0] != '\0');
		list_query(VIEW("p/"), view_of(page.token), &out);
		check(buf_ok(&out));
	}
	check(!list_page_next(&page, &action));
	return 0;
}
