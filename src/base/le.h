/* Numbers as little-endian bytes, as our own formats have them. */
#ifndef BASE_LE_H
#define BASE_LE_H

#include "base/view.h"

#include <stdint.h>

uint16_t le_get16(const unsigned char *p);
uint32_t le_get32(const unsigned char *p);
uint64_t le_get64(const unsigned char *p);

void le_put16(unsigned char *p, uint16_t value);
void le_put32(unsigned char *p, uint32_t value);
void le_put64(unsigned char *p, uint64_t value);

#endif
