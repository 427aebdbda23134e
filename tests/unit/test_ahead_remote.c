/* What is fetched ahead, from a scripted store over its connections. */
#include "mirror/ahead_private.h"

#include "remote_fixture.h"

#include "flights.h"
#include "temporaries.h"

static struct fixture *f;
static struct flight_sample *sample;
static struct ahead *ahead;

static const struct flight_block blocks[] = {
	{SNAPSHOT_INLINE, 10, 3, 20, 0},
	{0, 20, 4, 5000, 0},
	{1, 30, 4, 5000, 0},
	{0, 40, 4, 5000, 0},
	{1, 50, 1, 300000, 0},
};

enum { BLOCKS = 5 };

#define PACKS "GET /bucket/p/gocache-s3/1/packs/"

static struct {
	pthread_mutex_t lock; /* guards what follows */
	size_t found, failed;
} answers = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void
note_answer(void *ctx, const struct id *action, bool found)
{
	pthread_mutex_lock(&answers.lock);
	answers.found += found;
	answers.failed += !found;
	pthread_mutex_unlock(&answers.lock);
}

/* The object that is asked for; empty if there is none. */
static struct view
object_of(const struct heard *h)
{
	struct view key = view_skip(view_of(h->head), 4), rest;
	char text[128];

	view_cut(key, ' ', &key, &rest);
	key = view_skip(key, strlen("/bucket/p/"));
	for (uint32_t i = 0; i <= sample->head.packs; i++) {
		struct buf name = BUF_OVER(text);

		if (i < sample->head.packs) {
			pack_key(&name, &sample->pack[i].id);
		} else {
			pack_snapshot_key(&name, &sample->head.scope);
		}
		if (view_eq(buf_view(&name), key)) {
			return i < sample->head.packs
				       ? (struct view){sample->pack_bytes[i],
						 (size_t)sample->pack[i].size}
				       : (struct view){
						 sample->bytes, sample->len};
		}
	}
	return VIEW("");
}

/* All of what is asked for, but for some bytes at its end. */
static bool
answer_part(int fd, const struct heard *h, struct view object, size_t held)
{
	struct view range = heard_header(h, "range"), first, last;
	unsigned long long from, to;
	char head[256];

	if (range.n == 0) {
		snprintf(head, sizeof(head),
			"HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
			object.n);
		say_text(fd, head);
		say_bytes(fd, object.p, object.n);
		return true;
	}
	view_cut(view_skip(range, strlen("bytes=")), '-', &first, &last);
	assert_true(view_uint(first, object.n - 1, &from));
	assert_true(view_uint(last, object.n - 1, &to));
	snprintf(head, sizeof(head),
		"HTTP/1.1 206 Partial Content\r\nContent-Length: %llu\r\n"
		"Content-Range: bytes %llu-%llu/%zu\r\n\r\n",
		to - from + 1, from, to, object.n);
	say_text(fd, head);
	say_bytes(fd, object.p + from, (size_t)(to - from + 1) - held);
	return true;
}

static bool
give_all(struct script *s, int fd, const struct heard *h)
{
	struct view object = object_of(h);

	return object.n > 0
		       ? answer_part(fd, h, object, 0)
		       : answer_error(fd, "404 Not Found", "", "NoSuchKey");
}

/* Connections that lie in the pool. */
static size_t
count_idle(void)
{
	struct conn_pool *pool = &f->remote.pool;

	pthread_mutex_lock(&pool->lock);
	size_t count = pool->count[CONN_GET];

	pthread_mutex_unlock(&pool->lock);
	return count;
}

/* A snapshot waits for the connections of the flight, a pack for requests on
 * more of them than those of the snapshots. */
static bool
is_early(struct script *s, const struct heard *h)
{
	return heard_starts(h, PACKS)
		       ? script_count(s, PACKS) <= PAST_REQUESTS
		       : count_idle() < AHEAD_HANDS_MIN - PAST_REQUESTS;
}

static bool
give_late(struct script *s, int fd, const struct heard *h)
{
	while (!s->stopping && is_early(s, h)) {
		usleep(1000);
	}
	return give_all(s, fd, h);
}

/* Only the snapshot is given; a pack is begun, and then nothing. */
static bool
hang_in_packs(struct script *s, int fd, const struct heard *h)
{
	if (heard_starts(h, PACKS)) {
		say_text(fd, "HTTP/1.1 206 Partial Content\r\n");
		return true;
	}
	return give_all(s, fd, h);
}

