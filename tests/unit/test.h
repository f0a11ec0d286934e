/* SPDX-License-Identifier: MIT */
/*
 * What every unit test includes: cmocka and the headers that it wants before itself.
 */
#ifndef L2TPD_TESTS_UNIT_TEST_H
#define L2TPD_TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#endif
