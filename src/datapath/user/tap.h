/* SPDX-License-Identifier: MIT */
/*
 * Taps: copies of the packets of some tunnels and sessions, for people who look for a fault.  A worker
 * that meets a packet of a tapped session writes a record into its own ring, which the control thread
 * empties in packets(); a ring that is full costs records, never packets.  A session that is not
 * tapped costs the test of session->tapped, in a line of memory that each packet reads anyway.  (Nothing to do
 * with TAP devices: os/tap.h.)
 */
#ifndef L2TPD_DATAPATH_USER_TAP_H
#define L2TPD_DATAPATH_USER_TAP_H

#include "datapath/user/ring.h"
#include "datapath/user/worker.h"

#define TAP_VERDICT_HELD (-2)		/* worker->verdict: neither delivered nor dropped, it waits for reordering */

/* A worker's record that is being written. */
struct tap_record {
	struct datapath_packet packet;	/* its octets are set when it is read */
	struct ring *ring;
	uint8_t octets[];
};

static inline bool session_is_tapped(const struct session *session)
{
	return __builtin_expect(shared_get(session->tapped), false);
}

/* --- workers --- */
/* Begin a record of a message of length octets: handles, times and sizes are filled in, the rest of packet and
 * packet.captured octets are the caller's to fill.  session NULL: of the tunnel itself.  NULL when there is no
 * room, which is counted.  Until tap_end() no other record may begin. */
struct tap_record *tap_begin(struct worker *worker, const struct tunnel *tunnel, const struct session *session,
			     size_t length);
/* The control thread may have it. NULL is legal. */
void tap_end(struct worker *worker, struct tap_record *record);
/* What became of a message that left, or should have. */
void tap_departure(struct worker *worker, const struct session *session, const struct path *path,
		   const struct iovec *iov, size_t vectors, int drop);

/* --- the control thread --- */
int tap_set(struct datapath *dp, handle tunnel, handle session, uint32_t snaplen, struct error *error);
int tap_packet_fd(struct datapath *dp);
int tap_packets(struct datapath *dp, struct datapath_packet *packets, int max);
/* A new session: it is tapped when its tunnel is. */
void tap_join(struct session *session);
/* A session or tunnel that no worker sees any more is about to go. */
void tap_forget_session(struct user_datapath *dp, struct session *session);
void tap_forget_tunnel(struct user_datapath *dp, struct tunnel *tunnel);

#endif
