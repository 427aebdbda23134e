/*
 * A strict reader of one JSON document (RFC 8259) on top of jsmn.
 *
 * jsmn only says where tokens are; that they form a document is checked here,
 * because jsmn lets much else pass. Refused: anything but one object or array
 * between blanks, missing or additional commas and colons, names that are no
 * strings or that come twice in one object (compared after unescaping), wrong
 * literals and numbers, control bytes, bad escapes, surrogates that are no
 * pair, and what is not UTF-8.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

enum json_kind {
	JSON_OBJECT,
	JSON_ARRAY,
	JSON_STRING,
	JSON_NUMBER,
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL,
};

/* A parsed document. It borrows the text it was made from. All private. */
struct json {
	const char *text;
	size_t count;

	struct json_token {
		enum json_kind kind;
		uint32_t start, end; /* a string's are inside the quotes */
		uint32_t next;       /* the first token after all its own */
	} token[JSON_TOKENS_MAX];
};

/* The document's own value; others come from json_member. */
enum { JSON_ROOT = 0 };

/*
 * GS_BAD if text is not such a document, GS_TOOBIG if it is longer than
 * JSON_TEXT_MAX or has more than JSON_TOKENS_MAX names and values; *j is then
 * of no use. err never quotes the text, which may hold a secret.
 */
GS_CHECKED enum gs_code json_parse(
	struct json *j, struct view text, struct gs_err *err);

enum json_kind json_kind(const struct json *j, size_t value);

/* Finds a member by its exact name, which holds neither quotes nor backslashes.
 * False, and *value untouched, if object is none or has no such member. */
bool json_member(
	const struct json *j, size_t object, struct view name, size_t *value);

/* As json_member, but ASCII letters are equal in either case; the first of
 * several. */
bool json_member_nocase(
	const struct json *j, size_t object, struct view name, size_t *value);

/* A value as it is written, a string with its quotes. */
struct view json_written(const struct json *j, size_t value);

/* Reads a number without fraction and exponent. False, and *n untouched, for
 * another kind of value and for what does not fit. */
bool json_int64(const struct json *j, size_t value, int64_t *n);

/* Appends an unescaped string, which may hold any character, NUL too. False,
 * and nothing appended, for another kind of value and for what does not fit,
 * which also marks the buffer full. */
bool json_string(const struct json *j, size_t value, struct buf *out);

#endif
