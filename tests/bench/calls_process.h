/* SPDX-License-Identifier: MIT */
/* What a process takes of this machine, by /proc: for calls.c. */
#ifndef L2TPD_TESTS_CALLS_PROCESS_H
#define L2TPD_TESTS_CALLS_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

struct process_use {
	double seconds;		/* of processors, by all its threads that are there */
	int64_t octets;		/* of memory that is its alone */
};

/* Zeroes when there is no such process. */
struct process_use process_use(pid_t pid);

#endif
