/* SPDX-License-Identifier: MIT */
/* What fuzz targets share: their entry, and a check that is there in every build. */
#ifndef L2TPD_TESTS_FUZZ_FUZZ_H
#define L2TPD_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

static inline void must(bool true_always)
{
	if (!true_always)
		abort();
}

#endif
