/* SPDX-License-Identifier: MIT */
/* See accelerate.h. What BPF programs cannot do is no error: the session works all the same. */
#include "datapath/user/accelerate.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "datapath/bpf/accelerator.h"
#include "datapath/user/device.h"
#include "os/route.h"
#include "os/route_table.h"

struct acceleration {
	struct acceleration *prev, *next;	/* of the datapath */
	struct session *session;
	struct accelerated *accelerated;	/* NULL: it is not */
	struct accelerator_session told;	/* of that */
	struct accelerator_counters before;	/* of those before */
	const char *moved_by;
};

#define OBSTACLE "user, without bpf: "

static struct acceleration *acceleration_of(const struct session *session)
{
	return session->own ? session->own->acceleration : NULL;
}

/* --- may it be? NULL: it may --- */

static const char *obstacle_of_session(const struct session *session)
{
	if (session->pw_type != L2TP_PW_ETH)
		return OBSTACLE "only Ethernet pseudowires can be helped";
	if (session->sublayer_length)
		return OBSTACLE "with an L2-specific sublayer packets may be numbered (l2spec_type=none)";
	if (session->config.carrier_timeout)
		return OBSTACLE "carrier_timeout must see all packets";
	if (shared_get(session->tapped))
		return OBSTACLE "its packets are being captured";
	return NULL;
}

static const char *obstacle_of_tunnel(const struct tunnel *tunnel)
{
	if (*tunnel->config.netns)
		return OBSTACLE "the tunnel's packets leave in another network namespace";
	if (tunnel->config.fwmark)
		return OBSTACLE "its packets are marked (fwmark)";
	if (!tunnel->path)
		return OBSTACLE "the peer is not known";
	if (!tunnel->path->zero_checksum)
		return OBSTACLE "UDP checksums are asked for";
	return NULL;
}

/* By which device, from which address, and how long? The path's MTU is what it was when somebody asked: then whoever
 * sends from user space has the kernel fragment, but nobody does that here. */
static bool find_way(const struct user_datapath *dp, const struct tunnel *tunnel, struct accelerator_session *wanted)
{
	const struct route_query query = { &tunnel->config.local.address, &wanted->peer, "",
					   tunnel->config.bind_interface, 0 };
	uint32_t mtu;

	if (address_is_any(&wanted->local.address) && route_source(&query, &wanted->local.address) < 0)
		return false;
	wanted->mtu = tunnel->path->mtu;
	if (!tunnel->path->distrusted && route_path_mtu(&query, &mtu) == 0 && mtu < wanted->mtu)
		wanted->mtu = mtu;
	wanted->wire = tunnel->path->group->ifindex;
	if (!wanted->wire)
		wanted->wire = route_device(dp->links, &wanted->local.address, &wanted->peer.address);
	return wanted->wire && link_is_ethernet(dp->links, wanted->wire);
}

/* Fill *wanted; or say why not. */
static const char *find_out(struct user_datapath *dp, const struct session *session,
			    struct accelerator_session *wanted)
{
	const struct tunnel *tunnel = session->tunnel;
	const char *obstacle = obstacle_of_session(session);

	if (!obstacle)
		obstacle = obstacle_of_tunnel(tunnel);
	if (obstacle)
		return obstacle;
	wanted->device = device_find(dp, session->own);
	if (!wanted->device)
		return OBSTACLE "its device is in another network namespace";
	wanted->local = tunnel->path->local;
	wanted->peer = tunnel->path->peer;
	wanted->ttl = tunnel->path->ttl;
	wanted->dscp = tunnel->path->dscp;
	wanted->session_id = session->session_id;
	wanted->receives = wanted->peer.address.family == AF_INET || tunnel->path->zero_checksum_rx;
	wanted->header = session->header;
	wanted->header_length = session->header_length;
	wanted->cookie = session->peer_cookie;
	wanted->cookie_length = session->peer_cookie_length;
	return find_way(dp, tunnel, wanted) ? NULL : OBSTACLE "no route leads to the peer by an Ethernet device";
}

