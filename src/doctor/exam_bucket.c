/* What the bucket says to the requests of a run. */
#include "doctor/exam.h"

#include "doctor/policy.h"
#include "os/clock.h"
#include "s3/express.h"
#include "s3/skew.h"

#include <sys/random.h>

#define SECOND_NS 1000000000

enum { STATUS_FORBIDDEN = 403 };

/* --- requests -------------------------------------------------------------- */

static int64_t
now_s(void)
{
	return clock_wall_ns() / SECOND_NS;
}

static bool
send_probe(struct exam *e, const struct probe *probe, struct finding *f)
{
	const struct object_env env = {
		.endpoint = &e->endpoint,
		.creds = &e->grant.creds,
		.in_session = e->in_session,
		.extras = &e->settings.extras,
		.now_s = now_s() + e->skew_s,
		.sign_bodies = e->settings.sign_bodies,
	};
	struct gs_err err;

	e->answered =
		probe_send(&e->pool, &env, probe, &e->answer, &err) == GS_OK;
	if (!e->answered) {
		finding_fail(f, &err, "");
	}
	return e->answered;
}

/* True if other keys, or a policy for these, would do. */
static bool
is_want_of_right(const struct exam *e)
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
	if (is_want_of_right(e)) {
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
	char text_storage[FINDING_TEXT_MAX], advice_storage[FINDING_ADVICE_MAX];
	struct buf text = BUF_OVER(text_storage);
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

void
exam_tell_time(const struct exam *e, struct finding *f)
{
	char storage[64];
	struct buf text = BUF_OVER(storage);

	buf_uint(&text, e->answer.took_ms);
	buf_str(&text, " ms");
	finding_say(f, FINDING_OK, buf_view(&text), VIEW(""));
}

/* --- clock and region: what can be mended ---------------------------------- */

/* Goes on with the region that the store named. */
static bool
change_region(struct exam *e, struct finding *f)
{
	struct endpoint_wish wish = settings_wish(&e->settings);
	struct view region =
		view_of(e->answer.meta.region[0] ? e->answer.meta.region
						 : e->answer.judgement.region);
	struct gs_err ignored;

	wish.region = region;
	wish.region_is_named = true;
	if (e->answer.success || region.n == 0 ||
		view_eq(region, view_of(e->endpoint.region)) ||
		endpoint_resolve(&wish, &e->endpoint, &ignored) != GS_OK ||
		exam_find_site(e, &ignored) != GS_OK) {
		return false;
	}
	conn_pool_retarget(&e->pool, &e->site.target);
	finding_say(f, FINDING_WARNING,
		VIEW("the bucket is in another region than configured"),
		VIEW("set it, to save a round trip: -region or AWS_REGION"));
	finding_add(f, "region", view_of(e->endpoint.region), "the store");
	return true;
}

static bool
change_clock(struct exam *e)
{
	int64_t before = e->skew_s;

	if (e->answer.meta.has_date && !e->answer.meta.is_old) {
		(void)skew_measure(e->answer.meta.date_s, e->answer.midway_s,
			e->answer.midway_s, &e->skew_s);
	}
	return !e->answer.success && skew_matters(before, e->skew_s);
}

void
exam_clock(struct exam *e, struct finding *f)
{
	int64_t off = e->skew_s < 0 ? -e->skew_s : e->skew_s;
	char storage[64];
	struct buf text = BUF_OVER(storage);

	buf_uint(&text, (uint64_t)off);
	buf_str(&text, e->skew_s < 0 ? " s ahead of the store's"
				     : " s behind the store's");
	if (!e->answered) {
		finding_say(f, FINDING_SKIPPED,
			VIEW("no answer to read the store's from"), VIEW(""));
	} else if (skew_matters(0, e->skew_s)) {
		finding_say(f, FINDING_WARNING, buf_view(&text),
			VIEW("set this machine's clock; until then requests "
			     "are signed with the store's time"));
	} else {
		finding_say(f, FINDING_OK,
			off > 1 ? buf_view(&text) : VIEW("as the store's"),
			VIEW(""));
	}
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

	if (!send_probe(e, &probe, f) ||
		(change_clock(e) && !send_probe(e, &probe, f))) {
		return false;
	}
	if (!e->answer.success) {
		exam_tell_refusal(e, FINDING_FAILED, NULL, f);
		return false;
	}
	e->in_session = express_read(view_of(e->answer.taken), &e->grant,
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
	return send_probe(e, probe, f);
}

/* --- list ------------------------------------------------------------------ */

static enum gs_code
list_head(void *ctx, const struct object_env *env, struct buf *out,
	struct gs_err *err)
{
	struct exam *e = ctx;
	struct buf query = BUF_OVER(e->query);

	list_query(view_of(e->endpoint.prefix),
		&(struct list_start){.token = VIEW("")}, &query);
	return object_bucket_head(env, buf_view(&query), out, err);
}

void
exam_list(struct exam *e, struct finding *f)
{
	const struct probe probe = {.op = ERRORS_LIST,
		.method = "GET",
		.ctx = e,
		.head = list_head,
		.body.fd = -1};

	if (!exam_ask(e, &probe, f)) {
		return;
	}
	bool moved = change_region(e, f);

	if ((change_clock(e) || moved) && !exam_ask(e, &probe, f)) {
		return;
	}
	if (!e->answer.success) {
		bool is_off = e->answer.judgement.verdict == ERRORS_OFF;

		exam_tell_refusal(e, is_off ? FINDING_FAILED : FINDING_WARNING,
			is_off ? NULL
			       : "without s3:ListBucket a missing key looks "
				 "like a missing right, and each costs a "
				 "round trip",
			f);
	} else if (!moved) {
		exam_tell_time(e, f);
	}
}

/* --- a key that is not there ----------------------------------------------- */

static enum gs_code
missing_head(void *ctx, const struct object_env *env, struct buf *out,
	struct gs_err *err)
{
	struct id nobody = {{0}};

	(void)ctx;
	(void)getrandom(&nobody, sizeof(nobody), GRND_NONBLOCK);
	return object_get_head(env, &nobody, out, err);
}

void
exam_missing(struct exam *e, struct finding *f)
{
	const struct probe probe = {.op = ERRORS_GET,
		.method = "GET",
		.ctx = e,
		.head = missing_head,
		.body.fd = -1};

	if (!exam_ask(e, &probe, f)) {
		return;
	}
	if (e->answer.success) {
		finding_say(f, FINDING_FAILED,
			VIEW("the store answers a key that nobody has put"),
			VIEW("this is no S3: check the endpoint"));
	} else if (e->answer.judgement.verdict == ERRORS_ABSENT) {
		exam_tell_time(e, f);
	} else {
		exam_tell_refusal(e,
			is_want_of_right(e) ? FINDING_WARNING : FINDING_FAILED,
			NULL, f);
	}
}
