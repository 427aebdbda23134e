/* Threads, and how they wait for each other. */
#include "child.h"
#include "os/clock.h"
#include "os/thread.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>

/* What a thread found out about itself, once told is readable. */
static struct {
	int told[2];
	size_t stack;
	int detached, blocks_int, blocks_usr1;
} found;

static void *
look_around(void *arg)
{
	pthread_attr_t attr;
	sigset_t blocked;

	pthread_getattr_np(pthread_self(), &attr);
	pthread_attr_getstacksize(&attr, &found.stack);
	pthread_attr_getdetachstate(&attr, &found.detached);
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_BLOCK, NULL, &blocked);
	found.blocks_int = sigismember(&blocked, SIGINT);
	found.blocks_usr1 = sigismember(&blocked, SIGUSR1);
	if (write(found.told[1], arg, 1) != 1) {
		_exit(1);
	}
	return NULL;
}

static void
a_thread_runs_by_itself(void **state)
{
	static char mark = 'x';
	char got = 0;
	sigset_t before, after;

	assert_int_equal(pipe(found.told), 0);
	pthread_sigmask(SIG_BLOCK, NULL, &before);
	assert_true(thread_start(look_around, &mark));
	assert_int_equal(read(found.told[0], &got, 1), 1);
	assert_int_equal(got, 'x');
	assert_true(found.stack >= THREAD_STACK_BYTES);
	assert_int_equal(found.detached, PTHREAD_CREATE_DETACHED);
	assert_int_equal(found.blocks_int, 1);
	assert_int_equal(found.blocks_usr1, 1);
	pthread_sigmask(SIG_BLOCK, NULL, &after);
	assert_int_equal(
		sigismember(&before, SIGINT), sigismember(&after, SIGINT));
	close(found.told[0]);
	close(found.told[1]);
}

static void *
linger(void *arg)
{
	pause();
	return NULL;
}

/* Processes of nobody else count against this user's limit. */
static bool
runs_out_of_threads(void *arg)
{
	const struct rlimit few = {20, 20};
	int started = 0;

	if (setrlimit(RLIMIT_NPROC, &few) != 0 || setuid(54321) != 0) {
		return false;
	}
	while (started < 100 && thread_start(linger, NULL)) {
		started++;
	}
	return started > 0 && started < 20;
}

static void
a_system_without_threads_is_no_disaster(void **state)
{
	if (geteuid() != 0) {
		skip();
	}
	assert_true(in_child(runs_out_of_threads, NULL));
}

static void *
give_way(void *arg)
{
	thread_lower_priority();
	*(int *)arg = getpriority(PRIO_PROCESS, 0);
	return NULL;
}

static void
one_thread_lowers_its_priority(void **state)
{
	int before = getpriority(PRIO_PROCESS, 0), lowered = before;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, give_way, &lowered), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(lowered > before || before >= 10);
	assert_int_equal(getpriority(PRIO_PROCESS, 0), before);
}

static bool
has_one_processor_left(void *arg)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	return sched_setaffinity(0, sizeof(one), &one) == 0 &&
	       thread_processors() == 1;
}

static void
processors_are_those_that_may_be_used(void **state)
{
	assert_true(thread_processors() >= 1);
	assert_true(in_child(has_one_processor_left, NULL));
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t called;

static void *
call(void *arg)
{
	pthread_mutex_lock(&lock);
	*(bool *)arg = true;
	pthread_cond_signal(&called);
	pthread_mutex_unlock(&lock);
	return NULL;
}

static void
a_wait_ends_with_a_call_or_at_its_deadline(void **state)
{
	bool came = false, in_time = true;

	thread_cond_init(&called);
	pthread_mutex_lock(&lock);
	assert_false(thread_wait_until(&called, &lock, clock_mono_ms() + 20));
	assert_false(thread_wait_until(&called, &lock, 0));
	assert_true(thread_start(call, &came));
	while (!came && in_time) {
		in_time = thread_wait_until(&called, &lock, CLOCK_NEVER);
	}
	pthread_mutex_unlock(&lock);
	assert_true(came && in_time);
	pthread_cond_destroy(&called);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_system_without_threads_is_no_disaster),
		cmocka_unit_test(a_thread_runs_by_itself),
		cmocka_unit_test(one_thread_lowers_its_priority),
		cmocka_unit_test(processors_are_those_that_may_be_used),
		cmocka_unit_test(a_wait_ends_with_a_call_or_at_its_deadline),
	};

	return cmocka_run_group_tests_name("thread", tests, NULL, NULL);
}
