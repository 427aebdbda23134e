/* The pace of requests, once there have been too many. */
#include "mirror/remote_private.h"

#include "os/clock.h"
#include "os/thread.h"

static enum pace_kind
kind_of(enum errors_op op)
{
	static const enum pace_kind kind[ERRORS_OPS] = {
		[ERRORS_GET] = PACE_AWAITED,
		[ERRORS_PUT] = PACE_WRITE,
		[ERRORS_LIST] = PACE_READ, /* spares gets */
		[ERRORS_READ] = PACE_READ,
		[ERRORS_WRITE] = PACE_WRITE,
		[ERRORS_SESSION] = PACE_AWAITED, /* by all others */
	};

	return kind[op];
}

static unsigned
patience_ms(const struct remote *r, enum pace_kind kind)
{
	return r->with.patience
		->turn_ms[kind == PACE_WRITE ? CONN_PUT : CONN_GET];
}

uint64_t
remote_pace_begin(struct remote *r, enum errors_op op)
{
	enum pace_kind kind = kind_of(op);
	uint64_t until = clock_mono_ms() + patience_ms(r, kind);

	pthread_mutex_lock(&r->lock);
	while (!pace_has_room(&r->pace, kind) &&
		!(op == ERRORS_READ && r->cancelled) && /* it will notice */
		thread_wait_until(&r->pace_moved, &r->lock, until)) {
	}
	pace_begin(&r->pace, kind);
	pthread_mutex_unlock(&r->lock);
	return clock_mono_ms();
}

void
remote_pace_end(struct remote *r, enum errors_op op, enum pace_result result,
	uint64_t began_ms)
{
	pthread_mutex_lock(&r->lock);
	pace_end(&r->pace, kind_of(op), result, began_ms, clock_mono_ms());
	pthread_cond_broadcast(&r->pace_moved);
	pthread_mutex_unlock(&r->lock);
}

void
remote_pace_stop(struct remote *r)
{
	pthread_mutex_lock(&r->lock);
	pthread_cond_broadcast(&r->pace_moved);
	pthread_mutex_unlock(&r->lock);
}
