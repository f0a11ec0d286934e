/* SPDX-License-Identifier: MIT */
/*
 * The datapath that moves nothing: it keeps what it was told and answers questions about it.
 * `l2tpd --check` and every reload try a configuration on it first; tests look into it through
 * the functions below.  It fulfils the whole contract of datapath.h, so that what works on it
 * has been told to the datapath in a legal order.
 */
#ifndef L2TPD_DATAPATH_NULL_NULL_H
#define L2TPD_DATAPATH_NULL_NULL_H

#include <stddef.h>

#include "datapath/datapath.h"

#define DATAPATH_NULL_PATH_MTU 1500	/* what tunnel_info() reports and automatic MTUs follow from */

/* NULL when out of memory. Ended by datapath_ops(dp)->close(dp). */
struct datapath *datapath_null_new(void);

/* For dry runs: names that it chooses itself are none that anybody could give, so that they are in nobody's way. */
void datapath_null_choose_apart(struct datapath *dp);

/* --- what follows is for tests; dp must come from datapath_null_new() --- */

enum datapath_null_operation {
	DATAPATH_NULL_TUNNEL_ADD,
	DATAPATH_NULL_TUNNEL_MODIFY,
	DATAPATH_NULL_TUNNEL_DELETE,
	DATAPATH_NULL_SESSION_ADD,
	DATAPATH_NULL_SESSION_MODIFY,
	DATAPATH_NULL_SESSION_DELETE,
	DATAPATH_NULL_TAP,
	DATAPATH_NULL_LISTEN,
	DATAPATH_NULL_UNLISTEN,
	DATAPATH_NULL_DEVICE_ADD,
	DATAPATH_NULL_DEVICE_DELETE,	/* fails, and keeps it, while sessions use it */
	DATAPATH_NULL_OPERATION_COUNT,
};

/* One operation as it was called, successful or not; questions (info, totals, events, packets) and messages are
 * not kept. */
struct datapath_null_entry {
	enum datapath_null_operation operation;
	handle tunnel, session;		/* HANDLE_NONE after a failed add, and the session of a batch */
	handle port;			/* of listen and unlisten */
	handle device;			/* of device_add and device_delete */
	unsigned int fields;		/* of a modify */
	int count;			/* of a batch of session deletions */
	uint32_t snaplen;		/* of a tap */
	bool failed;
};

/* Begin the log anew; it is not kept before the first call. */
void datapath_null_log_begin(struct datapath *dp);
/* The entries since then: valid until the next operation. */
const struct datapath_null_entry *datapath_null_log(struct datapath *dp, size_t *count);

/* Let the operation after the next `successes` ones of its kind fail with this error (add, modify,
 * tap and listen, device_add only), once.  error NULL: none fails any more. */
void datapath_null_fail(struct datapath *dp, enum datapath_null_operation operation, unsigned int successes,
			const struct error *error);

/* The next events() reports this. False when out of memory. */
bool datapath_null_event(struct datapath *dp, const struct datapath_event *event);

/* The next packets() tells of this, a copy of which is made, when what it belongs to is tapped, cut to the tap's
 * snaplen. False when it is not tapped, or out of memory. */
bool datapath_null_packet(struct datapath *dp, const struct datapath_packet *packet);

/* What dp sends to an endpoint where `other` has a port arrives there from now on; NULL: nowhere. One way: call it
 * twice, the ends changed, for the other. Both must be closed before either sends again. dp may be other.
 * A frame arrives at the session over there that has the ids which this one has for its peer's. */
void datapath_null_join(struct datapath *dp, struct datapath *other);
/* How a message finds its receiver, which is looked for when it arrives. */
struct datapath_null_route {
	struct endpoint from, to;
	uint32_t tunnel_id, session_id;	/* of a frame: over there; session_id 0: a control message */
};
/* Instead of a join: whoever this is carries what dp sends. octets are valid until it returns; it must not call dp. */
typedef void datapath_null_carry_fn(void *context, const struct datapath_null_route *route, const uint8_t *octets,
				    uint32_t length);
void datapath_null_carry(struct datapath *dp, datapath_null_carry_fn *carry, void *context);
/* The next receive() has this message, as datapath_null_message(), when somebody here is at the end of its route: a
 * port, or the session of a tunnel to who sent it. False: nobody is. */
bool datapath_null_arrive(struct datapath *dp, const struct datapath_null_route *route, uint8_t *octets,
			  uint32_t length);
/* Keep copies of all messages that are sent from now on, until datapath_null_sent() takes them: oldest first, up to
 * max, valid until it is called again. Returns how many. */
void datapath_null_keep_sent(struct datapath *dp);
int datapath_null_sent(struct datapath *dp, struct datapath_message *messages, int max);
/* The next receive() has this one, a message or the frame of a session, a copy of which is made. False when out of
 * memory. */
bool datapath_null_message(struct datapath *dp, const struct datapath_message *message);

/* What session_info() shall report from now on. Ignored when the handle is stale, or out of memory. */
void datapath_null_set_stats(struct datapath *dp, handle session, const struct datapath_stats *stats);
void datapath_null_set_network_packets(struct datapath *dp, handle session, uint64_t packets);
void datapath_null_set_carrier(struct datapath *dp, handle session, bool carrier);

/* What exists. A configuration is NULL when the handle is stale, and valid until the next operation or
 * question. */
uint32_t datapath_null_tunnels(const struct datapath *dp);
uint32_t datapath_null_sessions(const struct datapath *dp);
const struct datapath_tunnel_config *datapath_null_tunnel(const struct datapath *dp, handle tunnel);
const struct datapath_session_config *datapath_null_session(struct datapath *dp, handle session);
uint32_t datapath_null_devices(const struct datapath *dp);
const struct datapath_device_config *datapath_null_device(const struct datapath *dp, handle device);

#endif
