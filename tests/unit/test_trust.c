#include "os/trust.h"

#include "base/limits.h"
#include "os/roots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 16 * 1024, JULY_2026 = 1782864000 };

/* One certificate of an authority and one of a server, as make.sh of
 * tests/vectors/trust made them. */
static char ca[FILE_MAX], server[FILE_MAX];

static char text[3 * FILE_MAX];

static void
read_vector(const char *path, char *into)
{
	FILE *f = fopen(path, "r");
	size_t n;

	if (!f) {
		fail_msg("cannot open %s", path);
	}
	n = fread(into, 1, FILE_MAX - 1, f);
	fclose(f);
	into[n] = 0;
}

static struct anchors
read_text(void)
{
	struct anchors a;

	assert_true(anchors_read(view_of(text), JULY_2026, &a));
	return a;
}

static void
expect_counts(size_t count, size_t skipped)
{
	struct anchors a = read_text();

	assert_int_equal(a.count, count);
	assert_int_equal(a.skipped, skipped);
	anchors_release(&a);
	assert_null(a.list);
}

/* --- anchors --------------------------------------------------------------- */

static void
reads_names_and_keys(void **state)
{
	struct anchors a;

	snprintf(text, sizeof text, "%s%s", ca, server);
	a = read_text();
	assert_int_equal(a.count, 2);
	assert_int_equal(a.list[0].flags, BR_X509_TA_CA);
	assert_int_equal(a.list[0].pkey.key_type, BR_KEYTYPE_RSA);
	assert_int_equal(a.list[0].pkey.key.rsa.nlen, 256);
	assert_memory_equal(a.list[0].pkey.key.rsa.e, "\x01\x00\x01", 3);
	assert_memory_equal(a.list[0].dn.data, "\x30\x12\x31\x10", 4);
	assert_int_equal(a.list[0].dn.len, 0x12 + 2);
	assert_int_equal(a.list[1].flags, 0);
	assert_int_equal(a.list[1].pkey.key.ec.curve, BR_EC_secp256r1);
	assert_int_equal(a.list[1].pkey.key.ec.qlen, 65);
	anchors_release(&a);
}

static void
reads_what_stands_between(void **state)
{
	text[0] = 0;
	expect_counts(0, 0);
	snprintf(text, sizeof text, "# CA\n\n%s\nmore\n%s", ca, server);
	expect_counts(2, 0);
	snprintf(text, sizeof text,
		"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"
		"\n%s",
		ca);
	expect_counts(1, 0);
}

static void
skips_what_it_cannot_read(void **state)
{
	const char *begin = "-----BEGIN CERTIFICATE-----\n";
	const char *end = "-----END CERTIFICATE-----\n";

	snprintf(text, sizeof text, "%sAA!A\n%s%s", begin, end, ca);
	expect_counts(1, 1);
	snprintf(text, sizeof text, "%sMAAA\n%s%s", begin, end, ca);
	expect_counts(1, 1);
	snprintf(text, sizeof text, "%s%s%s", begin, end, ca);
	expect_counts(1, 1);
}

static void
skips_a_certificate_over_the_limit(void **state)
{
	size_t n = (size_t)snprintf(
		text, sizeof text, "-----BEGIN CERTIFICATE-----\n");

	for (int i = 0; i < CERT_MAX / 48 + 1; i++) {
		n += (size_t)snprintf(text + n, sizeof text - n, "%064d\n", 0);
	}
	snprintf(
		text + n, sizeof text - n, "-----END CERTIFICATE-----\n%s", ca);
	expect_counts(1, 1);
}

static void
skips_what_no_chain_should_end_in(void **state)
{
	struct anchors a;

	/* the authority of the vectors is valid until 2054 */
	snprintf(text, sizeof text, "%s", ca);
	assert_true(anchors_read(
		view_of(text), (int64_t)JULY_2026 + 30LL * 365 * 86400, &a));
	assert_int_equal(a.count, 0);
	assert_int_equal(a.skipped, 1);
	anchors_release(&a);
	read_vector("tests/vectors/trust/weak.pem", text);
	expect_counts(0, 3); /* RSA-1024, RSA-8192, Ed25519 */
}

static void
survives_every_changed_byte(void **state)
{
	for (size_t i = 0; ca[i]; i++) {
		struct anchors a;

		snprintf(text, sizeof text, "%s%s", ca, server);
		text[i] = (char)(text[i] ^ 1);
		a = read_text();
		assert_true(a.count <= 2);
		anchors_release(&a);
	}
}

static void
embeds_the_roots_of_the_build(void **state)
{
	struct anchors a;
	size_t rsa = 0;

	assert_true(anchors_embedded(&a));
	assert_true(a.count > 100);
	assert_int_equal(a.count, roots_count);
	for (size_t i = 0; i < a.count; i++) {
		const unsigned char *name = a.list[i].dn.data;

		assert_int_equal(name[0], 0x30); /* a SEQUENCE */
		assert_int_equal(a.list[i].flags, BR_X509_TA_CA);
		if (a.list[i].pkey.key_type == BR_KEYTYPE_RSA) {
			rsa++;
			assert_int_equal(
				a.list[i].pkey.key.rsa
						.e[a.list[i].pkey.key.rsa.elen -
							1] &
					1,
				1);
		} else { /* an uncompressed point */
			assert_int_equal(a.list[i].pkey.key.ec.q[0], 4);
		}
	}
	assert_true(rsa > 50 && rsa < a.count);
	anchors_release(&a);
}

