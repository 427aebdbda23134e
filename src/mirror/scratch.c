#include "mirror/scratch.h"

#include "os/fdio.h"

#include <errno.h>
#include <unistd.h>

enum { PIECE_BYTES = 2048 };

enum gs_code
scratch_open(struct scratch *s, struct cachedir *dir, struct gs_err *err)
{
	int fd, again;
	enum gs_code code = cachedir_open_scratch(dir, &fd, &again, err);

	if (code == GS_OK) {
		*s = (struct scratch){.fd = fd, .again = again};
		sha256_init(&s->hash, dir->hash);
	}
	return code;
}

enum gs_code
scratch_add(struct scratch *s, struct view bytes, struct gs_err *err)
{
	enum gs_code code = fd_write_all(s->fd, bytes.p, bytes.n, err);

	if (code == GS_OK) {
		sha256_update(&s->hash, bytes);
		s->size += bytes.n;
	}
	return code;
}

enum gs_code
scratch_copy(struct scratch *s, const struct scratch *from, uint64_t offset,
	uint64_t len, struct gs_err *err)
{
	char piece[PIECE_BYTES];
	enum gs_code code = GS_OK;

	while (len > 0 && code == GS_OK) {
		size_t want = len < sizeof(piece) ? (size_t)len : sizeof(piece);
		ssize_t n = pread(from->fd, piece, want, (off_t)offset);

		if (n <= 0) {
			return fd_fail(err, "cannot read a temporary file",
				NULL, n < 0 ? errno : EIO);
		}
		code = scratch_add(s, (struct view){piece, (size_t)n}, err);
		offset += (uint64_t)n;
		len -= (uint64_t)n;
	}
	return code;
}

void
scratch_go_back(struct scratch *s, const struct scratch *mark)
{
	*s = *mark;
	lseek(s->fd, (off_t)s->size, SEEK_SET);
}

struct id
scratch_digest(const struct scratch *s)
{
	struct id digest;

	sha256_final(&s->hash, &digest);
	return digest;
}

void
scratch_close(struct scratch *s)
{
	if (s->fd >= 0) {
		close(s->fd);
		close(s->again);
	}
	s->fd = s->again = -1;
	s->size = 0;
}
