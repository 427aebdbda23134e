#include "pack/doubt.h"

bool
doubt_asks(struct doubt *d)
{
	unsigned interval = 1;

	for (unsigned n = d->in_vain / DOUBT_STEP;
		n > 0 && interval < DOUBT_INTERVAL_MAX; n--) {
		interval *= 2;
	}
	if (++d->passed_by < interval) {
		return false;
	}
	d->passed_by = 0;
	return true;
}

void
doubt_note_absent(struct doubt *d)
{
	d->in_vain++;
}

void
doubt_note_found(struct doubt *d)
{
	d->in_vain = 0;
}
