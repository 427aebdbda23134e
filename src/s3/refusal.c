#include "s3/refusal.h"

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/xml.h"
#include "s3/errors.h"
#include "s3/proxy.h"

enum {
	CODE_MAX = 64,
	MESSAGE_MAX = 1024,
	/* Longer words are tokens: the ARN of an assumed role has 142 bytes
	 * after its last colon. */
	WORD_MAX = 150,
};

#define EXPIRED "what it was asked with has expired"
#define LOGIN "run `aws sso login`"
#define ASKER "check the keys that it is asked with"
#define CLOCK "check the secret key, and set this machine's clock"
#define TRUST                                                                  \
	"allow sts:AssumeRole to whoever asks, and name them in the role's "   \
	"trust policy"
#define IDENTITY "check the role's identity provider and the token"
#define VALUES "check the role's ARN, session name, duration and external id"
#define LATER "it is in trouble or busy"
#define NOT_IT "this is no answer of that service: check its URL and proxies"

/* A rule holds for one code, or, with an empty code, for a status. */
struct rule {
	const char *code;
	unsigned status;
	enum refusal refusal;
	const char *advice;
};

static const struct rule rules[] = {
	{"ExpiredToken", 0, REFUSAL_STALE, EXPIRED},
	{"ExpiredTokenException", 0, REFUSAL_STALE, EXPIRED},
	{"InvalidClientTokenId", 0, REFUSAL_STALE, ASKER},
	{"InvalidAccessKeyId", 0, REFUSAL_STALE, ASKER},
	{"UnrecognizedClientException", 0, REFUSAL_STALE, ASKER},
	{"UnauthorizedException", 0, REFUSAL_STALE, LOGIN},

	{"SignatureDoesNotMatch", 0, REFUSAL_CLOCK, CLOCK},
	{"RequestTimeTooSkewed", 0, REFUSAL_CLOCK, CLOCK},
	{"RequestExpired", 0, REFUSAL_CLOCK, CLOCK},

	{"InvalidIdentityToken", 0, REFUSAL_PASSING, IDENTITY},
	{"IDPCommunicationError", 0, REFUSAL_PASSING, IDENTITY},
	{"slow_down", 0, REFUSAL_PASSING, LATER},

	{"AccessDenied", 0, REFUSAL_FINAL, TRUST},
	{"ValidationError", 0, REFUSAL_FINAL, VALUES},
	{"InvalidParameterValue", 0, REFUSAL_FINAL, VALUES},
	{"RegionDisabledException", 0, REFUSAL_FINAL,
		"let the account use STS in this region, or set AWS_REGION"},
	{"ForbiddenException", 0, REFUSAL_FINAL,
		"the account or its role is not assigned to you: check "
		"sso_account_id and sso_role_name"},
	{"invalid_grant", 0, REFUSAL_FINAL, LOGIN},
	{"invalid_client", 0, REFUSAL_FINAL, LOGIN},
	{"expired_token", 0, REFUSAL_FINAL, LOGIN},
	{"InvalidGrantException", 0, REFUSAL_FINAL, LOGIN},
	{"InvalidClientException", 0, REFUSAL_FINAL, LOGIN},
	{"AssumeRoleUnauthorizedAccess", 0, REFUSAL_FINAL,
		"name ec2.amazonaws.com in the role's trust policy"},

	{"", 401, REFUSAL_STALE, "the token that was sent is not taken"},
	{"", 404, REFUSAL_FINAL, NOT_IT},
	{"", 407, REFUSAL_FINAL, PROXY_PASSWORD_ADVICE},
	{"", 408, REFUSAL_PASSING, LATER},
	{"", 429, REFUSAL_PASSING, LATER},
};

static const struct rule passing = {"", 0, REFUSAL_PASSING, LATER};
static const struct rule final = {"", 0, REFUSAL_FINAL, ""};

static const struct rule *
rule_for(struct view code, unsigned status)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		if (errors_rule_fits(
			    rules[i].code, rules[i].status, code, status)) {
			return &rules[i];
		}
	}
	return status >= 500 || errors_code_is_passing(code) ? &passing
							     : &final;
}

/* What the service says, as it says it. */
struct words {
	char code_text[CODE_MAX], message_text[MESSAGE_MAX];
	struct buf code, message;
};

