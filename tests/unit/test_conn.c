/* The pool of connections. */
#include "mirror/conn.h"

#include "remote_fixture.h"

static struct script server, other_server;
static struct conn_pool pool;
static struct gs_err err;
static size_t descriptors;

static bool
say_nothing(struct script *s, int fd, const struct heard *h)
{
	return true;
}

static void
begin(void)
{
	struct stream_target target = {.host = "127.0.0.1"};

	descriptors = count_descriptors();
	script_start(&server, say_nothing);
	target.port = loopback_port(&server.where);
	conn_pool_init(&pool, &target, &conn_usual_patience);
}

static void
end(void)
{
	for (unsigned use = 0; use < CONN_USES; use++) {
		while (pool.count[use] > 0) {
			conn_close(pool.idle[use][--pool.count[use]]);
		}
	}
	script_stop(&server);
	assert_int_equal(count_descriptors(), descriptors);
}

static struct conn *
take(enum conn_use use, bool fresh)
{
	struct conn *conn = conn_take(&pool, use, fresh, &err);

	assert_non_null(conn);
	return conn;
}

static void
hands_out_the_last_one_first(void **state)
{
	begin();
	struct conn *one = take(CONN_GET, false), *two = take(CONN_GET, false);

	assert_false(one->used);
	conn_give(&pool, CONN_GET, one);
	conn_give(&pool, CONN_GET, two);
	assert_true(take(CONN_GET, false) == two);
	assert_true(two->used);
	assert_true(take(CONN_GET, false) == one);
	assert_int_equal(conn_pool_opened(&pool), 2);
	conn_close(one);
	conn_close(two);
	end();
}

static void
keeps_uploads_apart(void **state)
{
	begin();
	struct conn *get = take(CONN_GET, false);

	conn_give(&pool, CONN_GET, get);
	struct conn *put = take(CONN_PUT, false);

	assert_true(put != get);
	conn_give(&pool, CONN_PUT, put);
	assert_true(take(CONN_GET, false) == get);
	conn_give(&pool, CONN_GET, get);
	end();
}

static void
opens_a_fresh_one_if_asked(void **state)
{
	begin();
	struct conn *one = take(CONN_GET, false);

	conn_give(&pool, CONN_GET, one);
	struct conn *two = take(CONN_GET, true);

	assert_true(two != one);
	assert_int_equal(pool.count[CONN_GET], 1);
	conn_close(two);
	end();
}

static void
keeps_so_many_and_no_more(void **state)
{
	enum { MANY = CONN_IDLE_MAX + 3 };
	struct conn *conn[MANY];

	begin();
	for (size_t i = 0; i < MANY; i++) {
		conn[i] = take(CONN_GET, true);
	}
	for (size_t i = 0; i < MANY; i++) {
		conn_give(&pool, CONN_GET, conn[i]);
	}
	assert_int_equal(pool.count[CONN_GET], CONN_IDLE_MAX);
	end();
}

static void
leaves_the_old_host(void **state)
{
	begin();
	script_start(&other_server, say_nothing);
	struct conn *idle = take(CONN_GET, false), *busy = take(CONN_GET, true);

	conn_give(&pool, CONN_GET, idle);
	conn_pool_retarget(
		&pool, &(struct stream_target){.host = "localhost",
			       .port = loopback_port(&other_server.where)});
	conn_give(&pool, CONN_GET, busy); /* closed */
	assert_int_equal(pool.count[CONN_GET], 1);
	struct conn *conn = take(CONN_GET, false);

	assert_int_equal(pool.count[CONN_GET], 0);
	assert_false(conn->used);
	assert_int_equal(conn->target_no, 1);
	assert_string_equal(conn->host, "localhost");
	conn_give(&pool, CONN_GET, conn);
	assert_true(take(CONN_GET, false) == conn);
	conn_close(conn);
	script_stop(&other_server);
	end();
}

static void
says_whom_it_cannot_reach(void **state)
{
	struct address nobody = loopback_refusing();
	struct stream_target target = {
		.host = "127.0.0.1", .port = loopback_port(&nobody)};

	conn_pool_init(&pool, &target, &conn_usual_patience);
	assert_null(conn_take(&pool, CONN_GET, false, &err));
	assert_int_equal(err.code, GS_SYS);
	assert_true(view_starts(
		view_of(err.text), VIEW("cannot connect to 'http://127.0.")));
	conn_close(NULL);
}

/* Reads from a connection whose server says nothing; what came of it. */
static void *
read_one(void *arg)
{
	static char bytes[16];
	struct conn *conn = arg;
	struct gs_err ignored;
	size_t n = 1;

	enum gs_code code = stream_read(conn->stream, bytes, sizeof(bytes), &n,
		clock_mono_ms() + FIXTURE_SOON_MS, &ignored);

	return code == GS_OK && n == 0 ? arg : NULL;
}

/* Gets end where they are and those that follow at once; puts go on. */
static void
shutting_ends_gets_alone(void **state)
{
	pthread_t reader;
	void *ended;

	begin();
	struct conn *get = take(CONN_GET, false), *put = take(CONN_PUT, false);
	struct conn *idle = take(CONN_GET, false);

	conn_give(&pool, CONN_GET, idle);
	assert_int_equal(pthread_create(&reader, NULL, read_one, get), 0);
	usleep(20000);
	conn_pool_shut(&pool);
	pthread_join(reader, &ended);
	assert_ptr_equal(ended, get);
	assert_true(stream_is_idle(put->stream));
	assert_ptr_equal(take(CONN_GET, false), idle);
	assert_false(stream_is_idle(idle->stream));
	conn_close(get);
	conn_close(idle);
	conn_close(put);
	assert_null(pool.out);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hands_out_the_last_one_first),
		cmocka_unit_test(keeps_uploads_apart),
		cmocka_unit_test(opens_a_fresh_one_if_asked),
		cmocka_unit_test(keeps_so_many_and_no_more),
		cmocka_unit_test(leaves_the_old_host),
		cmocka_unit_test(says_whom_it_cannot_reach),
		cmocka_unit_test(shutting_ends_gets_alone),
	};

	return cmocka_run_group_tests_name("conn", tests, NULL, NULL);
}
