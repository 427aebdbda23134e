/* What the bucket says to the requests of a run. */
#include "doctor/exam.h"

#include "s3/skew.h"

#include <sys/random.h>

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

/* By its root, with a prefix or without; the rest may be long. */
static bool
is_list(const struct probe_answer *answer)
{
	struct view taken = view_of(answer->taken);

	return view_find(taken, VIEW("ListBucketResult")) < taken.n;
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
	if (!e->answer.success) {
		bool is_off = e->answer.judgement.verdict == ERRORS_OFF;

		exam_tell_refusal(e, is_off ? FINDING_FAILED : FINDING_WARNING,
			is_off ? NULL
			       : "without s3:ListBucket a missing key looks "
				 "like a missing right, and each costs a "
				 "round trip",
			f);
	} else if (!is_list(&e->answer)) {
		finding_say(f, FINDING_WARNING,
			VIEW("what the store sends is no list of keys"),
			VIEW("this is no S3: check the endpoint"));
	} else {
		exam_tell_success(e, f);
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
		exam_tell_success(e, f);
	} else {
		exam_tell_refusal(e,
			exam_is_denied(e) ? FINDING_WARNING : FINDING_FAILED,
			NULL, f);
	}
}

/* --- clock ------------------------------------------------------------------ */

void
exam_clock(struct exam *e, struct finding *f)
{
	int64_t off = e->ahead_s < 0 ? -e->ahead_s : e->ahead_s;
	char storage[64];
	struct buf text = BUF_OVER(storage);

	buf_uint(&text, (uint64_t)off);
	buf_str(&text, e->ahead_s < 0 ? " s ahead of the store's"
				      : " s behind the store's");
	if (!e->knows_time) {
		finding_say(f, FINDING_SKIPPED,
			VIEW("no answer that tells the store's time"),
			VIEW(""));
	} else if (off > SKEW_MAX_S) {
		finding_say(f, FINDING_WARNING, buf_view(&text),
			VIEW("set this machine's clock, or the store's: "
			     "nothing "
			     "makes up for as much"));
	} else if (skew_matters(0, e->ahead_s)) {
		finding_say(f, FINDING_WARNING, buf_view(&text),
			VIEW("set this machine's clock; until then requests "
			     "are signed with the store's time"));
	} else {
		finding_say(f, FINDING_OK,
			off > 1 ? buf_view(&text) : VIEW("as the store's"),
			VIEW(""));
	}
}
