/*
 * The AWS config and credentials files, as aws-sdk-go-v2 reads them
 * (config/internal/ini). Line by line; whatever matches nothing is ignored:
 *
 *	comment      = *WSP ( "#" / ";" ) ...
 *	section      = *WSP "[" [ type 1*WSP ] name "]" [ ( "#" / ";" ) ... ]
 *	property     = key ( "=" / ":" ) value [ WSP ( "#" / ";" ) ... ]
 *	sub-property = 1*WSP key ( "=" / ":" ) value
 *	continuation = 1*WSP text
 *
 * A pair of quotes around a value is dropped, keys are equal in either case.
 * A sub-property belongs to the property above it if that has an empty value
 * (`s3 =`), else it is a property itself. A continuation adds a line to a
 * value that is not empty. Sections with the same name are one; the later of
 * two values counts. Beyond Go, names may stand in quotes, as the AWS CLI
 * writes them: [profile 'my prof'].
 */
#ifndef BASE_INI_H
#define BASE_INI_H

#include "base/buf.h"

enum ini_file {
	/* [profile NAME], [sso-session NAME], [services NAME]; for profile
	 * default, in either case, also [default], unless there is a
	 * [profile default] */
	INI_CONFIG,
	/* [NAME] for profile NAME, no [profile NAME]; the others as above */
	INI_CREDENTIALS,
};

/* A section that is asked for. */
struct ini_section {
	enum ini_file file;
	struct view type; /* profile, sso-session, services */
	struct view name;
};

/* True if the file's text has such a section, be it an empty one. */
bool ini_has(struct view text, const struct ini_section *section);

/*
 * Clears *value and fills it with what the section says for key, or, unless
 * sub_key is empty, for sub_key below key. False if it says nothing. A value
 * that does not fit marks the buffer full.
 */
bool ini_get(struct view text, const struct ini_section *section,
	struct view key, struct view sub_key, struct buf *value);

/* The line, from 1, of the value that counts; 0 if the section says nothing
 * for key. For messages. */
size_t ini_line(
	struct view text, const struct ini_section *section, struct view key);

#endif
