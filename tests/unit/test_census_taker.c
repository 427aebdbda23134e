/* The census of a scripted store, which lists its keys page by page. */
#include "mirror/census_taker.h"

#include "remote_fixture.h"

static struct fixture *f;
static struct census_taker taker;

static void
begin(script_answer *answer)
{
	f = fixture_open(answer);
	census_taker_init(&taker, &f->remote);
}

static void
end(void)
{
	fixture_close(f);
	free(taker.keys);
}

static enum census_finding
find(unsigned n)
{
	struct id action = action_of(n);

	return census_taker_find(&taker, &action);
}

static bool
lacks(unsigned n)
{
	struct id action = action_of(n);

	return census_taker_lacks(&taker, &action);
}

/* The number of the page that is asked for. */
static unsigned
page_of(const struct heard *h)
{
	const char *token = strstr(h->head, "continuation-token=t");

	return token ? (unsigned)strtoul(token + 20, NULL, 10) : 0;
}

static void
add_key(struct buf *page, unsigned n)
{
	struct id action = action_of(n);

	buf_str(page, "<Contents><Key>p/");
	buf_hex(page, action.byte, ID_LEN);
	buf_str(page, "</Key></Contents>");
}

/* A page of these keys; another follows if there is a token. */
static bool
answer_page(int fd, const unsigned *key, size_t count, unsigned next)
{
	char storage[4096];
	struct buf page = BUF_OVER(storage);

	buf_str(&page, "<ListBucketResult>");
	for (size_t i = 0; i < count; i++) {
		add_key(&page, key[i]);
	}
	if (next > 0) {
		buf_str(&page, "<IsTruncated>true</IsTruncated>"
			       "<NextContinuationToken>t");
		buf_uint(&page, next);
		buf_str(&page, "</NextContinuationToken>");
	}
	buf_str(&page, "</ListBucketResult>");
	return answer_with(fd, "200 OK", "", buf_cstr(&page));
}

static bool
list_two_pages(struct script *s, int fd, const struct heard *h)
{
	return page_of(h) == 0 ? answer_page(fd, (unsigned[]){1, 3, 5}, 3, 1)
			       : answer_page(fd, (unsigned[]){7, 9}, 2, 0);
}

static void
knows_the_whole_bucket(void **state)
{
	begin(list_two_pages);
	for (unsigned n = 0; n < 12; n++) {
		bool held = n % 2 == 1 && n < 10;

		assert_int_equal(find(n), held ? CENSUS_HOLDS : CENSUS_LACKS);
		assert_int_equal(lacks(n), !held);
	}
	assert_int_equal(script_count_heard(&f->server), 2);
	assert_true(heard_starts(
		&f->server.heard[0], "GET /bucket?list-type=2&prefix=p%2F "));
	end();
}

static void
begins_after_some_gets_in_vain(void **state)
{
	begin(list_two_pages);
	for (int i = 1; i < CENSUS_AFTER_ABSENT; i++) {
		census_taker_note_absent(&taker);
	}
	assert_false(lacks(2));
	assert_int_equal(script_count_heard(&f->server), 0);
	census_taker_note_absent(&taker);
	census_taker_note_absent(&taker);
	for (int i = 0; i < FIXTURE_SOON_MS && !lacks(99); i++) {
		usleep(1000);
	}
	assert_true(lacks(2));
	assert_false(lacks(3));
	assert_int_equal(script_count_heard(&f->server), 2);
	/* the thread has ended when that is known */
	assert_int_equal(find(3), CENSUS_HOLDS);
	end();
}

static bool
list_nothing(struct script *s, int fd, const struct heard *h)
{
	return answer_page(fd, NULL, 0, 0);
}

static void
knows_an_empty_bucket(void **state)
{
	begin(list_nothing);
	assert_int_equal(find(1), CENSUS_LACKS);
	end();
}

static bool
list_a_page_and_fail(struct script *s, int fd, const struct heard *h)
{
	return page_of(h) == 0
		       ? answer_page(fd, (unsigned[]){1, 3, 5}, 3, 1)
		       : answer_error(fd, "403 Forbidden", "", "AccessDenied");
}

static void
knows_what_it_saw_before_a_failure(void **state)
{
	begin(list_a_page_and_fail);
	assert_int_equal(find(2), CENSUS_LACKS);
	assert_int_equal(find(3), CENSUS_UNKNOWN);
	assert_int_equal(find(7), CENSUS_UNKNOWN);
	assert_true(lacks(4));
	assert_false(lacks(6));
	assert_said_nothing(f);
	end();
}

static bool
list_without_order(struct script *s, int fd, const struct heard *h)
{
	return page_of(h) == 0 ? answer_page(fd, (unsigned[]){5, 1, 3}, 3, 1)
			       : answer_page(fd, (unsigned[]){9, 7}, 2, 0);
}

