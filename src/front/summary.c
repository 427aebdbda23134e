#include "front/summary.h"

/* "N things", or "1 thing" */
static void
add_count(struct buf *line, uint64_t n, const char *one, const char *many)
{
	buf_uint(line, n);
	buf_str(line, n == 1 ? one : many);
}

static void
add_bytes(struct buf *line, uint64_t bytes)
{
	buf_str(line, " (");
	buf_uint(line, bytes / 1000000);
	buf_char(line, '.');
	buf_uint(line, bytes / 100000 % 10);
	buf_str(line, " MB)");
}

static uint64_t
dropped(const struct session *s)
{
	return s->mirror_counts.dropped + s->counts.untold;
}

static void
add_gets(struct buf *line, const struct session *s)
{
	const struct session_counts *c = &s->counts;

	add_count(line, c->gets, " get: ", " gets: ");
	buf_uint(line, c->local_hits);
	buf_str(line, " local, ");
	buf_uint(line, c->remote_hits);
	buf_str(line, " from S3");
	if (session_is_counted(s)) {
		add_bytes(line, s->mirror_counts.fetched_bytes);
	}
	buf_str(line, ", ");
	buf_uint(line, c->misses);
	buf_str(line, " missed");
}

static void
add_prefetched(struct buf *line, const struct link_counts *c)
{
	buf_str(line, "; ");
	buf_uint(line, c->prefetched);
	buf_str(line, " fetched ahead");
	add_bytes(line, c->prefetched_bytes);
}

static void
add_uploads(struct buf *line, const struct session *s)
{
	buf_str(line, "; ");
	add_count(line, s->mirror_counts.uploaded, " upload", " uploads");
	add_bytes(line, s->mirror_counts.uploaded_bytes);
	buf_str(line, ", ");
	buf_uint(line, dropped(s));
	buf_str(line, " not made");
}

static void
add_traffic(struct buf *line, const struct link_counts *c)
{
	buf_str(line, "; ");
	add_count(line, c->requests, " request", " requests");
	buf_str(line, " on ");
	add_count(line, c->connections, " connection", " connections");
	buf_str(line, ", ");
	add_count(line, c->retries, " retry", " retries");
}

void
summary_write(const struct session *s, struct buf *line)
{
	add_gets(line, s);
	if (s->mirror_counts.prefetched > 0) {
		add_prefetched(line, &s->mirror_counts);
	}
	buf_str(line, "; ");
	add_count(line, s->counts.puts, " put", " puts");
	if (session_is_counted(s)) {
		add_uploads(line, s);
		add_traffic(line, &s->mirror_counts);
	} else if (s->counts.told > 0) {
		buf_str(line, s->close == SESSION_NOT_CLOSED
				      ? "; uploads go on in the background"
				      : "; it is not known what was uploaded");
	}
}

/* Why uploads were not made, as far as this is known: a refusal has had a line
 * of its own. */
static const char *
reason(const struct session *s)
{
	if (s->interrupted) {
		return " before the interrupt";
	}
	return s->close == SESSION_CLOSED_LATE
		       ? " in the time that -drain gives"
		       : "";
}

void
summary_of_dropped(const struct session *s, struct buf *line)
{
	bool unknown = s->close == SESSION_CLOSED_BLINDLY && s->counts.told > 0;

	if (unknown) {
		buf_str(line, "it is not known whether all entries were "
			      "uploaded");
	} else if (dropped(s) > 0) {
		add_count(line, dropped(s), " entry was not uploaded",
			" entries were not uploaded");
		buf_str(line, reason(s));
	} else {
		return;
	}
	buf_str(line, s->with.dir->temporary
			      ? "; what is missing goes with the temporary "
				"cache directory"
			      : "; what is missing is offered again when it is "
				"next used here");
}
