/* Files that are sent as objects that are no entries; and connections that are
 * opened before they are needed. */
#include "remote_fixture.h"

#include <sys/mman.h>

#define KEY "gocache-s3/1/packs/77"

static struct fixture *f;

static bool
take_all(struct script *s, int fd, const struct heard *h)
{
	return heard_starts(h, "PUT") ? answer_with(fd, "200 OK", "", "")
				      : answer_object(fd, "", "package main");
}

/* Sends the first bytes of a file that holds the text and more. */
static enum remote_result
write_text(const char *text, const char *digest_of)
{
	int fd = memfd_create("pack", MFD_CLOEXEC);
	struct id digest;

	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(write(fd, "more", 4), 4);
	sha256_of(view_of(digest_of), &digest);
	enum remote_result result =
		remote_write(&f->remote, VIEW(KEY), fd, strlen(text), &digest);

	close(fd);
	return result;
}

static void
sends_a_file(void **state)
{
	f = fixture_open(take_all);
	assert_int_equal(write_text("frames", "frames"), REMOTE_DONE);
	const struct heard *h = &f->server.heard[0];

	assert_true(heard_starts(h, "PUT /bucket/p/" KEY " HTTP/1.1\r\n"));
	assert_true(
		view_eq((struct view){h->body, h->body_len}, VIEW("frames")));
	assert_true(view_eq(heard_header(h, "content-type"),
		VIEW("application/octet-stream")));
	assert_int_equal(heard_header(h, "x-amz-meta-outputid").n, 0);
	assert_int_equal(f->remote.counts.requests, 1);
	assert_int_equal(f->remote.counts.uploaded, 0);
	assert_int_equal(f->remote.counts.dropped, 0);
	assert_said_nothing(f);
	fixture_close(f);
}

static bool
fail_first(struct script *s, int fd, const struct heard *h)
{
	return h->number == 0 ? answer_error(fd, "500 Internal Error", "",
					"InternalError")
			      : take_all(s, fd, h);
}

static void
sends_it_again_from_the_beginning(void **state)
{
	f = fixture_open(fail_first);
	assert_int_equal(write_text("frames", "frames"), REMOTE_DONE);
	const struct heard *h = &f->server.heard[1];

	assert_true(
		view_eq((struct view){h->body, h->body_len}, VIEW("frames")));
	assert_int_equal(f->remote.counts.retries, 1);
	fixture_close(f);
}

static void
sends_no_other_bytes_than_were_hashed(void **state)
{
	f = fixture_open(take_all);
	assert_int_equal(write_text("frames", "flames"), REMOTE_FAILED);
	assert_said(f, 1, "did not upload body '", "its file was altered");
	fixture_close(f);
}

static bool
deny_packs(struct script *s, int fd, const struct heard *h)
{
	return heard_starts(h, "PUT /bucket/p/gocache-s3/")
		       ? answer_error(fd, "403 Forbidden", "", "AccessDenied")
		       : take_all(s, fd, h);
}

static void
entries_are_sent_where_packs_are_denied(void **state)
{
	f = fixture_open(deny_packs);
	struct entry e = store_entry(f, 1, "package main");

	assert_int_equal(write_text("frames", "frames"), REMOTE_FAILED);
	assert_int_equal(write_text("frames", "frames"), REMOTE_FAILED);
	assert_int_equal(script_count(&f->server, "PUT"), 1);
	assert_said(f, 1,
		"cannot put into bucket 'bucket': ", "allow s3:PutObject");
	remote_upload(&f->remote, &e);
	assert_int_equal(f->remote.counts.uploaded, 1);
	fixture_close(f);
}

static bool
deny_entries(struct script *s, int fd, const struct heard *h)
{
	return heard_starts(h, "PUT /bucket/p/ac")
		       ? answer_error(fd, "403 Forbidden", "", "AccessDenied")
		       : take_all(s, fd, h);
}

static void
packs_are_sent_where_entries_are_denied(void **state)
{
	f = fixture_open(deny_entries);
	struct entry e = store_entry(f, 1, "package main");

	remote_upload(&f->remote, &e);
	assert_int_equal(f->remote.counts.dropped, 1);
	assert_int_equal(write_text("frames", "frames"), REMOTE_DONE);
	fixture_close(f);
}

static bool
be_full(struct script *s, int fd, const struct heard *h)
{
	return answer_error(fd, "507 Insufficient Storage", "", "NoSpaceLeft");
}

