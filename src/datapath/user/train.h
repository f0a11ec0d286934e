/* SPDX-License-Identifier: MIT */
/*
 * Datagrams on their way out.  Consecutive ones of a session that have the same size travel as
 * one UDP_SEGMENT message (a train; the last may be shorter), and all messages of a round leave
 * with one sendmmsg.  Where trains cannot go (IP protocol 115, larger than the path MTU, a
 * device that refuses), datagrams go one by one, and the kernel fragments them.
 *
 * Datagrams are given as octets that stay in place until train_flush().
 */
#ifndef L2TPD_DATAPATH_USER_TRAIN_H
#define L2TPD_DATAPATH_USER_TRAIN_H

#include <sys/uio.h>

#include "datapath/user/shadow.h"
#include "datapath/user/worker.h"

#define TRAIN_MESSAGES 128
#define TRAIN_VECTORS 1024
#define TRAIN_UNITS_MAX 64		/* UDP_MAX_SEGMENTS of all kernels that have UDP_SEGMENT */
#define TRAIN_OCTETS_MAX 65000		/* an IP datagram's 65,535 less all headers */
#define TRAIN_CONTROL_MAX (PATH_CONTROL_MAX + 96)
#define TRAIN_FIELD_DEFAULT (-1)

/* Outer IP fields copied from the inner packet; TRAIN_FIELD_DEFAULT: not copied. */
struct train_marking {
	int16_t ttl, tos;
};

struct train_unit {
	const uint8_t *head;		/* L2TP header, and inner headers or the whole frame */
	const uint8_t *payload;		/* NULL: all in head */
	uint32_t head_length, payload_length;
	struct train_marking marking;
};

struct train_message {
	struct session *session;
	const struct path *path;
	struct train_marking marking;
	unsigned int units;
	uint32_t unit_size, octets;
	bool closed;			/* takes no more */
	uint8_t udp[SHADOW_HEADER];	/* where the sockets make none */
	uint8_t control[TRAIN_CONTROL_MAX] __attribute__((aligned(8)));
};

struct train {
	unsigned int messages, vectors;
	struct mmsghdr headers[TRAIN_MESSAGES];
	struct iovec iov[TRAIN_VECTORS];
	struct train_message details[TRAIN_MESSAGES];
};

/* Room for one more unit? If not: train_flush() first. */
static inline bool train_has_room(const struct train *train)
{
	return train->messages < TRAIN_MESSAGES && train->vectors + 3 <= TRAIN_VECTORS;
}

void train_add(struct train *train, struct session *session, const struct path *path, const struct train_unit *unit);
/* Send everything; counts for each session what left and what did not. */
void train_flush(struct worker *worker, struct train *train);

#endif
