#include "s3/profile.h"

#include "base/ini.h"

static struct ini_section
section_of_type(enum profile_file file, struct view type, struct view name)
{
	return (struct ini_section){
		file == PROFILE_CONFIG ? INI_CONFIG : INI_CREDENTIALS, type,
		name};
}

static struct ini_section
section_in(const struct profile *p, enum profile_file file)
{
	return section_of_type(file, VIEW("profile"), p->name);
}

struct profile
profile_named(const struct profile *p, struct view name)
{
	struct profile other = *p;

	other.name = name;
	return other;
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

/* True for a value that is not empty; one that does not fit is none such. */
static bool
is_given(const struct buf *value)
{
	return !buf_ok(value) || value->len > 0;
}

/* What the first file that says something says in the section. */
static bool
get_from_files(const struct profile *p, struct view type, struct view name,
	const struct view keys[2], struct buf *value)
{
	for (unsigned file = 0; file < PROFILE_FILES; file++) {
		struct ini_section section = section_of_type(file, type, name);

		if (ini_get(p->text[file], &section, keys[0], keys[1], value)) {
			return is_given(value);
		}
	}
	return false;
}

bool
profile_get_nested(const struct profile *p, const char *parent, const char *key,
	struct buf *value)
{
	const struct view keys[2] = {view_of(parent), view_of(key)};

	return get_from_files(p, VIEW("profile"), p->name, keys, value);
}

bool
profile_get(const struct profile *p, const char *key, struct buf *value)
{
	return profile_get_nested(p, key, "", value);
}

bool
profile_has(const struct profile *p, const char *key)
{
	char text[1];
	struct buf any = BUF_OVER(text);

	return profile_get(p, key, &any);
}

bool
profile_get_in(const struct profile *p, enum profile_file file, const char *key,
	struct buf *value)
{
	struct ini_section section = section_in(p, file);

	return ini_get(p->text[file], &section, view_of(key), VIEW(""),
		       value) &&
	       is_given(value);
}

bool
profile_mentions(
	const struct profile *p, enum profile_file file, const char *key)
{
	struct ini_section section = section_in(p, file);

	return ini_line(p->text[file], &section, view_of(key)) > 0;
}

bool
profile_get_service(const struct profile *p, const char *service,
	const char *key, struct buf *value)
{
	const struct view keys[2] = {view_of(service), view_of(key)};
	char text[PROFILE_NAME_MAX];
	struct buf name = BUF_OVER(text);

	return profile_get(p, "services", &name) && buf_ok(&name) &&
	       get_from_files(
		       p, VIEW("services"), buf_view(&name), keys, value);
}

bool
profile_get_session(const struct profile *p, struct view name, const char *key,
	struct buf *value)
{
	const struct view keys[2] = {view_of(key), VIEW("")};

	return get_from_files(p, VIEW("sso-session"), name, keys, value);
}

const char *
profile_file_text(enum profile_file file)
{
	return file == PROFILE_CONFIG ? "config file" : "credentials file";
}

enum gs_code
profile_fail(const struct profile *p, enum gs_code code, const char *key,
	const char *why, struct gs_err *err)
{
	char text[GS_ERR_TEXT_MAX];
	struct buf b = BUF_OVER(text);
	unsigned file = PROFILE_CREDENTIALS;

	if (!profile_mentions(p, file, key)) {
		file = PROFILE_CONFIG;
	}
	struct ini_section section = section_in(p, file);

	buf_str(&b, key);
	buf_str(&b, " (");
	buf_str(&b, profile_file_text(file));
	buf_str(&b, ", line ");
	buf_uint(&b, ini_line(p->text[file], &section, view_of(key)));
	buf_str(&b, ") ");
	buf_str(&b, why);
	return gs_fail(err, code, "profile", p->name, buf_cstr(&b));
}
