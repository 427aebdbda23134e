#include "child.h"
#include "front/body.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <cmocka.h>

enum { LARGE = 200 * 1000 };

static struct cachedir dir;
static struct body body;
static char path[PATH_LEN_MAX + ENTRY_NAME_MAX];
static char large[LARGE];

static int
set_up(void **state)
{
	struct gs_err err;

	for (size_t i = 0; i < sizeof(large); i++) {
		large[i] = (char)(i * 31 + i / 1000);
	}
	body_init(&body, &dir);
	return cachedir_open_temporary(&dir, NULL, &err) == GS_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	cachedir_remove(&dir);
	cachedir_close(&dir);
	return 0;
}

static struct id
id_of(struct view text)
{
	struct id id;

	sha256_of(text, &id);
	return id;
}

static void
begin(struct view text)
{
	const struct id id = id_of(text);

	body_begin(&body, &id, text.n);
}

static bool
end(void)
{
	struct buf out = BUF_OVER(path);
	bool stored = body_end(&body, &out);

	buf_cstr(&out);
	return stored;
}

/* Puts a body, in pieces as the inbox would. */
static bool
put(struct view text)
{
	begin(text);
	while (text.n > 0) {
		struct view piece = text;

		piece.n = piece.n < 3000 ? piece.n : 3000;
		body_add(&body, piece);
		text = view_skip(text, piece.n);
	}
	return end();
}

static bool
path_holds(struct view text)
{
	static char got[LARGE + 1];
	int fd = open(path, O_RDONLY);
	ssize_t n = fd >= 0 ? read(fd, got, sizeof(got)) : -1;

	if (fd >= 0) {
		close(fd);
	}
	return n == (ssize_t)text.n && memcmp(got, text.p, text.n) == 0;
}

static bool
is_in_memory(void)
{
	return strncmp(path, "/proc/", 6) == 0;
}

static int
count_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 512; fd++) {
		count += fcntl(fd, F_GETFD) >= 0;
	}
	return count;
}

static void
a_body_is_stored(void **state)
{
	const struct view all = {large, sizeof(large)};

	assert_true(put(all));
	assert_true(path_holds(all));
	assert_false(is_in_memory());
	assert_true(put(VIEW("")));
	assert_true(path_holds(VIEW("")));
	assert_false(body.broken);
}

static void
a_body_that_is_there_is_not_written_again(void **state)
{
	assert_true(put(VIEW("twice")));
	begin(VIEW("twice"));
	assert_int_equal(body.place, BODY_PRESENT);
	body_add(&body, VIEW("other")); /* what is there is what counts */
	assert_true(end());
	assert_true(path_holds(VIEW("twice")));
}

