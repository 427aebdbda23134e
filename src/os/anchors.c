#include "os/anchors.h"

#include "base/cert.h"
#include "base/limits.h"
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
	br_pem_decoder_context pem;
	br_x509_decoder_context x509;
	struct anchors out;
	size_t used;  /* of out.bytes */
	uint64_t now; /* a stamp */
	bool in_cert;
	size_t der_len; /* CERT_MAX + 1 if the block is too long */
	unsigned char der[CERT_MAX];
};

static void
append_der(void *ctx, const void *p, size_t n)
{
	struct reader *r = ctx;

	if (r->der_len > CERT_MAX || n > CERT_MAX - r->der_len) {
		r->der_len = CERT_MAX + 1;
		return;
	}
	memcpy(r->der + r->der_len, p, n);
	r->der_len += n;
}

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
is_current(const struct reader *r)
{
	struct view der = {(const char *)r->der, r->der_len};
	struct cert cert;

	return cert_read(der, &cert) && cert.not_after >= r->now;
}

/* Makes an anchor of the certificate in r->der, or leaves r->out as it is. */
static bool
add_anchor(struct reader *r)
{
	br_x509_trust_anchor *a = &r->out.list[r->out.count];
	size_t name_at = r->used;
	const br_x509_pkey *key;

	if (r->der_len > CERT_MAX || !is_current(r)) {
		return false;
	}
	br_x509_decoder_init(&r->x509, append_name, r);
	br_x509_decoder_push(&r->x509, r->der, r->der_len);
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
on_event(struct reader *r)
{
	switch (br_pem_decoder_event(&r->pem)) {
	case BR_PEM_BEGIN_OBJ:
		r->in_cert = strcmp(br_pem_decoder_name(&r->pem),
				     "CERTIFICATE") == 0;
		r->der_len = 0;
		br_pem_decoder_setdest(
			&r->pem, r->in_cert ? append_der : NULL, r);
		break;
	case BR_PEM_END_OBJ:
		r->out.skipped += r->in_cert && !add_anchor(r);
		break;
	case BR_PEM_ERROR:
		r->out.skipped += r->in_cert;
		r->in_cert = false;
		/* else bytes of this block would begin the next */
		br_pem_decoder_init(&r->pem);
		break;
	default:
		break;
	}
}

static void
feed(struct reader *r, struct view text)
{
	while (text.n > 0) {
		text = view_skip(
			text, br_pem_decoder_push(&r->pem, text.p, text.n));
		on_event(r);
	}
}

static size_t
count_blocks(struct view pem)
{
	const struct view begin = VIEW("-----BEGIN ");
	size_t count = 0;

	for (pem = view_skip(pem, view_find(pem, begin)); pem.n > 0;
		pem = view_skip(pem, view_find(pem, begin))) {
		pem = view_skip(pem, begin.n);
		count++;
	}
	return count;
}

bool
anchors_read(struct view pem, int64_t now_s, struct anchors *anchors)
{
	size_t blocks = count_blocks(pem);
	struct reader *r = calloc(1, sizeof *r);
	br_x509_trust_anchor *list = calloc(blocks + 1, sizeof *list);
	unsigned char *bytes = malloc(pem.n + 1);
	struct view part;

	if (!r || !list || !bytes) {
		free(r);
		free(list);
		free(bytes);
		return false;
	}
	r->out = (struct anchors){.list = list, .bytes = bytes};
	r->now = cert_stamp(now_s);
	br_pem_decoder_init(&r->pem);
	/* the decoder takes CR for a letter, and acts on whole lines only */
	while (view_cut(pem, '\r', &part, &pem)) {
		feed(r, part);
	}
	feed(r, part);
	feed(r, VIEW("\n"));
	*anchors = r->out;
	free(r);
	return true;
}

/* BearSSL's anchors lack const; it never writes through them. */
static unsigned char *
unconst(const unsigned char *p)
{
	return (unsigned char *)(uintptr_t)p;
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
