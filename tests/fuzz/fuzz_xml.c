/* Any bytes as a document: every event lies within it, it ends, and where it
 * ends well as many elements close as open. */
#include "base/xml.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view document = {(const char *)data, size};
	char storage[4096];
	struct buf out = BUF_OVER(storage);
	size_t events = 0, open = 0, opened = 0;
	struct view value;
	enum xml_event event;
	struct xml x;

	xml_init(&x, document);
	while ((event = xml_next(&x, &value)) != XML_END && event != XML_BAD) {
		if (++events > 2 * size || value.n > size) {
			abort();
		}
		if (event == XML_TEXT) {
			xml_decode(value, &out);
		}
		opened += event == XML_OPEN;
		open += event == XML_OPEN;
		open -= event == XML_CLOSE;
	}
	if (event == XML_END && (open > 0 || opened == 0)) {
		abort();
	}
	xml_text_of(document, VIEW("Code"), &out);
	return 0;
}
