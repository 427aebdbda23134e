#include "os/random.h"

#include "os/clock.h"

#include <sys/random.h>

uint64_t
random_bits(void)
{
	uint64_t bits = 0;

	if (getrandom(&bits, sizeof(bits), GRND_NONBLOCK) < 0) {
		bits = clock_mono_ms() * 0x9e3779b97f4a7c15;
	}
	return bits;
}
