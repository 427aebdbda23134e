#include "mirror/packs.h"

#include "os/clock.h"
#include "pack/pack.h"

/* zstd adds less than a 128th to what it cannot compress. */
_Static_assert(
	PACKS_BYTES + BLOCK_RAW_MAX + BLOCK_RAW_MAX / 128 < PACK_BYTES_MAX,
	"a pack has room for any block");
_Static_assert(
	2 * PLAN_SMALL_PACK_BYTES <= PACKS_BYTES, "two small packs become one");

void
packs_init(struct packs *p, struct remote *remote, struct cachedir *dir,
	struct ledger *ledger)
{
	p->remote = remote;
	p->dir = dir;
	p->ledger = ledger;
	p->made = (struct sequel){.packs = NULL};
	p->pack = p->inline_blocks = (struct scratch){.fd = -1, .again = -1};
	p->failures = 0;
	p->stored = p->stored_bytes = 0;
	press_init(&p->press, dir);
}

static void
note_failure(struct packs *p, const struct gs_err *err)
{
	p->failures++;
	remote_say(p->remote, REMOTE_TOPIC_DISK, LOG_WARNING, err);
}

/* True once the file is open and has its head. */
static bool
open_file(struct packs *p, struct scratch *file, struct view head)
{
	struct scratch opened;
	struct gs_err err;

	if (file->fd >= 0) {
		return true;
	}
	if (scratch_open(&opened, p->dir, &err) != GS_OK) {
		note_failure(p, &err);
		return false;
	}
	if (scratch_add(&opened, head, &err) != GS_OK) {
		scratch_close(&opened);
		note_failure(p, &err);
		return false;
	}
	*file = opened;
	return true;
}

/* Presses the batch to the file's end. It is as before if that fails, takes
 * more than room, or nothing of the batch counts. */
static bool
press(struct packs *p, const struct ledger_batch *batch, struct scratch *file,
	uint64_t room, struct snapshot_block *b)
{
	struct scratch mark = *file;
	struct gs_err err;
	bool good = press_block(&p->press, batch->entry, batch->count, file,
			    p->bad, &err) == GS_OK;

	if (!good) {
		note_failure(p, &err);
	} else {
		good = file->size - mark.size <= room &&
		       ledger_settle(p->ledger, batch, p->bad) > 0;
	}
	b->offset = mark.size;
	b->packed_len = (uint32_t)(file->size - mark.size);
	b->raw_len = (uint32_t)p->press.raw_len;
	good = good && sequel_add_block(&p->made, b, batch);
	if (!good) {
		scratch_go_back(file, &mark);
	}
	return good;
}

void
packs_add(struct packs *p, const struct ledger_batch *batch)
{
	struct snapshot_block b = {.pack = p->made.pack_count};
	unsigned failures = p->failures;
	unsigned char head[PACK_HEAD_LEN];

	pack_head(head);
	if (p->failures < PACKS_FAILURES_MAX &&
		open_file(p, &p->pack,
			(struct view){(char *)head, sizeof(head)})) {
		(void)press(p, batch, &p->pack, PACK_BYTES_MAX, &b);
	}
	/* a full disk has room again once the file is gone */
	if (p->pack.size >= PACKS_BYTES || p->failures > failures) {
		packs_end(p);
	}
}

bool
packs_add_inline(
	struct packs *p, const struct ledger_batch *batch, uint64_t room)
{
	struct snapshot_block b = {.pack = SNAPSHOT_INLINE};

	return open_file(p, &p->inline_blocks, VIEW("")) &&
	       press(p, batch, &p->inline_blocks, room, &b);
}

bool
packs_none_is_open(const struct packs *p)
{
	return p->pack.fd < 0;
}

/* Puts the pack into the bucket. */
static bool
send(struct packs *p)
{
	char storage[KEY_NAME_MAX];
	struct buf key = BUF_OVER(storage);
	struct snapshot_pack pack = {
		.id = scratch_digest(&p->pack),
		.size = p->pack.size,
		.created = clock_wall_ns() / 1000000000,
	};

	pack_key(&key, &pack.id);
	return remote_write(p->remote, buf_view(&key), p->pack.fd, pack.size,
		       &pack.id) == REMOTE_DONE &&
	       sequel_add_pack(&p->made, &pack);
}

void
packs_end(struct packs *p)
{
	if (p->pack.fd >= 0 && p->pack.size > PACK_HEAD_LEN) {
		if (send(p)) {
			p->stored++;
			p->stored_bytes += p->pack.size;
		} else {
			p->failures++;
			sequel_drop_pack(&p->made);
		}
	}
	scratch_close(&p->pack);
}
