#include "base/le.h"

static uint64_t
get(const unsigned char *p, int n)
{
	uint64_t value = 0;

	while (n-- > 0) {
		value = value << 8 | p[n];
	}
	return value;
}

static void
put(unsigned char *p, int n, uint64_t value)
{
	for (int i = 0; i < n; i++) {
		p[i] = (unsigned char)(value >> 8 * i);
	}
}

uint16_t
le_get16(const unsigned char *p)
{
	return (uint16_t)get(p, 2);
}

uint32_t
le_get32(const unsigned char *p)
{
	return (uint32_t)get(p, 4);
}

uint64_t
le_get64(const unsigned char *p)
{
	return get(p, 8);
}

void
le_put16(unsigned char *p, uint16_t value)
{
	put(p, 2, value);
}

void
le_put32(unsigned char *p, uint32_t value)
{
	put(p, 4, value);
}

void
le_put64(unsigned char *p, uint64_t value)
{
	put(p, 8, value);
}
