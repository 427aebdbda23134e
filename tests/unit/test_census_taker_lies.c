/* The census of buckets that cannot be listed, or not as they are. */
#include "listing_fixture.h"

static const char makes_no_sense[] = "the store's list of keys makes no sense";

/* Nothing is known, and nothing more is asked. */
static void
check_unknown(void)
{
	size_t heard;

	assert_int_equal(find(gap_no(0)), CENSUS_UNKNOWN);
	heard = script_count_heard(&f->server);
	for (uint64_t n = 0; n < listed.keys; n++) {
		assert_int_equal(find(key_no(n)), CENSUS_UNKNOWN);
		assert_int_equal(find(gap_no(n)), CENSUS_UNKNOWN);
	}
	assert_int_equal(script_count_heard(&f->server), heard);
	assert_true(heard <= 2 * CENSUS_RANGES_MAX + 1);
}

/* no answer */

static void
knows_nothing_when_it_is_denied(void **state)
{
	begin(20, 10, deny);
	check_unknown();
	assert_int_equal(script_count_heard(&f->server), 1);
	assert_said_nothing(f);
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
	begin(20, 10, hang_up);
	check_unknown();
	end();
}

static void
knows_what_it_saw_before_a_failure(void **state)
{
	begin(400, 10, list_a_page_and_deny);
	assert_int_equal(find(gap_no(9)), CENSUS_LACKS);
	assert_int_equal(find(key_no(9)), CENSUS_HOLDS);
	assert_int_equal(find(key_no(11)), CENSUS_UNKNOWN);
	assert_int_equal(find(gap_no(11)), CENSUS_UNKNOWN);
	assert_true(lacks(gap_no(9)));
	assert_false(lacks(gap_no(11)));
	assert_said_nothing(f);
	end();
}

/* Only the answer that did come counts, not what came before it. */
static bool
cut_the_first_answer(struct script *s, int fd, const struct heard *h)
{
	if (h->number > 0) {
		return list_rightly(s, fd, h);
	}
	say_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"
		     "<ListBucketResult><Contents><Key>p/ac00</Key>");
	return false;
}

static void
begins_a_page_anew_that_did_not_come_whole(void **state)
{
	begin(20, 100, cut_the_first_answer);
	assert_int_equal(find(key_no(3)), CENSUS_HOLDS);
	assert_int_equal(find(gap_no(3)), CENSUS_LACKS);
	assert_int_equal(script_count_heard(&f->server), 2);
	end();
}

/* answers that make no sense */

static bool
cut_the_page(struct script *s, int fd, const struct heard *h)
{
	return answer_with(
		fd, "200 OK", "", "<ListBucketResult><Contents><Key>p/ac0003");
}

static bool
show_a_page(struct script *s, int fd, const struct heard *h)
{
	return answer_with(fd, "200 OK", "", "<html><p>Log in.</p></html>");
}

static bool
list_downwards(struct script *s, int fd, const struct heard *h)
{
	struct buf page = page_begin();

	for (uint64_t n = listed.keys; n-- > 0;) {
		add_key(&page, key_no(n));
	}
	return page_end(fd, &page, false);
}

/* Only from the second page on does it matter where it was to begin. */
static bool
list_from_the_beginning(struct script *s, int fd, const struct heard *h)
{
	struct buf page = page_begin();

	for (uint64_t n = 0; n < listed.page_keys; n++) {
		add_key(&page, key_no(n));
	}
	return page_end(fd, &page, true);
}

static bool
list_without_end(struct script *s, int fd, const struct heard *h)
{
	struct buf page = page_begin();

	return page_end(fd, &page, true);
}

static bool
list_foreign_keys_without_end(struct script *s, int fd, const struct heard *h)
{
	struct buf page = page_begin();

	add_text_key(&page, "0");
	return page_end(fd, &page, true);
}

static bool
list_another_prefix(struct script *s, int fd, const struct heard *h)
{
	return answer_with(fd, "200 OK", "",
		"<ListBucketResult><Contents><Key>q/readme</Key></Contents>"
		"</ListBucketResult>");
}

static bool
list_more_than_a_page(struct script *s, int fd, const struct heard *h)
{
	struct buf page = page_begin();

	for (uint64_t n = 0; n <= CENSUS_PAGE_KEYS_MAX; n++) {
		add_key(&page, id_at(n));
	}
	return page_end(fd, &page, false);
}

