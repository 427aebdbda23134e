#include "os/tls_private.h"

#include "base/buf.h"
#include "os/clock.h"
#include "os/fdio.h"
#include "os/verify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { SEED_LEN = 32, RECORD_HEAD_LEN = 5 };

/* Lives until the handshake is over: without renegotiation nobody asks about
 * certificates again. */
struct handshake {
	struct verify_host host;
	struct trust *trust;
	br_ssl_session_parameters offered;
	struct verify verify;
};

/* Two lists of six: the first six prefer ChaCha20, the last six AES. */
static const uint16_t suites[] = {
	BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
};

enum { SUITES_OFFERED = 6, SUITES_AES_FIRST = 2 /* where it begins */ };

/* AES without the processor's help is slow if it is to take constant time. */
static bool
has_fast_aes(void)
{
	return br_aes_x86ni_ctr_get_vtable() && br_ghash_pclmul_get();
}

static void
configure(br_ssl_engine_context *e)
{
	br_ssl_engine_set_versions(e, BR_TLS12, BR_TLS12);
	br_ssl_engine_add_flags(e, BR_OPT_NO_RENEGOTIATION);
	br_ssl_engine_set_suites(e,
		suites + (has_fast_aes() ? SUITES_AES_FIRST : 0),
		SUITES_OFFERED);
	br_ssl_engine_set_default_rsavrfy(e);
	br_ssl_engine_set_default_ecdsa(e);
	br_ssl_engine_set_default_aes_gcm(e);
	br_ssl_engine_set_default_chapol(e);
	br_ssl_engine_set_hash(e, br_sha256_ID, &br_sha256_vtable);
	br_ssl_engine_set_hash(e, br_sha384_ID, &br_sha384_vtable);
	br_ssl_engine_set_hash(e, br_sha512_ID, &br_sha512_vtable);
	br_ssl_engine_set_prf_sha256(e, &br_tls12_sha256_prf);
	br_ssl_engine_set_prf_sha384(e, &br_tls12_sha384_prf);
}

/* BearSSL would open /dev/urandom, which a container may lack. */
static enum gs_code
seed(br_ssl_engine_context *e, struct gs_err *err)
{
	unsigned char bytes[SEED_LEN];

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
		return fd_fail(err, "cannot get random bytes", NULL, errno);
	}
	br_ssl_engine_inject_entropy(e, bytes, sizeof bytes);
	wipe(bytes, sizeof bytes);
	return GS_OK;
}

static bool
spoke_http(const struct tls *t)
{
	return memcmp(t->in, "HTTP/", RECORD_HEAD_LEN) == 0;
}

static enum gs_code
explain(const struct tls *t, const struct handshake *h, struct gs_err *err)
{
	int error = br_ssl_engine_last_error(&t->client.eng);

	if (t->ended || error == BR_ERR_OK) {
		return gs_fail(err, GS_CLOSED, "cannot talk to",
			view_of(t->host),
			"it closed the connection during the TLS handshake");
	}
	if (error > BR_ERR_X509_OK && error <= BR_ERR_X509_NOT_TRUSTED) {
		return verify_explain(
			&h->verify, error, trust_source(h->trust), err);
	}
	if (spoke_http(t)) {
		return gs_fail(err, GS_TRUST, "cannot talk to",
			view_of(t->host),
			"it answers in plain HTTP; if that is meant, write"
			" http:// in its URL");
	}
	return tls_fail(t, error, err);
}

static enum gs_code
shake_hands(struct tls *t, const struct handshake *h, uint64_t deadline_ms,
	struct gs_err *err)
{
	br_ssl_engine_context *e = &t->client.eng;

	while (tls_is_open(t) &&
		!(br_ssl_engine_current_state(e) & BR_SSL_SENDAPP)) {
		if (tls_step(t, deadline_ms, err) != GS_OK) {
			return err->code;
		}
	}
	return tls_is_open(t) ? GS_OK : explain(t, h, err);
}

/* A server that keeps no sessions sends no identifier (RFC 5246, 7.4.1.3). */
static void
remember(struct tls *t, struct handshake *h)
{
	struct buf peer = BUF_OVER(t->peer);
	br_ssl_session_parameters now;

	br_ssl_engine_get_session_parameters(&t->client.eng, &now);
	t->resumed = h->offered.session_id_len > 0 &&
		     h->offered.session_id_len == now.session_id_len &&
		     memcmp(h->offered.session_id, now.session_id,
			     now.session_id_len) == 0;
	if (!t->resumed) {
		verify_describe(&h->verify, &peer);
		buf_cstr(&peer);
	}
	if (!t->resumed && now.session_id_len > 0) {
		trust_remember(h->trust, t->host, &now);
	}
	wipe(&now, sizeof now);
}

static enum gs_code
set_host(struct tls *t, struct handshake *h, struct view name,
	struct gs_err *err)
{

	if (view_ends(name, VIEW("."))) {
		name.n--;
	}
	if (name.n == 0 || name.n > HOST_MAX) {
		return gs_fail(
			err, GS_TOOBIG, "cannot use the host name", name, NULL);
	}
	memcpy(t->host, name.p, name.n);
	h->host = verify_host_of(t->host);
	return GS_OK;
}

static enum gs_code
prepare(struct tls *t, struct handshake *h, struct gs_err *err)
{
	br_ssl_engine_context *e = &t->client.eng;
	bool resume;

	if (trust_load(h->trust, err) != GS_OK) {
		return err->code;
	}
	br_ssl_client_zero(&t->client);
	configure(e);
	verify_init(&h->verify, e, h->host, trust_anchors(h->trust),
		clock_wall_ns() / 1000000000);
	br_ssl_engine_set_buffers_bidi(
		e, t->in, sizeof t->in, t->out, sizeof t->out);
	if (seed(e, err) != GS_OK) {
		return err->code;
	}
	resume = trust_recall(h->trust, t->host, &h->offered);
	if (resume) {
		br_ssl_engine_set_session_parameters(e, &h->offered);
	}
	/* no address in SNI: RFC 6066, 3 */
	if (!br_ssl_client_reset(&t->client,
		    h->host.address_len > 0 ? NULL : t->host, resume)) {
		return tls_fail(t, br_ssl_engine_last_error(e), err);
	}
	return GS_OK;
}

static enum gs_code
open_with(struct tls *t, struct handshake *h, uint64_t deadline_ms,
	struct gs_err *err)
{
	if (prepare(t, h, err) != GS_OK ||
		shake_hands(t, h, deadline_ms, err) != GS_OK) {
		/* whatever went wrong, the next attempt is a full one */
		trust_remember(h->trust, t->host, NULL);
		t->ended = true;
		return err->code;
	}
	remember(t, h);
	return GS_OK;
}

struct tls *
tls_open(struct wire wire, const char *host, struct trust *trust,
	uint64_t deadline_ms, struct gs_err *err)
{
	struct tls *t = calloc(1, sizeof *t);
	struct handshake *h = calloc(1, sizeof *h);
	enum gs_code code;

	if (t && h) {
		t->wire = wire;
		h->trust = trust;
		code = set_host(t, h, view_of(host), err);
		if (code == GS_OK) {
			code = open_with(t, h, deadline_ms, err);
		}
		wipe(h, sizeof *h);
	} else {
		code = fd_fail(
			err, "cannot open a TLS connection", NULL, ENOMEM);
	}
	free(h);
	if (code != GS_OK) {
		tls_free(t);
		return NULL;
	}
	return t;
}
