/* SPDX-License-Identifier: MIT */
/*
 * The Internet checksum at the speed of the first-level cache.  Ones' complement addition does not
 * care how wide its words are, so 32-bit words are added into 64-bit lanes, where nothing
 * overflows that fits a packet, and the lanes are added at the end.  The vectors are the
 * compiler's own: the same lines are compiled once for every processor and once for those with
 * AVX2.  (No target_clones: clang 14 and gcc 12 do not agree about it.)
 */
#include "datapath/user/checksum.h"

#define VECTOR 32			/* octets */

typedef uint64_t checksum_vector __attribute__((vector_size(VECTOR)));

static inline __attribute__((always_inline)) uint64_t sum_octets(const uint8_t *octets, size_t length)
{
	const checksum_vector mask = { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff };
	checksum_vector low = { 0 }, high = { 0 }, low2 = { 0 }, high2 = { 0 };
	checksum_vector a, b;
	uint64_t sum = 0;

	for (; length >= 2 * VECTOR; length -= 2 * VECTOR, octets += 2 * VECTOR) {
		memcpy(&a, octets, VECTOR);
		memcpy(&b, octets + VECTOR, VECTOR);
		low += a & mask;
		high += a >> 32;
		low2 += b & mask;
		high2 += b >> 32;
	}
	low += low2 + high + high2;
	for (; length >= 8; length -= 8, octets += 8)
		sum += (octets_u64(octets) >> 32) + (octets_u64(octets) & 0xffffffff);
	if (length & 4) {
		sum += octets_u32(octets);
		octets += 4;
	}
	if (length & 2) {
		sum += octets_u16(octets);
		octets += 2;
	}
	if (length & 1)
		sum += htole16(octets[0]);	/* the first octet of a word in memory */
	return sum + low[0] + low[1] + low[2] + low[3];
}

#if defined(__x86_64__)
static __attribute__((target("avx2"))) uint64_t sum_avx2(const uint8_t *octets, size_t length)
{
	return sum_octets(octets, length);
}

uint64_t checksum_sum(const uint8_t *octets, size_t length)
{
	if (__builtin_cpu_supports("avx2"))
		return sum_avx2(octets, length);
	return sum_octets(octets, length);
}
#else
uint64_t checksum_sum(const uint8_t *octets, size_t length)
{
	return sum_octets(octets, length);
}
#endif
