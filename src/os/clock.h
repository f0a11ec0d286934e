/* SPDX-License-Identifier: MIT */
/*
 * The time and the randomness that the pure rooms are given.
 */
#ifndef L2TPD_OS_CLOCK_H
#define L2TPD_OS_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Milliseconds of a clock that nobody sets and that does not stop while the machine runs. */
uint64_t os_clock_ms(void);
/* Fill length octets from the kernel's random numbers. Never fails: without them the program ends. */
void os_random(void *octets, size_t length);

#endif