/* --- doing it --- */

static void stop(struct acceleration *acceleration)
{
	struct accelerator_counters counters;

	if (!acceleration->accelerated)
		return;
	accelerator_remove(acceleration->accelerated, &counters);
	acceleration->accelerated = NULL;
	acceleration->before.tx_packets += counters.tx_packets;
	acceleration->before.tx_bytes += counters.tx_bytes;
	acceleration->before.rx_packets += counters.rx_packets;
	acceleration->before.rx_bytes += counters.rx_bytes;
}

static void start(struct user_datapath *dp, struct acceleration *acceleration, const struct accelerator_session *wanted)
{
	if (!dp->accelerator && !dp->accelerator_refused) {
		dp->accelerator = accelerator_open();
		dp->accelerator_refused = !dp->accelerator;
	}
	if (dp->accelerator)
		acceleration->accelerated = accelerator_add(dp->accelerator, wanted);
	acceleration->told = *wanted;
	acceleration->moved_by = acceleration->accelerated ? "bpf: TCP; user: all else" :
				 OBSTACLE "the kernel does not take the programs (it takes Linux 6.6, and CAP_BPF)";
}

static void settle(struct user_datapath *dp, struct acceleration *acceleration)
{
	struct accelerator_session wanted;
	const char *obstacle;

	memset(&wanted, 0, sizeof(wanted));	/* it is compared as a whole */
	obstacle = find_out(dp, acceleration->session, &wanted);
	if (!obstacle && acceleration->accelerated && !memcmp(&wanted, &acceleration->told, sizeof(wanted)) &&
	    accelerator_holds(acceleration->accelerated))
		return;
	stop(acceleration);
	acceleration->moved_by = obstacle;
	if (!obstacle)
		start(dp, acceleration, &wanted);
}

void accelerate_settle(struct user_datapath *dp, struct session *session)
{
	struct acceleration *acceleration = acceleration_of(session);

	if (session->tunnel->config.choice != DATAPATH_BPF || !session->own)
		return;
	if (!acceleration) {
		acceleration = calloc(1, sizeof(*acceleration));
		if (!acceleration)
			return;		/* the next time, perhaps */
		session->own->acceleration = acceleration;
		acceleration->session = session;
		DL_APPEND(dp->accelerations, acceleration);
		user_follow_routes(dp);
	}
	settle(dp, acceleration);
}

void accelerate_settle_all(struct user_datapath *dp)
{
	struct acceleration *acceleration;

	DL_FOREACH(dp->accelerations, acceleration)
		settle(dp, acceleration);
}

void accelerate_end(struct session *session)
{
	struct acceleration *acceleration = acceleration_of(session);

	if (acceleration)
		stop(acceleration);
}

void accelerate_free(struct user_datapath *dp, struct session *session)
{
	struct acceleration *acceleration = acceleration_of(session);

	if (!acceleration)
		return;
	stop(acceleration);
	DL_DELETE(dp->accelerations, acceleration);
	free(acceleration);
	session->own->acceleration = NULL;
}

void accelerate_count(const struct session *session, struct datapath_stats *stats)
{
	const struct acceleration *acceleration = acceleration_of(session);
	struct accelerator_counters now = { 0 };

	if (!acceleration)
		return;
	if (acceleration->accelerated)
		accelerator_count(acceleration->accelerated, &now);
	stats->tx_packets += acceleration->before.tx_packets + now.tx_packets;
	stats->tx_bytes += acceleration->before.tx_bytes + now.tx_bytes;
	stats->rx_packets += acceleration->before.rx_packets + now.rx_packets;
	stats->rx_bytes += acceleration->before.rx_bytes + now.rx_bytes;
}

const char *accelerate_moved_by(const struct session *session)
{
	const struct acceleration *acceleration = acceleration_of(session);

	return acceleration ? acceleration->moved_by : NULL;
}
