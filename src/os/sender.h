/* SPDX-License-Identifier: MIT */
/*
 * A thread that sends, where the kernel carries out what is sent before send() returns, however long it takes
 * (netlink).  Whoever asked goes on meanwhile, and is told when it was sent.  While it sends for somebody else the
 * thread has no more rights than that one, since the kernel asks for those of who sends.
 *
 *	os_sender_send()	puts it behind what there is
 *	os_sender_fd()		is readable when something was sent: then os_sender_take() until there is nothing
 */
#ifndef L2TPD_OS_SENDER_H
#define L2TPD_OS_SENDER_H

#include <stddef.h>
#include <stdint.h>

struct os_sender;

/* NULL: out of memory, descriptors or threads. */
struct os_sender *os_sender_new(void);
/* Waits for the thread; what was not taken is dropped. NULL is legal. */
void os_sender_free(struct os_sender *sender);
/* fd must stay open until os_sender_take() gives the owner back, which is not NULL; the octets are copied.
 * capabilities: bit N: that of number N is effective if we have it.  -1: out of memory. */
int os_sender_send(struct os_sender *sender, int fd, const void *octets, size_t length, uint64_t capabilities,
		   void *owner);
int os_sender_fd(const struct os_sender *sender);
/* Whose was sent, or could not be: one each, in the order in which they came. NULL: none. */
void *os_sender_take(struct os_sender *sender);
/* Waits until all is sent. */
void os_sender_finish(struct os_sender *sender);

#endif
