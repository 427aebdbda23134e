/*
 * `gocache-s3 doctor`: takes every step of a run one after the other, each only
 * if those that it needs went well, and says of each what is so, or what is
 * wrong and what mends it (docs/doctor.md). Puts one small object into the
 * bucket and takes it out again, unless the run is read-only.
 */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include "cli/options.h"
#include "front/local.h"
#include "s3/settings.h"

struct doctor_setup {
	const struct options *options;
	const struct settings_input *settings;
	const struct local_places *places;
	const char *version;
};

/* Prints to standard output as it goes: lines for a person, or with -json one
 * document for programs. True if nothing failed, and that could be
 * told. */
bool doctor_run(const struct doctor_setup *with);

#endif
