#include "os/command_private.h"

#include "os/clock.h"
#include "os/fdio.h"
#include "os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REAP_MS = 1000, SHELL_LACKS = 127 };

/* Tells where a JSON document ends, without a look at what is in it. */
struct brackets {
	unsigned depth;
	bool begun, in_string, escaped;
};

/* One run. */
struct run {
	int link, children; /* readable when a child has ended */
	struct command_ask ask;
	uint64_t deadline_ms;
	pid_t pid;
	int out, err; /* what it prints; -1 once that has ended */
	struct brackets brackets;
	bool whole;     /* a document has been printed */
	bool over;      /* nothing more is to be told */
	bool abandoned; /* nobody listens any longer */
	char line[COMMAND_LINE_MAX];
	size_t line_len;
	unsigned lines;
	struct command_told told;
};

/* what is told */

static void
tell(struct run *r, enum command_kind kind, struct view bytes)
{
	struct command_told *t = &r->told;
	struct gs_err ignored;

	t->serial = r->ask.serial;
	t->kind = kind;
	t->len = (uint32_t)bytes.n;
	if (bytes.p != t->bytes) {
		memcpy(t->bytes, bytes.p, bytes.n);
	}
	if (fd_wait(r->link, POLLOUT, r->deadline_ms + REAP_MS, &ignored) !=
			GS_OK ||
		send(r->link, t, sizeof(*t), MSG_NOSIGNAL) < 0) {
		r->abandoned = r->over = true;
	}
}

static void
tell_end(struct run *r, enum command_end end, int number)
{
	r->told.end = end;
	r->told.number = (uint32_t)number;
	r->over = true;
	tell(r, COMMAND_ENDED, VIEW(""));
}

/* the command */

