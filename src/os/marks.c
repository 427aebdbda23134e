#include "os/marks.h"

#include <fcntl.h>
#include <unistd.h>

enum { BUCKET_BYTES = MARKS_WAYS * sizeof(uint64_t) };

void
marks_open(struct marks *m, int dir, const char *name)
{
	m->fd = openat(
		dir, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
}

void
marks_close(struct marks *m)
{
	if (m->fd >= 0) {
		close(m->fd);
	}
	m->fd = -1;
}

/* Reads the mark's bucket; what the file does not hold yet is empty. */
static off_t
read_bucket(const struct marks *m, uint64_t mark, uint64_t way[MARKS_WAYS])
{
	off_t at = (off_t)(mark % MARKS_BUCKETS) * BUCKET_BYTES;
	ssize_t n = pread(m->fd, way, BUCKET_BYTES, at);

	for (ssize_t i = n < 0 ? 0 : n / 8; i < MARKS_WAYS; i++) {
		way[i] = 0;
	}
	return at;
}

bool
marks_has(const struct marks *m, uint64_t mark)
{
	uint64_t way[MARKS_WAYS];

	if (m->fd < 0) {
		return false;
	}
	read_bucket(m, mark, way);
	for (int i = 0; i < MARKS_WAYS; i++) {
		if (way[i] == mark) {
			return true;
		}
	}
	return false;
}

void
marks_add(const struct marks *m, uint64_t mark)
{
	uint64_t way[MARKS_WAYS];
	unsigned victim = (unsigned)(mark >> 32) % MARKS_WAYS;

	if (m->fd < 0) {
		return;
	}
	off_t at = read_bucket(m, mark, way);

	for (unsigned i = 0; i < MARKS_WAYS; i++) {
		if (way[i] == mark) {
			return;
		}
		if (way[i] == 0) {
			victim = i;
			break;
		}
	}
	ssize_t ignored = pwrite(m->fd, &mark, sizeof(mark),
		at + (off_t)(victim * sizeof(mark)));

	(void)ignored; /* a lost mark costs only the work that it saves */
}
