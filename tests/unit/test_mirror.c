#include "fake_store.h"
#include "mirror_fixture.h"

#include <poll.h>

static struct fixture *f;

static bool
is_stored(unsigned n, const char *text)
{
	char key[ID_HEX_LEN + 1];
	struct buf name = BUF_OVER(key);
	struct id action = action_of(n);
	struct object o;

	buf_hex(&name, action.byte, ID_LEN);
	return store_copy(buf_cstr(&name), &o) &&
	       view_eq((struct view){o.body, o.body_len}, view_of(text));
}

/* Has the store hold an entry that no directory has. */
static void
stock(unsigned n, const char *text)
{
	struct heard h = {.body_len = strlen(text)};
	char key[ID_HEX_LEN], hex[ID_HEX_LEN + 1];
	struct buf name = BUF_OVER(key), digest = BUF_OVER(hex);
	struct id action = action_of(n), output;

	sha256_of(view_of(text), &output);
	buf_hex(&name, action.byte, ID_LEN);
	buf_hex(&digest, output.byte, ID_LEN);
	snprintf(h.head, sizeof(h.head),
		"PUT\r\nx-amz-meta-outputid: %s\r\n"
		"x-amz-meta-time: 2024-05-06T07:08:09Z\r\n",
		buf_cstr(&digest));
	memcpy(h.body, text, h.body_len);
	store_put(buf_view(&name), &h);
}

static int
set_up(void **state)
{
	store_clear();
	return 0;
}

/* gets */

static void
brings_what_the_bucket_holds(void **state)
{
	stock(1, "package main");
	f = mirror_open(store_answer);
	send_get(f, 1);
	assert_hears(f, LINK_FOUND, 1);
	assert_true(is_in_directory(f, 1, "package main"));
	send_get(f, 2);
	assert_hears(f, LINK_ABSENT, 2);
	assert_int_equal(f->line_count, 0);
	mirror_close(f);
}

static void
answers_every_get_once(void **state)
{
	enum { GETS = 300 };

	bool answered[GETS] = {false};

	for (unsigned i = 0; i < GETS; i += 3) {
		stock(i, "package main");
	}
	f = mirror_open(store_answer);
	for (unsigned i = 0; i < GETS; i++) {
		send_get(f, i);
	}
	for (unsigned i = 0; i < GETS; i++) {
		struct link_msg m = hear(f);
		unsigned n = m.action.byte[1] * 256u + m.action.byte[2];

		assert_true(n < GETS && !answered[n]);
		answered[n] = true;
		assert_int_equal(m.kind, n % 3 ? LINK_ABSENT : LINK_FOUND);
	}
	send_close(f, 1000);
	struct link_counts counts = hear_counts(f);

	assert_int_equal(counts.fetched, GETS / 3);
	assert_int_equal(counts.absent, GETS - GETS / 3);
	assert_int_equal(counts.failed_gets, 0);
	mirror_close(f);
}

static bool
say_nothing(struct script *s, int fd, const struct heard *h)
{
	return true;
}

static void
says_that_it_is_alive(void **state)
{
	struct link_msg m;

	f = mirror_open(say_nothing);
	send_get(f, 1);
	for (int i = 0; i < 2; i++) {
		do {
			assert_int_equal(
				link_receive(f->link[0], &m, LINK_SILENCE_MS),
				LINK_OK);
		} while (m.kind == LINK_SAY);
		assert_int_equal(m.kind, LINK_ALIVE);
	}
	mirror_close(f);
}

static void
misses_at_once_without_keys(void **state)
{
	f = mirror_prepare(store_answer);
	f->env[1] = NULL;
	mirror_start(f);
	send_get(f, 1);
	assert_hears(f, LINK_ABSENT, 1);
	send_close(f, 1000);
	assert_int_equal(hear_counts(f).dropped, 0);
	assert_int_equal(f->line_count, 1);
	mirror_close(f);
}

static void
misses_at_once_without_a_directory(void **state)
{
	f = mirror_prepare(store_answer);
	mirror_setup.cache_dir = "/proc/none";
	mirror_start(f);
	send_get(f, 1);
	assert_hears(f, LINK_ABSENT, 1);
	assert_int_equal(f->line_count, 1);
	mirror_close(f);
	assert_int_equal(f->server.heard_count, 0);
}

static bool
want_new_keys(struct script *s, int fd, const struct heard *h)
{
	struct view signed_by = heard_header(h, "authorization");

	return view_find(signed_by, VIEW("=NEWKEY/")) < signed_by.n
		       ? store_answer(s, fd, h)
		       : answer_error(
				 fd, "400 Bad Request", "", "ExpiredToken");
}

/* Also where another file has taken the place of the first. */
static void
reads_new_keys_within_its_walls(void **state)
{
	stock(1, "package main");
	f = mirror_prepare(store_answer);
	f->env[1] = NULL;
	write_credentials(f, "OLDKEY", "old");
	mirror_start(f);
	send_get(f, 2);
	assert_hears(f, LINK_ABSENT, 2);
	script_change(&f->server, want_new_keys);
	write_credentials(f, "NEWKEY", "new");
	send_get(f, 1);
	assert_hears(f, LINK_FOUND, 1);
	mirror_close(f);
}

/* puts */

static void
uploads_before_it_says_that_it_has(void **state)
{
	f = mirror_open(store_answer);
	for (unsigned i = 0; i < 50; i++) {
		struct entry e = store_entry(f, i, "package main");

		send_entry(f, LINK_PUT, &e);
	}
	send_close(f, FIXTURE_SOON_MS);
	struct link_counts counts = hear_counts(f);

	assert_int_equal(counts.uploaded, 50);
	assert_int_equal(counts.uploaded_bytes, 50 * 12);
	assert_int_equal(counts.dropped, 0);
	assert_int_equal(counts.requests, 50);
	for (unsigned i = 0; i < 50; i++) {
		assert_true(is_stored(i, "package main"));
	}
	mirror_close(f);
}