static void
restore_signals(void)
{
	static const int changed[] = {
		SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGXFSZ};
	sigset_t none;

	for (size_t i = 0; i < sizeof(changed) / sizeof(*changed); i++) {
		signal(changed[i], SIG_DFL);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
become(const char *text, int out, int err)
{
	restore_signals();
	setsid();
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	execlp("sh", "sh", "-c", text, (char *)NULL);
	dprintf(STDERR_FILENO, "cannot run sh: %s\n", strerror(errno));
	_exit(SHELL_LACKS);
}

static void
close_pipe(const int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

/* 0, or an errno. */
static int
start(struct run *r, const char *text)
{
	int out[2], err[2];

	if (pipe2(out, O_CLOEXEC) != 0) {
		return errno;
	}
	if (pipe2(err, O_CLOEXEC) != 0) {
		int why = errno;

		close_pipe(out);
		return why;
	}
	r->pid = fork();
	if (r->pid == 0) {
		become(text, out[1], err[1]);
	}
	int why = errno;

	if (r->pid < 0) {
		close_pipe(out);
		close_pipe(err);
		return why;
	}
	close(out[1]);
	close(err[1]);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	r->out = out[0];
	r->err = err[0];
	return 0;
}

/* Unless it has ended by itself. */
static void
kill_all(struct run *r)
{
	if (r->pid > 0) {
		kill(-r->pid, SIGKILL);
		process_kill(r->pid);
		r->pid = 0;
	}
}

/* what it prints */

static void
look_for_end(struct brackets *b, char c)
{
	if (b->in_string) {
		b->in_string = b->escaped || c != '"';
		b->escaped = !b->escaped && c == '\\';
		return;
	}
	b->in_string = c == '"';
	if (c == '{' || c == '[') {
		b->begun = true;
		b->depth++;
	} else if ((c == '}' || c == ']') && b->depth > 0) {
		b->depth--;
	}
}

static void
take_output(struct run *r, struct view bytes)
{
	if (bytes.n > r->ask.max_bytes) {
		kill_all(r);
		tell_end(r, COMMAND_TOO_MUCH, 0);
		return;
	}
	r->ask.max_bytes -= bytes.n;
	for (size_t i = 0; i < bytes.n && !r->whole; i++) {
		look_for_end(&r->brackets, bytes.p[i]);
		r->whole = r->brackets.begun && r->brackets.depth == 0;
	}
	if (r->whole && r->deadline_ms > clock_mono_ms() + COMMAND_GRACE_MS) {
		r->deadline_ms = clock_mono_ms() + COMMAND_GRACE_MS;
	}
	tell(r, COMMAND_OUTPUT, bytes);
}

static void
end_line(struct run *r)
{
	struct view line = view_trim((struct view){r->line, r->line_len});

	r->line_len = 0;
	if (line.n > 0 && r->lines++ < COMMAND_LINES_MAX) {
		tell(r, COMMAND_WORDS, line);
	}
}

static void
take_words(struct run *r, struct view bytes)
{
	for (size_t i = 0; i < bytes.n; i++) {
		if (bytes.p[i] == '\n') {
			end_line(r);
		} else if (r->line_len < sizeof(r->line)) {
			r->line[r->line_len++] = bytes.p[i];
		}
	}
}

/* Reads what there is, once; false if there is nothing for now or any more. */
static bool
read_some(
	struct run *r, int *fd, void (*take)(struct run *r, struct view bytes))
{
	char bytes[1024];
	ssize_t n = *fd < 0 ? 0 : read(*fd, bytes, sizeof(bytes));

	if (n > 0) {
		take(r, (struct view){bytes, (size_t)n});
		wipe(bytes, (size_t)n);
		return true;
	}
	if (*fd >= 0 && (n == 0 || errno != EAGAIN)) {
		close(*fd);
		*fd = -1;
	}
	return false;
}

static bool
is_late(const struct run *r)
{
	return clock_mono_ms() >= r->deadline_ms;
}

/* Of what a child that it left behind goes on printing, what comes in time. */
static void
read_rest(struct run *r)
{
	while (!r->over && read_some(r, &r->out, take_output) && !is_late(r)) {
	}
	while (!r->over && read_some(r, &r->err, take_words) && !is_late(r)) {
	}
	end_line(r);
}

/* how it ends */

static void
look_at_child(struct run *r)
{
	struct signalfd_siginfo drained;
	int status;

	(void)!read(r->children, &drained, sizeof(drained));
	if (waitpid(r->pid, &status, WNOHANG) != r->pid) {
		return;
	}
	r->pid = 0;
	read_rest(r);
	if (r->over) {
		return;
	}
	if (WIFEXITED(status)) {
		tell_end(r, COMMAND_EXITED, WEXITSTATUS(status));
	} else {
		tell_end(r, COMMAND_KILLED, WTERMSIG(status));
	}
}

/* A command that has said all may have left the grace unused. */
static void
end_late(struct run *r)
{
	kill_all(r);
	tell_end(r, r->whole ? COMMAND_EXITED : COMMAND_LATE, 0);
}

static void
attend(struct run *r)
{
	struct pollfd p[] = {
		{.fd = r->link, .events = POLLIN},
		{.fd = r->children, .events = POLLIN},
		{.fd = r->out, .events = POLLIN},
		{.fd = r->err, .events = POLLIN},
	};

	poll(p, 4, clock_poll_timeout(r->deadline_ms));
	if (p[0].revents) { /* who asked has gone, or asks for another run */
		r->abandoned = r->over = true;
		return;
	}
	if (p[2].revents) {
		read_some(r, &r->out, take_output);
	}
	if (p[3].revents && !r->over) {
		read_some(r, &r->err, take_words);
	}
	if (p[1].revents && !r->over) {
		look_at_child(r);
	}
	if (!r->over && is_late(r)) { /* also one that never stops printing */
		end_late(r);
	}
}

static void
run_once(struct run *r, const char *text)
{
	int why = start(r, text);

	r->deadline_ms = clock_mono_ms() + r->ask.timeout_ms;
	if (why != 0) {
		tell_end(r, COMMAND_NOT_RUN, why);
		return;
	}
	while (!r->over) {
		attend(r);
	}
	if (r->abandoned) {
		kill_all(r);
	}
	if (r->out >= 0) {
		close(r->out);
	}
	if (r->err >= 0) {
		close(r->err);
	}
	wipe(r, sizeof(*r));
}

/* Ended by who asks, not by a Ctrl-C that is meant for go. */
static int
watch_children(void)
{
	sigset_t ended;

	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigemptyset(&ended);
	sigaddset(&ended, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ended, NULL);
	return signalfd(-1, &ended, SFD_NONBLOCK | SFD_CLOEXEC);
}

void
command_serve(int link, void *text)
{
	static struct run r; /* too large for a stack */
	int children = watch_children();

	for (;;) {
		struct command_ask ask;
		ssize_t n = recv(link, &ask, sizeof(ask), 0);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n != (ssize_t)sizeof(ask)) {
			return;
		}
		r = (struct run){
			.link = link,
			.children = children,
			.ask = ask,
			.out = -1,
			.err = -1,
		};
		run_once(&r, text);
	}
}
