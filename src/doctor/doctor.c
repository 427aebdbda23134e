#include "doctor/doctor.h"

#include "base/array.h"
#include "doctor/exam.h"
#include "doctor/report.h"
#include "os/fdio.h"

#include <signal.h>
#include <unistd.h>

enum check {
	CONFIGURATION,
	DIRECTORY,
	CREDENTIALS,
	PROXY,
	NAME,
	CONNECTION,
	TLS,
	LIST,
	MISSING,
	CLOCK,
	PUT,
	GET,
	DELETE,
};

#define BIT(check) (1u << (check))

/* In the order of a run. */
static const struct {
	const char *name;
	exam_check *run;
	unsigned needs; /* checks that must not have failed */
} checks[] = {
	[CONFIGURATION] = {"configuration", exam_configuration, 0},
	[DIRECTORY] = {"local cache", exam_directory, 0},
	[CREDENTIALS] = {"credentials", exam_credentials, BIT(CONFIGURATION)},
	[PROXY] = {"proxy", exam_proxy, BIT(CONFIGURATION)},
	[NAME] = {"name", exam_name, BIT(PROXY)},
	[CONNECTION] = {"connection", exam_connection, BIT(NAME)},
	[TLS] = {"TLS", exam_tls, BIT(CONNECTION)},
	[LIST] = {"list", exam_list, BIT(TLS) | BIT(CREDENTIALS)},
	[MISSING] = {"missing key", exam_missing, BIT(TLS) | BIT(CREDENTIALS)},
	[CLOCK] = {"clock", exam_clock, BIT(TLS) | BIT(CREDENTIALS)},
	[PUT] = {"put", exam_put, BIT(MISSING)},
	[GET] = {"get", exam_get, BIT(PUT)},
	[DELETE] = {"delete", exam_delete, BIT(PUT)},
};

/* Says which of the checks that it needs did not go well. */
static void
skip(unsigned lacking, struct finding *f)
{
	char storage[FINDING_TEXT_MAX];
	struct buf text = BUF_OVER(storage);
	unsigned first = 0;

	while (!(lacking & BIT(first))) {
		first++;
	}
	buf_str(&text, "not tried, for want of: ");
	buf_str(&text, checks[first].name);
	finding_say(f, FINDING_SKIPPED, buf_view(&text), VIEW(""));
}

/* False once nobody reads on. */
static bool
print(struct buf *out)
{
	struct gs_err ignored;
	enum gs_code code =
		fd_write_all(STDOUT_FILENO, out->p, out->len, &ignored);

	buf_clear(out);
	return code == GS_OK;
}

/* Runs all that can be run; each is told at once. */
static void
run_checks(struct exam *e, struct report *r, struct buf *out)
{
	static struct finding f; /* too large for a stack */
	unsigned well = 0;

	for (unsigned i = 0; i < ARRAY_LEN(checks); i++) {
		unsigned lacking = checks[i].needs & ~well;

		finding_init(&f);
		if (lacking) {
			skip(lacking, &f);
		} else {
			checks[i].run(e, &f);
		}
		well |= f.verdict <= FINDING_WARNING ? BIT(i) : 0;
		report_finding(r, checks[i].name, &f, out);
		(void)print(out);
	}
}

bool
doctor_run(const struct doctor_setup *with)
{
	static struct exam e; /* too large for a stack, as is the text */
	static char storage[REPORT_FINDING_MAX];
	struct buf out = BUF_OVER(storage);
	struct report r = {.json = with->options->json};

	signal(SIGPIPE, SIG_IGN); /* or what was put would stay */
	e = (struct exam){.with = with};
	report_begin(&r, with->version, &out);
	run_checks(&e, &r, &out);
	report_end(&r, &out);
	bool told = print(&out);

	settings_release(&e.settings);
	wipe(&e.grant, sizeof(e.grant));
	wipe(&e.session, sizeof(e.session));
	trust_free(e.trust);
	return told && report_is_well(&r);
}
