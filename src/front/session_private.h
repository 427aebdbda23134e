/* Shared by the session's own source files only. */
#ifndef FRONT_SESSION_PRIVATE_H
#define FRONT_SESSION_PRIVATE_H

#include "front/session.h"

/* The buffer for replies, with room for one. */
struct buf *session_room(struct session *s);

/* Answer one get. */
void session_add_hit(struct session *s, int64_t id, const struct entry *e);
void session_add_miss(struct session *s, int64_t id);

/* go gets this entry, which the bucket has: tells the mirror, in order of use,
 * if it wants to know. It may be lost. */
void session_report(struct session *s, const struct entry *e);

/* Answers the close, after all gets that still wait: the end. */
void session_answer_close(struct session *s, enum session_close how);

#endif
