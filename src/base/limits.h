/*
 * Every named maximum, in one place. A value at its limit works, one past it
 * is GS_TOOBIG (or a miss). Sizes are bytes unless the name says otherwise.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

enum {
	/* what go says */
	REQUEST_LINE_MAX =
		4096, /* cmd/go's longest request line is under 300 */
	JSON_TOKENS_MAX = 64,
	JSON_TEXT_MAX = 64 * 1024,
	PENDING_GETS_MAX = 4096, /* gets that wait for the mirror */

	/* identifiers */
	ID_LEN = 32, /* ActionID and OutputID: a SHA-256 */
	ID_HEX_LEN = 2 * ID_LEN,

	/* the bucket */
	BUCKET_NAME_MAX = 255,
	KEY_PREFIX_MAX = 512,
	KEY_MAX = 1024,     /* S3's own limit */
	KEY_NAME_MAX = 128, /* of what is no entry, below the prefix */
	REGION_MAX = 63,
	HOST_MAX = 253, /* RFC 1035, as text */
	URL_MAX = 1024,
	ACCESS_KEY_MAX = 256,
	SECRET_KEY_MAX = 256,
	SESSION_TOKEN_MAX = 8192,

	/* where keys come from */
	ROLE_ARN_MAX = 2048, /* STS's own limits */
	ROLE_SESSION_MAX = 64,
	EXTERNAL_ID_MAX = 1224,
	WEB_TOKEN_MAX = 20000,
	SSO_TEXT_MAX = 255,       /* of an account or a role's name */
	LOGIN_SESSION_MAX = 2048, /* an ARN */
	COMMAND_MAX = 8192,

	/* HTTP */
	HTTP_HEADERS_MAX = 64,     /* lines of one message */
	HTTP_HEAD_MAX = 32 * 1024, /* status line and headers */
	HTTP_HEADER_LINE_MAX = 8192 + 1024,
	HTTP_INTERIM_MAX = 8, /* 1xx answers before the final one */
	HTTP_CHUNK_LINE_MAX = 256,
	ERROR_BODY_MAX = 64 * 1024,
	LIST_BODY_MAX = 2 * 1024 * 1024,

	/* the network */
	ADDRESSES_MAX = 48, /* of one name; musl keeps no more */
	NAMES_MAX = 8,      /* looked up in one run */

	/* files */
	CONFIG_FILE_MAX = 1024 * 1024,
	CA_FILE_MAX = 4 * 1024 * 1024,
	PATH_LEN_MAX = 3072, /* of the cache directory */

	/* packs and snapshots */
	PACK_BODY_MAX = 64 * 1024 * 1024, /* larger ones are objects only */
	PACK_BYTES_MAX = 128 * 1024 * 1024,
	BLOCK_ENTRIES_MAX = 1024,
	BLOCK_RAW_MAX = 8 + 80 * BLOCK_ENTRIES_MAX + PACK_BODY_MAX,
	SNAPSHOT_PACKS_MAX = 4096,
	SNAPSHOT_BLOCKS_MAX = 64 * 1024,
	SNAPSHOT_ENTRIES_MAX = 125 * 1000,
	SNAPSHOT_INLINE_MAX = 256 * 1024, /* bytes of blocks in it */

	/* certificates */
	CERT_MAX = 16 * 1024, /* one certificate, DER */
};

/* S3's limit for a single PUT. */
#define ARTIFACT_MAX (5ULL * 1024 * 1024 * 1024)

#endif
