#include "os/log.h"

#include "base/clean.h"
#include "os/clock.h"
#include "os/fdio.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum {
	LOG_LINE_MAX = 1024, /* a line is cut here; LF included */
	LOG_REMEMBERED = 64, /* the last so many different lines */
	LOG_WAIT_MS = 500,   /* for whoever reads standard error */
};

static struct {
	bool verbose;
	bool stuck; /* nobody read in time; do not wait again */
	uint64_t seen[LOG_REMEMBERED]; /* hashes, a ring; 0 is unused */
	size_t next;
} state;

void
log_init(bool verbose)
{
	memset(&state, 0, sizeof(state));
	state.verbose = verbose;
}

/* FNV-1a; never 0. */
static uint64_t
hash(struct view text)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < text.n; i++) {
		h = (h ^ (unsigned char)text.p[i]) * 0x100000001b3;
	}
	return h ? h : 1;
}

/* True if the text is new; it is not any more. */
static bool
remember(struct view text)
{
	uint64_t h = hash(text);

	for (size_t i = 0; i < LOG_REMEMBERED; i++) {
		if (state.seen[i] == h) {
			return false;
		}
	}
	state.seen[state.next] = h;
	state.next = (state.next + 1) % LOG_REMEMBERED;
	return true;
}

/* True if a line can be written without waiting: a pipe that is not full has
 * room for one (pipe(7), PIPE_BUF). */
static bool
has_room(void)
{
	uint64_t deadline_ms =
		clock_mono_ms() + (state.stuck ? 0 : LOG_WAIT_MS);
	struct gs_err ignored;

	state.stuck =
		fd_wait(STDERR_FILENO, POLLOUT, deadline_ms, &ignored) != GS_OK;
	return !state.stuck;
}

void
log_line(enum log_level level, struct view text)
{
	char storage[LOG_LINE_MAX];
	struct buf line = BUF_OVER(storage);
	ssize_t written;

	if ((level == LOG_INFO && !state.verbose) || !remember(text) ||
		!has_room()) {
		return;
	}
	buf_str(&line, "gocache-s3: ");
	clean_add(&line, text); /* leaves room for the LF */
	buf_char(&line, '\n');
	do { /* one write, so that lines of several processes do not mix */
		written = write(STDERR_FILENO, line.p, line.len);
	} while (written < 0 && errno == EINTR);
}

void
log_err(enum log_level level, const struct gs_err *err)
{
	log_line(level, view_of(err->text));
}
