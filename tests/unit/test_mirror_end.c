/* How a mirror ends: by close, by the end of its link, by signals. */
#include "mirror_fixture.h"

#include <poll.h>

static struct fixture *f;

static int
set_up(void **state)
{
	store_clear();
	return 0;
}

static bool
say_nothing(struct script *s, int fd, const struct heard *h)
{
	return true;
}

static void
close_ends_at_its_deadline(void **state)
{
	uint64_t began = clock_mono_ms();

	f = mirror_open(say_nothing);
	for (unsigned i = 0; i < 20; i++) {
		struct entry e = store_entry(f, i, "package main");

		send_entry(f, LINK_PUT, &e);
	}
	send_close(f, 300);
	assert_int_equal(hear_counts(f).dropped, 20);
	assert_true(clock_mono_ms() - began >= 300);
	end_link(f);
	await_end(FIXTURE_SOON_MS / 4);
	fixture_close(f);
}

static bool
answer_slowly(struct script *s, int fd, const struct heard *h)
{
	usleep(100 * 1000);
	return store_answer(s, fd, h);
}

static void
goes_on_with_uploads_behind_the_end(void **state)
{
	f = mirror_open(answer_slowly);
	for (unsigned i = 0; i < 30; i++) {
		struct entry e = store_entry(f, i, "package main");

		send_entry(f, LINK_PUT, &e);
	}
	end_link(f);
	await_end(FIXTURE_SOON_MS);
	for (unsigned i = 0; i < 30; i++) {
		assert_true(is_stored(i, "package main"));
	}
	fixture_close(f);
}

/* The front may leave without reading what it was told. */
static void
takes_what_was_sent_before_the_end(void **state)
{
	f = mirror_open(store_answer);
	struct entry e = store_entry(f, 1, "package main");
	struct pollfd told = {.fd = f->link[0], .events = POLLIN};

	assert_int_equal(poll(&told, 1, FIXTURE_SOON_MS), 1);
	kill(mirror_pid, SIGSTOP);
	send_entry(f, LINK_PUT, &e);
	end_link(f);
	kill(mirror_pid, SIGCONT);
	await_end(FIXTURE_SOON_MS);
	assert_true(is_stored(1, "package main"));
	fixture_close(f);
}

static void
the_end_has_a_deadline(void **state)
{
	f = mirror_prepare(say_nothing);
	mirror_setup.drain_ms = 200;
	mirror_start(f);
	struct entry e = store_entry(f, 1, "package main");

	send_get(f, 2);
	send_entry(f, LINK_PUT, &e);
	script_await(&f->server, 2);
	end_link(f);
	await_end(FIXTURE_SOON_MS / 4);
	fixture_close(f);
}

/* One signal leaves two seconds, two nothing. */
static void
signals_shorten_the_end(void **state)
{
	static const int signals[] = {SIGINT, SIGTERM};

	for (unsigned count = 1; count <= 2; count++) {
		uint64_t began;

		f = mirror_open(say_nothing);
		struct entry e = store_entry(f, 1, "package main");

		send_entry(f, LINK_PUT, &e);
		script_await(&f->server, 1);
		began = clock_mono_ms();
		for (unsigned i = 0; i < count; i++) {
			assert_int_equal(kill(mirror_pid, signals[i]), 0);
		}
		usleep(50 * 1000);
		end_link(f);
		await_end(FIXTURE_SOON_MS / 2);
		assert_true(count == 2 || clock_mono_ms() - began >= 2000);
		fixture_close(f);
	}
}

static void
send_hurry(uint64_t drain_ms)
{
	struct link_msg m = {.kind = LINK_HURRY, .size = drain_ms};

	assert_int_equal(link_send(f->link[0], &m, FIXTURE_SOON_MS), LINK_OK);
}

/* The front says so for each signal that it hears. */
static void
a_hurry_shortens_the_end(void **state)
{
	for (int closes = 0; closes <= 1; closes++) {
		uint64_t began = clock_mono_ms();

		f = mirror_open(say_nothing);
		struct entry e = store_entry(f, 1, "package main");

		send_entry(f, LINK_PUT, &e);
		script_await(&f->server, 1);
		if (closes) {
			send_close(f, FIXTURE_SOON_MS);
		}
		send_hurry(2 * FIXTURE_SOON_MS); /* which is no hurry */
		send_hurry(0);
		if (closes) {
			assert_int_equal(hear_counts(f).dropped, 1);
		}
		end_link(f);
		await_end(FIXTURE_SOON_MS / 4);
		assert_true(clock_mono_ms() - began < FIXTURE_SOON_MS / 2);
		fixture_close(f);
	}
}