/* --- which file ------------------------------------------------------------ */

static void
takes_the_named_file_first(void **state)
{
	struct trust *t = trust_new(
		"tests/vectors/trust/ca.pem", "tests/vectors/trust/none.pem");
	struct gs_err err;

	assert_int_equal(trust_load(t, &err), GS_OK);
	assert_int_equal(trust_load(t, &err), GS_OK);
	assert_int_equal(trust_anchors(t)->count, 1);
	assert_string_equal(trust_source(t), "tests/vectors/trust/ca.pem");
	trust_free(t);
	t = trust_new("", "tests/vectors/trust/ca.pem");
	assert_int_equal(trust_load(t, &err), GS_OK);
	assert_int_equal(trust_anchors(t)->count, 1);
	trust_free(t);
	trust_free(NULL);
}

static void
says_what_is_wrong_with_a_named_file(void **state)
{
	struct trust *t = trust_new("tests/nothing.pem", "");
	struct gs_err err;

	for (int i = 0; i < 2; i++) {
		memset(&err, 0, sizeof err);
		assert_int_equal(trust_load(t, &err), GS_CONFIG);
		assert_string_equal(err.text,
			"the CA bundle: cannot read "
			"'tests/nothing.pem': No such file or "
			"directory");
	}
	trust_free(t);
	t = trust_new("", "Makefile");
	assert_int_equal(trust_load(t, &err), GS_CONFIG);
	assert_string_equal(err.text,
		"SSL_CERT_FILE: cannot use 'Makefile': it holds no usable CA "
		"certificate in PEM form");
	trust_free(t);
}

static void
finds_something_without_being_told(void **state)
{
	struct trust *t = trust_new("", "");
	struct gs_err err;

	assert_int_equal(trust_load(t, &err), GS_OK);
	assert_true(trust_anchors(t)->count > 50);
	assert_non_null(trust_source(t));
	trust_free(t);
}

static void *
load(void *arg)
{
	struct gs_err err;

	return trust_load(arg, &err) == GS_OK ? arg : NULL;
}

static void
loads_once_for_many_threads(void **state)
{
	struct trust *t = trust_new("tests/vectors/trust/ca.pem", "");
	pthread_t thread[8];
	void *result;

	for (int i = 0; i < 8; i++) {
		pthread_create(&thread[i], NULL, load, t);
	}
	for (int i = 0; i < 8; i++) {
		pthread_join(thread[i], &result);
		assert_ptr_equal(result, t);
	}
	trust_free(t);
}

/* --- sessions -------------------------------------------------------------- */

static br_ssl_session_parameters
session(unsigned char id)
{
	br_ssl_session_parameters s = {.session_id_len = 1};

	s.session_id[0] = id;
	return s;
}

static void
expect_session(struct trust *t, const char *host, int id)
{
	br_ssl_session_parameters s = {0};

	assert_int_equal(trust_recall(t, host, &s), id >= 0);
	assert_int_equal(s.session_id[0], id >= 0 ? id : 0);
}

static void
remembers_a_session_per_host(void **state)
{
	struct trust *t = trust_new("", "");
	br_ssl_session_parameters s = session(1);
	char host[HOST_MAX + 2];

	expect_session(t, "", -1);
	expect_session(t, "a", -1);
	trust_remember(t, "a", &s);
	expect_session(t, "a", 1);
	expect_session(t, "A", -1);
	s = session(2);
	trust_remember(t, "a", &s);
	expect_session(t, "a", 2);
	trust_remember(t, "b", NULL);
	trust_remember(t, "a", NULL);
	expect_session(t, "a", -1);
	/* the oldest makes room */
	for (char c = 'a'; c <= 'i'; c++) {
		s = session((unsigned char)c);
		trust_remember(t, (char[]){c, 0}, &s);
	}
	expect_session(t, "i", 'i');
	assert_false(trust_recall(t, "a", &s) && trust_recall(t, "b", &s));
	memset(host, 'h', sizeof host);
	host[HOST_MAX + 1] = 0;
	trust_remember(t, host, &s);
	expect_session(t, host, -1);
	host[HOST_MAX] = 0;
	s = session(9);
	trust_remember(t, host, &s);
	expect_session(t, host, 9);
	trust_free(t);
}

static int
read_vectors(void **state)
{
	read_vector("tests/vectors/trust/ca.pem", ca);
	read_vector("tests/vectors/trust/server.pem", server);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_names_and_keys),
		cmocka_unit_test(reads_what_stands_between),
		cmocka_unit_test(skips_what_it_cannot_read),
		cmocka_unit_test(skips_a_certificate_over_the_limit),
		cmocka_unit_test(skips_what_no_chain_should_end_in),
		cmocka_unit_test(survives_every_changed_byte),
		cmocka_unit_test(embeds_the_roots_of_the_build),
		cmocka_unit_test(takes_the_named_file_first),
		cmocka_unit_test(says_what_is_wrong_with_a_named_file),
		cmocka_unit_test(finds_something_without_being_told),
		cmocka_unit_test(loads_once_for_many_threads),
		cmocka_unit_test(remembers_a_session_per_host),
	};

	return cmocka_run_group_tests_name("trust", tests, read_vectors, NULL);
}
