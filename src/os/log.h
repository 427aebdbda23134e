/*
 * Lines for the person, on standard error: `gocache-s3: TEXT`.
 * Errors and warnings always, each text once per run and kind; information
 * only with -v. One thread at a time (the front's); the mirror's lines reach
 * the front over the link.
 */
#ifndef OS_LOG_H
#define OS_LOG_H

#include "base/err.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO };

/* verbose: whether LOG_INFO is shown. */
void log_init(bool verbose);

/* Writes one line, of what clean_add makes of the text. An equal one is written
 * once. A line that nobody makes room for in time is lost. */
void log_line(enum log_level level, struct view text);

/* The text of err. */
void log_err(enum log_level level, const struct gs_err *err);

#endif
