#include "gocache/reply.h"

#include "base/base64.h"
#include "base/json_text.h"
#include "base/time.h"
#include "base/utf8.h"

bool
reply_can_say(struct view text)
{
	uint32_t c;

	while (utf8_take(&text, &c)) {
	}
	return text.n == 0;
}

static void
add_int(struct buf *out, int64_t n)
{
	if (n < 0) {
		buf_char(out, '-');
	}
	buf_uint(out, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

/* ,"NAME":"TEXT" */
static void
add_member(struct buf *out, const char *name, struct view text)
{
	buf_str(out, ",\"");
	buf_str(out, name);
	buf_str(out, "\":");
	json_add_text(out, text);
}

static void
begin(struct buf *out, int64_t id)
{
	buf_str(out, "{\"ID\":");
	add_int(out, id);
}

static void
end(struct buf *out)
{
	buf_str(out, "}\n");
}

void
reply_hello(struct buf *out)
{
	buf_str(out, "{\"ID\":0,\"KnownCommands\":"
		     "[\"get\",\"put\",\"close\"]}\n");
}

void
reply_miss(struct buf *out, int64_t id)
{
	begin(out, id);
	buf_str(out, ",\"Miss\":true");
	end(out);
}

void
reply_hit(struct buf *out, int64_t id, const struct id *output, uint64_t size,
	int64_t time_ns, struct view path)
{
	begin(out, id);
	buf_str(out, ",\"OutputID\":\"");
	base64_encode(out, output->byte, ID_LEN);
	buf_str(out, "\",\"Size\":");
	buf_uint(out, size);
	buf_str(out, ",\"Time\":\"");
	time_format_rfc3339(out, time_ns);
	buf_char(out, '"');
	add_member(out, "DiskPath", path);
	end(out);
}

void
reply_put(struct buf *out, int64_t id, struct view path)
{
	begin(out, id);
	add_member(out, "DiskPath", path);
	end(out);
}

void
reply_done(struct buf *out, int64_t id)
{
	begin(out, id);
	end(out);
}

void
reply_error(struct buf *out, int64_t id, struct view text)
{
	begin(out, id);
	add_member(out, "Err", text);
	end(out);
}
