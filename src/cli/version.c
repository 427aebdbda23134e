#include "cli/version.h"

const char version_text[] = GOCACHE_S3_VERSION;

void
version_write(struct buf *out)
{
	buf_str(out, "gocache-s3 ");
	buf_str(out, version_text);
	buf_char(out, '\n');
}
