/*
 * BearSSL's engine does no I/O: it says which bytes it wants to send or has
 * room to receive, and tls_step moves them. A step moves whatever can be
 * moved in either direction and waits only if nothing could: TLS may have to
 * send in order to receive, and an answer may arrive while a request is still
 * being sent.
 */
#include "os/tls_private.h"

#include "base/array.h"
#include "base/buf.h"
#include "os/clock.h"
#include "os/fdio.h"

#include <errno.h>
#include <poll.h>

static enum gs_code
lost(const struct tls *t, int why, struct gs_err *err)
{
	return fd_fail(err, "lost the connection to", t->host, why);
}

enum gs_code
tls_send_some(struct tls *t, bool *moved, struct gs_err *err)
{
	size_t len;
	const void *p = br_ssl_engine_sendrec_buf(&t->client.eng, &len);
	ssize_t n = t->wire.send(&t->wire, p, len);

	if (n > 0) {
		br_ssl_engine_sendrec_ack(&t->client.eng, (size_t)n);
		*moved = true;
	} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
		return lost(t, errno, err);
	}
	return GS_OK;
}

static enum gs_code
receive_some(struct tls *t, bool *moved, struct gs_err *err)
{
	size_t room;
	void *p = br_ssl_engine_recvrec_buf(&t->client.eng, &room);
	ssize_t n = t->wire.receive(&t->wire, p, room);

	if (n > 0) {
		br_ssl_engine_recvrec_ack(&t->client.eng, (size_t)n);
		*moved = true;
	} else if (n == 0) {
		t->ended = true;
		*moved = true;
	} else if (errno != EAGAIN && errno != EINTR) {
		return lost(t, errno, err);
	}
	return GS_OK;
}

/* Moves what can be moved at once. A server that refuses early may have closed
 * before it read all, so its answer counts for more than a failure to send. */
enum gs_code
tls_move(struct tls *t, bool *moved, struct gs_err *err)
{
	unsigned state = br_ssl_engine_current_state(&t->client.eng);
	struct gs_err unsent = {.code = GS_OK};

	if (state & BR_SSL_SENDREC) {
		(void)tls_send_some(t, moved, &unsent);
	}
	if ((state & BR_SSL_RECVREC) && receive_some(t, moved, err) != GS_OK) {
		return err->code;
	}
	if (unsent.code != GS_OK && !*moved) {
		*err = unsent;
		return unsent.code;
	}
	return GS_OK;
}

static enum gs_code
too_late(const struct tls *t, struct gs_err *err)
{
	return gs_fail(err, GS_TIMEOUT, "no answer in time from",
		view_of(t->host), NULL);
}

/* True if it is too late for what was moved; takes one of the late steps. */
static bool
is_over(struct tls *t, uint64_t deadline_ms)
{
	if (clock_mono_ms() < deadline_ms) {
		return false;
	}
	if (t->late_steps == 0) {
		return true; /* a busy peer does not escape either */
	}
	t->late_steps--;
	return false;
}

enum gs_code
tls_step(struct tls *t, uint64_t deadline_ms, struct gs_err *err)
{
	unsigned state = br_ssl_engine_current_state(&t->client.eng);
	short events = (short)((state & BR_SSL_SENDREC ? POLLOUT : 0) |
			       (state & BR_SSL_RECVREC ? POLLIN : 0));
	bool moved = false;
	enum gs_code code = tls_move(t, &moved, err);

	if (code != GS_OK) {
		return code;
	}
	if (!moved) {
		code = t->wire.wait(&t->wire, events, deadline_ms, err);
	} else if (is_over(t, deadline_ms)) {
		code = GS_TIMEOUT;
	}
	return code == GS_TIMEOUT ? too_late(t, err) : code;
}

bool
tls_is_open(const struct tls *t)
{
	return !t->ended &&
	       br_ssl_engine_current_state(&t->client.eng) != BR_SSL_CLOSED;
}

static const struct {
	int error; /* BearSSL's */
	enum gs_code code;
	const char *why;
} failures[] = {
	{BR_ERR_RECV_FATAL_ALERT + 70, GS_TRUST, /* protocol_version */
		"it refuses TLS 1.2 (allows only TLS 1.3?), and this program"
		" has no other; allow TLS 1.2 on the server or put a proxy"
		" that does in front of it"},
	{BR_ERR_RECV_FATAL_ALERT + 40, GS_TRUST, /* handshake_failure */
		"it found nothing in common: TLS 1.2 with ECDHE and AES-GCM or"
		" ChaCha20-Poly1305, without client certificate, is needed"},
	{BR_ERR_RECV_FATAL_ALERT + 71, GS_TRUST, /* insufficient_security */
		"it finds TLS 1.2 with AES-GCM or ChaCha20-Poly1305 too weak"},
	{BR_ERR_RECV_FATAL_ALERT + 112, GS_TRUST, /* unrecognized_name */
		"it does not know this name"},
	{BR_ERR_UNSUPPORTED_VERSION, GS_TRUST,
		"it does not speak TLS 1.2, or not TLS at all"},
	{BR_ERR_BAD_VERSION, GS_TRUST, "it does not speak TLS 1.2"},
	{BR_ERR_INVALID_ALGORITHM, GS_TRUST,
		"it insists on a curve or signature that is not supported"},
	{BR_ERR_WRONG_KEY_USAGE, GS_TRUST,
		"its certificate does not allow its key to sign"},
	{BR_ERR_BAD_SIGNATURE, GS_TRUST,
		"it could not prove that the certificate is its own"},
	{BR_ERR_RESUME_MISMATCH, GS_BAD, "it resumed a session in another way"},
};

static enum gs_code
fail_numbered(const struct tls *t, int error, struct gs_err *err)
{
	bool alert = error >= BR_ERR_RECV_FATAL_ALERT;
	char text[GS_ERR_TEXT_MAX];
	struct buf why = BUF_OVER(text);

	buf_str(&why, alert ? "the server sent TLS alert "
			    : "TLS failed, BearSSL error ");
	buf_uint(&why,
		(uint64_t)(alert ? error - BR_ERR_RECV_FATAL_ALERT : error));
	return gs_fail(err, GS_BAD, "cannot talk to", view_of(t->host),
		buf_cstr(&why));
}

enum gs_code
tls_fail(const struct tls *t, int error, struct gs_err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
		if (failures[i].error == error) {
			return gs_fail(err, failures[i].code, "cannot talk to",
				view_of(t->host), failures[i].why);
		}
	}
	return fail_numbered(t, error, err);
}
