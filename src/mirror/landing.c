#include "mirror/landing.h"

#include "base/array.h"
#include "os/fdio.h"
#include "pack/zblock.h"

#include <errno.h>
#include <stdlib.h>

struct landing {
	struct landing_setup with;
	uint32_t first_slot; /* of the block */
	/* the entry that is coming */
	bool wanted;   /* else its body may be, for a later one */
	bool in_place; /* its body is */
	bool writing;  /* its body */
	struct entry entry;
	struct cachedir_body body;
	struct zblock_reader reader;
};

struct landing *
landing_new(const struct landing_setup *with)
{
	struct landing *l = malloc(sizeof(*l));

	if (l) {
		l->with = *with;
		l->writing = false;
		zblock_reader_init(&l->reader);
	}
	return l;
}

void
landing_abort(struct landing *l)
{
	if (l->writing) {
		cachedir_body_abort(l->with.dir, &l->body);
		l->writing = false;
	}
}

void
landing_free(struct landing *l)
{
	if (l) {
		landing_abort(l);
		free(l);
	}
}

enum gs_code
landing_begin(struct landing *l, size_t block, struct gs_err *err)
{
	struct snapshot_block b = snapshot_block_at(l->with.snapshot, block);
	const struct zblock_len len = {b.packed_len, b.raw_len, b.entries};

	landing_abort(l);
	l->first_slot = b.first_entry;
	return zblock_reader_begin(&l->reader, &len, err);
}

/* The slot of entry i of the block. */
static uint32_t
slot_of(const struct landing *l, size_t i)
{
	return l->first_slot + (uint32_t)i;
}

/* The slot of the entry that is coming. */
static uint32_t
this_slot(const struct landing *l)
{
	return slot_of(l, l->reader.block.at);
}

static enum gs_code
refuse(const char *why, struct gs_err *err)
{
	return gs_fail(err, GS_BAD, "block", VIEW(""), why);
}

static bool
is_here(const struct landing *l)
{
	struct entry e;

	if (!cachedir_get(l->with.dir, &l->entry.action, &e)) {
		return false;
	}
	l->with.landed(l->with.ctx, this_slot(l), &e, false);
	return true;
}

static bool
is_announced(
	const struct block_entry *e, const struct snapshot_entry *announced)
{
	return id_eq(&announced->action, &e->action) &&
	       announced->tag == snapshot_tag(&e->output);
}

/* Whether the snapshot takes entry i of the block from there. */
static bool
counts(const struct landing *l, size_t i)
{
	const struct block_entry *e = &l->reader.block.entry[i];
	uint32_t slot = slot_of(l, i);
	struct snapshot_entry announced =
		snapshot_entry_at(l->with.snapshot, slot);

	return is_announced(e, &announced) &&
	       index_find(l->with.known, &e->action) == slot;
}

/* Whether a later entry of the block, which has no body of its own, needs the
 * one that is coming. */
static bool
is_shared(const struct landing *l)
{
	const struct block_reader *r = &l->reader.block;
	struct entry here;

	for (size_t i = r->at + 1; r->has_body && i < r->count; i++) {
		const struct block_entry *e = &r->entry[i];

		if (id_eq(&e->output, &l->entry.output) && counts(l, i) &&
			!cachedir_get(l->with.dir, &e->action, &here)) {
			return true;
		}
	}
	return false;
}

/* Unless the body is in place: begins to write it, if it is to come. */
static enum gs_code
begin_body(struct landing *l, struct gs_err *err)
{
	const struct entry *e = &l->entry;
	bool is_to_come = l->reader.block.has_body || e->size == 0;

	l->in_place = cachedir_has_body(l->with.dir, &e->output, e->size);
	if (l->in_place || !is_to_come) {
		return GS_OK;
	}
	enum gs_code code =
		cachedir_body_begin(l->with.dir, &l->body, &e->output, err);

	l->writing = code == GS_OK;
	return code;
}

