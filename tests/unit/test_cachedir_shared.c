/* A cache directory that many use at the same time: threads of one process,
 * and processes. */
#include "cachedir_fixture.h"
#include "child.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>

enum { USERS = 4, ROUNDS = 60, NAMES = 10 };

/* Puts a body that others put too, and gets what any of them have put. */
static bool
use(struct cachedir *c, unsigned seed)
{
	char name[16], body[32];

	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned n = (i * 7 + seed) % NAMES;
		struct cachedir_body b;
		struct gs_err err;

		snprintf(name, sizeof(name), "action %u", n);
		snprintf(body, sizeof(body), "the body of %u", n);
		struct entry found, e = {.action = id_of(name),
					    .output = id_of(body),
					    .size = strlen(body),
					    .time_ns = i};

		if (cachedir_body_begin(c, &b, &e.output, &err) != GS_OK ||
			cachedir_body_add(&b, view_of(body), &err) != GS_OK ||
			cachedir_body_commit(c, &b, e.size, &err) != GS_OK ||
			cachedir_put(c, &e, &err) != GS_OK ||
			!cachedir_get(c, &e.action, &found) ||
			!id_eq(&found.output, &e.output)) {
			return false;
		}
		cachedir_set_shared(c, VIEW("here"), &e.action, &e.output);
		if (!cachedir_is_shared(
			    c, VIEW("here"), &e.action, &e.output)) {
			return false;
		}
	}
	return true;
}

static void *
user(void *arg)
{
	return use(&dir, *(unsigned *)arg) ? arg : NULL;
}

static void
threads_share_it(void **state)
{
	pthread_t thread[USERS];
	unsigned seed[USERS];
	void *fine;

	for (unsigned i = 0; i < USERS; i++) {
		seed[i] = i;
		assert_int_equal(
			pthread_create(&thread[i], NULL, user, &seed[i]), 0);
	}
	for (unsigned i = 0; i < USERS; i++) {
		pthread_join(thread[i], &fine);
		assert_non_null(fine);
	}
}

/* A daily trim all the time. */
static void
trim_for_ever(void)
{
	struct cachedir c;
	struct gs_err err;

	if (cachedir_open(&c, dir.path, &err) != GS_OK) {
		_exit(1);
	}
	for (;;) {
		unlinkat(c.dir, "trim.txt", 0);
		cachedir_trim(&c);
	}
}

static bool
use_from_afar(void *arg)
{
	struct cachedir c;
	struct gs_err err;

	return cachedir_open(&c, dir.path, &err) == GS_OK &&
	       use(&c, (unsigned)getpid());
}

static void
processes_share_it_while_it_is_trimmed(void **state)
{
	pid_t trimmer = fork();
	pid_t other[USERS];
	int status;

	if (trimmer == 0) {
		trim_for_ever();
	}
	for (unsigned i = 0; i < USERS; i++) {
		other[i] = fork();
		if (other[i] == 0) {
			_exit(use_from_afar(NULL) ? 0 : 1);
		}
	}
	for (unsigned i = 0; i < USERS; i++) {
		assert_int_equal(waitpid(other[i], &status, 0), other[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(waitpid(trimmer, &status, WNOHANG), 0);
	kill(trimmer, SIGKILL);
	waitpid(trimmer, &status, 0);
}

static void
nothing_temporary_is_left(void **state)
{
	char path[PATH_LEN_MAX];
	size_t files = 0;

	for (unsigned i = 0; i < 256; i++) {
		snprintf(path, sizeof(path), "%.2000s/%02x", dir.path, i);
		DIR *d = opendir(path);
		struct dirent *e;

		while (d && (e = readdir(d)) != NULL) {
			assert_null(strstr(e->d_name, ".tmp"));
			files += e->d_name[0] != '.';
		}
		if (d) {
			closedir(d);
		}
	}
	assert_int_equal(files, 2 * NAMES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_share_it),
		cmocka_unit_test(processes_share_it_while_it_is_trimmed),
		cmocka_unit_test(nothing_temporary_is_left),
	};

	return cmocka_run_group_tests_name(
		"cachedir_shared", tests, set_up, tear_down);
}