static void
a_body_that_does_not_hash_is_not_stored(void **state)
{
	begin(VIEW("right"));
	body_add(&body, VIEW("wrong"));
	assert_false(end());
	assert_true(body.broken);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void
a_short_body_is_not_stored(void **state)
{
	begin(VIEW("some text"));
	body_add(&body, VIEW("some"));
	assert_false(end());
	assert_int_not_equal(access(path, F_OK), 0);
}

/* More than was announced: the rest is not even written. */
static void
a_longer_body_is_cut(void **state)
{
	begin(VIEW("just this"));
	body_add(&body, VIEW("just"));
	body_add(&body, VIEW(" this and more"));
	body_add(&body, VIEW(" and more"));
	assert_int_equal(body.file.size, 9);
	assert_true(end());
	assert_true(path_holds(VIEW("just this")));
}

static void
trouble_is_told_of_the_body_that_had_it(void **state)
{
	begin(VIEW("right"));
	assert_false(end());
	assert_true(body.broken);
	assert_true(put(VIEW("next")));
	assert_false(body.broken);
}

static void
a_cut_body_leaves_nothing(void **state)
{
	char name[CACHEDIR_TEMP_NAME_MAX];
	int before = count_descriptors();

	begin(VIEW("some text"));
	body_add(&body, VIEW("some"));
	memcpy(name, body.file.temp, sizeof(name));
	assert_int_equal(faccessat(dir.dir, name, F_OK, 0), 0);
	body_abort(&body);
	body_abort(&body);
	assert_int_not_equal(faccessat(dir.dir, name, F_OK, 0), 0);
	assert_int_equal(count_descriptors(), before);
}

static void
without_a_directory_memory_holds_it(void **state)
{
	const struct view all = {large, sizeof(large)};

	tear_down(NULL);
	assert_false(put(all));
	assert_true(is_in_memory());
	assert_true(path_holds(all));
	assert_true(body.broken);
	body_abort(&body); /* not what has ended */
	assert_true(path_holds(all));
	assert_int_equal(set_up(NULL), 0);
}

static void
memory_is_bounded_by_files(void **state)
{
	char text[16];
	int before = count_descriptors();

	tear_down(NULL);
	for (int i = 0; i < BODY_MEMORY_FILES_MAX + 2; i++) {
		snprintf(text, sizeof(text), "%d", i);
		assert_false(put(view_of(text)));
		assert_int_equal(is_in_memory(), i < BODY_MEMORY_FILES_MAX);
	}
	assert_true(count_descriptors() - before <= BODY_MEMORY_FILES_MAX);
	assert_int_not_equal(access(path, F_OK), 0);
	for (int fd = before; fd < 512; fd++) {
		close(fd);
	}
	assert_int_equal(set_up(NULL), 0);
}

static void
memory_is_bounded_by_bytes(void **state)
{
	const struct id id = id_of(VIEW(""));

	tear_down(NULL);
	body_begin(&body, &id, BODY_MEMORY_MAX + 1);
	assert_int_equal(body.place, BODY_NOWHERE);
	body_begin(&body, &id, UINT64_MAX);
	assert_int_equal(body.place, BODY_NOWHERE);
	body_begin(&body, &id, BODY_MEMORY_MAX);
	assert_int_equal(body.place, BODY_MEMORY);
	body_abort(&body);
	body_begin(&body, &id, BODY_MEMORY_MAX - 1);
	assert_int_equal(body.place, BODY_MEMORY);
	assert_false(end());
	close(body.memory);
	body_begin(&body, &id, 2);
	assert_int_equal(body.place, BODY_NOWHERE);
	body_begin(&body, &id, 1);
	assert_int_equal(body.place, BODY_MEMORY);
	body_abort(&body);
	assert_int_equal(set_up(NULL), 0);
}

/* A private tmpfs of so many bytes over the directory. */
static bool
mount_small(const char *options)
{
	return unshare(CLONE_NEWNS) == 0 &&
	       mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("tmpfs", dir.path, "tmpfs", 0, options) == 0;
}

static bool
has_no_temporaries(void)
{
	bool none = true;
	DIR *top = opendir(dir.path);
	struct dirent *d;

	while (top && (d = readdir(top)) != NULL) {
		char sub[PATH_LEN_MAX + 300];

		snprintf(sub, sizeof(sub), "%s/%s", dir.path, d->d_name);
		DIR *below = d->d_name[0] != '.' ? opendir(sub) : NULL;

		while (below && (d = readdir(below)) != NULL) {
			none = none && !strstr(d->d_name, ".tmp");
		}
		if (below) {
			closedir(below);
		}
	}
	closedir(top);
	return none;
}

static bool
outgrows_its_disk(void *options)
{
	const struct view all = {large, sizeof(large)};
	struct cachedir outer = dir;
	struct gs_err err;

	if (!mount_small(options) ||
		cachedir_open(&dir, outer.path, &err) != GS_OK) {
		return false;
	}
	return !put(all) && body.broken && is_in_memory() && path_holds(all) &&
	       has_no_temporaries();
}

static void
a_full_disk_is_followed_by_memory(void **state)
{
	char options[][16] = {"size=100k", "size=4k", "nr_inodes=2"};

	if (geteuid() != 0) {
		skip();
	}
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
		assert_true(in_child(outgrows_its_disk, options[i]));
	}
}

/* The limit counts for memory files too. */
static bool
outgrows_its_limit(void *arg)
{
	const struct rlimit limit = {100 * 1000, 100 * 1000};
	const struct view all = {large, sizeof(large)};
	int before = count_descriptors();

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	return !put(all) && body.broken && access(path, F_OK) != 0 &&
	       body.memory_files == 0 && body.memory_bytes == 0 &&
	       count_descriptors() == before && has_no_temporaries() &&
	       put(VIEW("small")) && path_holds(VIEW("small"));
}

static void
a_limit_on_files_leaves_nothing_behind(void **state)
{
	assert_true(in_child(outgrows_its_limit, NULL));
}

static bool
has_no_descriptors(void *arg)
{
	const struct rlimit limit = {3, 3};

	setrlimit(RLIMIT_NOFILE, &limit);
	return !put(VIEW("text")) && body.broken && access(path, F_OK) != 0 &&
	       path[0] == '/';
}

static void
without_descriptors_there_is_still_an_answer(void **state)
{
	assert_true(in_child(has_no_descriptors, NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_body_is_stored),
		TEST(a_body_that_is_there_is_not_written_again),
		TEST(a_body_that_does_not_hash_is_not_stored),
		TEST(a_short_body_is_not_stored),
		TEST(a_longer_body_is_cut),
		TEST(trouble_is_told_of_the_body_that_had_it),
		TEST(a_cut_body_leaves_nothing),
		TEST(without_a_directory_memory_holds_it),
		TEST(memory_is_bounded_by_files),
		TEST(memory_is_bounded_by_bytes),
		TEST(a_full_disk_is_followed_by_memory),
		TEST(a_limit_on_files_leaves_nothing_behind),
		TEST(without_descriptors_there_is_still_an_answer),
	};

	return cmocka_run_group_tests_name("body", tests, NULL, NULL);
}
