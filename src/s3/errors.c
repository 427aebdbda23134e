#include "s3/errors.h"

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/xml.h"
#include "s3/extras.h"
#include "s3/proxy.h"

#define NO_BUCKET "create it or set -bucket"
#define BAD_KEY "check the access key and the store it belongs to"
#define BAD_SECRET                                                             \
	"check the secret key; a proxy that rewrites requests does this too"
#define CLOCK "set this machine's clock"
#define EXPIRED "get new credentials"
#define BAD_TOKEN "check AWS_SESSION_TOKEN: it belongs to other keys"
#define REGION "set -region to the bucket's"
#define IN_HOST                                                                \
	"the store wants the bucket in the host: leave -path-style out and "   \
	"set `addressing_style = virtual` under `s3 =` in the AWS profile"
#define DENIED_GET                                                             \
	"allow s3:GetObject, and s3:ListBucket on the bucket: without it a "   \
	"missing key looks like this too"
#define DENIED_SESSION                                                         \
	"allow s3express:CreateSession on the bucket; with -read-only a "      \
	"session of the mode ReadOnly is asked for"
#define DENIED_PUT "allow s3:PutObject, or set -read-only"
#define BUSY "the store asks for fewer requests"
#define CANNOT                                                                 \
	"the store cannot do this: leave out -storage-class, -sse, -acl, "     \
	"-tags or -header if set"
#define NO_KEY "check -sse-kms-key-id, and who may use the key"
#define SICK "the store is in trouble"
#define NOT_S3 "this is not an answer of S3: check the endpoint"

enum { KINDS = 3 };

/* A rule holds for one code of the store, or, with an empty code, for a
 * status. The first that fits counts. */
struct rule {
	const char *code;
	unsigned status;
	enum errors_mend mend;
	enum errors_verdict verdict[KINDS]; /* get, put, list */
	const char *advice;
};

#define SAME(verdict)                                                          \
	{                                                                      \
		verdict, verdict, verdict                                      \
	}
#define NONE ERRORS_MEND_NOTHING

