/* How a mirror starts, up to its sandbox and its first request. */
#include "mirror/mirror_private.h"

#include "mirror/say.h"
#include "os/gocmd.h"
#include "os/process.h"

#include <string.h>

/* Finds out, before the sandbox shuts the files away, of which kind this run
 * is. False: packs and snapshots are not wanted. */
static bool
find_scope(struct mirror *m)
{
	const struct mirror_setup *setup = m->setup;

	if (strcmp(setup->scope, "off") == 0) {
		return false;
	}
	gocmd_scope(setup->go, setup->settings->env, setup->scope, &m->scope,
		&m->family);
	return true;
}

/* The snapshot is asked for at once, before go asks for anything. */
static void
start_packs(struct mirror *m)
{
	const struct ahead_setup ahead = {
		.remote = &m->remote,
		.dir = &m->dir,
		.scope = m->scope,
		.family = m->family,
		.budget = m->setup->prefetch_bytes,
		.ctx = m,
		.answer = mirror_end_ahead,
	};

	m->ahead = ahead_start(&ahead);
	m->crew.past = m->ahead ? ahead_past(m->ahead) : NULL;
	if (!m->ahead || m->setup->read_only) {
		return;
	}
	const struct packer_setup packer = {
		.remote = &m->remote,
		.dir = &m->dir,
		.ahead = m->ahead,
		.scope = m->scope,
		.family = m->family,
		.keep_s = m->setup->keep_s,
	};

	m->packer = packer_start(&packer);
}

static void
open_dir(struct mirror *m)
{
	struct gs_err err;

	if (cachedir_open(&m->dir, m->setup->cache_dir, &err) != GS_OK &&
		m->setup->cache_dir[0] != '\0') { /* the front has said why */
		say_err(m->link, LOG_WARNING, &err);
	}
	m->dir.temporary = m->setup->temporary_dir;
}

bool
mirror_begin(struct mirror *m)
{
	const struct remote_setup remote = {
		.link = m->link,
		.dir = &m->dir,
		.place = m->setup->place,
		.settings = m->setup->settings,
		.patience = &conn_usual_patience,
		.read_only = m->setup->read_only,
	};
	const struct crew_setup crew = {
		.remote = &m->remote,
		.dir = &m->dir,
		.ctx = m,
		.answer = mirror_answer,
	};

	m->signals = process_signals();
	open_dir(m);
	remote_start(&m->remote, &remote);
	if (!crew_init(&m->crew, &crew)) {
		return false;
	}
	if (remote_is_on(&m->remote)) {
		bool packs = find_scope(m);

		remote_enter_sandbox(&m->remote);
		remote_begin(&m->remote);
		if (packs) {
			start_packs(m);
		}
	}
	return true;
}
