/* What the container, or the machine, is told of its role. */
#include "mirror/granting_private.h"

static enum gs_code
write_container(
	struct granting_course *c, struct buf *request, struct gs_err *err)
{
	struct view authorization = view_of(c->chain->token);

	if (c->chain->file[0] != '\0') {
		if (granting_read_file(c, SESSION_TOKEN_MAX,
			    "is AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE right?",
			    err) != GS_OK) {
			return err->code;
		}
		authorization = buf_view(&c->file);
	}
	return container_head(&c->container, authorization, request, err);
}

enum gs_code
granting_container(struct granting_course *c, struct gs_err *err)
{
	struct granting_service service = {
		.name = "the container's endpoint",
		.write = write_container,
	};

	if (container_parse(view_of(c->chain->url), &c->container, err) !=
		GS_OK) {
		return err->code;
	}
	service.url = c->container.url;
	service.is_near = !service.url.tls;
	if (granting_ask(c, &service, err) != GS_OK) {
		return err->code;
	}
	return granting_take(c, KEYDOC_CONTAINER, &c->grant, err);
}

/* The last resort of a chain that has found nothing says what that lacks. Where
 * the profile names the service, it is out of reach for now. */
static enum gs_code
say_nobody(const struct granting_course *c, const struct gs_err *trouble,
	struct gs_err *err)
{
	const char *tried = c->chain->tried;

	gs_fail(err, tried[0] != '\0' ? GS_CONFIG : trouble->code,
		"nobody answers at", view_of(c->chain->url),
		tried[0] != '\0'
			? tried
			: "is this an EC2 instance, and does its metadata "
			  "service's hop limit allow for containers?");
	err->sys_errno = trouble->sys_errno;
	return err->code;
}

/* One lost packet is no silence. */
static enum gs_code
connect_to(struct granting_talk *t, struct gs_err *err)
{
	enum gs_code code = granting_talk_connect(t, err);

	return code == GS_TIMEOUT ? granting_talk_connect(t, err) : code;
}

/* One question and its answer, be it silence. Where nobody can be connected to
 * there is no service. */
static enum gs_code
take_step(struct granting_course *c, struct gs_err *err)
{
	struct granting_talk *t = &c->talk;
	struct gs_err trouble;
	enum gs_code code = connect_to(t, &trouble);

	if (code != GS_OK && !t->connected) {
		return say_nobody(c, &trouble, err);
	}
	if (code == GS_OK) {
		if (metadata_head(&c->metadata, &c->service.url, &t->request,
			    err) != GS_OK) {
			return err->code;
		}
		code = granting_talk_ask(t, &trouble);
	}
	unsigned failures = c->metadata.failures;

	granting_learn_clock(c);
	metadata_take(&c->metadata, t->status, buf_view(&t->body),
		code == GS_OK ? NULL : &trouble);
	if (c->metadata.failures > failures) {
		(void)granting_pause(c, c->metadata.failures);
	}
	return GS_OK;
}

static enum gs_code
converse(struct granting_course *c, struct gs_err *err)
{
	struct metadata *m = &c->metadata;

	while (m->step != METADATA_DONE && m->step != METADATA_FAILED) {
		if (take_step(c, err) != GS_OK) {
			return err->code;
		}
	}
	if (m->step == METADATA_FAILED) {
		*err = m->err;
		granting_blame(c, err);
		return err->code;
	}
	c->grant = m->grant;
	return GS_OK;
}

enum gs_code
granting_instance(struct granting_course *c, struct gs_err *err)
{
	c->service = (struct granting_service){
		.name = "EC2's metadata", .is_near = true};
	if (url_parse(view_of(c->chain->url), c->service.name, &c->service.url,
		    err) != GS_OK ||
		granting_talk_begin(c, &granting_near, err) != GS_OK) {
		return err->code;
	}
	metadata_init(&c->metadata, c->chain->without_v1);
	enum gs_code code = converse(c, err);

	granting_talk_end(&c->talk);
	metadata_release(&c->metadata);
	return code;
}
