/*
 * The least that a helper can do, to measure others against: answers gets out
 * of the files that cmd/go keeps under $GOCACHE and checks nothing. A put is
 * thrown away. Built and run by scripts/bench only.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	ID_LEN = 32,
	HEX_LEN = 64,
	ENTRY_LEN = 175,
	OUTPUT_AT = 3 + HEX_LEN + 1
};

static const char base64[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static unsigned
base64_value(char c)
{
	const char *at = memchr(base64, c, 64);
	return at ? (unsigned)(at - base64) : 0;
}

/* 44 digits of base64 as 64 of hexadecimal. */
static void
hex_of_base64(const char *text, char hex[HEX_LEN + 1])
{
	for (int i = 0; i < HEX_LEN; i += 3) {
		unsigned bits = base64_value(text[i / 3 * 2]) << 6 |
				base64_value(text[i / 3 * 2 + 1]);
		snprintf(hex + i, (size_t)(HEX_LEN + 1 - i), "%03x", bits);
	}
}

static unsigned
hex_value(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a' + 10);
}

/* 64 hexadecimal digits as 44 of base64. */
static void
base64_of_hex(const char *hex, char text[45])
{
	for (int i = 0; i < 43; i++) {
		unsigned bits = 0;

		for (int digit = i / 2 * 3; digit < i / 2 * 3 + 3; digit++) {
			bits = bits << 4 |
			       (digit < HEX_LEN ? hex_value(hex[digit]) : 0);
		}
		text[i] = base64[i % 2 ? bits & 63 : bits >> 6];
	}
	memcpy(text + 43, "=", 2);
}

static int
read_entry(const char *cache, const char *action, char entry[ENTRY_LEN + 1])
{
	char path[4096];
	int fd;
	ssize_t n;

	snprintf(path, sizeof path, "%s/%.2s/%s-a", cache, action, action);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		return 0;
	}
	n = read(fd, entry, ENTRY_LEN);
	close(fd);
	entry[ENTRY_LEN] = '\0';
	return n == ENTRY_LEN;
}

static void
answer_get(const char *cache, long long id, const char *line)
{
	static const char member[] = "\"ActionID\":\"";
	const char *action64 = strstr(line, member);
	char action[HEX_LEN + 1], output64[45], stamp[32];
	char entry[ENTRY_LEN + 1];
	char *end;
	struct tm when;
	time_t seconds;
	long long size, nanoseconds;

	hex_of_base64(action64 ? action64 + sizeof member - 1 : line, action);
	if (!read_entry(cache, action, entry)) {
		printf("{\"ID\":%lld,\"Miss\":true}\n", id);
		return;
	}
	base64_of_hex(entry + OUTPUT_AT, output64);
	size = strtoll(entry + OUTPUT_AT + HEX_LEN, &end, 10);
	nanoseconds = strtoll(end, NULL, 10);
	seconds = nanoseconds / 1000000000;
	strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S",
		gmtime_r(&seconds, &when));
	printf("{\"ID\":%lld,\"OutputID\":\"%s\",\"Size\":%lld,\"Time\":\"%s."
	       "%09lldZ\",\"DiskPath\":\"%s/%.2s/%.64s-d\"}\n",
		id, output64, size, stamp, nanoseconds % 1000000000, cache,
		entry + OUTPUT_AT, entry + OUTPUT_AT);
}

static void
answer(const char *cache, const char *line)
{
	long long id = strtoll(line + strcspn(line, ":") + 1, NULL, 10);

	if (strstr(line, "\"get\"")) {
		answer_get(cache, id, line);
	} else {
		printf("{\"ID\":%lld,\"DiskPath\":\"/nowhere\"}\n", id);
	}
}

int
main(void)
{
	const char *cache = getenv("GOCACHE");
	char *line = NULL;
	size_t room = 0;

	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	puts("{\"ID\":0,\"KnownCommands\":[\"get\",\"put\",\"close\"]}");
	while (cache && getline(&line, &room, stdin) > 0) {
		if (line[0] == '{') { /* neither blank nor a put's body */
			answer(cache, line);
		}
	}
	free(line);
	return 0;
}
