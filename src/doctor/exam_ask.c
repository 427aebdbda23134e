/* Requests to the bucket, with what a run mends by itself. */
#include "doctor/exam.h"

#include "base/array.h"
#include "doctor/policy.h"
#include "os/clock.h"
#include "s3/express.h"
#include "s3/skew.h"

#include <unistd.h>

#define SECOND_NS 1000000000

enum { STATUS_FORBIDDEN = 403 };

static void
note_clock(struct exam *e)
{
	int64_t now_s = e->answer.ended_s;

	if (e->answer.meta.has_date && !e->answer.meta.is_old) {
		e->knows_time = true;
		e->ahead_s = e->answer.meta.date_s - now_s;
		(void)skew_measure(
			e->answer.meta.date_s, now_s, now_s, &e->skew_s);
	}
}

/* Asks once; false, with the finding, if no answer comes. */
static bool
send_probe(struct exam *e, const struct probe *probe, struct finding *f)
{
	e->skew_used_s = e->skew_s;

	const struct object_env env = {
		.endpoint = &e->endpoint,
		.creds = e->in_session ? &e->session.creds : &e->grant.creds,
		.in_session = e->in_session,
		.extras = &e->settings.extras,
		.now_s = clock_wall_ns() / SECOND_NS + e->skew_used_s,
		.sign_bodies = e->settings.sign_bodies,
	};
	struct gs_err err;

	if (probe->body.fd >= 0) {
		(void)lseek(probe->body.fd, 0, SEEK_SET);
	}
	e->answered =
		probe_send(&e->pool, &env, probe, &e->answer, &err) == GS_OK;
	if (!e->answered) {
		finding_fail(f, &err, "");
		return false;
	}
	note_clock(e);
	return true;
}

/* --- what a run mends by itself -------------------------------------------- */

/* Goes on where another wish leads, if it leads anywhere. */
static bool
move(struct exam *e, const struct endpoint_wish *wish)
{
	struct gs_err ignored;

	if (endpoint_resolve(wish, &e->endpoint, &ignored) != GS_OK ||
		exam_find_site(e, &ignored) != GS_OK) {
		return false;
	}
	e->wish = *wish;
	e->wish.region = view_of(e->endpoint.region);
	conn_pool_retarget(&e->pool, &e->site.target);
	return true;
}

static bool
mend_region(struct exam *e)
{
	struct endpoint_wish wish = e->wish;

	wish.region =
		view_of(e->answer.meta.region[0] ? e->answer.meta.region
						 : e->answer.judgement.region);
	wish.region_is_named = true;
	return wish.region.n > 0 &&
	       !view_eq(wish.region, view_of(e->endpoint.region)) &&
	       move(e, &wish);
}

static bool
mend_host(struct exam *e)
{
	struct endpoint_wish wish = e->wish;

	wish.addressing = ENDPOINT_VIRTUAL;
	return e->wish.addressing != ENDPOINT_VIRTUAL && move(e, &wish);
}

static bool
mend_clock(struct exam *e)
{
	return skew_matters(e->skew_used_s, e->skew_s);
}

static bool
mend_payload(struct exam *e)
{
	bool is_new = !e->settings.sign_bodies;

	e->settings.sign_bodies = true;
	return is_new;
}

static const struct exam_mend {
	enum errors_mend kind;
	bool (*apply)(struct exam *e);
	const char *text, *advice; /* NULL: another check says it */
} mends[] = {
	{ERRORS_MEND_REGION, mend_region,
		"the bucket is in another region than configured",
		"set it, to save a round trip: -region or AWS_REGION"},
	{ERRORS_MEND_HOST, mend_host,
		"the store wants the bucket in the host's name",
		"to save a round trip, set `addressing_style = virtual` under "
		"`s3 =` in the AWS profile"},
	{ERRORS_MEND_CLOCK, mend_clock, NULL, NULL},
	{ERRORS_MEND_PAYLOAD, mend_payload,
		"the store wants bodies to be signed",
		"to save a round trip, set `payload_signing_enabled = true` "
		"under `s3 =` in the AWS profile"},
};

/* After an answer: true if something is different now, so that the same request
 * is worth another attempt. Each kind once. */
static bool
mend(struct exam *e)
{
	for (size_t i = 0; i < ARRAY_LEN(mends) && !e->answer.success; i++) {
		unsigned bit = 1u << i;

		if (mends[i].kind == e->answer.judgement.mend &&
			!(e->tried & bit)) {
			e->tried |= bit;
			if (mends[i].apply(e)) {
				e->mended =
					mends[i].text ? &mends[i] : e->mended;
				return true;
			}
		}
	}
	return false;
}

