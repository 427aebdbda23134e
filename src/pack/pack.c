#include "pack/pack.h"

#include <string.h>

void
pack_head(unsigned char out[PACK_HEAD_LEN])
{
	memcpy(out, "GCS3PACK\1\0\0\0\0\0\0", PACK_HEAD_LEN);
}

void
pack_key(struct buf *out, const struct id *id)
{
	buf_str(out, "gocache-s3/1/packs/");
	buf_hex(out, id->byte, ID_LEN);
}

void
pack_snapshot_key(struct buf *out, const struct id *scope)
{
	buf_str(out, "gocache-s3/1/snapshots/");
	buf_hex(out, scope->byte, ID_LEN);
}
