/* SPDX-License-Identifier: MIT */
/*
 * A datapath that consists of two, and says for each tunnel which of them moves its packets: that of user space, or the
 * kernel's own.
 *
 *   choice.c   opening, closing, and the operations that go to both, or to the one that has the object
 *   tunnel.c   tunnels: which backend it shall be, and why
 *   handles.c  whose handle is whose
 *
 * The one in user space is always there, and has every tunnel over UDP, also those whose packets the kernel moves: the
 * ports are its own, so control messages leave by them, tunnels that peers ask for arrive there, and no other program
 * can take a port away unnoticed.  Such a tunnel has no session there; what the kernel's socket for its peer receives
 * and is no data comes out of receive() as if it had come to the port.
 *
 * The kernel's is opened when the first tunnel wants it, and asked for again whenever it was not there.
 */
#ifndef L2TPD_DATAPATH_CHOICE_CHOICE_H
#define L2TPD_DATAPATH_CHOICE_CHOICE_H

#include "datapath/datapath.h"

typedef int datapath_choice_open_kernel_fn(const char *instance, struct datapath **dp, struct error *error);

/* user: taken over, closed with it, also on failure. instance: what open_kernel is told; it must last as long. -1 with
 * *error filled. */
int datapath_choice_open(struct datapath *user, datapath_choice_open_kernel_fn *open_kernel, const char *instance,
			 struct datapath **dp, struct error *error);

#endif
