#include "os/cpu.h"

#include <stdbool.h>

#if defined(__x86_64__)

#include <cpuid.h>

static bool
has_sha256(void)
{
	unsigned a, b, c, d, sha;

	if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
		return false;
	}
	sha = b & bit_SHA;
	return __get_cpuid(1, &a, &b, &c, &d) && sha && c & bit_SSSE3 &&
	       c & bit_SSE4_1;
}

#elif defined(__aarch64__)

#include <sys/auxv.h>

static bool
has_sha256(void)
{
	return getauxval(AT_HWCAP) & HWCAP_SHA2;
}

#endif

enum sha256_kind
cpu_sha256(void)
{
	return has_sha256() ? SHA256_NATIVE : SHA256_PORTABLE;
}
