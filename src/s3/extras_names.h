/* Which headers may be given by hand. Private to extras.c. */
#ifndef S3_EXTRAS_NAMES_H
#define S3_EXTRAS_NAMES_H

#include "base/view.h"

/* Why a header of this name cannot be given: it is ours, breaks the signature
 * or the body, or has an option. NULL if it can. */
const char *extras_name_fault(struct view name);

#endif