static void
uploads_nothing_where_it_may_only_read(void **state)
{
	f = mirror_prepare(store_answer);
	mirror_setup.read_only = true;
	mirror_start(f);
	struct entry e = store_entry(f, 1, "package main");

	send_entry(f, LINK_PUT, &e);
	send_entry(f, LINK_HELD, &e);
	send_close(f, FIXTURE_SOON_MS);
	struct link_counts counts = hear_counts(f);

	assert_int_equal(counts.uploaded + counts.dropped, 0);
	mirror_close(f);
	assert_int_equal(f->server.heard_count, 0);
}

static void
the_last_put_of_an_action_wins(void **state)
{
	static const char *const text[] = {"a", "b", "c", "d", "e", "f"};

	f = mirror_open(store_answer);
	for (unsigned i = 0; i < 6; i++) {
		struct entry e = store_entry(f, 1, text[i]);

		send_entry(f, LINK_PUT, &e);
	}
	send_close(f, FIXTURE_SOON_MS);
	assert_int_equal(hear_counts(f).dropped, 0);
	assert_true(is_stored(1, "f"));
	mirror_close(f);
}

/* older entries */

static void
offers_older_entries_that_the_bucket_lacks(void **state)
{
	stock(1, "package main");
	f = mirror_open(store_answer);
	struct entry held = store_entry(f, 1, "package main"),
		     lacking = store_entry(f, 2, "package lost");

	send_entry(f, LINK_HELD, &held);
	send_entry(f, LINK_HELD, &lacking);
	end_link(f); /* the census is still to come */
	await_end(FIXTURE_SOON_MS);
	assert_true(is_stored(2, "package lost"));
	assert_true(is_shared(f, &held));
	assert_true(is_shared(f, &lacking));
	assert_int_equal(script_count(&f->server, "PUT"), 1);
	assert_int_equal(script_count(&f->server, "GET /bucket?"), 1);
	fixture_close(f);
}

static bool
deny_lists(struct script *s, int fd, const struct heard *h)
{
	return heard_starts(h, "GET /bucket?")
		       ? answer_error(fd, "403 Forbidden", "", "AccessDenied")
		       : store_answer(s, fd, h);
}

/* They are offered again by a later run, which may list. */
static void
leaves_older_entries_alone_without_a_census(void **state)
{
	f = mirror_open(deny_lists);
	struct entry e = store_entry(f, 1, "package main");

	send_entry(f, LINK_HELD, &e);
	end_link(f);
	await_end(FIXTURE_SOON_MS);
	assert_false(is_shared(f, &e));
	assert_int_equal(script_count(&f->server, "PUT"), 0);
	fixture_close(f);
}

/* Even though the bucket lacked both when it was listed. */
static void
an_older_entry_does_not_replace_a_newer_one(void **state)
{
	f = mirror_open(store_answer);
	struct entry other = store_entry(f, 2, "other"),
		     old = store_entry(f, 1, "old"),
		     new = store_entry(f, 1, "new");

	send_entry(f, LINK_HELD, &other);
	script_await(&f->server, 2); /* listed, uploaded */
	send_entry(f, LINK_HELD, &old);
	send_entry(f, LINK_PUT, &new);
	end_link(f);
	await_end(FIXTURE_SOON_MS);
	assert_true(is_stored(1, "new"));
	assert_int_equal(script_count(&f->server, "PUT"), 2);
	fixture_close(f);
}

/* go does not wait for them */
static void
close_does_not_wait_for_older_entries(void **state)
{
	uint64_t began = clock_mono_ms();

	f = mirror_open(say_nothing);
	struct entry e = store_entry(f, 1, "package main");

	send_entry(f, LINK_HELD, &e);
	send_close(f, FIXTURE_SOON_MS);
	assert_int_equal(hear_counts(f).dropped, 0);
	assert_true(clock_mono_ms() - began < FIXTURE_SOON_MS / 2);
	kill(mirror_pid, SIGTERM);
	kill(mirror_pid, SIGINT);
	mirror_close(f);
}

/* the end */

static void
close_ends_at_its_deadline(void **state)
{
	uint64_t began = clock_mono_ms();

	f = mirror_prepare(say_nothing);
	mirror_setup.drain_ms = 100;
	mirror_start(f);
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
		TEST(brings_what_the_bucket_holds),
		TEST(answers_every_get_once),
		TEST(says_that_it_is_alive),
		TEST(misses_at_once_without_keys),
		TEST(misses_at_once_without_a_directory),
		TEST(reads_new_keys_within_its_walls),
		TEST(uploads_before_it_says_that_it_has),
		TEST(uploads_nothing_where_it_may_only_read),
		TEST(the_last_put_of_an_action_wins),
		TEST(offers_older_entries_that_the_bucket_lacks),
		TEST(leaves_older_entries_alone_without_a_census),
		TEST(an_older_entry_does_not_replace_a_newer_one),
		TEST(close_does_not_wait_for_older_entries),
		TEST(close_ends_at_its_deadline),
		TEST(goes_on_with_uploads_behind_the_end),
		TEST(takes_what_was_sent_before_the_end),
		TEST(the_end_has_a_deadline),
		TEST(signals_shorten_the_end),
		TEST(goes_on_after_signals),
		TEST(nonsense_ends_it),
		TEST(removes_a_temporary_directory),
		TEST(leaves_no_temporary_file),
	};

	return cmocka_run_group_tests_name("mirror", tests, NULL, NULL);
}
