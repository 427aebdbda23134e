#include "os/tls_private.h"

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

bool
tls_is_resumed(const struct tls *t)
{
	return t->resumed;
}

const char *
tls_peer(const struct tls *t)
{
	return t->peer;
}

size_t
tls_take(struct tls *t, void *p, size_t cap)
{
	br_ssl_engine_context *e = &t->client.eng;
	size_t n;
	const unsigned char *data = br_ssl_engine_recvapp_buf(e, &n);

	if (!data) {
		return 0;
	}
	n = n < cap ? n : cap;
	memcpy(p, data, n);
	br_ssl_engine_recvapp_ack(e, n);
	return n;
}

/* The server has been trusted and has spoken TLS: what breaks now is this
 * connection, and another may do better. */
static enum gs_code
fail_data(struct tls *t, struct gs_err *err)
{
	bool broken = br_ssl_engine_last_error(&t->client.eng) != BR_ERR_OK;

	return gs_fail(err, GS_CLOSED, "lost the connection to",
		view_of(t->host),
		broken ? "what came was damaged, or an alert" : "it closed it");
}

enum gs_code
tls_read(struct tls *t, void *p, size_t cap, size_t *n, uint64_t deadline_ms,
	struct gs_err *err)
{
	br_ssl_engine_context *e = &t->client.eng;
	size_t taken;

	t->late_steps = TLS_LATE_STEPS;
	while ((taken = tls_take(t, p, cap)) == 0 && tls_is_open(t)) {
		if (tls_step(t, deadline_ms, err) != GS_OK) {
			return err->code;
		}
	}
	if (taken == 0 && br_ssl_engine_last_error(e) != BR_ERR_OK) {
		return fail_data(t, err);
	}
	*n = taken;
	return GS_OK;
}

size_t
tls_put(struct tls *t, const void *p, size_t n)
{
	br_ssl_engine_context *e = &t->client.eng;
	size_t room;
	unsigned char *record = br_ssl_engine_sendapp_buf(e, &room);

	if (!record) {
		return 0;
	}
	n = n < room ? n : room;
	memcpy(record, p, n);
	br_ssl_engine_sendapp_ack(e, n);
	return n;
}

static bool
has(const br_ssl_engine_context *e, unsigned state)
{
	return br_ssl_engine_current_state(e) & state;
}

enum gs_code
tls_write(struct tls *t, const void *p, size_t n, uint64_t deadline_ms,
	struct stream_progress *progress, struct gs_err *err)
{
	br_ssl_engine_context *e = &t->client.eng;
	struct view rest = {p, n};
	bool answered = false;

	t->late_steps = TLS_LATE_STEPS;
	while ((rest.n > 0 || has(e, BR_SSL_SENDREC)) &&
		!(answered = progress && has(e, BR_SSL_RECVAPP))) {
		if (!has(e, BR_SSL_SENDREC)) {
			rest = view_skip(rest, tls_put(t, rest.p, rest.n));
		}
		if (rest.n == 0) {
			br_ssl_engine_flush(e, 0);
		}
		if (!tls_is_open(t)) {
			return fail_data(t, err);
		}
		if (tls_step(t, deadline_ms, err) != GS_OK) {
			return err->code;
		}
	}
	if (progress) {
		*progress = (struct stream_progress){answered, n - rest.n};
	}
	return GS_OK;
}

bool
tls_is_idle(struct tls *t)
{
	size_t room;

	/* at a record's start the engine asks for it at the buffer's start */
	return tls_is_open(t) &&
	       br_ssl_engine_recvrec_buf(&t->client.eng, &room) == t->in;
}

/* close_notify, if the wire takes it at once. */
static void
say_goodbye(struct tls *t)
{
	struct gs_err ignored;
	bool moved;

	br_ssl_engine_close(&t->client.eng);
	if (has(&t->client.eng, BR_SSL_SENDREC)) {
		tls_send_some(t, &moved, &ignored);
	}
}

void
tls_free(struct tls *t)
{
	if (!t) {
		return;
	}
	if (tls_is_open(t)) {
		say_goodbye(t);
	}
	wipe(t, sizeof *t);
	free(t);
}
