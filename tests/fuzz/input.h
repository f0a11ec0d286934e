/* SPDX-License-Identifier: MIT */
/* An input that is read octet by octet, as orders of what is to happen next. */
#ifndef L2TPD_TESTS_FUZZ_INPUT_H
#define L2TPD_TESTS_FUZZ_INPUT_H

#include "fuzz.h"

struct input {
	const uint8_t *octets;
	size_t left;
};

/* 0 when there is none left. */
static inline uint8_t next(struct input *input)
{
	if (!input->left)
		return 0;
	input->left--;
	return *input->octets++;
}

/* The same for the same *state. */
static inline void random_octets(uint32_t *state, void *octets, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		*state = *state * 1664525u + 1013904223u;
		((uint8_t *)octets)[i] = (uint8_t)(*state >> 24);
	}
}

#endif
