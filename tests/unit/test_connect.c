/* The race between addresses, against real ports of this machine. */
#include "os/connect.h"

#include "loopback.h"
#include "os/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

enum { SOON_MS = 10000, BRIEFLY_MS = 200 };

static const char target[] = "http://s3.test:80";

static enum gs_code
try(struct address_list *list, unsigned ms, int *fd, struct gs_err *err)
{
	return connect_any(
		list, view_of(target), clock_mono_ms() + ms, fd, err);
}

static int
option(int fd, int level, int name)
{
	int value = 0;
	socklen_t len = sizeof(value);

	assert_int_equal(getsockopt(fd, level, name, &value, &len), 0);
	return value;
}

static void
the_socket_is_as_promised(void **state)
{
	struct address_list list = {.count = 1};
	struct gs_err err = {0};
	int listener = loopback_listen(AF_INET, 8, &list.item[0]);
	int fd = -1;

	(void)state;
	assert_int_equal(try(&list, SOON_MS, &fd, &err), GS_OK);
	assert_int_equal(list.item[0].verdict, ADDRESS_WORKED);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_int_not_equal(option(fd, IPPROTO_TCP, TCP_NODELAY), 0);
	assert_int_not_equal(option(fd, SOL_SOCKET, SO_KEEPALIVE), 0);
	assert_int_equal(err.code, GS_OK);
	close(fd);
	close(listener);
}

static void
takes_the_second_when_the_first_refuses(void **state)
{
	struct address_list list = {.count = 3};
	struct gs_err err = {0};
	int listener = loopback_listen(AF_INET6, 8, &list.item[1]);
	int fd = -1;

	(void)state;
	list.item[0] = loopback_refusing();
	list.item[2] = loopback_refusing();
	assert_int_equal(try(&list, SOON_MS, &fd, &err), GS_OK);
	assert_int_equal(list.item[0].verdict, ADDRESS_FAILED);
	assert_int_equal(list.item[1].verdict, ADDRESS_WORKED);
	assert_int_equal(list.item[2].verdict, ADDRESS_UNTRIED);
	close(fd);
	close(listener);
}

static void
takes_the_second_when_the_first_is_silent(void **state)
{
	struct address_list list = {.count = 2};
	struct loopback_hole hole;
	struct gs_err err = {0};
	int listener = loopback_listen(AF_INET, 8, &list.item[1]);
	int fd = -1;

	(void)state;
	loopback_hole_open(&hole);
	list.item[0] = hole.address;
	assert_int_equal(try(&list, SOON_MS, &fd, &err), GS_OK);
	assert_int_equal(list.item[0].verdict, ADDRESS_FAILED);
	assert_int_equal(list.item[1].verdict, ADDRESS_WORKED);
	close(fd);
	loopback_hole_close(&hole);
	close(listener);
}

/* While the first is silent the others refuse: it may still come. */
static void
waits_for_the_first_when_the_others_refuse(void **state)
{
	struct address_list list = {.count = 2};
	struct loopback_hole hole;
	struct gs_err err = {0};
	int fd = -1;

	(void)state;
	loopback_hole_open(&hole);
	list.item[0] = hole.address;
	list.item[1] = loopback_refusing();
	assert_int_equal(try(&list, CONNECT_NEXT_MS + BRIEFLY_MS, &fd, &err),
		GS_TIMEOUT);
	assert_int_equal(list.item[0].verdict, ADDRESS_FAILED);
	assert_int_equal(list.item[1].verdict, ADDRESS_FAILED);
	assert_int_equal(fd, -1);
	loopback_hole_close(&hole);
}

static atomic_bool is_connected;

/* Makes room in the queue once the second attempt is under way, and goes on: a
 * hole is full of others that try again and again. */
static void *
accept_late(void *listener)
{
	enum { LOOK_MS = 10 };
	struct pollfd p = {.fd = *(int *)listener, .events = POLLIN};

	(void)poll(NULL, 0, CONNECT_NEXT_MS + BRIEFLY_MS);
	while (!is_connected) {
		if (poll(&p, 1, LOOK_MS) > 0) {
			close(accept(p.fd, NULL, NULL));
		}
	}
	return NULL;
}

static void
does_not_blame_who_had_no_time(void **state)
{
	struct address_list list = {.count = 2};
	struct loopback_hole late, silent;
	struct gs_err err = {0};
	pthread_t thread;
	int fd = -1;

	(void)state;
	loopback_hole_open(&late);
	loopback_hole_open(&silent);
	list.item[0] = late.address;
	list.item[1] = silent.address;
	assert_int_equal(
		pthread_create(&thread, NULL, accept_late, &late.listener), 0);
	enum gs_code code = try(&list, SOON_MS, &fd, &err);

	is_connected = true;
	pthread_join(thread, NULL);
	assert_int_equal(code, GS_OK);
	assert_int_equal(list.item[0].verdict, ADDRESS_WORKED);
	assert_int_equal(list.item[1].verdict, ADDRESS_UNTRIED);
	close(fd);
	loopback_hole_close(&late);
	loopback_hole_close(&silent);
}

