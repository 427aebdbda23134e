/* What parses as a time formats as a text that parses as the same time. */
#include "base/duration.h"
#include "base/time.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view text = {(const char *)data, size};
	char storage[30];
	struct buf out = BUF_OVER(storage);
	int64_t ns, again, seconds;
	uint64_t ms;

	if (time_parse_rfc3339(text, &ns)) {
		time_format_rfc3339(&out, ns);
		if (!buf_ok(&out) ||
			!time_parse_rfc3339(buf_view(&out), &again) ||
			again != ns) {
			abort();
		}
	}
	if (time_parse_http(text, &seconds)) {
		buf_clear(&out);
		time_format_amz(&out, seconds);
		if (!buf_ok(&out) || out.len != 16) {
			abort();
		}
	}
	if (duration_parse_ms(text, &ms) && ms > INT64_MAX / 1000000 + 1) {
		abort();
	}
	return 0;
}
