/* What this machine's processor can do. */
#ifndef OS_CPU_H
#define OS_CPU_H

#include "base/sha256.h"

/* The fastest kind of SHA-256 here. Asking is slow in a virtual machine: ask
 * once, at the start, and pass the answer on. */
enum sha256_kind cpu_sha256(void);

#endif
