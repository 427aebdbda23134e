#include "front/stats.h"

#include "base/array.h"
#include "base/time.h"

/* A member that is a count. */
struct field {
	const char *name;
	size_t at;
};

#define SESSION(name)                                                          \
	{                                                                      \
#name, offsetof(struct session_counts, name)                   \
	}
#define MIRROR(name)                                                           \
	{                                                                      \
#name, offsetof(struct link_counts, name)                      \
	}

static const struct field session_fields[] = {SESSION(gets),
	SESSION(local_hits), SESSION(remote_hits), SESSION(misses),
	SESSION(puts), SESSION(untold)};

static const struct field mirror_fields[] = {MIRROR(requests), MIRROR(retries),
	MIRROR(connections), MIRROR(received_bytes), MIRROR(sent_bytes),
	MIRROR(fetched), MIRROR(fetched_bytes), MIRROR(absent),
	MIRROR(failed_gets), MIRROR(prefetched), MIRROR(prefetched_bytes),
	MIRROR(rejected), MIRROR(uploaded), MIRROR(uploaded_bytes),
	MIRROR(dropped), MIRROR(packs), MIRROR(packed_bytes), MIRROR(snapshots),
	MIRROR(cpu_us), MIRROR(peak_kb)};

static const char *const closes[] = {
	[SESSION_NOT_CLOSED] = "none",
	[SESSION_CLOSED_IN_TIME] = "done",
	[SESSION_CLOSED_LATE] = "late",
	[SESSION_CLOSED_BLINDLY] = "unknown",
};

/* ,"NAME": or, for the first one, without the comma */
static void
add_name(struct buf *line, const char *name)
{
	if (line->len > 0 && line->p[line->len - 1] != '{') {
		buf_char(line, ',');
	}
	buf_char(line, '"');
	buf_str(line, name);
	buf_str(line, "\":");
}

static void
add_count(struct buf *line, const char *name, uint64_t n)
{
	add_name(line, name);
	buf_uint(line, n);
}

/* A text that needs no escapes; null instead of an empty one. */
static void
add_text(struct buf *line, const char *name, const char *text)
{
	add_name(line, name);
	if (text[0] == '\0') {
		buf_str(line, "null");
		return;
	}
	buf_char(line, '"');
	buf_str(line, text);
	buf_char(line, '"');
}

/* The counts in the struct at base. */
static void
add_fields(
	struct buf *line, const struct field *field, size_t n, const void *base)
{
	for (size_t i = 0; i < n; i++) {
		const uint64_t *count =
			(const void *)((const char *)base + field[i].at);

		add_count(line, field[i].name, *count);
	}
}

/* False if more was done than the mirror has counted, or nobody knows. */
static void
add_complete(struct buf *line, const struct session *s)
{
	bool complete = session_is_counted(s) && !s->mirror_counts.goes_on;

	add_name(line, "complete");
	buf_str(line, complete ? "true" : "false");
}

static void
add_scope(struct buf *line, const struct stats_setup *setup)
{
	char storage[ID_HEX_LEN + 1];
	struct buf hex = BUF_OVER(storage);

	if (setup->has_scope) {
		buf_hex(&hex, setup->scope.byte, ID_LEN);
	}
	add_text(line, "scope", buf_cstr(&hex));
}

static void
add_start(struct buf *line, int64_t started_ns)
{
	char storage[32];
	struct buf time = BUF_OVER(storage);

	time_format_rfc3339(&time, started_ns);
	add_text(line, "started", buf_cstr(&time));
}

static void
add_front(struct buf *line, const struct process_usage *usage)
{
	add_name(line, "front");
	buf_char(line, '{');
	add_count(line, "cpu_us", usage->cpu_us);
	add_count(line, "peak_kb", usage->peak_kb);
	buf_char(line, '}');
}

static void
add_mirror(struct buf *line, const struct session *s)
{
	add_name(line, "mirror");
	if (!session_is_counted(s)) {
		buf_str(line, "null");
		return;
	}
	buf_char(line, '{');
	add_fields(line, mirror_fields, ARRAY_LEN(mirror_fields),
		&s->mirror_counts);
	buf_char(line, '}');
}

void
stats_write(const struct session *s, const struct stats_setup *setup,
	const struct stats_run *run, struct buf *line)
{
	buf_char(line, '{');
	add_count(line, "schema", STATS_SCHEMA);
	add_text(line, "version", setup->version);
	add_text(line, "command", setup->command);
	add_scope(line, setup);
	add_start(line, run->started_ns);
	add_count(line, "wall_ms", run->wall_ms);
	add_text(line, "close", closes[s->close]);
	add_complete(line, s);
	add_fields(line, session_fields, ARRAY_LEN(session_fields), &s->counts);
	add_front(line, &run->usage);
	add_mirror(line, s);
	buf_str(line, "}\n");
}
