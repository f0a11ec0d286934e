/* SPDX-License-Identifier: MIT */
/*
 * How long something has been so, for people.
 */
#ifndef L2TPD_L2TPCTL_DURATION_H
#define L2TPD_L2TPCTL_DURATION_H

#include <stdint.h>

/* 93784 s -> "1 d 2 h 3 min": the two or three largest units that are not zero; returns out. */
#define DURATION_TEXT_MAX 64
const char *duration_text(int64_t seconds, char out[DURATION_TEXT_MAX]);

#endif
