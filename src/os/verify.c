#include "os/verify.h"

#include "base/buf.h"
#include "base/cert.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>

enum {
	RSA_LEAST = 256, /* bytes of the modulus: 2048 bits */
	DAY_SECONDS = 86400,
	DAYS_TO_1970 = 719528, /* BearSSL counts from year 0 */
	NAMES_SHOWN_MAX = 3,
	NAME_SHOWN_MAX = 64, /* bytes of each */
};

struct verify_host
verify_host_of(const char *name)
{
	struct verify_host host = {.name = name};

	if (inet_pton(AF_INET, name, host.address) == 1) {
		host.address_len = 4;
	} else if (inet_pton(AF_INET6, name, host.address) == 1) {
		host.address_len = 16;
	}
	return host;
}

/* --- the class -------------------------------------------------------------
 * BearSSL hands over the address of the object's first member. */

static struct verify *
self(const br_x509_class **ctx)
{
	return (struct verify *)(void *)ctx;
}

static void
start_chain(const br_x509_class **ctx, const char *server_name)
{
	struct verify *v = self(ctx);

	(void)server_name;
	v->certs = 0;
	v->leaf_len = 0;
	v->leaf_is_whole = true;
	v->chain.vtable->start_chain(&v->chain.vtable, NULL);
}

static void
start_cert(const br_x509_class **ctx, uint32_t length)
{
	struct verify *v = self(ctx);

	v->certs++;
	v->chain.vtable->start_cert(&v->chain.vtable, length);
}

static void
append(const br_x509_class **ctx, const unsigned char *p, size_t n)
{
	struct verify *v = self(ctx);

	if (v->certs == 1) {
		if (n <= sizeof v->leaf - v->leaf_len) {
			memcpy(v->leaf + v->leaf_len, p, n);
			v->leaf_len += n;
		} else {
			v->leaf_is_whole = false;
		}
	}
	v->chain.vtable->append(&v->chain.vtable, p, n);
}

static void
end_cert(const br_x509_class **ctx)
{
	struct verify *v = self(ctx);

	v->chain.vtable->end_cert(&v->chain.vtable);
}

static bool
read_leaf(const struct verify *v, struct cert *leaf)
{
	return v->leaf_is_whole &&
	       cert_read(
		       (struct view){(const char *)v->leaf, v->leaf_len}, leaf);
}

static bool
is_for_host(const struct cert *leaf, const struct verify_host *host)
{
	if (host->address_len > 0) {
		return cert_is_for_address(
			leaf, (struct view){(const char *)host->address,
				      host->address_len});
	}
	return cert_is_for_name(leaf, view_of(host->name));
}

static unsigned
end_chain(const br_x509_class **ctx)
{
	struct verify *v = self(ctx);
	unsigned answer = v->chain.vtable->end_chain(&v->chain.vtable);
	struct cert leaf;

	if (answer != 0) {
		return answer;
	}
	if (!v->leaf_is_whole) {
		return BR_ERR_X509_LIMIT_EXCEEDED;
	}
	if (!read_leaf(v, &leaf)) {
		return BR_ERR_X509_INVALID_VALUE;
	}
	if (!is_for_host(&leaf, &v->host)) {
		return BR_ERR_X509_BAD_SERVER_NAME;
	}
	return cert_is_for_servers(&leaf) ? 0 : BR_ERR_X509_FORBIDDEN_KEY_USAGE;
}

static const br_x509_pkey *
get_pkey(const br_x509_class *const *ctx, unsigned *usages)
{
	const struct verify *v = (const struct verify *)(const void *)ctx;

	return v->chain.vtable->get_pkey(&v->chain.vtable, usages);
}

static const br_x509_class verify_class = {
	.context_size = sizeof(struct verify),
	.start_chain = start_chain,
	.start_cert = start_cert,
	.append = append,
	.end_cert = end_cert,
	.end_chain = end_chain,
	.get_pkey = get_pkey,
};

