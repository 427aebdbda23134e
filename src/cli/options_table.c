#include "cli/options_table.h"

#include "base/array.h"

#define FIELD(name) offsetof(struct options, name)

const struct option options_table[] = {
	{"bucket", OPTION_TEXT, FIELD(bucket), "GOCACHE_S3_BUCKET", "", "NAME",
		"bucket of the shared cache; without it the cache is local"},
	{"prefix", OPTION_TEXT, FIELD(prefix), "GOCACHE_S3_PREFIX", "",
		"PREFIX", "put PREFIX/ before every key in the bucket"},
	{"path-style", OPTION_SWITCH, FIELD(path_style),
		"GOCACHE_S3_PATH_STYLE", "false", "",
		"name the bucket in the path, not in the host"},
	{"endpoint", OPTION_TEXT, FIELD(endpoint), "GOCACHE_S3_ENDPOINT", "",
		"URL",
		"S3 server; else AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the "
		"profile, AWS"},
	{"region", OPTION_TEXT, FIELD(region), "GOCACHE_S3_REGION", "",
		"REGION", "else AWS_REGION, AWS_DEFAULT_REGION, the profile"},
	{"profile", OPTION_TEXT, FIELD(profile), "GOCACHE_S3_PROFILE", "",
		"NAME",
		"profile of the shared AWS files; else AWS_PROFILE, `default`"},
	{"ca-bundle", OPTION_TEXT, FIELD(ca_bundle), "GOCACHE_S3_CA_BUNDLE", "",
		"FILE",
		"PEM file of the only authorities to trust; else "
		"AWS_CA_BUNDLE"},
	{"cache-dir", OPTION_TEXT, FIELD(cache_dir), "GOCACHE_S3_CACHE_DIR", "",
		"DIR",
		"local cache; else GOCACHE; `temp` is a private one, removed "
		"at the end"},
	{"drain", OPTION_DURATION, FIELD(drain_ms), "GOCACHE_S3_DRAIN", "10s",
		"DURATION", "how long uploads may go on after the build"},
	{"read-only", OPTION_SWITCH, FIELD(read_only), "GOCACHE_S3_READ_ONLY",
		"false", "", "upload nothing"},
	{"scope", OPTION_TEXT, FIELD(scope), "GOCACHE_S3_SCOPE", "", "NAME",
		"fetch what the last run of NAME used; else found out; or "
		"`off`"},
	{"prefetch", OPTION_SIZE, FIELD(prefetch_bytes), "GOCACHE_S3_PREFETCH",
		"all", "SIZE",
		"how much to fetch ahead: 500MB, 2GiB, `all` or `off`"},
	{"keep", OPTION_DAYS, FIELD(keep_s), "GOCACHE_S3_KEEP", "20", "DAYS",
		"age at which packs in use are written anew; 0: never"},
	{"stats", OPTION_TEXT, FIELD(stats), "GOCACHE_S3_STATS", "", "FILE",
		"append what the run did to FILE, as a line of JSON"},
	{"storage-class", OPTION_TEXT, FIELD(extras.storage_class),
		"GOCACHE_S3_STORAGE_CLASS", "", "CLASS",
		"storage class of what is uploaded, such as STANDARD_IA"},
	{"sse", OPTION_TEXT, FIELD(extras.sse), "GOCACHE_S3_SSE", "", "METHOD",
		"encryption of what is uploaded: AES256, aws:kms, "
		"aws:kms:dsse"},
	{"sse-kms-key-id", OPTION_TEXT, FIELD(extras.sse_kms_key_id),
		"GOCACHE_S3_SSE_KMS_KEY_ID", "", "KEY",
		"the KMS key for it; means `-sse aws:kms`"},
	{"acl", OPTION_TEXT, FIELD(extras.acl), "GOCACHE_S3_ACL", "", "ACL",
		"canned ACL of what is uploaded"},
	{"tags", OPTION_TEXT, FIELD(extras.tags), "GOCACHE_S3_TAGS", "", "TAGS",
		"tags of what is uploaded, as in `team=a&cost=b%20c`"},
	{"request-payer", OPTION_SWITCH, FIELD(extras.request_payer),
		"GOCACHE_S3_REQUEST_PAYER", "false", "",
		"pay for requests to somebody else's bucket"},
	{"expected-bucket-owner", OPTION_TEXT, FIELD(extras.bucket_owner),
		"GOCACHE_S3_EXPECTED_BUCKET_OWNER", "", "ACCOUNT",
		"refuse a bucket of any other account, 12 digits"},
	{"header", OPTION_TEXTS, FIELD(extras.headers), "GOCACHE_S3_HEADER", "",
		"HEADER",
		"send `Name: value` too; the flag may be repeated, the "
		"variable have lines"},
	{"strict", OPTION_SWITCH, FIELD(strict), "GOCACHE_S3_STRICT", "false",
		"", "fail at the start if the configuration is wrong"},
	{"v", OPTION_SWITCH, FIELD(verbose), "GOCACHE_S3_VERBOSE", "false", "",
		"give a summary at the end"},
	{"json", OPTION_SWITCH, FIELD(json), NULL, "false", "",
		"with doctor: print one JSON document"},
	{"version", OPTION_SWITCH, FIELD(show_version), NULL, "false", "",
		"print the version"},
	{"h", OPTION_SWITCH, FIELD(show_help), NULL, "false", "",
		"print this text"},
	{"help", OPTION_SWITCH, FIELD(show_help), NULL, "false", "", NULL},
};

const size_t options_count = ARRAY_LEN(options_table);
