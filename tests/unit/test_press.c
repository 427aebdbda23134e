/* Blocks from files, as a reader finds them. */
#include "cachedir_fixture.h"

#include "mirror/press.h"
#include "packs.h"

#include <signal.h>
#include <sys/resource.h>

enum { ENTRIES = 4, LARGE = 3 * PRESS_BUFFER_BYTES + 5 };

static struct press *press;
static struct zblock_reader *reader;
static struct scratch out;
static struct gs_err err;
static struct block_entry e[ENTRIES];
static bool bad[ENTRIES];
static char *packed;

/* Writes body i of that size, for entry i. */
static void
put(unsigned i, size_t size)
{
	struct cachedir_body to;
	char *body = calloc(1, size + 1);

	packs_body(i, body, size);
	e[i] = packs_entry(i, size);
	assert_int_equal(
		cachedir_body_begin(&dir, &to, &e[i].output, &err), GS_OK);
	assert_int_equal(
		cachedir_body_add(&to, (struct view){body, size}, &err), GS_OK);
	assert_int_equal(cachedir_body_commit(&dir, &to, size, &err), GS_OK);
	free(body);
}

static const char *
path_of(unsigned i)
{
	static char path[PATH_LEN_MAX];
	const struct entry entry = {.output = e[i].output};

	return body_path(&entry, path);
}

static int
begin(void **state)
{
	const size_t size[ENTRIES] = {100, LARGE, 0, PRESS_BUFFER_BYTES};

	err = (struct gs_err){.code = GS_OK};
	press = aligned_alloc(16, (sizeof(*press) + 15) / 16 * 16);
	reader = aligned_alloc(16, (sizeof(*reader) + 15) / 16 * 16);
	press_init(press, &dir);
	zblock_reader_init(reader);
	for (unsigned i = 0; i < ENTRIES; i++) {
		put(i, size[i]);
	}
	return scratch_open(&out, &dir, &err) == GS_OK ? 0 : -1;
}

static int
end(void **state)
{
	scratch_close(&out);
	free(press);
	free(reader);
	return 0;
}

/* Presses all, and begins to read what came out. */
static struct view
press_all(void)
{
	uint64_t before = out.size;

	assert_int_equal(
		press_block(press, e, ENTRIES, &out, bad, &err), GS_OK);
	assert_int_equal(press->raw_len, block_raw_len(e, ENTRIES));
	const struct zblock_len len = {
		out.size - before, press->raw_len, ENTRIES};

	packed = malloc(len.packed + 1);
	assert_int_equal(
		pread(out.fd, packed, len.packed, (off_t)before), len.packed);
	assert_int_equal(zblock_reader_begin(reader, &len, &err), GS_OK);
	return (struct view){packed, len.packed};
}

/* Reads to the block's end; the result has a bit for each body that is what
 * its entry says. */
static unsigned
read_all(struct view in)
{
	enum block_event event = BLOCK_MORE;
	struct sha256 hash;
	struct id digest;
	unsigned good = 0;

	while (event != BLOCK_END) {
		struct view body;
		size_t used, at;

		assert_int_equal(
			zblock_feed(reader, in, &used, &event, &body, &err),
			GS_OK);
		in = view_skip(in, used);
		at = reader->block.at;
		if (event == BLOCK_ENTRY) {
			sha256_init(&hash, SHA256_PORTABLE);
		} else if (event == BLOCK_BODY) {
			sha256_update(&hash, body);
		} else if (event == BLOCK_ENTRY_END) {
			assert_memory_equal(&reader->block.entry[at], &e[at],
				sizeof(e[at]));
			sha256_final(&hash, &digest);
			good |= (unsigned)id_eq(&digest, &e[at].output) << at;
		}
	}
	free(packed);
	return good;
}

static void
a_reader_finds_what_was_pressed(void **state)
{
	for (int turn = 0; turn < 2; turn++) {
		assert_int_equal(read_all(press_all()), 0xf);
		for (int i = 0; i < ENTRIES; i++) {
			assert_false(bad[i]);
		}
	}
}

static void
bodies_that_are_not_right_are_told_of(void **state)
{
	assert_int_equal(unlink(path_of(0)), 0);
	poke(path_of(1), LARGE - 1, '!');
	assert_int_equal(truncate(path_of(3), 1), 0);
	assert_int_equal(read_all(press_all()), 1 << 2);
	assert_true(bad[0] && bad[1] && !bad[2] && bad[3]);
}

/* The file may change between being opened and being read. */
static void
a_body_may_be_cut_while_it_is_read(void **state)
{
	assert_int_equal(truncate(path_of(1), 0), 0);
	assert_int_equal(truncate(path_of(1), LARGE), 0);
	assert_int_equal(read_all(press_all()), 0xf & ~(1u << 1));
	assert_true(bad[1]);
}

static void
a_shared_body_is_as_bad_for_all(void **state)
{
	e[3].output = e[1].output;
	e[3].size = e[1].size;
	struct view in = press_all();

	assert_false(bad[1] || bad[3]);
	assert_int_equal(read_all(in) & 7, 7);
	assert_int_equal(unlink(path_of(1)), 0);
	in = press_all();
	assert_true(bad[1] && bad[3]);
	assert_false(bad[0] || bad[2]);
	(void)read_all(in);
}

static void
a_file_that_cannot_grow_fails(void **state)
{
	struct rlimit limit, before;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 50;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	enum gs_code code = press_block(press, e, ENTRIES, &out, bad, &err);

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(code, GS_SYS);
	assert_int_equal(err.code, GS_SYS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_reader_finds_what_was_pressed),
		TEST(bodies_that_are_not_right_are_told_of),
		TEST(a_body_may_be_cut_while_it_is_read),
		TEST(a_shared_body_is_as_bad_for_all),
		TEST(a_file_that_cannot_grow_fails),
	};

	return cmocka_run_group_tests_name("press", tests, set_up, tear_down);
}
