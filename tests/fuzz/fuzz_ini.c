/* Any text can be asked anything; a section that answers is there, and an
 * answer is no longer than the text. The questions come from the text. */
#include "base/ini.h"

#include "fuzz.h"

static void
ask(struct view text, const struct ini_section *section, struct view key,
	struct view sub_key)
{
	static char storage[1 << 16];
	struct buf value = BUF_OVER(storage);

	if (ini_get(text, section, key, sub_key, &value)) {
		if (!ini_has(text, section) || value.len > text.n ||
			!buf_ok(&value)) {
			abort();
		}
	} else if (value.len > 0) {
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view text = {(const char *)data, size}, name, key, sub_key;
	const struct view types[] = {
		VIEW("profile"), VIEW("services"), VIEW("sso-session")};

	view_cut(text, '\n', &name, &text);
	view_cut(name, ',', &name, &key);
	view_cut(key, ',', &key, &sub_key);
	for (size_t i = 0; i < 3; i++) {
		struct ini_section in = {INI_CONFIG, types[i], name};

		ask(text, &in, key, sub_key);
		ask(text, &in, key, VIEW(""));
		in.file = INI_CREDENTIALS;
		ask(text, &in, key, sub_key);
		in.name = VIEW("default");
		ask(text, &in, VIEW("region"), VIEW(""));
	}
	return 0;
}
