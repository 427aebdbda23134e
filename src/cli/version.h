/* The program's version, MAJOR.MINOR.PATCH; the Makefile holds the number. */
#ifndef CLI_VERSION_H
#define CLI_VERSION_H

#include "base/buf.h"

extern const char version_text[];

/* Appends the answer to -version. */
void version_write(struct buf *out);

#endif
