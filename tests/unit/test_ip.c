#include "base/ip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct ip
parsed(const char *text)
{
	struct ip ip;

	if (!ip_parse(view_of(text), &ip)) {
		fail_msg("%s is an address", text);
	}
	return ip;
}

static void
reads_every_way_to_write_one(void **state)
{
	static const char *const same[][2] = {
		{"192.168.0.1", "::ffff:192.168.0.1"},
		{"192.168.0.1", "::FFFF:c0a8:1"},
		{"255.255.255.255", "0:0:0:0:0:ffff:255.255.255.255"},
		{"::", "0:0:0:0:0:0:0:0"},
		{"::1", "0000:0000:0000:0000:0000:0000:0000:0001"},
		{"1::", "1:0:0:0:0:0:0:0"},
		{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
		{"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
		{"fd00:ec2::254", "FD00:0EC2:0:0:0:0:0:254"},
		{"64:ff9b::1.2.3.4", "64:ff9b::102:304"},
	};

	for (size_t i = 0; i < COUNT(same); i++) {
		struct ip a = parsed(same[i][0]), b = parsed(same[i][1]);

		if (!ip_eq(&a, &b)) {
			fail_msg("%s is %s", same[i][0], same[i][1]);
		}
	}
}

static void
keeps_every_byte_in_its_place(void **state)
{
	static const unsigned char want[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0,
		0, 0, 0, 0, 0x52, 0, 0, 0xab, 0xcd};
	struct ip ip = parsed("2001:db8::52:0:abcd");

	assert_memory_equal(ip.byte, want, sizeof(want));
}

static void
refuses_what_is_no_address(void **state)
{
	static const char *const wrong[] = {"", ".", ":", ":::", "1", "1.2.3",
		"1.2.3.4.5", "1.2.3.256", "1.2.3.04", "1.2.3.-4", "1.2.3.",
		".1.2.3", "1.2.3.4 ", "0x1.2.3.4", "1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9", "1::2::3",
		"1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8",
		"12345::", "g::", "1::2:", ":1::2", "1.2.3.4::", "::1.2.3.4:5",
		"1:2:3:4:5:6:7:1.2.3.4", "[::1]", "::1%lo", "fe80::%1",
		"::1/128"};
	struct ip ip = {.byte = {7}};

	for (size_t i = 0; i < COUNT(wrong); i++) {
		if (ip_parse(view_of(wrong[i]), &ip)) {
			fail_msg("'%s' is no address", wrong[i]);
		}
	}
	assert_int_equal(ip.byte[0], 7);
}

static void
knows_the_machine_itself(void **state)
{
	static const char *const here[] = {
		"127.0.0.1", "127.255.255.255", "::1", "::ffff:127.1.2.3"};
	static const char *const elsewhere[] = {"126.255.255.255", "128.0.0.0",
		"::", "::2", "1::1", "::127.0.0.1"};

	for (size_t i = 0; i < COUNT(here); i++) {
		struct ip ip = parsed(here[i]);

		assert_true(ip_is_loopback(&ip));
	}
	for (size_t i = 0; i < COUNT(elsewhere); i++) {
		struct ip ip = parsed(elsewhere[i]);

		assert_false(ip_is_loopback(&ip));
	}
}

static void
tells_what_a_network_holds(void **state)
{
	static const struct {
		const char *network, *address;
		bool is_in;
	} rows[] = {
		{"10.0.0.0/30", "10.0.0.3", true},
		{"10.0.0.0/30", "10.0.0.4", false},
		{"10.0.0.7/29", "10.0.0.1", true},
		{"0.0.0.0/0", "255.1.2.3", true},
		{"0.0.0.0/0", "::1", false},
		{"10.0.0.1/32", "10.0.0.1", true},
		{"10.0.0.1/32", "10.0.0.0", false},
		{"10.0.0.0/30", "::ffff:10.0.0.1", true},
		{"::ffff:10.0.0.0/126", "10.0.0.3", true},
		{"::ffff:10.0.0.0/90", "10.0.0.3", false},
		{"::/0", "10.0.0.1", false},
		{"::/0", "1::", true},
		{"2001:db8::/33", "2001:db8:7fff::", true},
		{"2001:db8::/33", "2001:db8:8000::", false},
		{"::1/128", "::1", true},
		{"::1/128", "::", false},
		{"10.0.0.0", "10.0.0.0", false},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ip ip = parsed(rows[i].address);

		if (ip_is_in(&ip, view_of(rows[i].network)) != rows[i].is_in) {
			fail_msg("%s in %s", rows[i].address, rows[i].network);
		}
	}
}

static void
tells_a_network_from_other_text(void **state)
{
	static const char *const networks[] = {
		"0.0.0.0/0", "1.2.3.4/32", "::/0", "::/128"};
	static const char *const others[] = {"", "/", "1.2.3.4", "1.2.3.4/",
		"1.2.3.4/33", "1.2.3.4/-1", "1.2.3/8", "::/129", "::/x", "a/8",
		"1.2.3.4/8:80"};

	for (size_t i = 0; i < COUNT(networks); i++) {
		assert_true(ip_is_network(view_of(networks[i])));
	}
	for (size_t i = 0; i < COUNT(others); i++) {
		assert_false(ip_is_network(view_of(others[i])));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_way_to_write_one),
		cmocka_unit_test(keeps_every_byte_in_its_place),
		cmocka_unit_test(refuses_what_is_no_address),
		cmocka_unit_test(knows_the_machine_itself),
		cmocka_unit_test(tells_what_a_network_holds),
		cmocka_unit_test(tells_a_network_from_other_text),
	};

	return cmocka_run_group_tests_name("ip", tests, NULL, NULL);
}