static bool
send_mended(struct exam *e, const struct probe *probe, struct finding *f)
{
	do {
		if (!send_probe(e, probe, f)) {
			return false;
		}
	} while (mend(e));
	return true;
}

/* --- a session, where the bucket wants one ---------------------------------- */

static enum gs_code
session_head(void *ctx, const struct object_env *env, struct buf *out,
	struct gs_err *err)
{
	const struct exam *e = ctx;

	return object_session_head(env, e->with->options->read_only, out, err);
}

static bool
open_session(struct exam *e, struct finding *f)
{
	const struct probe probe = {.op = ERRORS_SESSION,
		.method = "GET",
		.ctx = e,
		.head = session_head,
		.body.fd = -1};
	struct gs_err err;

	if (!send_mended(e, &probe, f)) {
		return false;
	}
	if (!e->answer.success) {
		exam_tell_refusal(e, FINDING_FAILED, NULL, f);
		return false;
	}
	e->in_session = express_read(view_of(e->answer.taken), &e->session,
				&err) == GS_OK;
	wipe(e->answer.taken, sizeof(e->answer.taken));
	if (!e->in_session) {
		finding_fail(f, &err, "this is no S3: check the endpoint");
	}
	return e->in_session;
}

bool
exam_ask(struct exam *e, const struct probe *probe, struct finding *f)
{
	bool is_wanted =
		express_is_wanted(&e->endpoint, e->settings.without_sessions);

	if (is_wanted && !e->in_session && !open_session(e, f)) {
		return false;
	}
	return send_mended(e, probe, f);
}

/* --- what is said of an answer ---------------------------------------------- */

bool
exam_is_denied(const struct exam *e)
{
	enum errors_verdict verdict = e->answer.judgement.verdict;

	return e->answer.status == STATUS_FORBIDDEN &&
	       (verdict == ERRORS_DENIED || verdict == ERRORS_REFUSED);
}

/* What to do about a refusal: for want of a right, the policy that gives it. */
static void
advise(const struct exam *e, const char *advice, struct buf *out)
{
	buf_str(out, advice);
	if (exam_is_denied(e)) {
		buf_str(out, out->len > 0 ? "\n" : "");
		buf_str(out,
			"at AWS, this policy is enough to read and write:\n");
		policy_write(&e->endpoint, false, out);
		buf_str(out, "\nand this one to read, with -read-only:\n");
		policy_write(&e->endpoint, true, out);
	}
}

void
exam_tell_refusal(const struct exam *e, enum finding_verdict verdict,
	const char *advice, struct finding *f)
{
	static char advice_storage[FINDING_ADVICE_MAX]; /* for no stack */
	char storage[FINDING_TEXT_MAX];
	struct buf text = BUF_OVER(storage);
	struct buf whole = BUF_OVER(advice_storage);

	buf_str(&text, "the store says ");
	buf_uint(&text, e->answer.status);
	if (e->answer.judgement.code[0]) {
		buf_char(&text, ' ');
		buf_str(&text, e->answer.judgement.code);
	}
	if (e->answer.meta.request_id[0]) {
		buf_str(&text, " (request ");
		buf_str(&text, e->answer.meta.request_id);
		buf_char(&text, ')');
	}
	advise(e, advice ? advice : e->answer.judgement.advice, &whole);
	finding_say(f, verdict, buf_view(&text), buf_view(&whole));
}

/* Says what had to be mended for it. */
static void
tell_mended(struct exam *e, struct finding *f)
{
	char storage[FINDING_VALUE_MAX];
	struct buf url = BUF_OVER(storage);

	finding_say(f, FINDING_WARNING, view_of(e->mended->text),
		view_of(e->mended->advice));
	endpoint_url(&e->endpoint, &url);
	finding_add(f, "URL", buf_view(&url), "");
	finding_add(f, "region", view_of(e->endpoint.region), "");
	e->mended = NULL;
}

void
exam_tell_success(struct exam *e, struct finding *f)
{
	char storage[64];
	struct buf text = BUF_OVER(storage);

	if (e->mended) {
		tell_mended(e, f);
		return;
	}
	buf_uint(&text, e->answer.took_ms);
	buf_str(&text, " ms");
	finding_say(f, FINDING_OK, buf_view(&text), VIEW(""));
}
