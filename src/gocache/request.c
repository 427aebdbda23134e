#include "gocache/request.h"

#include "base/base64.h"
#include "base/json.h"

static const char *const commands[] = {
	[REQUEST_GET] = "get",
	[REQUEST_PUT] = "put",
	[REQUEST_CLOSE] = "close",
	[REQUEST_UNKNOWN] = NULL,
};

static enum gs_code
refuse(struct gs_err *err, const char *why)
{
	return gs_fail(
		err, GS_BAD, "cannot understand a request", VIEW(""), why);
}

static enum request_command
command_of(struct view name)
{
	int at = 0;

	while (commands[at] && !view_eq(name, view_of(commands[at]))) {
		at++;
	}
	return (enum request_command)at;
}

static enum gs_code
read_head(const struct json *j, struct request *r, struct gs_err *err)
{
	char storage[8]; /* a longer command is none of ours */
	struct buf name = BUF_OVER(storage);
	size_t value;

	if (!json_member(j, JSON_ROOT, VIEW("ID"), &value) ||
		!json_int64(j, value, &r->id)) {
		return refuse(err, "it has no integer ID");
	}
	r->command = REQUEST_UNKNOWN;
	if (!json_member(j, JSON_ROOT, VIEW("Command"), &value)) {
		return GS_OK;
	}
	if (json_kind(j, value) != JSON_STRING) {
		return refuse(err, "its Command is not a string");
	}
	if (json_string(j, value, &name)) {
		r->command = command_of(buf_view(&name));
	}
	return GS_OK;
}

static bool
read_id(const struct json *j, struct view name, struct id *id)
{
	char storage[BASE64_LEN(ID_LEN)];
	struct buf text = BUF_OVER(storage);
	size_t value;

	return json_member(j, JSON_ROOT, name, &value) &&
	       json_string(j, value, &text) &&
	       base64_decode_id(buf_view(&text), id);
}

static enum gs_code
read_action(const struct json *j, struct request *r, struct gs_err *err)
{
	if (!read_id(j, VIEW("ActionID"), &r->action)) {
		return refuse(err, "it has no 32-byte ActionID");
	}
	return GS_OK;
}

static enum gs_code
read_output(const struct json *j, struct request *r, struct gs_err *err)
{
	size_t value;
	struct view name = json_member(j, JSON_ROOT, VIEW("OutputID"), &value)
				   ? VIEW("OutputID")
				   : VIEW("ObjectID");

	if (!read_id(j, name, &r->output)) {
		return refuse(err, "it has no 32-byte OutputID");
	}
	return GS_OK;
}

static enum gs_code
read_size(const struct json *j, struct request *r, struct gs_err *err)
{
	size_t value;
	int64_t size;

	if (!json_member(j, JSON_ROOT, VIEW("BodySize"), &value)) {
		return GS_OK;
	}
	if (!json_int64(j, value, &size) || size < 0) {
		return refuse(err, "its BodySize is not a size");
	}
	r->body_size = (uint64_t)size;
	return GS_OK;
}

static enum gs_code
read_put(const struct json *j, struct request *r, struct gs_err *err)
{
	enum gs_code code = read_action(j, r, err);

	if (code == GS_OK) {
		code = read_output(j, r, err);
	}
	return code == GS_OK ? read_size(j, r, err) : code;
}

/* The members that only some commands need. */
static enum gs_code
read_rest(const struct json *j, struct request *r, struct gs_err *err)
{
	switch (r->command) {
	case REQUEST_GET:
		return read_action(j, r, err);
	case REQUEST_PUT:
		return read_put(j, r, err);
	case REQUEST_CLOSE:
	case REQUEST_UNKNOWN:
		break;
	}
	return GS_OK;
}

enum gs_code
request_parse(struct view line, struct request *request, struct gs_err *err)
{
	struct json j;
	struct request r = {.body_size = 0};
	enum gs_code code = json_parse(&j, line, err);

	if (code == GS_OK) {
		code = read_head(&j, &r, err);
	}
	if (code == GS_OK) {
		code = read_rest(&j, &r, err);
	}
	if (code == GS_OK) {
		*request = r;
	}
	return code;
}
