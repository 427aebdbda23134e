#include "s3/creds.h"

#include "s3/env.h"

static const char too_long[] = "is longer than any real one";
static const char unsound[] =
	"holds a blank or a character that no key has; was it copied with "
	"something around it?";

static const char *const profile_keys[CREDS_FIELDS] = {
	"aws_access_key_id", "aws_secret_access_key", "aws_session_token"};

struct buf
creds_field(struct creds *creds, enum creds_field field)
{
	const struct buf fields[CREDS_FIELDS] = {
		[CREDS_ACCESS_KEY] = BUF_OVER(creds->access_key),
		[CREDS_SECRET_KEY] = BUF_OVER(creds->secret_key),
		[CREDS_SESSION_TOKEN] = BUF_OVER(creds->session_token),
	};

	return fields[field];
}

/* The secret travels nowhere, and some stores let people choose one. */
bool
creds_is_sound(struct view text, enum creds_field field)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c < ' ' || c == 0x7f ||
			(field != CREDS_SECRET_KEY && (c == ' ' || c > '~'))) {
			return false;
		}
	}
	return true;
}

/* Ends the value that was put into a field. */
static enum gs_code
finish_field(struct buf *value, enum creds_field field, const char **why)
{
	bool sound = creds_is_sound(buf_view(value), field);

	buf_cstr(value);
	if (!buf_ok(value)) {
		*why = too_long;
		return GS_TOOBIG;
	}
	*why = unsound;
	return sound ? GS_OK : GS_CONFIG;
}

/* the environment */

const char *
creds_variable(char *const env[], enum creds_field field)
{
	static const char *const names[CREDS_FIELDS][2] = {
		{"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"},
		{"AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"},
		{"AWS_SESSION_TOKEN", "AWS_SESSION_TOKEN"},
	};

	return names[field][env_get(env, names[field][0]).n == 0 &&
			    env_get(env, names[field][1]).n > 0];
}

static struct view
variable_value(char *const env[], enum creds_field field)
{
	return env_get(env, creds_variable(env, field));
}

bool
creds_are_in_env(char *const env[])
{
	return variable_value(env, CREDS_ACCESS_KEY).n > 0 &&
	       variable_value(env, CREDS_SECRET_KEY).n > 0;
}

enum gs_code
creds_from_env(char *const env[], struct creds *creds, struct gs_err *err)
{
	for (unsigned field = 0; field < CREDS_FIELDS; field++) {
		struct buf value = creds_field(creds, field);
		const char *why;
		enum gs_code code;

		buf_add(&value, variable_value(env, field));
		code = finish_field(&value, field, &why);
		if (code != GS_OK) {
			return gs_fail(err, code, creds_variable(env, field),
				VIEW(""), why);
		}
	}
	return GS_OK;
}

/* the profile */

static bool
mentions(const struct profile *p, enum profile_file file, unsigned field)
{
	return profile_mentions(p, file, profile_keys[field]);
}

/* The file whose pair counts; one with a piece of it, too. Even empty keys
 * there hide those of the next file. */
static enum profile_file
file_with_keys(const struct profile *p)
{
	unsigned file = 0;

	while (file < PROFILE_FILES && !mentions(p, file, CREDS_ACCESS_KEY) &&
		!mentions(p, file, CREDS_SECRET_KEY)) {
		file++;
	}
	return file;
}

static bool
is_given(const struct profile *p, enum profile_file file, unsigned field)
{
	char text[1];
	struct buf any = BUF_OVER(text);

	return profile_get_in(p, file, profile_keys[field], &any);
}

enum gs_code
creds_look_in_profile(const struct profile *p, bool *found, struct gs_err *err)
{
	enum profile_file file = file_with_keys(p);
	bool access =
		file < PROFILE_FILES && is_given(p, file, CREDS_ACCESS_KEY);
	bool secret =
		file < PROFILE_FILES && is_given(p, file, CREDS_SECRET_KEY);

	*found = access && secret;
	if (access == secret) {
		return GS_OK;
	}
	return profile_fail(p, GS_CONFIG,
		profile_keys[access ? CREDS_ACCESS_KEY : CREDS_SECRET_KEY],
		access ? "stands alone: aws_secret_access_key is missing"
		       : "stands alone: aws_access_key_id is missing",
		err);
}

enum gs_code
creds_from_profile(const struct profile *p, struct creds *creds,
	enum profile_file *file, struct gs_err *err)
{
	*file = file_with_keys(p);
	for (unsigned field = 0; field < CREDS_FIELDS; field++) {
		struct buf value = creds_field(creds, field);
		const char *why;
		enum gs_code code;

		if (!profile_get_in(p, *file, profile_keys[field], &value)) {
			buf_clear(&value);
		}
		code = finish_field(&value, field, &why);
		if (code != GS_OK) {
			return profile_fail(
				p, code, profile_keys[field], why, err);
		}
	}
	return GS_OK;
}

bool
creds_eq(const struct creds *a, const struct creds *b)
{
	return view_eq(view_of(a->access_key), view_of(b->access_key)) &&
	       view_eq(view_of(a->secret_key), view_of(b->secret_key)) &&
	       view_eq(view_of(a->session_token), view_of(b->session_token));
}
