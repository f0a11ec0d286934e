/* SPDX-License-Identifier: MIT */
/*
 * A party of the control protocol: our engine with a UDP socket and a clock, and nothing else.  Programs built on it
 * (calls.c) talk to any daemon without l2tpd.  A tunnel whose path has a local IPv4 address sends from there.
 */
#ifndef L2TPD_BENCH_PARTY_H
#define L2TPD_BENCH_PARTY_H

#include <poll.h>

#include "control/control.h"

struct party {
	int fd;
	struct control *control;
	void (*act)(struct party *party, const struct control_event *event);
	void (*acted)(struct party *party);	/* may be NULL: on all events of a batch */
	uint64_t sent, received;	/* control messages */
	/* Data that arrived, from the L2TP header on; NULL: it is only counted. */
	void (*data)(struct party *party, const uint8_t *octets, size_t length);
	uint64_t data_frames;		/* received */
	bool trains;
};

/* Monotonic milliseconds. */
uint64_t party_now(void);
/* local: port 0 is any. -1: errno says why. */
int party_begin(struct party *party, const struct endpoint *local,
		void (*act)(struct party *party, const struct control_event *event));
void party_end(struct party *party);
/* Messages of one length to one peer go, and come, together: UDP GSO and GRO. */
void party_use_trains(struct party *party);
/* Wait for datagrams, a deadline, another descriptor (may be NULL) or at most this long, and do what is to be
 * done then. */
void party_turn(struct party *party, struct pollfd *other, uint64_t most_ms);
/* After commands: what they caused. */
void party_settle(struct party *party);
/* A frame of PPP, to the peer's ids. */
void party_send_data(struct party *party, const struct control_path *path, uint16_t tunnel_id, uint16_t session_id,
		     const uint8_t *frame, size_t length);

/* A frame, to the peer's ids. */
struct party_frame {
	const struct control_path *path;
	uint16_t tunnel_id, session_id;
	const uint8_t *octets;
	size_t length;
};

#define PARTY_FRAMES_MAX 64
/* So many at once, which are at most 1,600 octets long; with trains those that follow each other on one path, and are
 * of one length, go together. */
void party_send_frames(struct party *party, const struct party_frame *frames, unsigned int count);

#endif
