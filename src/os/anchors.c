#include "os/anchors.h"

#include "base/cert.h"
#include "base/limits.h"
#include "base/pem.h"
#include "os/roots.h"

#include <stdlib.h>
#include <string.h>

enum {
	RSA_LEAST = 256, /* bytes of the modulus: 2048 bits */
	RSA_MOST = 512,  /* 4096 bits, BearSSL's own limit */
};

/* One PEM text on its way to anchors. A name and a key are shorter than the
 * text that encodes them, so the text's size bounds `bytes`. */
struct reader {
	br_x509_decoder_context x509;
	struct anchors out;
	size_t used;  /* of out.bytes */
	uint64_t now; /* a stamp */
	unsigned char der[CERT_MAX];
};

static void
append_name(void *ctx, const void *p, size_t n)
{
	struct reader *r = ctx;

	memcpy(r->out.bytes + r->used, p, n);
	r->used += n;
}

static unsigned char *
copy_key(struct reader *r, const unsigned char *p, size_t n)
{
	unsigned char *at = r->out.bytes + r->used;

	memcpy(at, p, n);
	r->used += n;
	return at;
}

static bool
is_usable(const br_x509_pkey *key)
{
	if (key->key_type == BR_KEYTYPE_RSA) {
		return key->key.rsa.nlen >= RSA_LEAST &&
		       key->key.rsa.nlen <= RSA_MOST;
	}
	return key->key_type == BR_KEYTYPE_EC;
}

static br_x509_pkey
copy_pkey(struct reader *r, const br_x509_pkey *key)
{
	br_x509_pkey k = *key;

	if (k.key_type == BR_KEYTYPE_RSA) {
		k.key.rsa.n = copy_key(r, k.key.rsa.n, k.key.rsa.nlen);
		k.key.rsa.e = copy_key(r, k.key.rsa.e, k.key.rsa.elen);
	} else {
		k.key.ec.q = copy_key(r, k.key.ec.q, k.key.ec.qlen);
	}
	return k;
}

static bool
is_current(struct view der, uint64_t now)
{
	struct cert cert;

	return cert_read(der, &cert) && cert.not_after >= now;
}

/* Makes an anchor of the certificate in r->der, or leaves r->out as it is. */
static bool
add_anchor(struct reader *r, struct view der)
{
	br_x509_trust_anchor *a = &r->out.list[r->out.count];
	size_t name_at = r->used;
	const br_x509_pkey *key;

	if (!is_current(der, r->now)) {
		return false;
	}
	br_x509_decoder_init(&r->x509, append_name, r);
	br_x509_decoder_push(&r->x509, der.p, der.n);
	key = br_x509_decoder_get_pkey(&r->x509);
	if (!key || !is_usable(key)) {
		r->used = name_at;
		return false;
	}
	a->dn.data = r->out.bytes + name_at;
	a->dn.len = r->used - name_at;
	a->flags = br_x509_decoder_isCA(&r->x509) ? BR_X509_TA_CA : 0;
	a->pkey = copy_pkey(r, key);
	r->out.count++;
	return true;
}

static void
read_blocks(struct reader *r, struct view pem)
{
	struct view label, body;

	while (pem_next(&pem, &label, &body)) {
		struct buf der = BUF_OVER(r->der);

		if (view_eq(label, VIEW("CERTIFICATE")) &&
			!(pem_decode(body, &der) &&
				add_anchor(r, buf_view(&der)))) {
			r->out.skipped++;
		}
	}
}

static size_t
count_blocks(struct view pem)
{
	struct view label, body;
	size_t count = 0;

	while (pem_next(&pem, &label, &body)) {
		count++;
	}
	return count;
}

bool
anchors_read(struct view pem, int64_t now_s, struct anchors *anchors)
{
	struct reader *r = calloc(1, sizeof *r);
	br_x509_trust_anchor *list =
		calloc(count_blocks(pem) + 1, sizeof *list);
	unsigned char *bytes = malloc(pem.n + 1);

	if (!r || !list || !bytes) {
		free(r);
		free(list);
		free(bytes);
		return false;
	}
	r->out = (struct anchors){.list = list, .bytes = bytes};
	r->now = cert_stamp(now_s);
	read_blocks(r, pem);
	*anchors = r->out;
	free(r);
	return true;
}

/* BearSSL's anchors lack const; it never writes through them. */
static unsigned char *
unconst(const unsigned char *p)
{
	union {
		const unsigned char *from;
		unsigned char *to;
	} u = {p};

	return u.to;
}

static br_x509_trust_anchor
anchor_of(const struct root *root, const unsigned char *name)
{
	const unsigned char *key = name + root->name_len;
	br_x509_trust_anchor a = {
		.dn = {unconst(name), root->name_len},
		.flags = BR_X509_TA_CA,
	};

	if (root->curve) {
		a.pkey.key_type = BR_KEYTYPE_EC;
		a.pkey.key.ec = (br_ec_public_key){
			root->curve, unconst(key), root->key_len};
	} else {
		a.pkey.key_type = BR_KEYTYPE_RSA;
		a.pkey.key.rsa = (br_rsa_public_key){unconst(key),
			root->key_len, unconst(key + root->key_len),
			root->exponent_len};
	}
	return a;
}

bool
anchors_embedded(struct anchors *anchors)
{
	br_x509_trust_anchor *list = calloc(roots_count + 1, sizeof *list);
	const unsigned char *at = roots_bytes;

	if (!list) {
		return false;
	}
	for (size_t i = 0; i < roots_count; i++) {
		list[i] = anchor_of(&roots[i], at);
		at += (size_t)roots[i].name_len + roots[i].key_len +
		      roots[i].exponent_len;
	}
	*anchors = (struct anchors){.list = list, .count = roots_count};
	return true;
}

void
anchors_release(struct anchors *anchors)
{
	free(anchors->list);
	free(anchors->bytes);
	*anchors = (struct anchors){0};
}
