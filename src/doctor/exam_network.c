/* The way to the bucket: name, connection, TLS. */
#include "doctor/exam.h"

#include "os/clock.h"
#include "os/connect.h"
#include "os/resolve.h"
#include "os/settings_files.h"

#include <arpa/inet.h>
#include <unistd.h>

#define NO_WAY                                                                 \
	"check that this machine may go there: its firewall, a proxy that "    \
	"HTTPS_PROXY or HTTP_PROXY would name, NO_PROXY"

static void
add_address(const struct address *a, struct finding *f)
{
	char text[INET6_ADDRSTRLEN];
	const void *bytes = a->sa.any.sa_family == AF_INET6
				    ? (const void *)&a->sa.v6.sin6_addr
				    : (const void *)&a->sa.v4.sin_addr;

	if (inet_ntop(a->sa.any.sa_family, bytes, text, sizeof(text))) {
		finding_add(f, "address", view_of(text), "");
	}
}

enum gs_code
exam_find_site(struct exam *e, struct gs_err *err)
{
	const struct url url = {
		.tls = e->endpoint.tls,
		.host = view_of(e->endpoint.host),
		.port = e->endpoint.port,
	};
	char *const *env = e->with->settings->env;

	if (site_find(&e->site, &url, env, e->trust, err) != GS_OK) {
		return err->code;
	}
	if (site_wants_trust(&e->site) && !e->trust &&
		settings_trust(e->with->settings, &e->settings, &e->trust,
			err) != GS_OK) {
		return err->code;
	}
	e->site.target.trust = e->trust;
	return GS_OK;
}

void
exam_proxy(struct exam *e, struct finding *f)
{
	char storage[FINDING_VALUE_MAX];
	struct buf url = BUF_OVER(storage);
	struct gs_err err;

	if (exam_find_site(e, &err) != GS_OK) {
		finding_fail(f, &err, "");
	} else if (e->site.target.proxy) {
		proxy_url(&e->site.proxy, &url);
		finding_add(f, "URL", buf_view(&url), e->site.proxy.variable);
		finding_add(f, "password",
			view_of(e->site.proxy.authorization[0] ? "yes" : "no"),
			"");
	} else {
		finding_say(f, FINDING_OK, VIEW("none"), VIEW(""));
	}
}

void
exam_name(struct exam *e, struct finding *f)
{
	enum { SHOWN_MAX = 8 };
	const struct conn_patience *patience = &conn_usual_patience;
	const char *host = site_host(&e->site);
	struct gs_err err;

	if (resolve(host, site_port(&e->site),
		    clock_mono_ms() + patience->open.resolve_ms, &e->addresses,
		    &err) != GS_OK) {
		finding_fail(f, &err,
			"check the name in the endpoint or the region, and "
			"this machine's DNS");
		return;
	}
	finding_say(f, FINDING_OK, view_of(host), VIEW(""));
	for (size_t i = 0; i < e->addresses.count && i < SHOWN_MAX; i++) {
		add_address(&e->addresses.item[i], f);
	}
}

/* Says how long something took. */
static void
say_ms(struct finding *f, uint64_t began_ms)
{
	char storage[32];
	struct buf text = BUF_OVER(storage);

	buf_uint(&text, clock_mono_ms() - began_ms);
	buf_str(&text, " ms");
	finding_say(f, FINDING_OK, buf_view(&text), VIEW(""));
}

void
exam_connection(struct exam *e, struct finding *f)
{
	uint64_t began_ms = clock_mono_ms();
	struct gs_err err;
	int fd;

	if (connect_any(&e->addresses, view_of(site_host(&e->site)),
		    began_ms + conn_usual_patience.open.connect_ms, &fd,
		    &err) != GS_OK) {
		finding_fail(f, &err, NO_WAY);
		return;
	}
	close(fd);
	say_ms(f, began_ms);
}

/* Opens a connection as a run does, and makes the pool for what follows. */
void
exam_tls(struct exam *e, struct finding *f)
{
	uint64_t began_ms = clock_mono_ms();
	struct gs_err err;

	conn_pool_init(&e->pool, &e->site.target, &conn_usual_patience);
	struct conn *conn = conn_take(&e->pool, CONN_GET, true, &err);

	if (!conn) {
		finding_fail(f, &err, "");
		return;
	}
	say_ms(f, began_ms);
	if (!e->endpoint.tls) {
		finding_say(f, FINDING_OK,
			VIEW("not used: the endpoint is http"), VIEW(""));
	} else {
		finding_add(f, "certificate",
			view_of(stream_peer(conn->stream)), "");
		finding_add(f, "trusted by", view_of(trust_source(e->trust)),
			e->settings.ca_bundle_from);
	}
	conn_close(conn);
}
