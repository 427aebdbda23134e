/* What the parts of the chain share. Only chain*.c may include it. */
#ifndef S3_CHAIN_PRIVATE_H
#define S3_CHAIN_PRIVATE_H

#include "s3/chain.h"

/* Copies a variable's or a profile's value, "" without one, to a field.
 * GS_TOOBIG if it does not fit, GS_CONFIG for a NUL in it. */
GS_CHECKED enum gs_code chain_copy_variable(
	char *const env[], const char *name, struct buf to, struct gs_err *err);
GS_CHECKED enum gs_code chain_copy_key(const struct profile *p, const char *key,
	struct buf to, struct gs_err *err);

/* Appends a name for a message, cut if it is very long. */
void chain_add_name(struct buf *b, struct view name);

/* Sets c->from to "WHAT of profile 'NAME'". */
void chain_set_from(
	struct chain *c, const char *what, const struct profile *profile);

enum { CHAIN_PATH_LEN = CHAIN_ROLES_MAX + 1 };

/* The profiles from the one that was asked for to the one with the source. */
struct chain_path {
	struct profile at[CHAIN_PATH_LEN];
	char names[CHAIN_PATH_LEN][PROFILE_NAME_MAX];
	size_t count;
	bool comes_again; /* the last one has been there before */
	bool has_keys;    /* the last one, static ones */
};

/* Fills path from the profile that was asked for. GS_CONFIG for a profile on it
 * that makes no sense, or leads nowhere. */
GS_CHECKED enum gs_code chain_walk(const struct profile *asked,
	struct chain_path *path, struct gs_err *err);

const struct profile *chain_path_end(const struct chain_path *path);

/* Sources. Each fills its fields of c, kind and from among them; GS_CONFIG or
 * GS_TOOBIG names what is wrong. p is the profile that has it. */
GS_CHECKED enum gs_code chain_find_profile(
	const struct chain_search *search, struct chain *c, struct gs_err *err);
GS_CHECKED enum gs_code chain_find_sso(const struct chain_search *search,
	const struct profile *p, struct chain *c, struct gs_err *err);
GS_CHECKED enum gs_code chain_find_login(const struct chain_search *search,
	const struct profile *p, struct chain *c, struct gs_err *err);
GS_CHECKED enum gs_code chain_find_instance(
	const struct chain_search *search, struct chain *c, struct gs_err *err);

/* True if the environment names a container's endpoint. */
bool chain_has_container(const struct chain_search *search);
GS_CHECKED enum gs_code chain_find_container(
	const struct chain_search *search, struct chain *c, struct gs_err *err);

/* True if the profile has a piece of an SSO configuration. */
bool chain_has_sso(const struct profile *p);

/* True if EC2's metadata may not be asked. */
bool chain_instance_is_off(const struct chain_search *search);

enum chain_service { CHAIN_STS, CHAIN_PORTAL, CHAIN_OIDC };

/* Fills out with the service's URL, terminated: the one that is configured for
 * it, or AWS's in that region. GS_CONFIG names what is wrong. */
GS_CHECKED enum gs_code chain_find_service(const struct chain_search *search,
	enum chain_service service, struct view region, struct buf out,
	struct gs_err *err);

#endif
