#include "front/front.h"

#include "front/session.h"
#include "front/summary.h"
#include "os/clock.h"
#include "os/fdio.h"
#include "os/log.h"
#include "os/process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

enum {
	IN_MAX = 64 * 1024,
	TICK_MS = 250,
	/* messages taken in one turn: a mirror that floods the front must not
	 * keep it from go */
	MESSAGES_MAX = 256,
	/* how long the end may take once nobody can notice: the mirror takes
	 * the rest of its orders, and then has the drain to end */
	RELEASE_MS = 2000,
	END_MS = 5000,
};

struct front {
	const struct front_setup *setup;
	struct keeper keeper;
	struct session session;
	int64_t started_ns;
	uint64_t started_ms;
	bool input_ended;
	int status; /* exit status so far */
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

/* Nobody waits for the mirror that is gone; another one takes its place if
 * there is still something to do. */
static void
replace_mirror(struct front *f)
{
	session_lost_mirror(&f->session);
	if (!f->session.ended) {
		keeper_restart(&f->keeper);
	}
}

static void
on_link(struct front *f)
{
	struct link_msg m;

	for (int i = 0; i < MESSAGES_MAX; i++) {
		switch (keeper_receive(&f->keeper, &m)) {
		case KEEPER_MESSAGE:
			session_hear(&f->session, &m);
			break;
		case KEEPER_LOST:
			replace_mirror(f);
			return;
		case KEEPER_NOTHING:
			return;
		}
	}
}

/* To end would fail the build, so the first signal only shortens what is left
 * to do, SIGTERM more than Ctrl-C; the second one ends it. */
static void
on_signal(struct front *f)
{
	int number = process_take_signal(f->setup->signals);
	bool ends = f->session.interrupted;

	if (number == 0) {
		return;
	}
	if (ends) {
		session_lost_mirror(&f->session);
		f->input_ended = true;
		f->status = 128 + number;
	}
	session_interrupt(&f->session,
		ends || number == SIGTERM ? 0 : LINK_INTERRUPTED_MS);
}

static void
on_tick(struct front *f)
{
	bool waiting = session_is_waiting(&f->session);

	if (keeper_check(&f->keeper, waiting) == KEEPER_LOST) {
		replace_mirror(f);
	}
	if (waiting) {
		session_tick(&f->session, clock_mono_ms());
	}
}

/* Waits until something happens, or for a moment if an answer depends on the
 * mirror. False: the system cannot even wait. */
static bool
wait_for(struct front *f, struct pollfd p[3])
{
	bool more = keeper_has_more(&f->keeper);
	bool waiting = session_is_waiting(&f->session);

	p[0] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
	p[1] = (struct pollfd){.fd = f->keeper.link,
		.events = (short)(more ? POLLIN | POLLOUT : POLLIN)};
	p[2] = (struct pollfd){.fd = f->setup->signals, .events = POLLIN};
	return poll(p, 3, waiting ? TICK_MS : -1) >= 0 || errno == EINTR;
}

/* One turn of the loop: waits for something to happen and acts on it. The
 * replies leave before the mirror is woken, since go waits for them. */
static void
turn(struct front *f)
{
	struct pollfd p[3];

	if (!wait_for(f, p)) {
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
	keeper_flush(&f->keeper);
}

static void
say_goodbye(const struct session *s)
{
	char storage[SUMMARY_MAX];
	struct buf line = BUF_OVER(storage);

	summary_of_dropped(s, &line);
	if (line.len > 0) {
		log_line(LOG_WARNING, buf_view(&line));
	}
	buf_clear(&line);
	summary_write(s, &line);
	log_line(LOG_INFO, buf_view(&line));
}

static void
leave_stats(const struct front *f)
{
	const struct stats_setup *setup = f->setup->stats;
	struct stats_run run = {
		.started_ns = f->started_ns,
		.wall_ms = clock_mono_ms() - f->started_ms,
		.usage = process_usage(),
	};
	char storage[STATS_MAX];
	struct buf line = BUF_OVER(storage);
	struct gs_err err;

	if (setup) {
		stats_write(&f->session, setup, &run, &line);
		if (fd_append_file(setup->path, buf_view(&line), &err) !=
			GS_OK) {
			log_err(LOG_WARNING, &err);
		}
	}
}

/* The directory goes when the mirror, which needs it for its uploads, has
 * gone. Nobody waits for this process any more. */
static void
remove_directory(struct front *f, bool has_mirror)
{
	if (!f->setup->dir->temporary) {
		return;
	}
	if (has_mirror &&
		!process_wait(f->keeper.pid, f->setup->drain_ms + END_MS)) {
		process_kill(f->keeper.pid);
	}
	cachedir_remove(f->setup->dir);
}

static void
finish(struct front *f)
{
	session_end(&f->session);
	say_goodbye(&f->session);
	leave_stats(f);
	process_detach_stdio();
	remove_directory(f, keeper_release(&f->keeper, RELEASE_MS));
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
		.reporting = setup->reporting,
		.drain_ms = setup->drain_ms,
		.out_fd = STDOUT_FILENO,
	};

	f.setup = setup;
	f.started_ns = clock_wall_ns();
	f.started_ms = clock_mono_ms();
	keeper_start(&f.keeper, setup->mirror);
	session_init(&f.session, &with);
	while (!f.input_ended && !f.session.ended) {
		turn(&f);
	}
	finish(&f);
	return f.session.ended ? 0 : f.status;
}