static bool
list_too_much(struct script *s, int fd, const struct heard *h)
{
	static const char blank[4096] = {0};

	say_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"
		     "<ListBucketResult><a>");
	for (int i = 0; i < 99999999 / 4096; i++) {
		if (send(fd, blank, sizeof(blank), MSG_NOSIGNAL) <= 0) {
			break;
		}
	}
	return false;
}

static void
does_not_believe_what_makes_no_sense(void **state)
{
	static script_answer *const answers[] = {
		cut_the_page,
		show_a_page,
		list_downwards,
		list_from_the_beginning,
		list_without_end,
		list_foreign_keys_without_end,
		list_another_prefix,
		list_more_than_a_page,
		list_too_much,
	};

	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		begin(80, 10, answers[i]);
		check_unknown();
		assert_said(f, 1, makes_no_sense, "");
		end();
	}
}

/* A thousand keys that differ in their last digit. */
static bool
list_dense_keys(struct script *s, int fd, const struct heard *h)
{
	struct buf page = page_begin();
	uint64_t start = start_of(h);

	for (uint64_t n = 0; n < listed.page_keys; n++) {
		add_key(&page, id_at(start + n));
	}
	return page_end(fd, &page, true);
}

static void
gives_up_keys_that_do_not_end(void **state)
{
	begin(20, 10, list_dense_keys);
	assert_int_equal(find(id_at(UINT64_MAX)), CENSUS_HOLDS);
	assert_int_equal(script_count_heard(&f->server), 1);
	end();
}

/* The first page promises few; then they become as many as one likes. */
static atomic_uint pages_listed;

static bool
list_dense_keys_later(struct script *s, int fd, const struct heard *h)
{
	pages_listed++;
	return h->number == 0 ? list_rightly(s, fd, h)
			      : list_dense_keys(s, fd, h);
}

static void
stops_when_the_budget_is_spent(void **state)
{
	pages_listed = 0;
	begin(100, 10, list_dense_keys_later);
	assert_int_equal(find(id_at(UINT64_MAX)), CENSUS_HOLDS);
	assert_int_equal(pages_listed, CENSUS_PAGES_MAX);
	end();
}

/* keys that are not ours */

/* Many that begin as ours do; the pages pass over them. */
static bool
list_among_others(struct script *s, int fd, const struct heard *h)
{
	static const char *const others[] = {"0readme", "0~", "2024/01/", "9~",
		"Logs/1", "_", "a~", "bin/", "data/1", "e", "f~",
		"gocache-s3/"};
	uint64_t start = start_of(h);
	struct buf page = page_begin();
	char after[17];

	snprintf(after, sizeof(after), "%016llx", (unsigned long long)start);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (strcmp(others[i], after) > 0) {
			add_text_key(&page, others[i]);
			return page_end(fd, &page, true);
		}
	}
	return page_end(fd, &page, false);
}

static void
passes_over_keys_that_are_not_ours(void **state)
{
	begin(0, 1, list_among_others);
	assert_int_equal(find(id_at(0)), CENSUS_LACKS);
	assert_int_equal(find(id_at(UINT64_MAX)), CENSUS_LACKS);
	assert_true(script_count(&f->server, "GET") < 30);
	assert_said_nothing(f);
	end();
}

/* The store gives what it does not list. */
static void
does_not_believe_a_list_that_lacks_what_was_found(void **state)
{
	begin(100, 1000, list_rightly);
	struct id found = gap_no(50);

	assert_int_equal(find(gap_no(50)), CENSUS_LACKS);
	census_taker_note_found(&taker, &found);
	assert_int_equal(find(gap_no(50)), CENSUS_UNKNOWN);
	assert_false(lacks(gap_no(60)));
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_nothing_when_it_is_denied),
		cmocka_unit_test(knows_nothing_without_a_store),
		cmocka_unit_test(knows_what_it_saw_before_a_failure),
		cmocka_unit_test(begins_a_page_anew_that_did_not_come_whole),
		cmocka_unit_test(does_not_believe_what_makes_no_sense),
		cmocka_unit_test(gives_up_keys_that_do_not_end),
		cmocka_unit_test(stops_when_the_budget_is_spent),
		cmocka_unit_test(passes_over_keys_that_are_not_ours),
		cmocka_unit_test(
			does_not_believe_a_list_that_lacks_what_was_found),
	};

	return cmocka_run_group_tests_name(
		"census_taker_lies", tests, NULL, NULL);
}
