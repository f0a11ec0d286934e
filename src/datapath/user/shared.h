/* SPDX-License-Identifier: MIT */
/*
 * Devices that many PPP sessions share.  What is read from one belongs to the session that has its destination; one
 * worker reads it and is the transmitting one of all its sessions, so that they have no descriptor, no place in an
 * epoll and no work while they are idle.
 */
#ifndef L2TPD_DATAPATH_USER_SHARED_H
#define L2TPD_DATAPATH_USER_SHARED_H

#include "datapath/user/device.h"
#include "datapath/user/lookup.h"
#include "datapath/user/ppp.h"

struct shared_device {
	struct source source;
	struct worker *worker;
	struct lookup *owners;		/* sessions */
	struct device *device;
	struct link_channel *links;	/* in its namespace */
	bool is_abroad;			/* another namespace than ours: links is its own */
	bool mss_clamp;
	bool gone;			/* somebody removed it; the worker found out */
	uint32_t mtu;
	uint64_t answers_time;		/* the worker's: when it answered, to count how often it may */
	uint32_t answers_left;
	unsigned int users;
	handle self;
};

/* --- shared.c: control --- */
int shared_add(struct datapath *dp, const struct datapath_device_config *config, handle *device, struct error *error);
void shared_delete(struct datapath *dp, handle device);
void shared_close(struct user_datapath *dp);	/* all of them */
/* Somebody removed one of them: the sessions that had it are without, which the next look at all sessions tells. */
void shared_gone(struct user_datapath *dp);
/* From what the session had there (NULL: nothing) to what it has now (likewise). Of an error nothing remains. */
int shared_change(struct user_datapath *dp, struct shared_device *shared, struct session *session,
		  const struct datapath_ppp *from, const struct datapath_ppp *to, struct error *error);

/* --- shared_transmit.c: its worker --- */
void shared_ready(struct worker *worker, struct source *source, uint32_t events);

/* --- too_big.c --- */
#define TOO_BIG_MAX 1280		/* octets of an answer at most */
/* The answer to a packet that is larger than its session carries (RFC 1191 section 4, RFC 4443 section 3.2). It comes
 * from whom the packet was for: the kernel takes none from a device that claims to be from one of its own addresses.
 * Returns its length; 0: there is none, for what it is. */
size_t too_big_answer(const uint8_t *packet, size_t length, uint32_t mtu, uint8_t answer[TOO_BIG_MAX]);

#endif