/* An entry begins: is it what the snapshot says, and what of it is needed? */
static enum gs_code
begin_entry(struct landing *l, struct gs_err *err)
{
	size_t i = l->reader.block.at;
	const struct block_entry *e = &l->reader.block.entry[i];
	struct snapshot_entry announced =
		snapshot_entry_at(l->with.snapshot, this_slot(l));

	if (!snapshot_is_void(&announced) && !is_announced(e, &announced)) {
		return refuse("another entry than announced", err);
	}
	l->entry = (struct entry){e->action, e->output, e->size, e->time_ns};
	l->wanted = counts(l, i) && !is_here(l);
	return l->wanted || is_shared(l) ? begin_body(l, err) : GS_OK;
}

static enum gs_code
add_body(struct landing *l, struct view bytes, struct gs_err *err)
{
	if (!l->writing || cachedir_body_add(&l->body, bytes, err) == GS_OK) {
		return GS_OK;
	}
	return fd_fail(err, "cannot write to cache directory",
		l->with.dir->path, err->sys_errno);
}

static enum gs_code
commit_body(struct landing *l, struct gs_err *err)
{
	if (!l->writing) {
		return GS_OK;
	}
	l->writing = false;
	l->in_place = true;
	return cachedir_body_commit(l->with.dir, &l->body, l->entry.size, err);
}

static enum gs_code
put_entry(struct landing *l, struct gs_err *err)
{
	l->with.proven(l->with.ctx, &l->entry);
	if (cachedir_put(l->with.dir, &l->entry, err) != GS_OK) {
		return err->code;
	}
	l->with.landed(l->with.ctx, this_slot(l), &l->entry, true);
	return GS_OK;
}

/* Its body is where it should be, or it is no entry. Somebody may have put the
 * same while the body came. */
static enum gs_code
end_entry(struct landing *l, struct gs_err *err)
{
	if (l->wanted && l->writing && is_here(l)) {
		l->wanted = false;
		if (!is_shared(l)) {
			landing_abort(l);
		}
	}
	enum gs_code code = commit_body(l, err);

	if (code == GS_OK && l->wanted && l->in_place) {
		code = put_entry(l, err);
	}
	return code;
}

static enum gs_code
handle(struct landing *l, enum block_event event, struct view body,
	struct gs_err *err)
{
	switch (event) {
	case BLOCK_ENTRY:
		return begin_entry(l, err);
	case BLOCK_BODY:
		return add_body(l, body, err);
	case BLOCK_ENTRY_END:
		return end_entry(l, err);
	case BLOCK_MORE:
	case BLOCK_END:
		break;
	}
	return GS_OK;
}

/* True if something else has one of the entry's names, or its files were taken
 * away meanwhile: others may land. */
static bool
is_odd_name(const struct gs_err *err)
{
	static const int why[] = {EISDIR, ENOTDIR, ENOTEMPTY, EEXIST, ENOENT};
	size_t i = 0;

	while (i < ARRAY_LEN(why) && err->sys_errno != why[i]) {
		i++;
	}
	return err->code == GS_SYS && i < ARRAY_LEN(why);
}

/* One event of the block. */
static enum gs_code
feed_once(struct landing *l, struct view in, size_t *used,
	enum block_event *event, struct gs_err *err)
{
	struct view body;
	struct gs_err why;
	enum gs_code code =
		zblock_feed(&l->reader, in, used, event, &body, err);

	if (code != GS_OK || handle(l, *event, body, &why) == GS_OK) {
		return code;
	}
	if (is_odd_name(&why)) {
		landing_abort(l);
		l->wanted = false;
		return GS_OK;
	}
	*err = why;
	return why.code;
}

enum gs_code
landing_feed(struct landing *l, struct view in, size_t *used, bool *complete,
	struct gs_err *err)
{
	enum block_event event;
	enum gs_code code;

	*used = 0;
	do {
		size_t taken = 0;

		code = feed_once(l, view_skip(in, *used), &taken, &event, err);
		*used += taken;
	} while (code == GS_OK && event != BLOCK_MORE && event != BLOCK_END);
	*complete = code == GS_OK && event == BLOCK_END;
	if (code != GS_OK) {
		landing_abort(l);
	}
	return code;
}