void
verify_init(struct verify *v, br_ssl_engine_context *engine,
	struct verify_host host, const struct anchors *anchors, int64_t now_s)
{
	br_x509_minimal_context *chain = &v->chain;

	v->vtable = &verify_class;
	v->host = host;
	v->now = cert_stamp(now_s);
	v->certs = 0;
	v->leaf_len = 0;
	v->leaf_is_whole = true;
	br_x509_minimal_init(
		chain, &br_sha256_vtable, anchors->list, anchors->count);
	br_x509_minimal_set_rsa(chain, br_ssl_engine_get_rsavrfy(engine));
	br_x509_minimal_set_ecdsa(chain, br_ssl_engine_get_ec(engine),
		br_ssl_engine_get_ecdsa(engine));
	br_x509_minimal_set_hash(chain, br_sha256_ID, &br_sha256_vtable);
	br_x509_minimal_set_hash(chain, br_sha384_ID, &br_sha384_vtable);
	br_x509_minimal_set_hash(chain, br_sha512_ID, &br_sha512_vtable);
	br_x509_minimal_set_minrsa(chain, RSA_LEAST);
	br_x509_minimal_set_time(chain,
		(uint32_t)(now_s / DAY_SECONDS + DAYS_TO_1970),
		(uint32_t)(now_s % DAY_SECONDS));
	br_ssl_engine_set_x509(engine, &v->vtable);
}

/* --- in words --------------------------------------------------------------
 */

struct telling {
	const struct verify *v;
	const struct cert *leaf;
	const char *source;
};

static void
add_two_digits(struct buf *why, uint64_t n)
{
	buf_char(why, (char)('0' + n / 10 % 10));
	buf_char(why, (char)('0' + n % 10));
}

/* YYYY-MM-DD of a stamp */
static void
add_date(struct buf *why, uint64_t stamp)
{
	uint64_t date = stamp / 1000000;

	add_two_digits(why, date / 1000000);
	add_two_digits(why, date / 10000);
	buf_char(why, '-');
	add_two_digits(why, date / 100);
	buf_char(why, '-');
	add_two_digits(why, date);
}

static void
say_validity(struct buf *why, const struct telling *t)
{
	if (t->v->now > t->leaf->not_after) {
		buf_str(why, "its certificate expired on ");
		add_date(why, t->leaf->not_after);
	} else if (t->v->now < t->leaf->not_before) {
		buf_str(why, "its certificate is not valid before ");
		add_date(why, t->leaf->not_before);
	} else {
		buf_str(why, "a certificate above its own has expired or is"
			     " not valid yet");
	}
	buf_str(why, "; by this machine's clock it is ");
	add_date(why, t->v->now);
}

/* Names come from the server and may be of any length. */
static void
add_short(struct buf *why, struct view text)
{
	bool cut = text.n > NAME_SHOWN_MAX;

	buf_add(why, (struct view){text.p, cut ? NAME_SHOWN_MAX : text.n});
	buf_str(why, cut ? "..." : "");
}

static void
add_name(struct buf *why, const struct cert_name *name)
{
	char text[INET6_ADDRSTRLEN];
	int family = name->value.n == 4 ? AF_INET : AF_INET6;

	if (!name->is_address) {
		add_short(why, name->value);
	} else if (inet_ntop(family, name->value.p, text, sizeof text)) {
		buf_str(why, text);
	}
}

/* Whom the certificate is for; false for nobody. */
static bool
add_names(struct buf *why, const struct cert *leaf)
{
	struct view rest = leaf->alt_names;
	struct cert_name name;
	unsigned shown = 0;

	while (shown < NAMES_SHOWN_MAX && cert_next_name(&rest, &name)) {
		buf_str(why, shown++ > 0 ? ", " : "its certificate is for ");
		add_name(why, &name);
	}
	if (shown > 0 && cert_next_name(&rest, &name)) {
		buf_str(why, " and others");
	}
	return shown > 0;
}

static void
say_names(struct buf *why, const struct telling *t)
{
	buf_str(why, add_names(why, t->leaf)
			     ? ", not for this host"
			     : "its certificate names no host; it needs this"
			       " one in subjectAltName");
}

