/*
 * Linked into the programs with sanitizers. The mirror has no stderr that a
 * test reads, may open no file, and is restarted when it dies, so that what a
 * sanitizer finds there would go unseen. Here each finding's summary goes into
 * REPORT_FILE, mapped before main began; scripts/run-e2e empties and reads it.
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { REPORT_SIZE = 65536 };

static struct report {
	_Atomic unsigned used;
	char text[REPORT_SIZE - sizeof(unsigned)];
} * report;

void __sanitizer_report_error_summary(const char *summary);
const char *__ubsan_default_options(void);
int __lsan_is_turned_off(void);

/* The weak hook of sanitizer/common_interface_defs.h. */
void
__sanitizer_report_error_summary(const char *summary)
{
	unsigned n = (unsigned)strlen(summary) + 1, at;

	if (!report) {
		return;
	}
	at = atomic_fetch_add(&report->used, n);
	if (at < sizeof(report->text) && n <= sizeof(report->text) - at) {
		memcpy(report->text + at, summary, n - 1);
		report->text[at + n - 1] = '\n';
	}
}

/* The undefined-behaviour sanitizer makes no summary unless told. */
const char *
__ubsan_default_options(void)
{
	return "print_summary=1";
}

/* The search for leaks traces its own process, which the sandbox forbids; in
 * there even this question is refused. */
int
__lsan_is_turned_off(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 0;
}

__attribute__((constructor)) static void
map_report(void)
{
	int fd = open(REPORT_FILE, O_RDWR | O_CLOEXEC);
	void *p = MAP_FAILED;

	if (fd >= 0) {
		p = mmap(NULL, REPORT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			fd, 0);
		close(fd);
	}
	report = p == MAP_FAILED ? NULL : p;
}
