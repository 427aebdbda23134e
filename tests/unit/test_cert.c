#include "base/cert.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "lines.h"

#include <stdlib.h>

enum { FILE_MAX = 4096 };

struct file {
	char bytes[FILE_MAX];
	size_t n;
};

static void
load(struct file *f, struct view name)
{
	char path[128];
	struct buf b = BUF_OVER(path);
	FILE *in;

	buf_str(&b, "tests/vectors/cert/");
	buf_add(&b, name);
	buf_str(&b, ".der");
	in = fopen(buf_cstr(&b), "rb");
	if (!in) {
		fail_msg("cannot open %s", path);
	}
	f->n = fread(f->bytes, 1, sizeof f->bytes, in);
	fclose(in);
}

static struct view
der_of(const struct file *f)
{
	return (struct view){f->bytes, f->n};
}

static struct cert
read_file(struct file *f, const char *name)
{
	struct cert c;

	load(f, view_of(name));
	assert_true(cert_read(der_of(f), &c));
	return c;
}

/* --- what a certificate is for --------------------------------------------- */

static bool
is_for(const struct cert *c, struct view host)
{
	char address[16];
	size_t n = 0;
	struct view hex = view_skip(host, 1);

	if (!view_starts(host, VIEW("="))) {
		return cert_is_for_name(c, host);
	}
	for (; hex.n >= 2; hex = view_skip(hex, 2)) {
		char digits[3] = {hex.p[0], hex.p[1], 0};

		address[n++] = (char)strtoul(digits, NULL, 16);
	}
	return cert_is_for_address(c, (struct view){address, n});
}

static void
knows_its_hosts(void **state)
{
	struct lines lines;
	struct view line, file, host, answer;

	lines_open(&lines, "tests/vectors/cert/hosts.txt");
	while (lines_next(&lines, &line)) {
		struct file f;
		struct cert c;

		view_cut(line, ' ', &file, &answer);
		view_cut(answer, ' ', &host, &answer);
		load(&f, file);
		assert_true(cert_read(der_of(&f), &c));
		if (is_for(&c, host) != view_eq(answer, VIEW("yes"))) {
			fail_msg("%.*s", (int)line.n, line.p);
		}
	}
}

static void
knows_its_purposes(void **state)
{
	struct file f;
	struct cert c = read_file(&f, "names");

	assert_true(cert_is_for_servers(&c));
	c = read_file(&f, "client");
	assert_false(cert_is_for_servers(&c));
	c = read_file(&f, "any");
	assert_true(cert_is_for_servers(&c));
	c = read_file(&f, "none");
	assert_true(cert_is_for_servers(&c));
	c.purposes = VIEW(""); /* there, but nothing in it */
	assert_false(cert_is_for_servers(&c));
}

static void
lists_its_names(void **state)
{
	const struct view want[] = {VIEW("s3.test"), VIEW("*.s3.test"),
		VIEW("UPPER.test"), VIEW("a*.part.test"), VIEW("*.*.two.test"),
		VIEW("*"), VIEW("tail.test."), VIEW("\xc0\x00\x02\x01")};
	struct file f;
	struct cert c = read_file(&f, "names");
	struct cert_name name;

	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		assert_true(cert_next_name(&c.alt_names, &name));
		assert_true(view_eq(name.value, want[i]));
		assert_int_equal(name.is_address, want[i].n == 4);
	}
	assert_true(cert_next_name(&c.alt_names, &name));
	assert_int_equal(name.value.n, 16);
	assert_false(cert_next_name(&c.alt_names, &name));
}

static void
reads_labels(void **state)
{
	struct file f;
	struct cert c = read_file(&f, "names");

	assert_true(view_eq(cert_label(c.subject), VIEW("Label")));
	assert_true(view_eq(c.issuer, c.subject));
	c = read_file(&f, "emptysan");
	assert_true(view_eq(cert_label(c.subject), VIEW("Only")));
	assert_true(view_eq(cert_label(VIEW("")), VIEW("")));
	assert_true(view_eq(cert_label(VIEW("\x31\x05junk")), VIEW("")));
}

static void
reads_versions_without_extensions(void **state)
{
	struct file f;
	struct cert c = read_file(&f, "v1");

	assert_null(c.alt_names.p);
	assert_null(c.purposes.p);
	assert_true(cert_is_for_servers(&c));
}

/* --- time ------------------------------------------------------------------ */

static void
reads_validity(void **state)
{
	struct file f;
	struct cert c = read_file(&f, "names");

	assert_int_equal(c.not_before, 20240101000000);
	assert_int_equal(c.not_after, 20340101000000);
	c = read_file(&f, "forever");
	assert_int_equal(c.not_before, 19500101000000);
	assert_int_equal(c.not_after, 99991231235959);
	c = read_file(&f, "lastutc");
	assert_int_equal(c.not_before, 19500101000000);
	assert_int_equal(c.not_after, 20491231235959);
}

static char *
find_in(struct file *f, struct view bytes)
{
	size_t at = view_find(der_of(f), bytes);

	assert_true(at < f->n);
	return f->bytes + at;
}

