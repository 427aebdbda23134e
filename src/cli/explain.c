#include "cli/explain.h"

static const char text[] =
	"gocache-s3 is a helper of the go command: go starts it and talks to "
	"it over a pipe.\n"
	"There is nothing to do for it at a terminal.\n\n"
	"To share the build cache through a bucket:\n\n"
	"\texport GOCACHEPROG=gocache-s3\n"
	"\texport GOCACHE_S3_BUCKET=my-build-cache\n"
	"\tgo build ./...\n\n"
	"What is wrong, if it does not work: gocache-s3 doctor\n"
	"Every option: gocache-s3 -h\n";

void
cli_explain(struct buf *out)
{
	buf_str(out, text);
}
