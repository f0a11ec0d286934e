/* SPDX-License-Identifier: MIT */
/*
 * A call that waits for the supervisor, by the kernel's number for it.  Each is answered once; to answer one whose
 * thread was killed meanwhile does nothing.
 */
#ifndef L2TPD_L2TPRUN_NOTIFICATION_H
#define L2TPD_L2TPRUN_NOTIFICATION_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

/* Whoever answers is to run at once, on the processor of who waits and has nothing else to do, where the kernel (6.6)
 * can do that. */
void notification_hurry(int listener);

/* The next one. False: there is none after all. */
bool notification_receive(int listener, struct seccomp_notif *notification);

/* Does it still wait, so that what was read about the caller is about the caller? */
bool notification_waits(int listener, uint64_t id);

/* Let the kernel carry the call out, as if nothing had been. */
void notification_continue(int listener, uint64_t id);
/* error: an errno, or 0 for success. */
void notification_answer(int listener, uint64_t id, int error);
/* The call returns this. */
void notification_return(int listener, uint64_t id, int64_t value);
/* Give the caller a copy of fd, whose number the call returns. 0, or an errno: then it still waits. */
int notification_inject(int listener, uint64_t id, int fd, bool close_on_exec);
/* With this number, in place of what had it; -1: the least that is free. */
int notification_inject_as(int listener, uint64_t id, int fd, int number, bool close_on_exec);

#endif
