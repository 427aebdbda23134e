/* Whole reads and writes. */
#include "os/fdio.h"

#include "os/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { BIG = 1024 * 1024 };

static char dir[] = "/tmp/test_fdio.XXXXXX";
static char path[64];

static int
make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir)) {
		return -1;
	}
	snprintf(path, sizeof(path), "%s/file", dir);
	return 0;
}

static int
remove_dir(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static void
write_file(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void
reads_a_file_up_to_its_limit(void **state)
{
	struct gs_err err = {0};
	struct buf text;

	(void)state;
	write_file("hello");
	assert_int_equal(fd_read_file(path, 5, &text, &err), GS_OK);
	assert_true(view_eq(buf_view(&text), VIEW("hello")));
	free(text.p);
	assert_int_equal(fd_read_file(path, 4, &text, &err), GS_TOOBIG);
	write_file("");
	assert_int_equal(fd_read_file(path, 0, &text, &err), GS_OK);
	assert_int_equal(text.len, 0);
	free(text.p);
}

static void
says_what_it_cannot_read(void **state)
{
	struct gs_err err = {0};
	struct buf text;

	(void)state;
	unlink(path);
	assert_int_equal(fd_read_file(path, 5, &text, &err), GS_SYS);
	assert_int_equal(err.sys_errno, ENOENT);
	assert_non_null(strstr(err.text, "cannot read '/tmp/test_fdio."));
	assert_non_null(strstr(err.text, "/file': No such file or directory"));
	assert_int_equal(fd_read_file(dir, 5, &text, &err), GS_SYS);
	assert_int_equal(err.sys_errno, EISDIR);
}

static void *
write_hello(void *fd)
{
	struct gs_err err;

	(void)poll(NULL, 0, 20);
	return fd_write_all(*(int *)fd, "hello", 5, &err) == GS_OK ? fd : NULL;
}

static void
reads_a_pipe(void **state)
{
	struct gs_err err = {0};
	pthread_t thread;
	void *good = NULL;
	struct buf text;
	int fd;

	(void)state;
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pthread_create(&thread, NULL, write_hello, &fd), 0);
	/* the writer keeps it open, so the limit ends the reading */
	assert_int_equal(fd_read_file(path, 4, &text, &err), GS_TOOBIG);
	pthread_join(thread, &good);
	assert_non_null(good);
	close(fd);
	assert_int_equal(fd_read_file(path, 4, &text, &err), GS_OK);
	assert_int_equal(text.len, 0);
	free(text.p);
	unlink(path);
}

static void
gives_up_a_pipe_that_is_silent(void **state)
{
	struct gs_err err = {0};
	struct buf text;
	int fd;

	(void)state;
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_int_equal(fd_read_file(path, 4, &text, &err), GS_SYS);
	assert_int_equal(err.sys_errno, ETIMEDOUT);
	close(fd);
	unlink(path);
}

static void *
read_all(void *fd)
{
	static char bytes[4096];
	size_t sum = 0;
	ssize_t n = 1;

	while (n > 0) {
		n = read(*(int *)fd, bytes, sizeof(bytes));
		sum += n > 0 ? (size_t)n : 0;
	}
	return sum == BIG ? fd : NULL;
}

static void
writes_all_to_a_full_pipe(void **state)
{
	struct gs_err err = {0};
	char *big = calloc(1, BIG);
	pthread_t thread;
	void *good = NULL;
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(pthread_create(&thread, NULL, read_all, &fds[0]), 0);
	assert_int_equal(fd_write_all(fds[1], big, BIG, &err), GS_OK);
	close(fds[1]);
	pthread_join(thread, &good);
	assert_non_null(good);
	close(fds[0]);
	free(big);
}

static void
says_that_it_cannot_write(void **state)
{
	struct gs_err err = {0};
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(fd_write_all(fd, "x", 1, &err), GS_SYS);
	assert_int_equal(err.sys_errno, EBADF);
	assert_string_equal(err.text, "cannot write: Bad file descriptor");
	close(fd);
}

static void
waits_until_the_deadline(void **state)
{
	struct gs_err err = {0};
	uint64_t until = clock_mono_ms() + 30;
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(fd_wait(fds[0], POLLIN, until, &err), GS_TIMEOUT);
	assert_true(clock_mono_ms() >= until);
	assert_int_equal(fd_wait(fds[1], POLLOUT, CLOCK_NEVER, &err), GS_OK);
	close(fds[0]);
	close(fds[1]);
}

static void
deadlines_become_poll_timeouts(void **state)
{
	(void)state;
	assert_int_equal(clock_poll_timeout(CLOCK_NEVER), -1);
	assert_int_equal(clock_poll_timeout(0), 0);
	assert_int_equal(clock_poll_timeout(clock_mono_ms()), 0);
	assert_int_equal(clock_poll_timeout(CLOCK_NEVER - 1), INT_MAX);
	assert_in_range(
		clock_poll_timeout(clock_mono_ms() + 60000), 30000, 60000);
}

static void
lines_are_appended(void **state)
{
	struct gs_err err = {0};
	struct buf text;

	(void)state;
	unlink(path);
	assert_int_equal(fd_append_file(path, VIEW("one\n"), &err), GS_OK);
	assert_int_equal(fd_append_file(path, VIEW("two\n"), &err), GS_OK);
	assert_int_equal(fd_read_file(path, 100, &text, &err), GS_OK);
	assert_true(view_eq(buf_view(&text), VIEW("one\ntwo\n")));
	free(text.p);
}

static void
where_nothing_can_be_appended(void **state)
{
	struct gs_err err = {0};

	(void)state;
	assert_int_equal(fd_append_file(dir, VIEW("x"), &err), GS_SYS);
	assert_int_equal(err.sys_errno, EISDIR);
	assert_int_equal(fd_append_file("/dev/full", VIEW("x"), &err), GS_SYS);
	assert_int_equal(err.sys_errno, ENOSPC);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(fd_append_file(path, VIEW("x"), &err), GS_SYS);
	assert_int_equal(err.sys_errno, ENXIO);
	unlink(path);
}

static void
a_file_is_the_same_however_it_is_written(void **state)
{
	char other[80];

	(void)state;
	snprintf(other, sizeof(other), "%s/./", dir);
	assert_true(fd_is_same(dir, other));
	assert_true(fd_is_same("/", "//"));
	assert_false(fd_is_same(dir, "/"));
	assert_false(fd_is_same(dir, ""));
	assert_false(fd_is_same("", ""));
}

/* In place of the system's: what of the file has been replaced by then. */
static struct {
	int result, number;
	unsigned count;
	bool replaced;
} synced;

int
fsync(int fd)
{
	struct gs_err err;
	struct buf text;
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, 3);
	assert_int_equal(fd_read_file(path, 9, &text, &err), GS_OK);
	synced.replaced = !view_eq(buf_view(&text), VIEW("old"));
	synced.count++;
	free(text.p);
	errno = synced.number;
	return synced.result;
}

