/* What the mirror did, put together for the front. */
#ifndef MIRROR_TALLY_H
#define MIRROR_TALLY_H

#include "mirror/ahead.h"
#include "mirror/packer.h"

/* ahead and packer may be NULL. */
struct link_counts tally(
	struct remote *remote, struct ahead *ahead, struct packer *packer);

#endif
