/* An object that comes and goes. */
#include "doctor/exam.h"

#include "os/cpu.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

static const char probe_text[] =
	"gocache-s3 doctor was here; this object may be deleted\n";

static void
name_key(struct exam *e)
{
	struct buf key = BUF_OVER(e->key);
	unsigned char digits[8] = {0};

	(void)getrandom(digits, sizeof(digits), GRND_NONBLOCK);
	buf_str(&key, "gocache-s3/1/doctor/");
	buf_hex(&key, digits, sizeof(digits));
	buf_cstr(&key);
}

static struct object_file
probe_file(const struct exam *e)
{
	struct object_file file = {
		.key = view_of(e->key), .size = sizeof(probe_text) - 1};
	struct sha256 hash;

	sha256_init(&hash, cpu_sha256());
	sha256_update(&hash, view_of(probe_text));
	sha256_final(&hash, &file.digest);
	return file;
}

static enum gs_code
put_head(void *ctx, const struct object_env *env, struct buf *out,
	struct gs_err *err)
{
	const struct object_file file = probe_file(ctx);

	return object_file_head(env, &file, out, err);
}

/* A file that holds the text; -1 if there is none to be had. */
static int
open_text(void)
{
	int fd = memfd_create("gocache-s3-doctor", MFD_CLOEXEC);

	if (fd >= 0 && (write(fd, probe_text, sizeof(probe_text) - 1) !=
				       (ssize_t)sizeof(probe_text) - 1 ||
			       lseek(fd, 0, SEEK_SET) != 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

void
exam_put(struct exam *e, struct finding *f)
{
	if (e->with->options->read_only) {
		finding_say(f, FINDING_SKIPPED,
			VIEW("not tried: the run is read-only"), VIEW(""));
		return;
	}
	name_key(e);

	const struct object_file file = probe_file(e);
	const struct probe probe = {.op = ERRORS_WRITE,
		.method = "PUT",
		.ctx = e,
		.head = put_head,
		.body = {open_text(), file.size, file.digest, cpu_sha256()}};

	if (probe.body.fd < 0) {
		finding_say(f, FINDING_FAILED,
			VIEW("this machine has no memory for a file"),
			VIEW(""));
		return;
	}
	if (exam_ask(e, &probe, f)) {
		if (e->answer.success) {
			exam_tell_success(e, f);
		} else {
			exam_tell_refusal(e, FINDING_FAILED, NULL, f);
		}
		finding_add(f, "key", view_of(e->key), "");
	}
	close(probe.body.fd);
}

static enum gs_code
get_head(void *ctx, const struct object_env *env, struct buf *out,
	struct gs_err *err)
{
	const struct exam *e = ctx;
	const struct object_part part = {.key = view_of(e->key)};

	return object_part_head(env, &part, out, err);
}

static bool
is_text(const struct probe_answer *answer)
{
	return answer->bytes == sizeof(probe_text) - 1 &&
	       memcmp(answer->taken, probe_text, sizeof(probe_text) - 1) == 0;
}

void
exam_get(struct exam *e, struct finding *f)
{
	const struct probe probe = {.op = ERRORS_READ,
		.method = "GET",
		.ctx = e,
		.head = get_head,
		.body.fd = -1};

	if (!exam_ask(e, &probe, f)) {
		return;
	}
	if (!e->answer.success) {
		exam_tell_refusal(e, FINDING_FAILED, NULL, f);
	} else if (!is_text(&e->answer)) {
		finding_say(f, FINDING_FAILED,
			VIEW("the store gives back something else than was "
			     "put"),
			VIEW("look at what lies between here and the store: a "
			     "proxy, a CDN, a filter"));
	} else {
		exam_tell_success(e, f);
	}
}

static enum gs_code
delete_head(void *ctx, const struct object_env *env, struct buf *out,
	struct gs_err *err)
{
	const struct exam *e = ctx;

	return object_delete_head(env, view_of(e->key), out, err);
}

/* No run deletes anything, so the right to is not needed. */
void
exam_delete(struct exam *e, struct finding *f)
{
	const struct probe probe = {.op = ERRORS_WRITE,
		.method = "DELETE",
		.ctx = e,
		.head = delete_head,
		.body.fd = -1};

	if (!exam_ask(e, &probe, f)) {
		return;
	}
	if (e->answer.success) {
		exam_tell_success(e, f);
	} else {
		exam_tell_refusal(e, FINDING_WARNING,
			"nothing needs this right; delete the object by hand, "
			"or leave it to the bucket's expiry rule",
			f);
	}
	finding_add(f, "key", view_of(e->key), "");
}