static void
says_that_nobody_listens(void **state)
{
	struct address_list list = {.count = 2};
	struct gs_err err = {0};
	int fd = -1;

	(void)state;
	list.item[0] = loopback_refusing();
	list.item[1] = loopback_refusing();
	assert_int_equal(try(&list, SOON_MS, &fd, &err), GS_SYS);
	assert_int_equal(err.sys_errno, ECONNREFUSED);
	assert_string_equal(err.text,
		"cannot connect to 'http://s3.test:80': connection refused: "
		"is the server running?");
	assert_int_equal(fd, -1);
}

static void
says_that_nobody_answers(void **state)
{
	struct address_list list = {.count = 1};
	struct loopback_hole hole;
	struct gs_err err = {0};
	int fd = -1;

	(void)state;
	loopback_hole_open(&hole);
	list.item[0] = hole.address;
	assert_int_equal(try(&list, BRIEFLY_MS, &fd, &err), GS_TIMEOUT);
	assert_string_equal(err.text,
		"cannot connect to 'http://s3.test:80': no answer in time: is "
		"the address right, and is a firewall in the way?");
	assert_int_equal(fd, -1);
	loopback_hole_close(&hole);
}

/* A TCP connection to the broadcast address is ENETUNREACH at once. */
static struct address
unreachable(void)
{
	struct address a = loopback_address(AF_INET, 1);

	a.sa.v4.sin_addr.s_addr = htonl(INADDR_BROADCAST);
	return a;
}

static void
tells_the_failure_that_says_most(void **state)
{
	struct address_list list = {.count = 2};
	struct gs_err err = {0};
	int fd = -1;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		list.item[i] = unreachable();
		list.item[1 - i] = loopback_refusing();
		assert_int_equal(try(&list, SOON_MS, &fd, &err), GS_SYS);
		assert_int_equal(err.sys_errno, ECONNREFUSED);
	}
	list.item[0] = list.item[1] = unreachable();
	assert_int_equal(try(&list, SOON_MS, &fd, &err), GS_SYS);
	assert_int_equal(err.sys_errno, ENETUNREACH);
	assert_string_equal(err.text, "cannot connect to 'http://s3.test:80': "
				      "no route to the network: is it up?");
}

static void
tries_as_many_as_there_may_be(void **state)
{
	struct address_list list = {.count = ADDRESSES_MAX};
	struct gs_err err = {0};
	int listener =
		loopback_listen(AF_INET, 8, &list.item[ADDRESSES_MAX - 1]);
	int fd = -1;

	(void)state;
	for (size_t i = 0; i < ADDRESSES_MAX - 1; i++) {
		list.item[i] = loopback_refusing();
	}
	assert_int_equal(try(&list, SOON_MS, &fd, &err), GS_OK);
	assert_int_equal(list.item[ADDRESSES_MAX - 1].verdict, ADDRESS_WORKED);
	close(fd);
	close(listener);
}

/* The lowest free descriptor is the same before and after. */
static void
leaves_no_descriptor_behind(void **state)
{
	struct address_list list = {.count = 2};
	struct loopback_hole hole;
	struct gs_err err = {0};
	int before, after, fd = -1;

	(void)state;
	loopback_hole_open(&hole);
	list.item[0] = list.item[1] = hole.address;
	before = dup(0);
	close(before);
	assert_int_equal(try(&list, CONNECT_NEXT_MS + BRIEFLY_MS, &fd, &err),
		GS_TIMEOUT);
	after = dup(0);
	close(after);
	assert_int_equal(before, after);
	loopback_hole_close(&hole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_socket_is_as_promised),
		cmocka_unit_test(takes_the_second_when_the_first_refuses),
		cmocka_unit_test(takes_the_second_when_the_first_is_silent),
		cmocka_unit_test(waits_for_the_first_when_the_others_refuse),
		cmocka_unit_test(does_not_blame_who_had_no_time),
		cmocka_unit_test(says_that_nobody_listens),
		cmocka_unit_test(says_that_nobody_answers),
		cmocka_unit_test(tells_the_failure_that_says_most),
		cmocka_unit_test(tries_as_many_as_there_may_be),
		cmocka_unit_test(leaves_no_descriptor_behind),
	};

	return cmocka_run_group_tests_name("connect", tests, NULL, NULL);
}
