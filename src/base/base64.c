#include "base/base64.h"

/*
 *	text  = *group [ char char ( char "=" / "==" ) ]
 *	group = 4char
 */
enum state {
	GROUP_0, /* between groups; the next three: within one */
	GROUP_1,
	GROUP_2,
	GROUP_3,
	WANT_PAD, /* one of two `=` was read */
	ENDED,    /* padded: nothing may follow */
	FAILED,
};

/* 64 + the value of a character; 0 for what is not in the alphabet. */
/* clang-format off */
static const uint8_t value_of[256] = {
	['A'] = 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76,
	['N'] = 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89,
	['a'] = 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 101, 102,
	['n'] = 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115,
	['0'] = 116, 117, 118, 119, 120, 121, 122, 123, 124, 125,
	['+'] = 126,
	['/'] = 127,
};
/* clang-format on */

static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_decoder_init(struct base64_decoder *d)
{
	*d = (struct base64_decoder){.state = GROUP_0};
}

bool
base64_decoder_at_end(const struct base64_decoder *d)
{
	return d->state == GROUP_0 || d->state == ENDED;
}

/* Decodes up to n whole groups; the answer is how many came before the first
 * that has another byte in it. This is where large bodies spend their time. */
static size_t
decode_groups(const unsigned char *in, size_t n, unsigned char *out)
{
	for (size_t i = 0; i < n; i++, in += 4, out += 3) {
		uint32_t a = value_of[in[0]], b = value_of[in[1]];
		uint32_t c = value_of[in[2]], d = value_of[in[3]];
		/* the sum without the four 64 */
		uint32_t v = (a << 18) + (b << 12) + (c << 6) + d - 0x1041040;

		if ((a & b & c & d & 64) == 0) {
			return i;
		}
		out[0] = (unsigned char)(v >> 16);
		out[1] = (unsigned char)(v >> 8);
		out[2] = (unsigned char)v;
	}
	return n;
}

/* Between groups: takes as many whole ones as there are and as fit. */
static size_t
bulk(const struct base64_decoder *d, struct view in, struct buf *out)
{
	size_t room = (out->cap - out->len) / 3;
	size_t n = in.n / 4 < room ? in.n / 4 : room;

	if (d->state != GROUP_0 || n == 0) {
		return 0;
	}
	n = decode_groups((const unsigned char *)in.p, n,
		(unsigned char *)out->p + out->len);
	out->len += 3 * n;
	return 4 * n;
}

static bool
take_pad(struct base64_decoder *d)
{
	if (d->bits != 0 || (d->state != GROUP_2 && d->state != GROUP_3 &&
				    d->state != WANT_PAD)) {
		return false;
	}
	d->state = d->state == GROUP_2 ? WANT_PAD : ENDED;
	return true;
}

static bool
take_char(struct base64_decoder *d, unsigned value, struct buf *out)
{
	/* the bits that wait after a character in each state */
	static const unsigned waiting[] = {6, 4, 2, 0};
	unsigned all = d->bits << 6 | value, left;

	if (d->state > GROUP_3) {
		return false;
	}
	left = waiting[d->state];
	if (d->state != GROUP_0) {
		buf_char(out, (char)(unsigned char)(all >> left));
	}
	d->bits = all & ((1U << left) - 1);
	d->state = (d->state + 1) % 4;
	return true;
}

/* True if c is part of the text and what it completes has room in out. */
static bool
can_take(const struct base64_decoder *d, unsigned char c, const struct buf *out)
{
	bool needs_room = d->state > GROUP_0 && d->state <= GROUP_3;

	if (c == '=') {
		return true;
	}
	return value_of[c] != 0 && (!needs_room || out->len < out->cap);
}

enum gs_code
base64_decode(struct base64_decoder *d, struct view in, size_t *used,
	struct buf *out, struct gs_err *err)
{
	size_t at = bulk(d, in, out);
	bool ok = d->state != FAILED;

	while (ok && at < in.n) {
		unsigned char c = (unsigned char)in.p[at];

		if (!can_take(d, c, out)) {
			break;
		}
		ok = c == '=' ? take_pad(d)
			      : take_char(d, value_of[c] & 63U, out);
		if (ok) {
			at++;
			at += bulk(d, view_skip(in, at), out);
		}
	}
	*used = at;
	if (!ok) {
		d->state = FAILED;
		return gs_fail(err, GS_BAD, "cannot decode base64", VIEW(""),
			"the padding is wrong");
	}
	return GS_OK;
}

bool
base64_decode_id(struct view text, struct id *id)
{
	struct id result;
	struct buf out = BUF_OVER(result.byte);
	struct base64_decoder d;
	struct gs_err err;
	size_t used;

	base64_decoder_init(&d);
	if (text.n != BASE64_LEN(ID_LEN) ||
		base64_decode(&d, text, &used, &out, &err) != GS_OK ||
		used != text.n || out.len != ID_LEN) {
		return false;
	}
	*id = result;
	return true;
}

void
base64_encode(struct buf *out, const void *bytes, size_t n)
{
	const unsigned char *in = bytes;

	if (n > SIZE_MAX / 2 || BASE64_LEN(n) > out->cap - out->len) {
		out->full = true;
	}
	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t v = (uint32_t)in[i] << 16 |
			     (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
			     (left > 2 ? in[i + 2] : 0U);

		buf_char(out, alphabet[v >> 18]);
		buf_char(out, alphabet[v >> 12 & 63]);
		buf_char(out, left > 1 ? alphabet[v >> 6 & 63] : '=');
		buf_char(out, left > 2 ? alphabet[v & 63] : '=');
	}
}