static void
assert_replaced(int result, int number, enum gs_code code, const char *want)
{
	struct gs_err err = {0};
	struct buf text;

	write_file("old");
	synced.result = result;
	synced.number = number;
	synced.count = 0;
	assert_int_equal(fd_replace_file(path, VIEW("new"), &err), code);
	assert_int_equal(synced.count, 1);
	assert_false(synced.replaced);
	assert_int_equal(fd_read_file(path, 9, &text, &err), GS_OK);
	assert_true(view_eq(buf_view(&text), view_of(want)));
	free(text.p);
}

static void
a_file_is_on_the_disk_before_it_replaces_another(void **state)
{
	struct gs_err err = {0};

	(void)state;
	assert_replaced(0, 0, GS_OK, "new");
	assert_replaced(-1, EIO, GS_SYS, "old");
	assert_replaced(-1, EINVAL, GS_OK, "new");
	unlink(path);
	assert_int_equal(fd_replace_file(path, VIEW("new"), &err), GS_SYS);
	assert_int_equal(err.sys_errno, ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_file_up_to_its_limit),
		cmocka_unit_test(says_what_it_cannot_read),
		cmocka_unit_test(reads_a_pipe),
		cmocka_unit_test(gives_up_a_pipe_that_is_silent),
		cmocka_unit_test(writes_all_to_a_full_pipe),
		cmocka_unit_test(says_that_it_cannot_write),
		cmocka_unit_test(waits_until_the_deadline),
		cmocka_unit_test(deadlines_become_poll_timeouts),
		cmocka_unit_test(lines_are_appended),
		cmocka_unit_test(where_nothing_can_be_appended),
		cmocka_unit_test(
			a_file_is_on_the_disk_before_it_replaces_another),
		cmocka_unit_test(a_file_is_the_same_however_it_is_written),
	};

	return cmocka_run_group_tests_name("fdio", tests, make_dir, remove_dir);
}