static const struct rule rules[] = {
	{"NoSuchKey", 0, NONE, {ERRORS_ABSENT, ERRORS_REFUSED, ERRORS_REFUSED},
		""},
	{"NotFound", 0, NONE, {ERRORS_ABSENT, ERRORS_REFUSED, ERRORS_REFUSED},
		""},
	{"NoSuchVersion", 0, NONE,
		{ERRORS_ABSENT, ERRORS_REFUSED, ERRORS_REFUSED}, ""},
	{"InvalidRange", 0, NONE,
		{ERRORS_ABSENT, ERRORS_REFUSED, ERRORS_REFUSED}, ""},
	{"NoSuchBucket", 0, NONE, SAME(ERRORS_OFF), NO_BUCKET},
	{"InvalidBucketName", 0, NONE, SAME(ERRORS_OFF), "set -bucket"},

	{"RequestTimeTooSkewed", 0, ERRORS_MEND_CLOCK, SAME(ERRORS_OFF), CLOCK},
	{"SignatureDoesNotMatch", 0, ERRORS_MEND_CLOCK, SAME(ERRORS_OFF),
		BAD_SECRET},
	{"AuthFailure", 0, ERRORS_MEND_CLOCK, SAME(ERRORS_OFF), BAD_KEY},
	{"InvalidAccessKeyId", 0, ERRORS_MEND_KEYS, SAME(ERRORS_OFF), BAD_KEY},
	{"XAdminUserNotFound", 0, ERRORS_MEND_KEYS, SAME(ERRORS_OFF), BAD_KEY},
	{"ExpiredToken", 0, ERRORS_MEND_KEYS, SAME(ERRORS_OFF), EXPIRED},
	{"TokenRefreshRequired", 0, ERRORS_MEND_KEYS, SAME(ERRORS_OFF),
		EXPIRED},
	{"InvalidToken", 0, ERRORS_MEND_KEYS, SAME(ERRORS_OFF), BAD_TOKEN},
	{"InvalidTokenId", 0, ERRORS_MEND_KEYS, SAME(ERRORS_OFF), BAD_TOKEN},
	{"InvalidSecurity", 0, NONE, SAME(ERRORS_OFF), BAD_KEY},
	{"NotSignedUp", 0, NONE, SAME(ERRORS_OFF), BAD_KEY},
	{"AccountProblem", 0, NONE, SAME(ERRORS_OFF),
		"ask whoever pays for the account"},
	{"AllAccessDisabled", 0, NONE, SAME(ERRORS_OFF),
		"the bucket is shut for everybody"},

	{"AuthorizationHeaderMalformed", 0, ERRORS_MEND_REGION,
		SAME(ERRORS_OFF), REGION},
	{"PermanentRedirect", 0, ERRORS_MEND_REGION, SAME(ERRORS_OFF), REGION},
	{"TemporaryRedirect", 0, ERRORS_MEND_REGION, SAME(ERRORS_REFUSED),
		REGION},
	{"IllegalLocationConstraintException", 0, ERRORS_MEND_REGION,
		SAME(ERRORS_OFF), REGION},
	{"InvalidRegionName", 0, ERRORS_MEND_REGION, SAME(ERRORS_OFF), REGION},
	/* Alibaba, Tencent, CoreWeave, Volcengine, others */
	{"SecondLevelDomainForbidden", 0, ERRORS_MEND_HOST, SAME(ERRORS_OFF),
		IN_HOST},
	{"PathStyleDomainForbidden", 0, ERRORS_MEND_HOST, SAME(ERRORS_OFF),
		IN_HOST},
	{"PathStyleRequestNotAllowed", 0, ERRORS_MEND_HOST, SAME(ERRORS_OFF),
		IN_HOST},
	{"InvalidPathAccess", 0, ERRORS_MEND_HOST, SAME(ERRORS_OFF), IN_HOST},
	{"VirtualHostDomainRequired", 0, ERRORS_MEND_HOST, SAME(ERRORS_OFF),
		IN_HOST},

	{"XAmzContentSHA256Mismatch", 0, ERRORS_MEND_PAYLOAD,
		{ERRORS_REFUSED, ERRORS_RETRY, ERRORS_REFUSED}, ""},
	{"BadDigest", 0, NONE, {ERRORS_REFUSED, ERRORS_RETRY, ERRORS_REFUSED},
		""},

	{"SlowDown", 0, NONE, SAME(ERRORS_THROTTLED), BUSY},
	{"SlowDownRead", 0, NONE, SAME(ERRORS_THROTTLED), BUSY},
	{"SlowDownWrite", 0, NONE, SAME(ERRORS_THROTTLED), BUSY},
	{"Throttling", 0, NONE, SAME(ERRORS_THROTTLED), BUSY},
	{"ThrottlingException", 0, NONE, SAME(ERRORS_THROTTLED), BUSY},
	{"RequestLimitExceeded", 0, NONE, SAME(ERRORS_THROTTLED), BUSY},
	{"BandwidthLimitExceeded", 0, NONE, SAME(ERRORS_THROTTLED), BUSY},
	{"TooManyRequests", 0, NONE, SAME(ERRORS_THROTTLED), BUSY},
	{"TooManyRequestsException", 0, NONE, SAME(ERRORS_THROTTLED), BUSY},
	{"RequestThrottled", 0, NONE, SAME(ERRORS_THROTTLED), BUSY},
	{"ThrottledException", 0, NONE, SAME(ERRORS_THROTTLED), BUSY},
	{"RequestThrottledException", 0, NONE, SAME(ERRORS_THROTTLED), BUSY},
	{"ProvisionedThroughputExceededException", 0, NONE,
		SAME(ERRORS_THROTTLED), BUSY},
	{"TransactionInProgressException", 0, NONE, SAME(ERRORS_THROTTLED),
		BUSY},
	{"LimitExceededException", 0, NONE, SAME(ERRORS_THROTTLED), BUSY},
	{"EC2ThrottledException", 0, NONE, SAME(ERRORS_THROTTLED), BUSY},
	{"PriorRequestNotComplete", 0, NONE, SAME(ERRORS_THROTTLED), BUSY},
	{"RequestTimeout", 0, NONE, SAME(ERRORS_RETRY), SICK},
	{"RequestTimeoutException", 0, NONE, SAME(ERRORS_RETRY), SICK},
	{"InternalError", 0, NONE, SAME(ERRORS_RETRY), SICK},
	{"ConnectionClosed", 0, NONE, SAME(ERRORS_RETRY), SICK},
	{"OperationAborted", 0, NONE, SAME(ERRORS_RETRY), SICK},
	{"ConditionalRequestConflict", 0, NONE, SAME(ERRORS_RETRY), SICK},

	{"AccessDenied", 0, ERRORS_MEND_CLOCK,
		{ERRORS_REFUSED, ERRORS_DENIED, ERRORS_DENIED}, NULL},
	{"KeyTooLongError", 0, NONE, SAME(ERRORS_OFF), "shorten -prefix"},
	{"XMinioStorageFull", 0, NONE,
		{ERRORS_REFUSED, ERRORS_DENIED, ERRORS_REFUSED},
		"the store is full"},
	{"InvalidObjectState", 0, NONE, SAME(ERRORS_REFUSED),
		"the object is archived: expire objects instead"},
	{"NotImplemented", 0, ERRORS_MEND_PAYLOAD, SAME(ERRORS_DENIED), CANNOT},
	{"InvalidStorageClass", 0, NONE, SAME(ERRORS_DENIED),
		"the store has no such -storage-class"},
	{"InvalidTag", 0, NONE, SAME(ERRORS_DENIED),
		"the store does not take these -tags"},
	{"AccessControlListNotSupported", 0, NONE, SAME(ERRORS_DENIED),
		"the bucket has no ACLs: leave -acl out"},
	{"InvalidEncryptionAlgorithmError", 0, NONE, SAME(ERRORS_DENIED),
		"the store has no such -sse"},
	{"KMS.NotFoundException", 0, NONE, SAME(ERRORS_DENIED), NO_KEY},
	{"KMS.DisabledException", 0, NONE, SAME(ERRORS_DENIED), NO_KEY},
	{"KMS.KMSInvalidStateException", 0, NONE, SAME(ERRORS_DENIED), NO_KEY},

	{"", 301, ERRORS_MEND_REGION, SAME(ERRORS_OFF), REGION},
	{"", 302, ERRORS_MEND_REGION, SAME(ERRORS_OFF), REGION},
	{"", 307, ERRORS_MEND_REGION, SAME(ERRORS_REFUSED), REGION},
	{"", 308, ERRORS_MEND_REGION, SAME(ERRORS_OFF), REGION},
	{"", 400, ERRORS_MEND_REGION, SAME(ERRORS_REFUSED),
		"the store finds fault with the request: check keys, region "
		"and endpoint"},
	{"", 401, ERRORS_MEND_CLOCK, SAME(ERRORS_OFF), BAD_KEY},
	{"", 403, ERRORS_MEND_CLOCK,
		{ERRORS_REFUSED, ERRORS_DENIED, ERRORS_DENIED}, NULL},
	{"", 404, NONE, {ERRORS_ABSENT, ERRORS_REFUSED, ERRORS_REFUSED},
		NOT_S3},
	{"", 405, NONE, SAME(ERRORS_DENIED), NOT_S3},
	{"", 407, NONE, SAME(ERRORS_OFF), PROXY_PASSWORD_ADVICE},
	{"", 408, NONE, SAME(ERRORS_RETRY), SICK},
	{"", 409, NONE, SAME(ERRORS_RETRY), SICK},
	{"", 412, NONE, {ERRORS_REFUSED, ERRORS_DONE, ERRORS_REFUSED}, ""},
	{"", 416, NONE, {ERRORS_ABSENT, ERRORS_REFUSED, ERRORS_REFUSED}, ""},
	{"", 429, NONE, SAME(ERRORS_THROTTLED), BUSY},
	{"", 499, NONE, SAME(ERRORS_RETRY), SICK},
	{"", 501, ERRORS_MEND_PAYLOAD, SAME(ERRORS_DENIED), CANNOT},
	{"", 503, NONE, SAME(ERRORS_THROTTLED), SICK},
	{"", 509, NONE, SAME(ERRORS_THROTTLED), BUSY},
	{"", 507, NONE, {ERRORS_REFUSED, ERRORS_DENIED, ERRORS_REFUSED},
		"the store is full"},
};

