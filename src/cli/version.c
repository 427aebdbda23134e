#include "cli/version.h"

const char version_text[] = GOCACHE_S3_VERSION;
