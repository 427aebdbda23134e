/* What is said of a session at its end, as text. */
#ifndef FRONT_SUMMARY_H
#define FRONT_SUMMARY_H

#include "front/session.h"

enum { SUMMARY_MAX = 512 };

/* The line for -v: what was asked, and what is known of what it came to. */
void summary_write(const struct session *s, struct buf *line);

/* A warning if a close left uploads undone, or does not know; else nothing. */
void summary_of_dropped(const struct session *s, struct buf *line);

#endif
