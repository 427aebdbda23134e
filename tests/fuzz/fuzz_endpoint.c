/* Where a bucket is, from strangers: a byte of flags, then bucket, region, URL
 * and prefix with a NUL between. What is accepted is a place like any other. */
#include "s3/endpoint.h"

#include "fuzz.h"
#include "s3/store.h"
#include "s3/url.h"

static struct endpoint_wish
read_wish(struct view text)
{
	unsigned flags = text.n > 0 ? (unsigned char)text.p[0] : 0;
	struct view rest = view_skip(text, 1);
	struct endpoint_wish wish = {
		.variants = {(flags & 1) != 0, (flags & 2) != 0},
		.accelerate = (flags & 4) != 0,
		.use_arn_region = (flags & 8) != 0,
		.region_is_named = (flags & 16) != 0,
		.addressing = (enum endpoint_addressing)(flags / 32 % 3),
	};

	view_cut(rest, '\0', &wish.bucket, &rest);
	view_cut(rest, '\0', &wish.region, &rest);
	view_cut(rest, '\0', &wish.url, &rest);
	wish.prefix = rest;
	return wish;
}

/* The URL that is shown is one, and leads to the same place. */
static void
check_url(const struct endpoint *e)
{
	char text[ENDPOINT_HOST_HEADER_MAX + ENDPOINT_BASE_MAX + 16];
	struct buf out = BUF_OVER(text);
	struct gs_err err;
	struct url url;

	endpoint_url(e, &out);
	check(buf_ok(&out));
	if (out.len > URL_MAX) {
		return;
	}
	check(url_parse(buf_view(&out), "url", &url, &err) == GS_OK);
	check(view_eq(url.host, view_of(e->host)));
	check(url.tls == e->tls && url.port == e->port);
	check(url.is_ip == e->host_is_ip);
}

static void
check_endpoint(const struct endpoint_wish *wish, const struct endpoint *e)
{
	const struct store store = store_of_host(view_of(e->host));

	check(e->host[0] != '\0' && strlen(e->host) <= HOST_MAX);
	check(partition_region_is_valid(view_of(e->region)));
	check(strcmp(e->service, e->is_directory ? "s3express" : "s3") == 0);
	check(e->prefix[0] == '\0' || view_ends(view_of(e->prefix), VIEW("/")));
	check(wish->url.n > 0 || (store.is_aws && e->tls));
	check(!store.is_aws || strchr(e->region, '.') == NULL);
	check_url(e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct endpoint_wish wish =
		read_wish((struct view){(const char *)data, size});
	static struct endpoint e;
	struct gs_err err = {.code = GS_OK};

	if (endpoint_resolve(&wish, &e, &err) == GS_OK) {
		check_endpoint(&wish, &e);
	} else {
		check(err.code == GS_CONFIG && err.text[0] != '\0');
	}
	return 0;
}
