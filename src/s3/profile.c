#include "s3/profile.h"

#include "base/ini.h"

static enum ini_file
ini_of(enum profile_file file)
{
	return file == PROFILE_CONFIG ? INI_CONFIG : INI_CREDENTIALS;
}

static struct ini_section
section_in(const struct profile *p, enum profile_file file)
{
	return (struct ini_section){ini_of(file), VIEW("profile"), p->name};
}

bool
profile_exists(const struct profile *p)
{
	for (unsigned file = 0; file < PROFILE_FILES; file++) {
		struct ini_section section = section_in(p, file);

		if (ini_has(p->text[file], &section)) {
			return true;
		}
	}
	return false;
}

static bool
get_below(const struct profile *p, enum profile_file file, const char *parent,
	const char *key, struct buf *value)
{
	struct ini_section section = section_in(p, file);

	return ini_get(p->text[file], &section, view_of(parent), view_of(key),
		       value) &&
	       (!buf_ok(value) || value->len > 0);
}

bool
profile_get_nested(const struct profile *p, const char *parent, const char *key,
	struct buf *value)
{
	for (unsigned file = 0; file < PROFILE_FILES; file++) {
		if (get_below(p, file, parent, key, value)) {
			return true;
		}
	}
	return false;
}

bool
profile_get(const struct profile *p, const char *key, struct buf *value)
{
	return profile_get_nested(p, key, "", value);
}

bool
profile_get_in(const struct profile *p, enum profile_file file, const char *key,
	struct buf *value)
{
	return get_below(p, file, key, "", value);
}

bool
profile_get_service(const struct profile *p, const char *service,
	const char *key, struct buf *value)
{
	char text[PROFILE_NAME_MAX];
	struct buf name = BUF_OVER(text);
	struct ini_section section = {INI_CONFIG, VIEW("services"), VIEW("")};

	if (!profile_get(p, "services", &name) || !buf_ok(&name)) {
		return false;
	}
	section.name = buf_view(&name);
	return ini_get(p->text[PROFILE_CONFIG], &section, view_of(service),
		       view_of(key), value) &&
	       (!buf_ok(value) || value->len > 0);
}
