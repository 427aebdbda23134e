/* Variables that name proxies (one per line), and the host to reach, which is
 * the first line. What is accepted is safe to send. */
#include "s3/proxy.h"

#include "env_lines.h"
#include "fuzz.h"
#include "s3/http1_syntax.h"
#include "s3/no_proxy.h"
#include "s3/url.h"

/* Its URL is one, and the heads it is put into hold no line more. */
static void
check_proxy(const struct proxy *p)
{
	char url_text[PROXY_URL_MAX], head_text[PROXY_CONNECT_MAX];
	struct buf url = BUF_OVER(url_text), head = BUF_OVER(head_text);
	struct url parsed;
	struct gs_err err;
	size_t with_password = p->authorization[0] != '\0';

	proxy_url(p, &url);
	check(buf_ok(&url));
	check(url_parse(buf_view(&url), "", &parsed, &err) == GS_OK);
	check(parsed.tls == p->tls && parsed.port == p->port);
	check(view_eq(parsed.host, view_of(p->host)));
	proxy_connect_head(p, VIEW("s3.test"), 443, &head);
	check(buf_ok(&head));
	check(count_lines(buf_view(&head)) == 4 + with_password);
	check(!with_password || http1_is_text(view_of(p->authorization)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view text = {(const char *)data, size}, host;
	struct gs_err err = {.code = GS_OK};
	struct proxy p;

	view_cut(text, '\n', &host, &text);
	bool tls = size % 2;
	char *const *env = env_lines(text);

	if (proxy_choose(env, tls, host, 443, &p, &err) != GS_OK) {
		check(err.code == GS_CONFIG);
		return 0;
	}
	check(!p.is_used || !no_proxy_ever(host));
	if (p.is_used) {
		check_proxy(&p);
	}
	return 0;
}
