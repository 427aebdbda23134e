/* The census of a bucket whose listings are in no order. */
#include "listing_fixture.h"

/* The fixture's store is no directory bucket, but the taker believes it is. */
static void
begin_walk(uint64_t keys, uint64_t page_keys, script_answer *answer)
{
	begin(keys, page_keys, answer);
	f->remote.endpoint[0].is_directory = true;
}

static void
end_walk(void)
{
	walk_give_up(&taker.walk);
	end();
}

/* The number of the page that is asked for. */
static uint64_t
page_of(const struct heard *h)
{
	const char *token = strstr(h->head, "continuation-token=page%2F");

	assert_null(strstr(h->head, "start-after"));
	assert_non_null(strstr(h->head, "prefix=p%2F"));
	return token ? strtoull(token + 26, NULL, 10) : 0;
}

static bool
end_page(int fd, struct buf *page, uint64_t next)
{
	buf_str(page, "<NextContinuationToken>page/");
	buf_uint(page, next);
	buf_str(page, "</NextContinuationToken>");
	return page_end(fd, page, true);
}

/* From the last key down, with a key that is no action's on each page. */
static bool
list_anyhow(struct script *s, int fd, const struct heard *h)
{
	struct buf page = page_begin();
	uint64_t number = page_of(h), n = number * listed.page_keys;
	uint64_t behind = n + listed.page_keys;

	add_text_key(&page, "packs/1");
	for (; n < behind && n < listed.keys; n++) {
		add_key(&page, key_no(listed.keys - 1 - n));
	}
	return n < listed.keys ? end_page(fd, &page, number + 1)
			       : page_end(fd, &page, false);
}

static void
check_all(uint64_t keys)
{
	for (uint64_t n = 0; n < keys; n++) {
		assert_int_equal(find(key_no(n)), CENSUS_HOLDS);
		assert_int_equal(find(gap_no(n)), CENSUS_LACKS);
	}
	assert_true(lacks(id_at(0)));
	assert_true(lacks(id_at(UINT64_MAX)));
}

static void
knows_buckets_of_any_size(void **state)
{
	static const struct {
		uint64_t keys, page_keys, pages;
	} cases[] = {
		{0, 10, 1}, {1, 10, 1}, {10, 10, 1}, {11, 10, 2}, {300, 7, 43}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		begin_walk(cases[i].keys, cases[i].page_keys, list_anyhow);
		note_absent(CENSUS_PAGES_MAX);
		await_stage(CENSUS_SETTLED);
		check_all(cases[i].keys);
		assert_int_equal(
			script_count_heard(&f->server), cases[i].pages);
		assert_said_nothing(f);
		end_walk();
	}
}

static bool
is_listing(void)
{
	pthread_mutex_lock(&taker.lock);
	bool is = taker.stage == CENSUS_REST;

	pthread_mutex_unlock(&taker.lock);
	return is;
}

/* What has been seen means nothing until everything has, and no page is listed
 * twice. */
static void
goes_on_when_it_is_worth_more(void **state)
{
	size_t first = CENSUS_AFTER_ABSENT * CENSUS_PAGES_WORTH;

	begin_walk(200, 10, list_anyhow);
	note_absent(CENSUS_AFTER_ABSENT);
	await_stage(CENSUS_PLANNED);
	assert_int_equal(script_count_heard(&f->server), first);
	assert_false(lacks(gap_no(199)));
	note_absent(1);
	while (is_listing()) {
		usleep(1000);
	}
	assert_int_equal(
		script_count_heard(&f->server), first + CENSUS_PAGES_WORTH);
	note_absent(10);
	await_stage(CENSUS_SETTLED);
	assert_int_equal(script_count_heard(&f->server), 20);
	check_all(200);
	end_walk();
}

/* Nothing is known, and nothing more is asked. */
static void
check_unknown(size_t pages)
{
	assert_int_equal(find(gap_no(0)), CENSUS_UNKNOWN);
	assert_int_equal(find(key_no(0)), CENSUS_UNKNOWN);
	assert_false(lacks(gap_no(0)));
	assert_int_equal(script_count_heard(&f->server), pages);
}

static void
knows_nothing_when_it_is_denied(void **state)
{
	begin_walk(20, 10, deny);
	check_unknown(1);
	assert_said_nothing(f);
	end_walk();
}

static bool
deny_the_second(struct script *s, int fd, const struct heard *h)
{
	return page_of(h) == 0 ? list_anyhow(s, fd, h) : deny(s, fd, h);
}

static void
knows_nothing_of_half_a_bucket(void **state)
{
	begin_walk(20, 10, deny_the_second);
	check_unknown(2);
	end_walk();
}

static bool
name_no_other_page(struct script *s, int fd, const struct heard *h)
{
	struct buf page = page_begin();

	return page_end(fd, &page, true);
}

static bool
name_the_same_page(struct script *s, int fd, const struct heard *h)
{
	struct buf page = page_begin();

	return end_page(fd, &page, 1);
}

static bool
list_too_many(struct script *s, int fd, const struct heard *h)
{
	struct buf page = page_begin();

	for (uint64_t n = 0; n <= CENSUS_PAGE_KEYS_MAX; n++) {
		add_key(&page, key_no(n));
	}
	return page_end(fd, &page, false);
}

static void
does_not_believe_nonsense(void **state)
{
	static const struct {
		script_answer *answer;
		size_t pages;
	} cases[] = {
		{name_no_other_page, 1},
		{name_the_same_page, 2},
		{list_too_many, 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		begin_walk(2000, 10, cases[i].answer);
		check_unknown(cases[i].pages);
		assert_said(
			f, 1, "the store's list of keys makes no sense", "");
		end_walk();
	}
}

/* What it holds then is not looked for in every run. */
static void
gives_up_what_is_too_large(void **state)
{
	begin_walk(CENSUS_PAGES_MAX + 1, 1, list_anyhow);
	note_absent(CENSUS_PAGES_MAX);
	await_stage(CENSUS_SETTLED);
	assert_int_equal(find(gap_no(1)), CENSUS_HOLDS);
	assert_false(lacks(gap_no(1)));
	assert_int_equal(script_count_heard(&f->server), CENSUS_PAGES_MAX);
	end_walk();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_buckets_of_any_size),
		cmocka_unit_test(goes_on_when_it_is_worth_more),
		cmocka_unit_test(knows_nothing_when_it_is_denied),
		cmocka_unit_test(knows_nothing_of_half_a_bucket),
		cmocka_unit_test(does_not_believe_nonsense),
		cmocka_unit_test(gives_up_what_is_too_large),
	};

	return cmocka_run_group_tests_name(
		"census_taker_walk", tests, NULL, NULL);
}
