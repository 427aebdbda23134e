/* Environment variables by name, from a given environment. */
#ifndef S3_ENV_H
#define S3_ENV_H

#include "base/view.h"

/* The value of a variable without blanks at its ends, or the empty view: AWS's
 * programs do not tell an empty variable from one that is not set. Borrows
 * from env, which is like environ. */
struct view env_get(char *const env[], const char *name);

/* As it stands, blanks included. */
struct view env_get_exact(char *const env[], const char *name);

#endif
