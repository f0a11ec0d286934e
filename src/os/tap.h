/* SPDX-License-Identifier: MIT */
/*
 * TAP (Ethernet) and TUN (IP) devices, with a virtio header before each frame and whatever
 * offloads the running kernel knows.
 */
#ifndef L2TPD_OS_TAP_H
#define L2TPD_OS_TAP_H

#include <net/if.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/* Is there a usable /dev/net/tun? 0, or -1 with *error filled. */
int tap_available(struct error *error);

/* Make a device in the calling thread's network namespace. name: as wished, or with one %d for
 * the first free number; afterwards the name it got. Returns a non-blocking descriptor that is
 * the device's life, -1 with *error filled. */
int tap_open(char name[IF_NAMESIZE], bool ethernet, struct error *error);

/* Announce the offloads that we undo ourselves: checksum, TSO, and USO where the kernel has it
 * (Linux 6.2). Returns whether USO was accepted. */
bool tap_enable_offloads(int fd);

void tap_disable_offloads(int fd);
/* A TUN device that is down: other programs see it as one of PPP. */
void tap_set_ppp(int fd);

/* Where offloads are disabled, an IP packet without more. Returns its length; 0: it is none, which may be said of the
 * first after offloads have been disabled; -1: there is none at present. */
ssize_t tap_read(int fd, void *packet, size_t room);
/* What the device does not take is lost. */
void tap_write(int fd, const void *packet, size_t length);

/* A descriptor of the network namespace in which the device is now, -1 with errno; and its name there. */
int tap_netns(int fd);
bool tap_name(int fd, char name[IF_NAMESIZE]);

void tap_set_carrier(int fd, bool carrier);

#endif