static void
read_xml(struct view body, struct words *w)
{
	const struct {
		const char *name;
		struct buf *text;
	} elements[] = {{"Code", &w->code}, {"Message", &w->message}};

	for (size_t i = 0; i < ARRAY_LEN(elements); i++) {
		if (!xml_text_of(body, view_of(elements[i].name),
			    elements[i].text) ||
			!buf_ok(elements[i].text)) {
			buf_clear(elements[i].text);
		}
	}
}

/* The members that hold code and message here and there; the first counts. */
static void
read_json(struct view body, struct words *w)
{
	const struct {
		const char *name;
		struct buf *text;
	} members[] = {{"__type", &w->code}, {"Code", &w->code},
		{"error", &w->code}, {"Message", &w->message},
		{"error_description", &w->message}};
	struct gs_err ignored;
	struct json j;
	size_t value;

	if (json_parse(&j, body, &ignored) != GS_OK) {
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		if (members[i].text->len == 0 &&
			json_member_nocase(&j, JSON_ROOT,
				view_of(members[i].name), &value)) {
			(void)json_string(&j, value, members[i].text);
		}
	}
}

/* `com.amazon.thing#Code` is Code; what is no word is none. */
static struct view
code_of(const struct words *w)
{
	struct view space, code = buf_view(&w->code), rest;

	if (view_cut(code, '#', &space, &rest)) {
		code = rest;
	}
	for (size_t i = 0; i < code.n; i++) {
		char c = code.p[i];

		if (!ascii_is_letter(c) && !ascii_is_digit(c) && c != '_') {
			return VIEW("");
		}
	}
	return code;
}

static void
read_words(struct view body, struct words *w)
{
	w->code = BUF_OVER(w->code_text);
	w->message = BUF_OVER(w->message_text);
	if (view_starts(body, VIEW("{"))) {
		read_json(body, w);
	} else if (view_starts(body, VIEW("<"))) {
		read_xml(body, w);
	} else {
		buf_add(&w->message, body);
	}
}

static bool
ends_word(char c)
{
	return c == ' ' || c == ':' || c == '"' || c == '\'' || c == ',';
}

/* A word may be a token: STS shows the request that it would have signed. */
static void
add_word(struct buf *out, struct view word)
{
	if (word.n > WORD_MAX) {
		buf_str(out, "...");
		return;
	}
	for (size_t i = 0; i < word.n; i++) {
		bool plain = word.p[i] >= ' ' && word.p[i] <= '~';

		buf_char(out, plain ? word.p[i] : '?');
	}
}

/* Appends the first line of a message, as much of it as fits. */
static void
add_message(struct buf *out, struct view message)
{
	struct view rest;

	view_cut(message, '\n', &message, &rest);
	while (message.n > 0 && buf_ok(out)) {
		size_t n = 0;

		while (n < message.n && !ends_word(message.p[n])) {
			n++;
		}
		add_word(out, (struct view){message.p, n});
		if (n < message.n) {
			buf_char(out, message.p[n]);
		}
		message = view_skip(message, n + 1);
	}
}

/* CODE or `status 502`, (ADVICE), MESSAGE. */
static void
add_why(struct buf *out, const struct rule *rule, unsigned status,
	const struct words *w)
{
	struct view code = code_of(w);
	struct view message = view_trim(buf_view(&w->message));

	if (code.n > 0) {
		buf_add(out, code);
	} else {
		buf_str(out, "status ");
		buf_uint(out, status);
	}
	if (rule->advice[0]) {
		buf_str(out, " (");
		buf_str(out, rule->advice);
		buf_char(out, ')');
	}
	if (message.n > 0) {
		buf_str(out, ": ");
		add_message(out, message);
	}
}

enum refusal
refusal_judge(const char *service, unsigned status, struct view body,
	struct gs_err *err)
{
	char text[GS_ERR_TEXT_MAX];
	struct buf why = buf_over(text, sizeof(text) - 1);
	struct words w;
	const struct rule *rule;

	read_words(view_trim(body), &w);
	rule = rule_for(code_of(&w), status);
	add_why(&why, rule, status, &w);
	text[why.len] = '\0';
	(void)gs_fail(err,
		rule->refusal == REFUSAL_PASSING ? GS_BAD : GS_CONFIG, service,
		VIEW(""), text);
	return rule->refusal;
}
