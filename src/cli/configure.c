#include "cli/configure.h"

#include "os/log.h"
#include "os/settings_files.h"
#include "s3/proxy.h"

struct settings_input
configure(const struct options *o, char *const env[])
{
	return (struct settings_input){
		.env = env,
		.bucket = o->bucket,
		.prefix = o->prefix,
		.endpoint = o->endpoint,
		.region = o->region,
		.profile = o->profile,
		.ca_bundle = o->ca_bundle,
		.path_style = o->path_style,
		.extras = &o->extras,
	};
}

static enum gs_code
check_proxy(const struct settings_input *in, const struct endpoint *e,
	struct gs_err *err)
{
	struct proxy proxy;
	enum gs_code code = proxy_choose(
		in->env, e->tls, view_of(e->host), e->port, &proxy, err);

	wipe(&proxy, sizeof(proxy));
	return code;
}

static enum gs_code
check_settings(const struct settings_input *in, struct gs_err *err)
{
	static struct settings settings; /* too large for a stack */
	struct endpoint endpoint;
	struct trust *trust;
	enum gs_code code =
		settings_establish(in, &settings, &endpoint, &trust, err);

	settings_release(&settings);
	trust_free(trust);
	return code == GS_OK ? check_proxy(in, &endpoint, err) : code;
}

enum gs_code
configure_check(const struct options *o, const struct settings_input *in,
	struct gs_err *err)
{
	if (o->ignored.code != GS_OK) {
		*err = o->ignored;
		return err->code;
	}
	if (in->bucket[0] == '\0') {
		return gs_fail(err, GS_CONFIG, "no bucket", VIEW(""),
			"set -bucket or GOCACHE_S3_BUCKET");
	}
	return check_settings(in, err);
}

void
configure_warn(const struct options *o)
{
	if (o->ignored.code != GS_OK) {
		log_err(LOG_WARNING, &o->ignored);
	}
	if (o->bucket[0] == '\0') {
		log_line(LOG_WARNING,
			VIEW("no bucket: the local cache is used alone; set "
			     "-bucket or GOCACHE_S3_BUCKET"));
	}
}
