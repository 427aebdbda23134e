/* A name for the bucket, for the marks of the cache directory. */
#ifndef FRONT_PLACE_H
#define FRONT_PLACE_H

#include "base/id.h"
#include "s3/settings.h"

/*
 * Names what the run was told, not what that comes to: the shared files are not
 * read for it. Objects expire, buckets are emptied and files may come to name
 * another one, so a name is good for a week (now_ns is Unix time), and then
 * every entry is offered anew.
 */
struct id place_name(const struct settings_input *in, int64_t now_ns);

#endif
