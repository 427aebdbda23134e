/* What a machine gives whoever runs on it: the endpoints of a container's and
 * of an instance's metadata. */
#include "s3/chain_private.h"
#include "s3/container.h"
#include "s3/env.h"
#include "s3/url.h"

static const char relative_uri[] = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
static const char full_uri[] = "AWS_CONTAINER_CREDENTIALS_FULL_URI";

/* the container */

bool
chain_has_container(const struct chain_search *search)
{
	return env_get(search->env, relative_uri).n > 0 ||
	       env_get(search->env, full_uri).n > 0;
}

static enum gs_code
copy_authorization(
	const struct chain_search *search, struct chain *c, struct gs_err *err)
{
	static const char variable[] = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
	static const char file[] = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
	struct buf token = BUF_OVER(c->token);
	struct view said = env_get_exact(search->env, variable);

	if (env_get(search->env, file).n > 0) {
		return chain_copy_variable(
			search->env, file, BUF_OVER(c->file), err);
	}
	if (view_index(said, '\r') < said.n ||
		view_index(said, '\n') < said.n) {
		return gs_fail(err, GS_CONFIG, variable, VIEW(""),
			"holds a line break; was it copied with one?");
	}
	buf_add(&token, said);
	buf_cstr(&token);
	return buf_ok(&token) ? GS_OK
			      : gs_fail(err, GS_TOOBIG, variable, VIEW(""),
					"is longer than any real one");
}

static enum gs_code
copy_url(const struct chain_search *search, struct chain *c, struct gs_err *err)
{
	struct view relative = env_get(search->env, relative_uri);
	struct buf url = BUF_OVER(c->url);

	chain_set_from(c, relative.n > 0 ? relative_uri : full_uri, NULL);
	if (relative.n > 0) {
		buf_str(&url, "http://169.254.170.2");
		if (relative.p[0] != '/') {
			return gs_fail(err, GS_CONFIG, c->from, VIEW(""),
				"must begin with a slash");
		}
	}
	buf_add(&url,
		relative.n > 0 ? relative : env_get(search->env, full_uri));
	buf_cstr(&url);
	return buf_ok(&url) ? GS_OK
			    : gs_fail(err, GS_TOOBIG, c->from, VIEW(""),
				      "is longer than any real one");
}

enum gs_code
chain_find_container(
	const struct chain_search *search, struct chain *c, struct gs_err *err)
{
	struct container container;
	struct gs_err why;

	c->kind = CHAIN_CONTAINER;
	if (copy_url(search, c, err) != GS_OK) {
		return err->code;
	}
	if (container_parse(view_of(c->url), &container, &why) != GS_OK) {
		return gs_fail(err, why.code, c->from, VIEW(""), why.text);
	}
	return copy_authorization(search, c, err);
}

/* the instance */

bool
chain_instance_is_off(const struct chain_search *search)
{
	return view_eq_nocase(env_get(search->env, "AWS_EC2_METADATA_DISABLED"),
		VIEW("true"));
}

/* Appends what a variable or else a key of the profile says. */
static const char *
look_for(const struct chain_search *search, const char *variable,
	const char *key, struct buf *value)
{
	struct view said = env_get(search->env, variable);

	if (said.n > 0) {
		buf_add(value, said);
		return variable;
	}
	if (!profile_get(search->profile, key, value)) {
		buf_clear(value);
	}
	return key;
}

/* The service's usual place, in the protocol that is asked for. */
static enum gs_code
find_usual_place(
	const struct chain_search *search, struct buf *url, struct gs_err *err)
{
	char text[sizeof("IPv4") + 1];
	struct buf mode = BUF_OVER(text);
	const char *from =
		look_for(search, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
			"ec2_metadata_service_endpoint_mode", &mode);
	struct view said = buf_view(&mode);

	if (view_eq_nocase(said, VIEW("IPv6"))) {
		buf_str(url, "http://[fd00:ec2::254]");
	} else if (buf_ok(&mode) &&
		   (said.n == 0 || view_eq_nocase(said, VIEW("IPv4")))) {
		buf_str(url, "http://169.254.169.254");
	} else {
		return gs_fail(
			err, GS_CONFIG, from, said, "must be IPv4 or IPv6");
	}
	return GS_OK;
}

enum gs_code
chain_find_instance(
	const struct chain_search *search, struct chain *c, struct gs_err *err)
{
	struct buf url = BUF_OVER(c->url);
	const char *from = look_for(search, "AWS_EC2_METADATA_SERVICE_ENDPOINT",
		"ec2_metadata_service_endpoint", &url);
	struct url parsed;

	c->kind = CHAIN_INSTANCE;
	c->without_v1 = search->without_v1;
	chain_set_from(c, "EC2's instance metadata", NULL);
	if (buf_ok(&url) && url.len == 0 &&
		find_usual_place(search, &url, err) != GS_OK) {
		return err->code;
	}
	while (url.len > 0 && url.p[url.len - 1] == '/') {
		url.len--;
	}
	buf_cstr(&url);
	if (!buf_ok(&url)) {
		return gs_fail(err, GS_TOOBIG, from, VIEW(""),
			"is longer than any real one");
	}
	return url_parse(view_of(c->url), from, &parsed, err);
}