static void
say_authority(struct buf *why, const struct telling *t)
{
	if (view_eq(t->leaf->issuer, t->leaf->subject)) {
		buf_str(why, "its certificate is self-signed");
	} else {
		buf_str(why, "its certificate is from an unknown authority, '");
		add_short(why, cert_label(t->leaf->issuer));
		buf_str(why, "'");
	}
	buf_str(why, "; to trust it, name a PEM file with the authority's"
		     " certificate in AWS_CA_BUNDLE (used now: ");
	add_short(why, view_of(t->source));
	buf_str(why, ")");
}

static void
say_usage(struct buf *why, const struct telling *t)
{
	buf_str(why, cert_is_for_servers(t->leaf)
			     ? "the key usage of one of its certificates"
			       " forbids this use"
			     : "its certificate is not for servers (extended"
			       " key usage without serverAuth)");
}

/* Answers whose words depend on the server's own certificate. */
static const struct {
	int answer;
	void (*say)(struct buf *why, const struct telling *t);
} sayings[] = {
	{BR_ERR_X509_EXPIRED, say_validity},
	{BR_ERR_X509_BAD_SERVER_NAME, say_names},
	{BR_ERR_X509_NOT_TRUSTED, say_authority},
	{BR_ERR_X509_FORBIDDEN_KEY_USAGE, say_usage},
};

static const struct {
	int answer;
	const char *why;
} texts[] = {
	{BR_ERR_X509_WEAK_PUBLIC_KEY,
		"one of its certificates has an RSA key of less than 2048"
		" bits"},
	{BR_ERR_X509_UNSUPPORTED,
		"one of its certificates has a key or signature that is not"
		" supported: RSA with SHA-2 (neither SHA-1 nor PSS) and ECDSA"
		" on P-256, P-384 or P-521 are"},
	{BR_ERR_X509_LIMIT_EXCEEDED,
		"one of its certificates is too large, or its RSA key has more"
		" than 4096 bits"},
	{BR_ERR_X509_CRITICAL_EXTENSION,
		"one of its certificates has a critical extension that is not"
		" supported, as name constraints are"},
	{BR_ERR_X509_NOT_CA,
		"one of its certificates is signed by one that is no"
		" authority"},
	{BR_ERR_X509_DN_MISMATCH,
		"its certificates are not in order, each signed by the next"},
	{BR_ERR_X509_BAD_SIGNATURE,
		"the signature on one of its certificates is wrong"},
	{BR_ERR_X509_EMPTY_CHAIN, "it shows no certificate"},
};

static void
say(struct buf *why, const struct verify *v, int answer, const char *source)
{
	struct cert leaf;
	struct telling t = {v, &leaf, source};

	for (size_t i = 0; i < sizeof sayings / sizeof *sayings; i++) {
		if (sayings[i].answer == answer && read_leaf(v, &leaf)) {
			sayings[i].say(why, &t);
			return;
		}
	}
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (texts[i].answer == answer) {
			buf_str(why, texts[i].why);
			return;
		}
	}
	buf_str(why, "one of its certificates is malformed");
}

enum gs_code
verify_explain(const struct verify *v, int answer, const char *source,
	struct gs_err *err)
{
	char text[GS_ERR_TEXT_MAX];
	struct buf why = BUF_OVER(text);

	say(&why, v, answer, source);
	return gs_fail(err, GS_TRUST, "cannot trust", view_of(v->host.name),
		buf_cstr(&why));
}

void
verify_describe(const struct verify *v, struct buf *out)
{
	struct cert leaf;

	if (!read_leaf(v, &leaf)) {
		return;
	}
	(void)add_names(out, &leaf);
	buf_str(out, ", by '");
	add_short(out, cert_label(leaf.issuer));
	buf_str(out, "', until ");
	add_date(out, leaf.not_after);
	buf_str(out, "; with it came ");
	buf_uint(out, v->certs - 1);
	buf_str(out, v->certs == 2 ? " other" : " others");
}
