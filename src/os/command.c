#include "os/command_private.h"

#include "os/clock.h"
#include "os/fdio.h"
#include "os/process.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	/* how much longer than a run may take its end is waited for */
	ANSWER_MS = 1000,
	END_MS = 200,
};

struct command {
	int link;
	pid_t pid;
	uint64_t serial;
	struct command_listener listener;
	struct command_told told; /* the last message */
	char text[];
};

struct command *
command_start(const char *text, const struct command_listener *listener,
	struct gs_err *err)
{
	size_t size = strlen(text) + 1;
	struct command *c = calloc(1, sizeof(*c) + size);

	if (!c) {
		gs_fail(err, GS_SYS, "out of memory", VIEW(""), NULL);
		return NULL;
	}
	c->listener = *listener;
	memcpy(c->text, text, size);
	if (process_spawn(command_serve, c->text, &c->link, &c->pid, err) !=
		GS_OK) {
		free(c);
		return NULL;
	}
	return c;
}

void
command_end(struct command *c)
{
	if (c) {
		close(c->link); /* which ends it */
		if (!process_wait(c->pid, END_MS)) {
			process_kill(c->pid);
		}
		wipe(c, sizeof(*c) + strlen(c->text));
		free(c);
	}
}

static enum gs_code
gone(struct gs_err *err)
{
	return gs_fail(err, GS_CLOSED, "the process that runs it is gone",
		VIEW(""), NULL);
}

static enum gs_code
ask(struct command *c, const struct command_ask *ask, struct gs_err *err)
{
	ssize_t sent;

	do {
		sent = send(c->link, ask, sizeof(*ask), MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)sizeof(*ask) ? GS_OK : gone(err);
}

/* Waits for the next message of the run into c->told. */
static enum gs_code
listen_on(struct command *c, uint64_t deadline_ms, struct gs_err *err)
{
	struct command_told *told = &c->told;

	do {
		enum gs_code code = fd_wait(c->link, POLLIN, deadline_ms, err);

		if (code != GS_OK) {
			return code;
		}
		ssize_t n = recv(c->link, told, sizeof(*told), 0);

		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
			return gone(err);
		}
		if (n != (ssize_t)sizeof(*told)) {
			told->serial = 0;
		}
	} while (told->serial != c->serial);
	assert(told->len <= sizeof(told->bytes));
	return GS_OK;
}

static enum gs_code
say_number(const char *what, uint32_t number, struct gs_err *err)
{
	char storage[80];
	struct buf text = BUF_OVER(storage);

	buf_str(&text, what);
	buf_uint(&text, number);
	return gs_fail(err, GS_SYS, buf_cstr(&text), VIEW(""), NULL);
}

/* What its end comes to. */
static enum gs_code
judge(const struct command_told *told, struct gs_err *err)
{
	switch ((enum command_end)told->end) {
	case COMMAND_EXITED:
		return told->number == 0 ? GS_OK
					 : say_number("it ended with status ",
						   told->number, err);
	case COMMAND_KILLED:
		return say_number("it was ended by signal ", told->number, err);
	case COMMAND_LATE:
		return gs_fail(err, GS_TIMEOUT, "it took too long", VIEW(""),
			"it was ended");
	case COMMAND_TOO_MUCH:
		return gs_fail(err, GS_TOOBIG, "it prints too much", VIEW(""),
			"it was ended");
	case COMMAND_NOT_RUN:
		break;
	}
	return fd_fail(err, "it cannot be run", NULL, (int)told->number);
}

static void
take(struct command *c, struct buf *output)
{
	const struct view bytes = {c->told.bytes, c->told.len};

	if (c->told.kind == COMMAND_OUTPUT) {
		buf_add(output, bytes);
	} else if (c->listener.hear) {
		c->listener.hear(c->listener.ctx, bytes);
	}
}

enum gs_code
command_run(struct command *c, uint64_t deadline_ms, struct buf *output,
	struct gs_err *err)
{
	uint64_t now_ms = clock_mono_ms();
	uint64_t left_ms = deadline_ms > now_ms ? deadline_ms - now_ms : 0;
	const struct command_ask wanted = {
		.serial = ++c->serial,
		.timeout_ms =
			left_ms < COMMAND_RUN_MS ? left_ms : COMMAND_RUN_MS,
		.max_bytes = output->cap - output->len,
	};
	uint64_t last_ms = now_ms + wanted.timeout_ms + ANSWER_MS;
	enum gs_code code = ask(c, &wanted, err);

	while (code == GS_OK) {
		code = listen_on(c, last_ms, err);
		if (code == GS_OK && c->told.kind == COMMAND_ENDED) {
			code = judge(&c->told, err);
			break;
		}
		if (code == GS_OK) {
			take(c, output);
		}
	}
	wipe(&c->told, sizeof(c->told));
	return code;
}