static void
trouble_with_packs_needs_no_word(void **state)
{
	f = fixture_open(be_full);
	assert_int_equal(write_text("frames", "frames"), REMOTE_FAILED);
	assert_said_nothing(f);
	fixture_close(f);
}

/* connections */

static void
opens_a_connection_ahead(void **state)
{
	f = fixture_open(take_all);
	remote_connect(&f->remote);
	assert_int_equal(f->remote.pool.count[CONN_GET], 1);
	remote_connect(&f->remote);
	assert_int_equal(f->remote.pool.count[CONN_GET], 2);
	assert_int_equal(fetch_one(f, 1), REMOTE_DONE);
	assert_int_equal(remote_counts(&f->remote).connections, 2);
	assert_int_equal(f->remote.counts.requests, 1);
	fixture_close(f);
}

enum { MANY = 16 };

static void *
connect_and_fetch(void *arg)
{
	struct id action = action_of(*(unsigned *)arg);

	remote_connect(&f->remote);
	assert_int_equal(remote_fetch(&f->remote, &action), REMOTE_DONE);
	return NULL;
}

static void
many_open_and_use_connections_at_once(void **state)
{
	pthread_t thread[MANY];
	unsigned number[MANY];

	f = fixture_open(take_all);
	for (unsigned i = 0; i < MANY; i++) {
		number[i] = i;
		pthread_create(&thread[i], NULL, connect_and_fetch, &number[i]);
	}
	for (unsigned i = 0; i < MANY; i++) {
		pthread_join(thread[i], NULL);
	}
	assert_int_equal(f->remote.pool.count[CONN_GET], MANY);
	assert_int_equal(remote_counts(&f->remote).connections, MANY);
	assert_int_equal(f->remote.counts.fetched, MANY);
	fixture_close(f);
}

static bool
hang_up(struct script *s, int fd, const struct heard *h)
{
	return h->turn > 0 && take_all(s, fd, h);
}

/* It is no failure of the store that a connection ends while it lies idle. */
static void
a_connection_may_end_before_it_is_used(void **state)
{
	f = fixture_open(hang_up);
	remote_connect(&f->remote);
	script_change(&f->server, take_all);
	for (size_t i = 0; i < 1000 && script_count_conns(&f->server) < 1;
		i++) {
		usleep(1000);
	}
	shutdown(f->server.conn[0].fd, SHUT_RDWR);
	assert_int_equal(fetch_one(f, 1), REMOTE_DONE);
	assert_int_equal(f->remote.counts.retries, 0);
	fixture_close(f);
}

static void
opens_none_in_vain(void **state)
{
	f = fixture_open(take_all);
	f->remote.breaker[ERRORS_GET].open = true;
	remote_connect(&f->remote);
	f->remote.breaker[ERRORS_GET].open = false;
	remote_cancel_fetches(&f->remote);
	remote_connect(&f->remote);
	assert_int_equal(remote_counts(&f->remote).connections, 0);
	fixture_close(f);
}

static void
a_failure_to_connect_is_left_to_who_needs_it(void **state)
{
	f = fixture_prepare(take_all);
	struct address nobody = loopback_refusing();

	snprintf(f->endpoint, sizeof(f->endpoint), "http://127.0.0.1:%u",
		(unsigned)loopback_port(&nobody));
	fixture_start(f);
	remote_connect(&f->remote);
	assert_int_equal(f->remote.breaker[ERRORS_GET].failures, 0);
	assert_said_nothing(f);
	fixture_close(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sends_a_file),
		cmocka_unit_test(sends_it_again_from_the_beginning),
		cmocka_unit_test(sends_no_other_bytes_than_were_hashed),
		cmocka_unit_test(entries_are_sent_where_packs_are_denied),
		cmocka_unit_test(packs_are_sent_where_entries_are_denied),
		cmocka_unit_test(trouble_with_packs_needs_no_word),
		cmocka_unit_test(opens_a_connection_ahead),
		cmocka_unit_test(many_open_and_use_connections_at_once),
		cmocka_unit_test(a_connection_may_end_before_it_is_used),
		cmocka_unit_test(opens_none_in_vain),
		cmocka_unit_test(a_failure_to_connect_is_left_to_who_needs_it),
	};

	return cmocka_run_group_tests_name("part_write", tests, NULL, NULL);
}
