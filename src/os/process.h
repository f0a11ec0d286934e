/* SPDX-License-Identifier: MIT */
/*
 * What the kernel knows about another process.
 */
#ifndef L2TPD_OS_PROCESS_H
#define L2TPD_OS_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Was this process killed, or has it ended, while the kernel is still taking it apart?  It then runs
 * no more of its program, but what it had open may be open for seconds.  false when there is doubt. */
bool os_process_is_ending(pid_t pid);

enum os_process_right {
	OS_PROCESS_MAY_NOT,
	OS_PROCESS_MAY,
	OS_PROCESS_UNSEEN,	/* it has ended, or is hidden from us */
};

/* May this process administer this network namespace (a descriptor of it): has it CAP_NET_ADMIN in the user namespace
 * that owns it? */
enum os_process_right os_process_administers(pid_t pid, int netns);

/* Its effective capabilities, bit N: that of number N.  They are those that count where we are: none when it has a user
 * namespace of its own.  False: it has ended, or is hidden from us. */
bool os_process_capabilities(pid_t pid, uint64_t *capabilities);

#endif
