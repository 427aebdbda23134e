#include "mirror/sequel.h"

#include "os/thread.h"
#include "pack/pack.h"

#include <stdlib.h>

/* Makes room for `more` items beside the count that there are. */
static bool
reserve(void **items, uint32_t *cap, uint32_t count, uint32_t more, size_t size)
{
	uint32_t want = *cap > 0 ? *cap : 64;

	while (want < count + more) {
		want *= 2;
	}
	if (want == *cap) {
		return true;
	}
	void *grown = realloc(*items, want * size);

	if (grown) {
		*items = grown;
		*cap = want;
	}
	return grown;
}

bool
sequel_add_block(struct sequel *s, const struct snapshot_block *b,
	const struct ledger_batch *batch)
{
	uint32_t entries = (uint32_t)batch->count;

	if (s->pack_count == SNAPSHOT_PACKS_MAX ||
		s->block_count == SNAPSHOT_BLOCKS_MAX ||
		!reserve((void **)&s->blocks, &s->block_cap, s->block_count, 1,
			sizeof(*s->blocks)) ||
		!reserve((void **)&s->numbers, &s->number_cap, s->number_count,
			entries, sizeof(*s->numbers))) {
		return false;
	}
	struct compose_block *added = &s->blocks[s->block_count++];

	*added = (struct compose_block){*b, batch->first_use};
	added->block.first_entry = s->number_count;
	added->block.entries = (uint16_t)entries;
	added->block.idle = 0;
	for (uint32_t i = 0; i < entries; i++) {
		s->numbers[s->number_count++] = batch->number[i];
	}
	return true;
}

bool
sequel_add_pack(struct sequel *s, const struct snapshot_pack *pack)
{
	if (!reserve((void **)&s->packs, &s->pack_cap, s->pack_count, 1,
		    sizeof(*s->packs))) {
		return false;
	}
	s->packs[s->pack_count++] = *pack;
	return true;
}

void
sequel_drop_pack(struct sequel *s)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < s->block_count; i++) {
		if (s->blocks[i].block.pack != s->pack_count) {
			s->blocks[kept++] = s->blocks[i];
		}
	}
	s->block_count = kept;
}

uint32_t
sequel_count(const struct sequel *s, const struct ledger *l, uint32_t from,
	uint32_t to)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < s->block_count; i++) {
		const struct snapshot_block *b = &s->blocks[i].block;
		const uint32_t *number = s->numbers + b->first_entry;

		for (uint32_t k = 0; k < b->entries; k++) {
			count += number[k] >= from && number[k] < to &&
				 !snapshot_is_void(&l->entries[number[k]]);
		}
	}
	return count;
}

/* --- the snapshot ---------------------------------------------------------- */

static enum gs_code
no_memory(struct gs_err *err)
{
	return gs_fail(err, GS_SYS, "no memory for a snapshot", VIEW(""), NULL);
}

static enum gs_code
write_table(const struct compose *c, enum sha256_kind kind, struct scratch *to,
	struct gs_err *err)
{
	size_t len = snapshot_table_len(&c->head);
	char *table = malloc(len);
	enum gs_code code;

	if (!table) {
		return no_memory(err);
	}
	compose_write(c, (unsigned char *)table, kind);
	code = scratch_add(to, (struct view){table, len}, err);
	free(table);
	return code;
}

static enum gs_code
write_inline(const struct compose *c, const struct sequel_sources *from,
	struct scratch *to, struct gs_err *err)
{
	struct compose_inline next;
	enum gs_code code = GS_OK;
	size_t at = 0;

	while (code == GS_OK && compose_next_inline(c, &at, &next)) {
		if (next.is_new) {
			code = scratch_copy(to, from->inline_blocks,
				c->made.blocks[next.block].block.offset,
				next.len, err);
		} else {
			code = scratch_add(to,
				(struct view){(const char *)from->last_inline +
						      next.offset,
					next.len},
				err);
		}
	}
	return code;
}

static enum gs_code
write_composed(const struct compose *c, const struct sequel_sources *from,
	struct cachedir *dir, struct scratch *to, struct gs_err *err)
{
	struct scratch out;

	if (scratch_open(&out, dir, err) != GS_OK) {
		return err->code;
	}
	if (write_table(c, dir->hash, &out, err) != GS_OK ||
		write_inline(c, from, &out, err) != GS_OK) {
		scratch_close(&out);
		return err->code;
	}
	*to = out;
	return GS_OK;
}

enum gs_code
sequel_write(const struct sequel *s, const struct sequel_sources *from,
	struct cachedir *dir, struct scratch *to, struct gs_err *err)
{
	const struct plan *plan = &from->ledger->plan;
	const struct snapshot_head *last = &plan->last->head;
	const struct compose_new made = {
		.packs = s->packs,
		.blocks = s->blocks,
		.entries = from->ledger->entries,
		.numbers = s->numbers,
		.pack_count = s->pack_count,
		.block_count = s->block_count,
	};
	/* one more of each, since none may be NULL */
	struct compose_memory memory = {
		.order = calloc(last->blocks + s->block_count + 1,
			sizeof(*memory.order)),
		.pack = calloc(
			last->packs + s->pack_count + 1, sizeof(*memory.pack)),
	};
	enum gs_code code;

	if (memory.order && memory.pack) {
		struct compose c;

		compose_init(&c, plan, &made, &memory, &from->names);
		code = write_composed(&c, from, dir, to, err);
	} else {
		code = no_memory(err);
	}
	free(memory.order);
	free(memory.pack);
	return code;
}

/* --- its two keys ---------------------------------------------------------- */

struct sending {
	struct remote *remote;
	uint64_t size;
	struct id digest;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t ended;
	unsigned left, stored;
};

/* To one of the keys. */
struct errand {
	struct sending *sending;
	const struct id *id;
	int fd;
};

static void *
run_errand(void *arg)
{
	const struct errand *e = arg;
	struct sending *s = e->sending;
	char storage[KEY_NAME_MAX];
	struct buf key = BUF_OVER(storage);

	pack_snapshot_key(&key, e->id);
	bool stored = remote_write(s->remote, buf_view(&key), e->fd, s->size,
			      &s->digest) == REMOTE_DONE;

	pthread_mutex_lock(&s->lock);
	s->left--;
	s->stored += stored;
	pthread_cond_signal(&s->ended);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* The other's write ends as surely as ours, by the deadlines of its requests
 * (mirror/ask.h), and the drain waits for neither beyond its own. To leave before
 * it would take away what it works with. */
static void
await_end(struct sending *s)
{
	pthread_mutex_lock(&s->lock);
	while (s->left > 0) {
		pthread_cond_wait(&s->ended, &s->lock);
	}
	pthread_mutex_unlock(&s->lock);
}

unsigned
sequel_send(struct remote *remote, const struct scratch *file,
	const struct id *scope, const struct id *family)
{
	bool one_key = !family || id_eq(scope, family);
	struct sending s = {.remote = remote,
		.size = file->size,
		.digest = scratch_digest(file),
		.left = one_key ? 1 : 2};
	struct errand own = {&s, scope, file->fd};
	struct errand other = {&s, family, file->again};

	pthread_mutex_init(&s.lock, NULL);
	pthread_cond_init(&s.ended, NULL);
	if (!one_key && !thread_start(run_errand, &other)) {
		run_errand(&other);
	}
	run_errand(&own);
	await_end(&s);
	pthread_cond_destroy(&s.ended);
	pthread_mutex_destroy(&s.lock);
	return s.stored;
}