static const struct rule otherwise = {
	"", 0, NONE, SAME(ERRORS_REFUSED), "the store gave no known reason"};

/* Cloudflare alone has ten of its own. */
static const struct rule otherwise_5xx = {
	"", 0, NONE, SAME(ERRORS_RETRY), SICK};

static const struct rule https_wanted = {"", 400, NONE, SAME(ERRORS_OFF),
	"the server wants https: write https:// in the endpoint URL"};

bool
errors_rule_fits(const char *rule_code, unsigned rule_status, struct view code,
	unsigned status)
{
	return rule_status == 0 ? view_eq(code, view_of(rule_code))
				: rule_status == status;
}

static const struct rule *
find_rule(struct view code, unsigned status)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		if (errors_rule_fits(
			    rules[i].code, rules[i].status, code, status)) {
			return &rules[i];
		}
	}
	return status >= 500 && status < 600 ? &otherwise_5xx : &otherwise;
}

bool
errors_code_is_passing(struct view code)
{
	enum errors_verdict verdict = find_rule(code, 0)->verdict[ERRORS_GET];

	return verdict == ERRORS_RETRY || verdict == ERRORS_THROTTLED;
}

/* The text of an element that fits, or "". */
static void
read_text(struct view body, const char *name, char *text, size_t cap)
{
	struct buf out = buf_over(text, cap);

	if (!xml_text_of(body, view_of(name), &out)) {
		buf_clear(&out);
	}
	if (buf_cstr(&out)[0] == '\0') {
		text[0] = '\0';
	}
}

