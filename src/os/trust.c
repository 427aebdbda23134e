#include "os/trust.h"

#include "base/buf.h"
#include "base/limits.h"
#include "os/clock.h"
#include "os/fdio.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SESSIONS_MAX = 8 };

struct session {
	char host[HOST_MAX + 1];
	br_ssl_session_parameters parameters;
};

struct trust {
	pthread_mutex_t lock; /* of everything below */
	char *bundle, *env_file;
	bool loaded;
	struct gs_err failure; /* of loading; code is GS_OK if it went well */
	struct anchors anchors;
	const char *source;
	struct session sessions[SESSIONS_MAX];
	unsigned oldest; /* the session that makes room for the next */
};

/* golang/go src/crypto/x509/root_linux.go */
static const char *const system_files[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/pki/tls/cacert.pem",
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	"/etc/ssl/cert.pem",
};

struct trust *
trust_new(const char *bundle, const char *env_file)
{
	struct trust *t = calloc(1, sizeof *t);

	if (!t) {
		return NULL;
	}
	pthread_mutex_init(&t->lock, NULL);
	t->bundle = strdup(bundle);
	t->env_file = strdup(env_file);
	if (!t->bundle || !t->env_file) {
		trust_free(t);
		return NULL;
	}
	return t;
}

static enum gs_code
out_of_memory(struct gs_err *err)
{
	return gs_fail(err, GS_SYS, "cannot load the certificate authorities",
		VIEW(""), "out of memory");
}

/* Reads the anchors of one file; GS_CONFIG if it has none. */
static enum gs_code
load_file(struct trust *t, const char *path, struct gs_err *err)
{
	struct anchors anchors;
	struct buf pem;
	bool ok;

	if (fd_read_file(path, CA_FILE_MAX, &pem, err) != GS_OK) {
		return err->code;
	}
	ok = anchors_read(
		buf_view(&pem), clock_wall_ns() / 1000000000, &anchors);
	free(pem.p);
	if (!ok) {
		return out_of_memory(err);
	}
	if (anchors.count == 0) {
		anchors_release(&anchors);
		return gs_fail(err, GS_CONFIG, "cannot use", view_of(path),
			"it holds no usable CA certificate in PEM form");
	}
	t->anchors = anchors;
	t->source = path;
	return GS_OK;
}

/* A file that somebody asked for must do: another in its place could trust
 * whom they do not. */
static enum gs_code
load_named(struct trust *t, const char *path, const char *setting,
	struct gs_err *err)
{
	struct gs_err why;

	if (load_file(t, path, &why) == GS_OK) {
		return GS_OK;
	}
	return gs_fail(err, GS_CONFIG, setting, VIEW(""), why.text);
}

static enum gs_code
load_first_system_file(struct trust *t, struct gs_err *err)
{
	const size_t n = sizeof system_files / sizeof *system_files;

	for (size_t i = 0; i < n; i++) {
		struct gs_err unusable;

		if (load_file(t, system_files[i], &unusable) == GS_OK) {
			return GS_OK;
		}
	}
	if (!anchors_embedded(&t->anchors)) {
		return out_of_memory(err);
	}
	t->source = "the built-in list";
	return GS_OK;
}

static enum gs_code
load(struct trust *t, struct gs_err *err)
{
	if (t->bundle[0]) {
		return load_named(t, t->bundle, "the CA bundle", err);
	}
	if (t->env_file[0]) {
		return load_named(t, t->env_file, "SSL_CERT_FILE", err);
	}
	return load_first_system_file(t, err);
}

enum gs_code
trust_load(struct trust *t, struct gs_err *err)
{
	enum gs_code code;

	pthread_mutex_lock(&t->lock);
	if (!t->loaded) {
		(void)load(t, &t->failure);
		t->loaded = true;
	}
	code = t->failure.code;
	if (code != GS_OK) {
		*err = t->failure;
	}
	pthread_mutex_unlock(&t->lock);
	return code;
}

const struct anchors *
trust_anchors(const struct trust *t)
{
	return &t->anchors;
}

const char *
trust_source(const struct trust *t)
{
	return t->source;
}

static struct session *
find_session(struct trust *t, const char *host)
{
	for (size_t i = 0; i < SESSIONS_MAX && host[0]; i++) {
		if (strcmp(t->sessions[i].host, host) == 0) {
			return &t->sessions[i];
		}
	}
	return NULL;
}

bool
trust_recall(
	struct trust *t, const char *host, br_ssl_session_parameters *session)
{
	const struct session *found;

	pthread_mutex_lock(&t->lock);
	found = find_session(t, host);
	if (found) {
		*session = found->parameters;
	}
	pthread_mutex_unlock(&t->lock);
	return found;
}

static void
keep_session(struct trust *t, const char *host, size_t host_len,
	const br_ssl_session_parameters *session)
{
	struct session *s = find_session(t, host);

	if (!s) {
		s = &t->sessions[t->oldest];
		t->oldest = (t->oldest + 1) % SESSIONS_MAX;
	}
	memcpy(s->host, host, host_len + 1);
	s->parameters = *session;
}

static void
drop_session(struct trust *t, const char *host)
{
	struct session *s = find_session(t, host);

	if (s) {
		wipe(s, sizeof *s);
	}
}

void
trust_remember(struct trust *t, const char *host,
	const br_ssl_session_parameters *session)
{
	size_t n = strlen(host);

	if (n > HOST_MAX) {
		return;
	}
	pthread_mutex_lock(&t->lock);
	if (session) {
		keep_session(t, host, n, session);
	} else {
		drop_session(t, host);
	}
	pthread_mutex_unlock(&t->lock);
}

void
trust_free(struct trust *t)
{
	if (!t) {
		return;
	}
	anchors_release(&t->anchors);
	free(t->bundle);
	free(t->env_file);
	pthread_mutex_destroy(&t->lock);
	wipe(t->sessions, sizeof t->sessions);
	free(t);
}
