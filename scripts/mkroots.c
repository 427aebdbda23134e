/*
 * Writes the C definitions of os/roots.h from a directory of certificates.
 *
 *     mkroots DIRECTORY >roots.c
 *
 * Reads every *.crt (PEM) in the order of the names' bytes, so that the same
 * directory gives the same text. Certificates that the program could not use
 * are left out; so are those that have expired, at SOURCE_DATE_EPOCH where
 * that is set (reproducible-builds.org), else now. Reports on stderr.
 *
 * A tool of the build machine. It reads certificates with the code that the
 * program reads them with.
 */
#include "os/anchors.h"
#include "os/roots.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FILE_MAX = 64 * 1024, ROOTS_MAX = 1024, BYTES_PER_LINE = 12 };

/* What is being written: nothing is embedded in the tool itself. */
const struct root roots[1] = {{0, 0, 0, 0}};
const size_t roots_count = 0;
const unsigned char roots_bytes[1] = {0};

struct gathered {
	br_x509_trust_anchor list[ROOTS_MAX];
	size_t count, skipped, bytes;
};

static int
is_certificate(const struct dirent *entry)
{
	return view_ends(view_of(entry->d_name), VIEW(".crt"));
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool
read_text(const char *directory, const char *name, char *text, size_t *n)
{
	char path[4096];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s", directory, name);
	f = fopen(path, "r");
	if (!f) {
		return false;
	}
	*n = fread(text, 1, FILE_MAX, f);
	return fclose(f) == 0 && *n < FILE_MAX;
}

static bool
gather(struct gathered *g, struct view pem, int64_t now_s)
{
	struct anchors found; /* kept to the end of the program */

	if (!anchors_read(pem, now_s, &found) ||
		found.count > ROOTS_MAX - g->count) {
		return false;
	}
	for (size_t i = 0; i < found.count; i++) {
		g->list[g->count++] = found.list[i];
	}
	g->skipped += found.skipped;
	return true;
}

static bool
gather_all(struct gathered *g, const char *directory, int64_t now_s)
{
	static char text[FILE_MAX];
	struct dirent **entries;
	int n = scandir(directory, &entries, is_certificate, by_bytes);

	for (int i = 0; i < n; i++) {
		size_t len;
		size_t before = g->count;

		if (!read_text(directory, entries[i]->d_name, text, &len) ||
			!gather(g, (struct view){text, len}, now_s)) {
			fprintf(stderr, "mkroots: cannot use '%s'\n",
				entries[i]->d_name);
			return false;
		}
		if (g->count == before) {
			fprintf(stderr, "mkroots: left out '%s'\n",
				entries[i]->d_name);
		}
	}
	return g->count > 0;
}

static void
write_root(struct gathered *g, const br_x509_trust_anchor *a)
{
	bool rsa = a->pkey.key_type == BR_KEYTYPE_RSA;
	size_t key = rsa ? a->pkey.key.rsa.nlen : a->pkey.key.ec.qlen;
	size_t exponent = rsa ? a->pkey.key.rsa.elen : 0;

	printf("\t{%zu, %zu, %zu, %d},\n", a->dn.len, key, exponent,
		rsa ? 0 : a->pkey.key.ec.curve);
	g->bytes += a->dn.len + key + exponent;
}

static void
write_bytes(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		printf("%s%u,%s", i % BYTES_PER_LINE == 0 ? "\t" : " ", p[i],
			i % BYTES_PER_LINE == BYTES_PER_LINE - 1 || i == n - 1
				? "\n"
				: "");
	}
}

static void
write_root_bytes(const br_x509_trust_anchor *a)
{
	write_bytes(a->dn.data, a->dn.len);
	if (a->pkey.key_type == BR_KEYTYPE_RSA) {
		write_bytes(a->pkey.key.rsa.n, a->pkey.key.rsa.nlen);
		write_bytes(a->pkey.key.rsa.e, a->pkey.key.rsa.elen);
	} else {
		write_bytes(a->pkey.key.ec.q, a->pkey.key.ec.qlen);
	}
}

static void
write_all(struct gathered *g)
{
	printf("/* Written by mkroots; see os/roots.h. */\n"
	       "#include \"os/roots.h\"\n\n"
	       "const size_t roots_count = %zu;\n\n"
	       "const struct root roots[] = {\n",
		g->count);
	for (size_t i = 0; i < g->count; i++) {
		write_root(g, &g->list[i]);
	}
	printf("};\n\nconst unsigned char roots_bytes[] = {\n");
	for (size_t i = 0; i < g->count; i++) {
		write_root_bytes(&g->list[i]);
	}
	printf("};\n");
}

int
main(int argc, char **argv)
{
	static struct gathered g;
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	int64_t now_s = epoch ? strtoll(epoch, NULL, 10) : time(NULL);

	if (argc != 2) {
		fprintf(stderr, "usage: mkroots DIRECTORY >roots.c\n");
		return 2;
	}
	if (!gather_all(&g, argv[1], now_s)) {
		fprintf(stderr, "mkroots: no roots from '%s'\n", argv[1]);
		return 1;
	}
	write_all(&g);
	fprintf(stderr, "mkroots: %zu roots, %zu bytes, %zu left out\n",
		g.count, g.bytes, g.skipped);
	return fflush(stdout) == 0 ? 0 : 1;
}