/* What nobody waits for has the time of one drain, not of two. */
static void
a_close_ends_with_its_front(void **state)
{
	enum { DRAIN_MS = 5000 };

	f = mirror_prepare(say_nothing);
	mirror_setup.drain_ms = DRAIN_MS;
	mirror_start(f);
	struct entry e = store_entry(f, 1, "package main");

	send_entry(f, LINK_PUT, &e);
	send_close(f, DRAIN_MS);
	script_await(&f->server, 1);
	end_link(f);
	await_end(DRAIN_MS * 2 - 500);
	fixture_close(f);
}

/* Signals alone end nothing: go goes on. */
static void
goes_on_after_signals(void **state)
{
	stock(1, "package main");
	f = mirror_open(store_answer);
	send_get(f, 1);
	assert_hears(f, LINK_FOUND, 1);
	kill(mirror_pid, SIGINT);
	kill(mirror_pid, SIGHUP);
	send_get(f, 2);
	assert_hears(f, LINK_ABSENT, 2);
	mirror_close(f);
}

static void
nonsense_ends_it(void **state)
{
	struct link_msg m = {.kind = 77};

	f = mirror_open(store_answer);
	assert_int_equal(send(f->link[0], &m, sizeof(m), MSG_NOSIGNAL),
		(ssize_t)sizeof(m));
	await_end(FIXTURE_SOON_MS);
	end_link(f);
	fixture_close(f);
}

static void
removes_a_temporary_directory(void **state)
{
	struct stat st;

	f = mirror_prepare(store_answer);
	mirror_setup.temporary_dir = true;
	mirror_start(f);
	struct entry e = store_entry(f, 1, "package main");

	send_entry(f, LINK_PUT, &e);
	end_link(f);
	await_end(FIXTURE_SOON_MS);
	assert_true(is_stored(1, "package main"));
	assert_int_equal(stat(f->dir.path, &st), -1);
	fixture_close(f);
}

static size_t
count_temporary_files(const char *path)
{
	char name[PATH_LEN_MAX];
	size_t count = 0;

	for (unsigned i = 0; i < 256; i++) {
		struct dirent *entry;
		DIR *d;

		snprintf(name, sizeof(name), "%s/%02x", path, i);
		d = opendir(name);
		while (d && (entry = readdir(d)) != NULL) {
			count += strstr(entry->d_name, ".tmp") != NULL;
		}
		if (d) {
			closedir(d);
		}
	}
	return count;
}

static bool
begin_a_body(struct script *s, int fd, const struct heard *h)
{
	say_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n"
		     "x-amz-meta-time: 2024-05-06T07:08:09Z\r\n"
		     "x-amz-meta-outputid: 0000000000000000000000000000000000"
		     "000000000000000000000000000000\r\n\r\n");
	for (int i = 0; i < 1000 && !s->stopping; i++) {
		say_text(fd, "0123456789");
		usleep(10 * 1000);
	}
	return false;
}

static void
leaves_no_temporary_file(void **state)
{
	f = mirror_open(begin_a_body);
	send_get(f, 1);
	script_await(&f->server, 1);
	for (int i = 0;
		i < FIXTURE_SOON_MS && count_temporary_files(f->dir.path) == 0;
		i += 10) {
		usleep(10 * 1000);
	}
	assert_int_equal(count_temporary_files(f->dir.path), 1);
	end_link(f);
	await_end(FIXTURE_SOON_MS);
	assert_int_equal(count_temporary_files(f->dir.path), 0);
	fixture_close(f);
}

#define TEST(f) cmocka_unit_test_setup(f, set_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(close_ends_at_its_deadline),
		TEST(goes_on_with_uploads_behind_the_end),
		TEST(takes_what_was_sent_before_the_end),
		TEST(the_end_has_a_deadline),
		TEST(signals_shorten_the_end),
		TEST(a_hurry_shortens_the_end),
		TEST(a_close_ends_with_its_front),
		TEST(goes_on_after_signals),
		TEST(nonsense_ends_it),
		TEST(removes_a_temporary_directory),
		TEST(leaves_no_temporary_file),
	};

	signal(SIGINT, SIG_DFL); /* a background job's is ignored */
	return cmocka_run_group_tests_name("mirror_end", tests, NULL, NULL);
}
