#include "s3/extras_names.h"

#include "base/array.h"

/* Names in lower case; one that ends in a hyphen stands for all that begin with
 * it. The first that fits counts. */
static const struct {
	const char *names, *why;
} refused[] = {
	{"host authorization date user-agent accept-encoding range "
	 "content-length content-type x-amz-content-sha256 x-amz-date "
	 "x-amz-security-token x-amz-s3session-token "
	 "x-amz-create-session-mode x-amz-meta-outputid x-amz-meta-time "
	 "x-amz-meta-actionid",
		"gocache-s3 sets it itself"},
	{"connection expect keep-alive te trailer transfer-encoding upgrade "
	 "proxy-",
		"it is the connection's"},
	{"content-encoding content-md5 content-range x-amz-checksum- "
	 "x-amz-sdk-checksum-algorithm x-amz-trailer "
	 "x-amz-decoded-content-length",
		"it would not be true of every body"},
	{"if- x-amz-copy-source x-amz-copy-source- x-amz-write-offset-bytes",
		"it makes another request of it"},
	{"x-amz-server-side-encryption-customer-",
		"keys of one's own (SSE-C) are not supported"},
	{"x-amz-server-side-encryption", "-sse sets it"},
	{"x-amz-server-side-encryption-aws-kms-key-id",
		"-sse-kms-key-id sets it"},
	{"x-amz-storage-class", "-storage-class sets it"},
	{"x-amz-acl", "-acl sets it"},
	{"x-amz-tagging", "-tags sets it"},
	{"x-amz-request-payer", "-request-payer sets it"},
	{"x-amz-expected-bucket-owner", "-expected-bucket-owner sets it"},
};

static bool
fits(struct view name, struct view known)
{
	if (view_ends(known, VIEW("-")) && name.n > known.n) {
		name.n = known.n;
	}
	return view_eq_nocase(name, known);
}

const char *
extras_name_fault(struct view name)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct view known, rest = view_of(refused[i].names);

		while (rest.n > 0) {
			view_cut(rest, ' ', &known, &rest);
			if (fits(name, known)) {
				return refused[i].why;
			}
		}
	}
	return NULL;
}
