#include "s3/chain_private.h"

#include "base/array.h"

const struct profile *
chain_path_end(const struct chain_path *path)
{
	return &path->at[path->count - 1];
}

/* what may stand beside what */

static const struct {
	const char *key;
	bool needs_role;
} exclusive[] = {
	{"source_profile", true},
	{"credential_source", true},
	{"web_identity_token_file", true},
	{"credential_process", false},
};

static enum gs_code
check_role_is_there(const struct profile *p, struct gs_err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(exclusive); i++) {
		if (exclusive[i].needs_role &&
			profile_has(p, exclusive[i].key) &&
			!profile_has(p, "role_arn")) {
			return profile_fail(p, GS_CONFIG, exclusive[i].key,
				"needs a role_arn beside it", err);
		}
	}
	return GS_OK;
}

static enum gs_code
check_one_source(const struct profile *p, struct gs_err *err)
{
	const char *first = NULL;

	for (size_t i = 0; i < ARRAY_LEN(exclusive); i++) {
		char text[GS_ERR_TEXT_MAX];
		struct buf why = BUF_OVER(text);

		if (!profile_has(p, exclusive[i].key)) {
			continue;
		}
		if (first) {
			buf_str(&why, "and ");
			buf_str(&why, first);
			buf_str(&why, " exclude each other: keep one of them");
			return profile_fail(p, GS_CONFIG, exclusive[i].key,
				buf_cstr(&why), err);
		}
		first = exclusive[i].key;
	}
	return GS_OK;
}

/* the way to the source */

static bool
comes_again(const struct chain_path *path)
{
	for (size_t i = 0; i + 1 < path->count; i++) {
		if (view_eq(path->at[i].name, chain_path_end(path)->name)) {
			return true;
		}
	}
	return false;
}

/* Fails for the source_profile of p, which names another. */
static enum gs_code
refuse_link(const struct profile *p, struct view name, const char *what,
	struct gs_err *err)
{
	char text[GS_ERR_TEXT_MAX];
	struct buf why = BUF_OVER(text);

	buf_str(&why, "names ");
	chain_add_name(&why, name);
	buf_str(&why, what);
	return profile_fail(
		p, GS_CONFIG, "source_profile", buf_cstr(&why), err);
}

/* Goes on to the profile that the last one names. */
static enum gs_code
follow_link(struct chain_path *path, struct gs_err *err)
{
	const struct profile *from = chain_path_end(path);

	if (path->count == CHAIN_PATH_LEN) {
		return profile_fail(from, GS_TOOBIG, "source_profile",
			"is at the end of too many others", err);
	}
	struct buf name = BUF_OVER(path->names[path->count]);

	if (chain_copy_key(from, "source_profile", name, err) != GS_OK) {
		return err->code;
	}
	struct profile *to = &path->at[path->count];

	*to = profile_named(from, view_of(path->names[path->count]));
	path->count++;
	return profile_exists(to)
		       ? GS_OK
		       : refuse_link(from, to->name,
				 ", which is neither in the config file nor in "
				 "the credentials file",
				 err);
}

/* Looks at the last profile; *ends if the source is there. */
static enum gs_code
look_at(struct chain_path *path, bool *ends, struct gs_err *err)
{
	const struct profile *p = chain_path_end(path);

	path->comes_again = comes_again(path);
	if (creds_look_in_profile(p, &path->has_keys, err) != GS_OK) {
		return err->code;
	}
	if (path->comes_again) {
		*ends = true;
		return GS_OK;
	}
	if (check_role_is_there(p, err) != GS_OK) {
		return err->code;
	}
	*ends = (path->count > 1 && path->has_keys) ||
		!profile_has(p, "source_profile");
	return path->count > 1 && path->has_keys ? GS_OK
						 : check_one_source(p, err);
}

/* The machine's own keys are only for the profile that was asked for. */
static enum gs_code
check_linked_source(const struct chain_path *path, struct gs_err *err)
{
	const struct profile *p = chain_path_end(path);

	if (path->count == 1 || path->has_keys || chain_has_sso(p) ||
		profile_has(p, "login_session")) {
		return GS_OK;
	}
	if (path->comes_again) {
		return refuse_link(&path->at[path->count - 2], p->name,
			", which closes a circle without keys", err);
	}
	for (size_t i = 0; i < ARRAY_LEN(exclusive); i++) {
		if (profile_has(p, exclusive[i].key)) {
			return GS_OK;
		}
	}
	return refuse_link(&path->at[path->count - 2], p->name,
		", which has no keys and no source of keys", err);
}

enum gs_code
chain_walk(const struct profile *asked, struct chain_path *path,
	struct gs_err *err)
{
	bool ends = false;
	enum gs_code code;

	path->at[0] = *asked;
	path->count = 1;
	code = look_at(path, &ends, err);
	while (code == GS_OK && !ends) {
		code = follow_link(path, err);
		if (code == GS_OK) {
			code = look_at(path, &ends, err);
		}
	}
	return code == GS_OK ? check_linked_source(path, err) : code;
}