/* A store's word is printed, so it must be one, as NoSuchKey or
 * KMS.NotFoundException: whatever a store that is none may echo stays out. */
static bool
is_word(struct view text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!ascii_is_letter(c) && !ascii_is_digit(c) && c != '.') {
			return false;
		}
	}
	return true;
}

/* A page for people where S3 would have sent XML with a code or nothing. */
static bool
is_page(struct view body)
{
	return view_find(body, VIEW("<html")) < body.n ||
	       view_find(body, VIEW("<HTML")) < body.n ||
	       view_starts(body, VIEW("<!"));
}

/* A server with TLS that understood plain http, as Go's and nginx do. */
static bool
wants_https(unsigned status, struct view code, struct view body)
{
	return status == 400 && code.n == 0 &&
	       view_find(body, VIEW("HTTPS")) < body.n;
}

/* Anything may answer 404. Only the store's own word, or no word at all,
 * means that the object is not there: versitygw says 404 to a wrong key. */
static bool
says_absent(const struct errors_judgement *j, struct view body)
{
	return j->code[0] ? find_rule(view_of(j->code), 0) != &otherwise
			  : !is_page(body);
}

enum errors_op
errors_kind(enum errors_op op)
{
	static const enum errors_op kind[ERRORS_OPS] = {ERRORS_GET, ERRORS_PUT,
		ERRORS_LIST, ERRORS_GET, ERRORS_PUT, ERRORS_LIST};

	return kind[op];
}

static const char *
advice_of(const struct rule *rule, enum errors_op op)
{
	static const char *const denied[ERRORS_OPS] = {DENIED_GET, DENIED_PUT,
		DENIED_GET, DENIED_GET, DENIED_PUT, DENIED_SESSION};

	return rule->advice ? rule->advice : denied[op];
}

/* What to leave out, if the body names a header of an option. Refusals of a
 * signature name all of them, and say nothing by it. */
static const char *
option_advice(unsigned status, struct view body)
{
	return status == 400 || status == 501 ? extras_advice(body) : NULL;
}

struct errors_judgement
errors_judge(enum errors_op op, unsigned status, struct view body)
{
	struct errors_judgement j = {.mend = NONE};

	read_text(body, "Code", j.code, sizeof(j.code));
	read_text(body, "Region", j.region, sizeof(j.region));
	if (!is_word(view_of(j.code))) {
		j.code[0] = '\0';
	}

	bool https = wants_https(status, view_of(j.code), body);
	const struct rule *rule =
		https ? &https_wanted : find_rule(view_of(j.code), status);

	j.mend = rule->mend;
	j.verdict = rule->verdict[errors_kind(op)];
	j.advice = option_advice(status, body);
	if (!j.advice) {
		j.advice = advice_of(rule, op);
	}
	if (j.code[0] == '\0' && is_page(body) && !https) {
		j.advice = NOT_S3;
	}
	if (j.verdict == ERRORS_ABSENT && !says_absent(&j, body)) {
		j.verdict = ERRORS_REFUSED;
	}
	return j;
}
