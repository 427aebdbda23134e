/* Roles: of a web identity, or of keys that there are. */
#include "mirror/granting_private.h"

static struct sts_env
env_of(struct granting_course *c)
{
	return (struct sts_env){
		.where = granting_place(c),
		.region = view_of(c->chain->sts_region),
		.now_ns = granting_now_ns(c),
		.scratch = &c->scratch,
	};
}

/* Kubernetes writes the file anew while the old token still counts. */
static enum gs_code
write_web_identity(
	struct granting_course *c, struct buf *request, struct gs_err *err)
{
	const struct sts_env env = env_of(c);

	if (granting_read_file(c, WEB_TOKEN_MAX,
		    "check its path, and whether it is mounted",
		    err) != GS_OK) {
		return err->code;
	}
	return sts_assume_role_with_web_identity(
		&env, c->role, buf_view(&c->file), request, err);
}

static enum gs_code
write_assume(struct granting_course *c, struct buf *request, struct gs_err *err)
{
	struct sts_env env = env_of(c);

	env.creds = &c->grant.creds;
	return sts_assume_role(&env, c->role, request, err);
}

/* The role's keys take the place of those that were asked with. */
static enum gs_code
take_role(struct granting_course *c,
	enum gs_code (*write)(struct granting_course *c, struct buf *request,
		struct gs_err *err),
	struct gs_err *err)
{
	struct granting_service sts = {.name = "STS", .write = write};

	if (url_parse(view_of(c->chain->sts_url), sts.name, &sts.url, err) !=
			GS_OK ||
		granting_ask(c, &sts, err) != GS_OK ||
		granting_take(c, KEYDOC_ROLE, &c->next, err) != GS_OK) {
		return err->code;
	}
	c->grant = c->next;
	return GS_OK;
}

enum gs_code
granting_web_identity(struct granting_course *c, struct gs_err *err)
{
	c->role = &c->chain->role;
	return take_role(c, write_web_identity, err);
}

enum gs_code
granting_assume(struct granting_course *c, struct gs_err *err)
{
	granting_forget_file(c); /* it says nothing of these keys */
	return take_role(c, write_assume, err);
}