static void
take_off(script_answer *answer, unsigned answer_ms)
{
	sample = flights_make(2, blocks, BLOCKS);
	answers.found = answers.failed = 0;
	f = fixture_prepare(answer);
	f->patience.answer_ms = f->patience.speed_ms = answer_ms;
	fixture_start(f);
	const struct ahead_setup with = {
		.remote = &f->remote,
		.dir = &f->dir,
		.scope = sample->head.scope,
		.family = sample->head.family,
		.budget = UINT64_MAX,
		.answer = note_answer,
	};

	ahead = ahead_start(&with);
	assert_non_null(ahead);
}

static void
land(void)
{
	for (int i = 0;
		i < FIXTURE_SOON_MS &&
		(ahead_is_at_work(ahead) || !past_is_over(&ahead->past));
		i++) {
		usleep(1000);
	}
	assert_false(ahead_is_at_work(ahead));
}

static void
end(void)
{
	for (size_t i = 0; i < PAST_REQUESTS; i++) {
		free(ahead->past.request[i].bytes);
		free(ahead->past.request[i].slot);
	}
	free(ahead->block);
	free(ahead->slot);
	free(ahead->spoilt);
	free(ahead);
	fixture_close(f);
	flights_free(sample);
}

static bool
is_there(const struct flight_block *b, unsigned n)
{
	struct block_entry made = flights_entry(b, n);
	struct entry e;

	return cachedir_get(&f->dir, &made.action, &e) &&
	       id_eq(&e.output, &made.output) && is_shared(f, &e);
}

static void
everything_comes_on_few_connections(void **state)
{
	take_off(give_all, FIXTURE_SOON_MS);
	land();
	for (size_t i = 0; i < BLOCKS; i++) {
		for (unsigned n = 0; n < blocks[i].count; n++) {
			assert_true(is_there(&blocks[i], blocks[i].first + n));
		}
	}
	assert_int_equal(ahead_counts(ahead).entries, 16);
	/* two for the snapshots, and four legs at most at the same time */
	assert_true(script_count_conns(&f->server) <= 6);
	assert_int_equal(script_count(&f->server, PACKS), 4);
	assert_said_nothing(f);
	end();
}

/* Whether a connection that was opened before anything was answered began with
 * a pack. */
static bool
began_with_a_pack(struct script *s)
{
	bool found = false;

	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->heard_count; i++) {
		const struct heard *h = &s->heard[i];

		found |= h->conn < ahead->hands && h->turn == 0 &&
			 heard_starts(h, PACKS);
	}
	pthread_mutex_unlock(&s->lock);
	return found;
}

static void
early_connections_are_used(void **state)
{
	struct id unknown = action_of(1);

	take_off(give_late, FIXTURE_SOON_MS);
	assert_true(ahead_take(ahead, &unknown));
	land();
	assert_int_equal(answers.failed, 1);
	assert_true(began_with_a_pack(&f->server));
	end();
}

static void
a_store_that_hangs_keeps_nobody_for_ever(void **state)
{
	struct id action = packs_action(21);

	take_off(hang_in_packs, 200);
	assert_int_equal(past_wait(&ahead->past, CLOCK_NEVER), PAST_WHOLE);
	(void)ahead_take(ahead, &action); /* or it has failed by now */
	land();
	assert_false(ahead_is_awaited(ahead));
	assert_int_equal(answers.found, 0);
	assert_true(is_there(&blocks[0], 11));
	assert_false(is_there(&blocks[1], 21));
	end();
}

/* Every part of a pack lacks its end, which never comes. */
static bool
hang_in_bodies(struct script *s, int fd, const struct heard *h)
{
	return heard_starts(h, PACKS) ? answer_part(fd, h, object_of(h), 3)
				      : give_all(s, fd, h);
}

/* Whatever is under way ends at once, and takes its files with it. */
static void
a_store_that_hangs_does_not_delay_the_end(void **state)
{
	take_off(hang_in_bodies, FIXTURE_SOON_MS);
	for (int i = 0; i < FIXTURE_SOON_MS && count_temporary(&f->dir) == 0;
		i++) {
		usleep(1000);
	}
	uint64_t began = clock_mono_ms();

	remote_cancel_fetches(&f->remote);
	ahead_stop(ahead);
	land();
	assert_true(clock_mono_ms() - began < FIXTURE_SOON_MS / 2);
	assert_int_equal(count_temporary(&f->dir), 0);
	assert_false(is_there(&blocks[4], 50));
	assert_said_nothing(f);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_comes_on_few_connections),
		cmocka_unit_test(early_connections_are_used),
		cmocka_unit_test(a_store_that_hangs_keeps_nobody_for_ever),
		cmocka_unit_test(a_store_that_hangs_does_not_delay_the_end),
	};

	return cmocka_run_group_tests_name("ahead_remote", tests, NULL, NULL);
}
