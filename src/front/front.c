#include "front/front.h"

#include "front/session.h"
#include "os/clock.h"
#include "os/fdio.h"
#include "os/log.h"
#include "os/process.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum {
	IN_MAX = 64 * 1024,
	TICK_MS = 250,
	/* what is left of the drain once somebody pressed Ctrl-C */
	INTERRUPTED_DRAIN_MS = 2000,
};

struct front {
	const struct front_setup *setup;
	struct keeper keeper;
	struct session session;
	bool input_ended;
	bool interrupted; /* by one signal */
	int status;       /* exit status so far */
	char in[IN_MAX];
};

enum gs_code
front_greet(struct gs_err *err)
{
	char storage[REPLY_MAX];
	struct buf out = BUF_OVER(storage);

	reply_hello(&out);
	return fd_write_all(STDOUT_FILENO, out.p, out.len, err);
}

static void
end_with_error(struct front *f, const struct gs_err *err)
{
	log_err(LOG_ERROR, err);
	f->status = 1;
	f->input_ended = true;
}

static void
on_input(struct front *f)
{
	ssize_t n = read(STDIN_FILENO, f->in, sizeof(f->in));
	struct gs_err err;

	if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
		return;
	}
	if (n <= 0) {
		f->input_ended = true;
	} else if (session_feed(&f->session, (struct view){f->in, (size_t)n},
			   &err) != GS_OK) {
		end_with_error(f, &err);
	}
}

static void
on_link(struct front *f)
{
	struct link_msg m;

	for (;;) {
		switch (keeper_receive(&f->keeper, &m)) {
		case KEEPER_MESSAGE:
			session_hear(&f->session, &m);
			break;
		case KEEPER_LOST:
			session_lost_mirror(&f->session);
			return;
		case KEEPER_NOTHING:
			return;
		}
	}
}

/* The first signal shortens what is left to do, the second ends it. */
static void
on_signal(struct front *f)
{
	int number = process_take_signal(f->setup->signals);

	if (number == 0) {
		return;
	}
	if (f->session.with.drain_ms > INTERRUPTED_DRAIN_MS) {
		f->session.with.drain_ms = INTERRUPTED_DRAIN_MS;
	}
	if (f->interrupted) {
		f->input_ended = true;
		f->status = 128 + number;
	}
	f->interrupted = true;
}

static void
on_tick(struct front *f)
{
	bool waiting = session_is_waiting(&f->session);

	if (keeper_check(&f->keeper, waiting) == KEEPER_LOST) {
		session_lost_mirror(&f->session);
	}
	session_tick(&f->session);
}

/* One turn of the loop: waits for something to happen and acts on it. */
static void
turn(struct front *f)
{
	struct pollfd p[] = {
		{.fd = STDIN_FILENO, .events = POLLIN},
		{.fd = f->keeper.link, .events = POLLIN},
		{.fd = f->setup->signals, .events = POLLIN},
	};
	bool waiting = session_is_waiting(&f->session);

	if (poll(p, 3, waiting ? TICK_MS : -1) < 0 && errno != EINTR) {
		f->input_ended = true;
		return;
	}
	if (p[1].revents) {
		on_link(f);
	}
	on_tick(f);
	if (p[2].revents) {
		on_signal(f);
	}
	if (p[0].revents) {
		on_input(f);
	}
	session_flush(&f->session);
}

static void
add_count(struct buf *line, uint64_t n, const char *what)
{
	buf_uint(line, n);
	buf_str(line, what);
}

static void
add_bytes(struct buf *line, uint64_t bytes)
{
	buf_str(line, " (");
	buf_uint(line, bytes / 1000000);
	buf_char(line, '.');
	buf_uint(line, bytes / 100000 % 10);
	buf_str(line, " MB)");
}

static void
summarize(const struct session *s)
{
	const struct session_counts *c = &s->counts;
	const struct link_counts *m = &s->mirror_counts;
	char storage[400];
	struct buf line = BUF_OVER(storage);

	add_count(&line, c->gets, " gets: ");
	add_count(&line, c->local_hits, " local, ");
	add_count(&line, c->remote_hits, " from S3");
	add_bytes(&line, m->fetched_bytes);
	buf_str(&line, ", ");
	add_count(&line, c->misses, " missed");
	buf_str(&line, "; ");
	add_count(&line, c->puts, " puts; ");
	add_count(&line, m->uploaded, " uploaded");
	add_bytes(&line, m->uploaded_bytes);
	buf_str(&line, ", ");
	add_count(&line, m->dropped, " not; ");
	add_count(&line, m->requests, " requests on ");
	add_count(&line, m->connections, " connections, ");
	add_count(&line, m->retries, " retries");
	log_line(LOG_INFO, buf_view(&line));
}

static void
report_dropped(const struct session *s)
{
	char storage[200];
	struct buf line = BUF_OVER(storage);

	if (s->mirror_counts.dropped == 0) {
		return;
	}
	buf_uint(&line, s->mirror_counts.dropped);
	buf_str(&line, " entries were not uploaded; they stay in the local "
		       "cache and are offered again when they are next used: "
		       "-drain gives uploads more time");
	log_line(LOG_WARNING, buf_view(&line));
}

static void
finish(struct front *f)
{
	if (!f->session.ended && !session_at_rest(&f->session)) {
		body_abort(&f->session.body);
	}
	report_dropped(&f->session);
	summarize(&f->session);
	if (f->keeper.link < 0) {
		cachedir_remove(f->setup->dir);
	}
	process_detach_stdio();
	keeper_release(&f->keeper);
}

int
front_run(const struct front_setup *setup)
{
	static struct front f; /* too large for a stack */
	struct session_setup with = {
		.dir = setup->dir,
		.keeper = &f.keeper,
		.place = setup->place,
		.sharing = setup->sharing,
		.drain_ms = setup->drain_ms,
		.out_fd = STDOUT_FILENO,
	};

	f.setup = setup;
	keeper_start(&f.keeper, setup->mirror);
	session_init(&f.session, &with);
	while (!f.input_ended && !f.session.ended) {
		turn(&f);
	}
	finish(&f);
	return f.session.ended ? 0 : f.status;
}