static void
knows_an_unordered_bucket_when_it_is_complete(void **state)
{
	begin(list_without_order);
	assert_int_equal(find(3), CENSUS_HOLDS);
	assert_int_equal(find(7), CENSUS_HOLDS);
	assert_int_equal(find(2), CENSUS_LACKS);
	end();
}

static bool
list_without_order_and_fail(struct script *s, int fd, const struct heard *h)
{
	return page_of(h) == 0 ? list_without_order(s, fd, h)
			       : list_a_page_and_fail(s, fd, h);
}

static void
knows_nothing_of_half_an_unordered_bucket(void **state)
{
	begin(list_without_order_and_fail);
	for (unsigned n = 0; n < 9; n++) {
		assert_int_equal(find(n), CENSUS_UNKNOWN);
	}
	end();
}

static bool
deny(struct script *s, int fd, const struct heard *h)
{
	return answer_error(fd, "403 Forbidden", "", "AccessDenied");
}

static void
knows_nothing_when_it_is_denied(void **state)
{
	begin(deny);
	assert_int_equal(find(1), CENSUS_UNKNOWN);
	assert_int_equal(find(2), CENSUS_UNKNOWN);
	assert_int_equal(script_count_heard(&f->server), 1);
	assert_said_nothing(f);
	end();
}

static bool
cut_the_page(struct script *s, int fd, const struct heard *h)
{
	return answer_with(
		fd, "200 OK", "", "<ListBucketResult><Contents><Key>p/ac0003");
}

static void
does_not_believe_half_a_page(void **state)
{
	begin(cut_the_page);
	assert_int_equal(find(1), CENSUS_UNKNOWN);
	end();
}

static bool
list_for_ever(struct script *s, int fd, const struct heard *h)
{
	unsigned page = page_of(h);

	return answer_page(fd, &page, 1, page + 1);
}

/* What lies behind the last page is taken for held, so that it is not looked
 * for in every run. */
static void
stops_after_so_many_pages(void **state)
{
	begin(list_for_ever);
	assert_int_equal(find(CENSUS_PAGES_MAX + 99), CENSUS_HOLDS);
	assert_int_equal(script_count_heard(&f->server), CENSUS_PAGES_MAX);
	end();
}

static bool
list_the_same_for_ever(struct script *s, int fd, const struct heard *h)
{
	return answer_page(fd, (unsigned[]){1, 3, 5}, 3, 1);
}

static void
stops_when_pages_repeat(void **state)
{
	begin(list_the_same_for_ever);
	assert_int_equal(find(1), CENSUS_HOLDS);
	assert_int_equal(script_count_heard(&f->server), CENSUS_PAGES_MAX);
	end();
}

static bool
hang_up(struct script *s, int fd, const struct heard *h)
{
	return false;
}

static void
knows_nothing_without_a_store(void **state)
{
	begin(hang_up);
	assert_int_equal(find(1), CENSUS_UNKNOWN);
	end();
}

/* The end of the run's gets is not the end of its uploads. */
static void
goes_on_when_fetches_are_cancelled(void **state)
{
	begin(list_two_pages);
	remote_cancel_fetches(&f->remote);
	assert_int_equal(find(2), CENSUS_LACKS);
	end();
}

static void *
find_in_thread(void *arg)
{
	return find(2) == CENSUS_LACKS && find(3) == CENSUS_HOLDS ? arg : NULL;
}

static void
is_taken_once_for_all_who_wait(void **state)
{
	pthread_t thread[8];
	void *good;

	begin(list_two_pages);
	for (size_t i = 0; i < 8; i++) {
		pthread_create(&thread[i], NULL, find_in_thread, &taker);
	}
	for (size_t i = 0; i < 8; i++) {
		pthread_join(thread[i], &good);
		assert_non_null(good);
	}
	assert_int_equal(script_count_heard(&f->server), 2);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_whole_bucket),
		cmocka_unit_test(begins_after_some_gets_in_vain),
		cmocka_unit_test(knows_an_empty_bucket),
		cmocka_unit_test(knows_what_it_saw_before_a_failure),
		cmocka_unit_test(knows_an_unordered_bucket_when_it_is_complete),
		cmocka_unit_test(knows_nothing_of_half_an_unordered_bucket),
		cmocka_unit_test(knows_nothing_when_it_is_denied),
		cmocka_unit_test(does_not_believe_half_a_page),
		cmocka_unit_test(stops_after_so_many_pages),
		cmocka_unit_test(stops_when_pages_repeat),
		cmocka_unit_test(knows_nothing_without_a_store),
		cmocka_unit_test(goes_on_when_fetches_are_cancelled),
		cmocka_unit_test(is_taken_once_for_all_who_wait),
	};

	return cmocka_run_group_tests_name("census_taker", tests, NULL, NULL);
}
