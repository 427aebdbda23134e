#include "s3/extras_names.h"

#include "base/array.h"

#define OURS "gocache-s3 sets it itself"
#define CONNECTION "it is the connection's"
#define BODY "it would not be true of every body"
#define OTHER "it makes another request of it"
#define SSE_C "keys of one's own (SSE-C) are not supported"

/* A name that ends in a hyphen stands for all that begin with it. */
static const struct {
	const char *name, *why;
} refused[] = {
	{"host", OURS},
	{"authorization", OURS},
	{"date", OURS},
	{"user-agent", OURS},
	{"accept-encoding", OURS},
	{"range", OURS},
	{"content-length", OURS},
	{"content-type", OURS},
	{"x-amz-content-sha256", OURS},
	{"x-amz-date", OURS},
	{"x-amz-security-token", OURS},
	{"x-amz-s3session-token", OURS},
	{"x-amz-create-session-mode", OURS},
	{"x-amz-meta-outputid", OURS},
	{"x-amz-meta-time", OURS},
	{"x-amz-meta-actionid", OURS},

	{"connection", CONNECTION},
	{"expect", CONNECTION},
	{"keep-alive", CONNECTION},
	{"te", CONNECTION},
	{"trailer", CONNECTION},
	{"transfer-encoding", CONNECTION},
	{"upgrade", CONNECTION},
	{"proxy-", CONNECTION},

	{"content-encoding", BODY},
	{"content-md5", BODY},
	{"content-range", BODY},
	{"x-amz-checksum-", BODY},
	{"x-amz-sdk-checksum-algorithm", BODY},
	{"x-amz-trailer", BODY},
	{"x-amz-decoded-content-length", BODY},

	{"if-", OTHER},
	{"x-amz-copy-source", OTHER},
	{"x-amz-copy-source-", OTHER},
	{"x-amz-write-offset-bytes", OTHER},

	{"x-amz-server-side-encryption-customer-", SSE_C},
	{"x-amz-server-side-encryption", "-sse sets it"},
	{"x-amz-server-side-encryption-aws-kms-key-id",
		"-sse-kms-key-id sets it"},
	{"x-amz-storage-class", "-storage-class sets it"},
	{"x-amz-acl", "-acl sets it"},
	{"x-amz-tagging", "-tags sets it"},
	{"x-amz-request-payer", "-request-payer sets it"},
	{"x-amz-expected-bucket-owner", "-expected-bucket-owner sets it"},
};

const char *
extras_name_fault(struct view name)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct view known = view_of(refused[i].name), head = name;

		if (view_ends(known, VIEW("-")) && head.n > known.n) {
			head.n = known.n;
		}
		if (view_eq_nocase(head, known)) {
			return refused[i].why;
		}
	}
	return NULL;
}