static void
refuses_odd_times(void **state)
{
	static const char *const bad[] = {"240001000000Z", "241301000000Z",
		"240100000000Z", "240132000000Z", "240101240000Z",
		"240101006000Z", "240101000060Z", "24010100000 Z",
		"2401010000+0Z", "240101000000z", "24010100000-Z"};
	struct file f;
	struct cert c;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		load(&f, VIEW("names"));
		memcpy(find_in(&f, VIEW("240101000000Z")), bad[i], 13);
		if (cert_read(der_of(&f), &c)) {
			fail_msg("%s", bad[i]);
		}
	}
	/* the other kind of time has two digits more */
	load(&f, VIEW("names"));
	find_in(&f, VIEW("\x17\x0d"))[0] = 0x18;
	assert_false(cert_read(der_of(&f), &c));
}

static void
stamps_moments(void **state)
{
	assert_int_equal(cert_stamp(0), 19700101000000);
	assert_int_equal(cert_stamp(951782399), 20000228235959);
	assert_int_equal(cert_stamp(951782400), 20000229000000);
	assert_int_equal(cert_stamp(253402300799), 99991231235959);
	assert_int_equal(cert_stamp(INT64_MAX), 99991231235959);
}

/* --- what is no certificate ------------------------------------------------ */

static void
refuses_parts_and_more(void **state)
{
	struct file f;
	struct cert c = read_file(&f, "names"), before = c;

	for (size_t n = 0; n < f.n; n++) {
		assert_false(cert_read((struct view){f.bytes, n}, &c));
	}
	f.bytes[f.n] = 0;
	assert_false(cert_read((struct view){f.bytes, f.n + 1}, &c));
	assert_memory_equal(&c, &before, sizeof c);
}

static void
refuses_an_extension_twice(void **state)
{
	struct file f;
	struct cert c;

	load(&f, VIEW("names"));
	find_in(&f, VIEW("\x06\x03\x55\x1d\x25"))[4] = 0x11;
	assert_false(cert_read(der_of(&f), &c));
	load(&f, VIEW("names"));
	find_in(&f, VIEW("\x06\x03\x55\x1d\x11"))[4] = 0x25;
	assert_false(cert_read(der_of(&f), &c));
}

/* A certificate's bytes around a first element, its length said in many
 * ways. */
static void
refuses_odd_lengths(void **state)
{
	const struct view bad[] = {
		VIEW("\x30"),
		VIEW("\x30\x80\x00\x00"),         /* indefinite */
		VIEW("\x30\x81\x02\x05\x00"),     /* not the fewest bytes */
		VIEW("\x30\x82\x00\x02\x05\x00"), /* leading zero */
		VIEW("\x30\x81"),
		VIEW("\x30\x84\x01\x00\x00\x00"), /* 16 MB */
		VIEW("\x30\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
		VIEW("\x3f\x30\x00"), /* long tag */
		VIEW("\x30\x00"),
	};
	struct file f;
	struct cert c;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_false(cert_read(bad[i], &c));
	}
	/* a whole certificate, but for the zero before its length */
	load(&f, VIEW("names"));
	assert_memory_equal(f.bytes, "\x30\x82", 2);
	memmove(f.bytes + 3, f.bytes + 2, f.n - 2);
	memcpy(f.bytes, "\x30\x83", 3);
	f.n++;
	assert_false(cert_read(der_of(&f), &c));
}

/* Whatever one byte becomes, nothing is read past the end (ASan sees to it:
 * the copy ends where its block ends), and views stay inside. */
static void
survives_every_changed_byte(void **state)
{
	struct file f;
	struct cert c;
	char *copy;

	load(&f, VIEW("names"));
	copy = malloc(f.n);
	for (size_t i = 0; i < f.n; i++) {
		for (int bit = 0; bit < 8; bit++) {
			struct cert_name name;

			memcpy(copy, f.bytes, f.n);
			copy[i] = (char)(copy[i] ^ (1 << bit));
			if (!cert_read((struct view){copy, f.n}, &c)) {
				continue;
			}
			(void)cert_is_for_name(&c, VIEW("a.s3.test"));
			(void)cert_is_for_servers(&c);
			(void)cert_label(c.subject);
			while (cert_next_name(&c.alt_names, &name)) {
				assert_true(name.value.p >= copy &&
					    name.value.p + name.value.n <=
						    copy + f.n);
			}
		}
	}
	free(copy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_its_hosts),
		cmocka_unit_test(knows_its_purposes),
		cmocka_unit_test(lists_its_names),
		cmocka_unit_test(reads_labels),
		cmocka_unit_test(reads_versions_without_extensions),
		cmocka_unit_test(reads_validity),
		cmocka_unit_test(refuses_odd_times),
		cmocka_unit_test(stamps_moments),
		cmocka_unit_test(refuses_parts_and_more),
		cmocka_unit_test(refuses_an_extension_twice),
		cmocka_unit_test(refuses_odd_lengths),
		cmocka_unit_test(survives_every_changed_byte),
	};

	return cmocka_run_group_tests_name("cert", tests, NULL, NULL);
}
