/* What somebody reads who starts the program by hand at a terminal. */
#ifndef CLI_EXPLAIN_H
#define CLI_EXPLAIN_H

#include "base/buf.h"

/* The room that cli_explain needs. */
enum { CLI_EXPLAIN_MAX = 1024 };

/* Appends what the program is, and how it is used. */
void cli_explain(struct buf *out);

#endif
