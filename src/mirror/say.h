/* Lines for the person, by way of the front. Any thread. */
#ifndef MIRROR_SAY_H
#define MIRROR_SAY_H

#include "base/err.h"
#include "os/log.h"

/* Sends one line; lost without a word if the front is gone. */
void say(int link, enum log_level level, struct view text);

void say_err(int link, enum log_level level, const struct gs_err *err);

#endif
