/* SPDX-License-Identifier: MIT */
/* See network.h. What workers read is made whole, then exchanged; what was there before is retired. */
#include "datapath/user/network.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "datapath/user/shared.h"
#include "os/address.h"

#define IPV6_LEAST 1280			/* octets of an IPv6 packet that each link carries (RFC 8200 section 5) */

/* What a modification will exchange. */
struct plan {
	struct session *session;
	struct shared_device *shared;	/* that it shall have */
	struct network *network;	/* NULL: nothing is carried */
	struct cipher *cipher;
	struct limits *limits;
};

static bool is_carried(const struct datapath_ppp *ppp)
{
	return ppp->ipv4 || ppp->ipv6;
}

static const struct datapath_ppp *ppp_of(const struct network *network)
{
	return network ? &network->ppp : NULL;
}

/* --- ciphers and limits --- */

static int plan_cipher(struct plan *plan, const struct datapath_mppe *config, struct error *error)
{
	plan->cipher = NULL;
	if (!config->send && !config->receive)
		return 0;
	plan->cipher = cipher_new(config, error);
	return plan->cipher ? 0 : -1;
}

static int plan_limits(struct plan *plan, const struct datapath_rate *rate, struct error *error)
{
	plan->limits = NULL;
	if (!rate->send && !rate->receive)
		return 0;
	plan->limits = calloc(1, sizeof(*plan->limits));
	if (!plan->limits)
		return error_system(error, ENOMEM, NULL, "cannot limit the session");
	bucket_begin(&plan->limits->send, rate->send, rate->send_burst, worker_clock());
	bucket_begin(&plan->limits->receive, rate->receive, rate->receive_burst, worker_clock());
	return 0;
}

/* --- what is carried --- */

uint32_t network_mtu(const struct datapath_ppp *ppp, bool enciphered, uint32_t frame, uint32_t fixed)
{
	uint32_t mtu = frame - (uint32_t)header_length_ppp(ppp);

	if (fixed)
		mtu = UINT16_MAX;
	if (ppp->mtu && ppp->mtu < mtu)
		mtu = ppp->mtu;
	if (enciphered)
		mtu -= MPPE_OCTETS;
	if (fixed && fixed < mtu)
		mtu = fixed;
	/* Less, and the kernel takes IPv6 away from the device. */
	return ppp->ipv6 && mtu < IPV6_LEAST ? IPV6_LEAST : mtu;
}

static int plan_network(struct user_datapath *dp, struct plan *plan, const struct datapath_session_config *config,
			struct error *error)
{
	const struct datapath_ppp *ppp = &config->ppp;
	size_t prefixes = ppp->prefix_count * sizeof(*ppp->prefixes);
	struct network *network;

	plan->network = NULL;
	if (!is_carried(ppp))
		return 0;
	plan->shared = handle_get(&dp->shared, config->network_device);
	if (config->network_device != HANDLE_NONE && !plan->shared)
		return error_set(error, ERROR_UNKNOWN, NULL, "the datapath has no such device");
	if (!plan->shared && !ppp->own_device)
		return error_set(error, ERROR_VALUE, NULL, "IP packets need a device");
	if (ppp->prefix_count > DATAPATH_PREFIXES_MAX)
		return error_set(error, ERROR_LIMIT, NULL, "a session has at most %d prefixes", DATAPATH_PREFIXES_MAX);
	network = plan->network = calloc(1, sizeof(*network) + prefixes);
	if (!network)
		return error_system(error, ENOMEM, NULL, "cannot carry the session's packets");
	network->ppp = *ppp;
	if (prefixes)
		memcpy(network->prefixes, ppp->prefixes, prefixes);
	network->ppp.prefixes = network->prefixes;
	network->shared = plan->shared;
	return 0;
}

static uint32_t planned_mtu(const struct plan *plan)
{
	const struct session *session = plan->session;

	return network_mtu(&plan->network->ppp, plan->cipher && plan->cipher->send,
			   session_frame(session, session->tunnel->path),
			   session->config.mtu_mode == DATAPATH_MTU_FIXED ? session->config.mtu : 0);
}

/* --- proxy ARP --- */

static void end_proxy(struct link_channel *links, const struct network *network)
{
	if (network && network->proxy_ifindex)
		(void)address_proxy(links, network->proxy_ifindex, &network->ppp.peer4, false);
}

/* That nobody asks for the address there is no reason to refuse the session. */
static void begin_proxy(struct link_channel *links, struct network *network, const struct network *before,
			uint32_t ifindex)
{
	const struct address *peer = &network->ppp.peer4;

	if (network->ppp.proxy_arp && network->ppp.ipv4 && peer->family == AF_INET)
		network->proxy_ifindex = address_network(links, peer, ifindex);
	if (network->proxy_ifindex && address_proxy(links, network->proxy_ifindex, peer, true) < 0)
		network->proxy_ifindex = 0;
	if (before && (before->proxy_ifindex != network->proxy_ifindex ||
		       !address_equal(&before->ppp.peer4, &network->ppp.peer4)))
		end_proxy(links, before);
}

/* --- own devices --- */

static void exchange(struct user_datapath *dp, struct session *session, struct network *network)
{
	struct network *before = session->network;

	rcu_assign_pointer(session->network, network);
	retire(dp, before, free);
}

/* Before what is carried is exchanged: nothing shall leave in clear meanwhile. */
static void install(struct user_datapath *dp, const struct plan *plan)
{
	struct session *session = plan->session;
	struct cipher *cipher = session->cipher;
	struct limits *limits = session->limits;

	if (plan->cipher != cipher) {
		rcu_assign_pointer(session->cipher, plan->cipher);
		retire(dp, cipher, cipher_free);
	}
	if (plan->limits != limits) {
		rcu_assign_pointer(session->limits, plan->limits);
		retire(dp, limits, free);
	}
}

static void unwatch(struct worker *worker, void *context)
{
	const struct session *session = context;

	worker_unwatch(worker, session->device);
}

/* At home the device may be gone already. */
static void end_own_proxy(struct user_datapath *dp, const struct session *session)
{
	struct visit visit;

	if (!session->network || !session->network->proxy_ifindex)
		return;
	if (!*session->own->netns) {
		end_proxy(dp->links, session->network);
	} else if (device_visit(session->own, &visit, NULL) == 0) {
		end_proxy(visit.links, session->network);
		device_visit_end(&visit);
	}
}

/* Its own device goes. */
static void remove_own(struct user_datapath *dp, struct session *session)
{
	if (session->device < 0)
		return;
	pin_remove(dp, session);
	end_own_proxy(dp, session);
	worker_run(session->worker, unwatch, session);
	exchange(dp, session, NULL);
	retire_all(dp);		/* nobody writes to it any more */
	session->device = -1;
	device_remove(dp, &session->own, 1);
	session->device_gone = session->device_gone_told = false;
}

static int make_own(struct user_datapath *dp, const struct plan *plan, const char *ifname, uint32_t mtu,
		    struct error *error)
{
	struct session *session = plan->session;

	if (!session->own)
		session->own = device_new(DEVICE_PPP, "", "");
	if (!session->own)
		return error_system(error, ENOMEM, NULL, "cannot make the interface");
	memcpy(session->own->asked, ifname, sizeof(session->own->asked));
	if (device_create(dp, session->own, mtu, error) < 0)
		return -1;
	session->device = session->own->fd;
	return 0;
}

/* Addresses and routes, and the tunnel's peer out of their way. */
static int furnish_own(struct user_datapath *dp, const struct plan *plan, struct error *error)
{
	struct session *session = plan->session;
	struct network *network = plan->network;
	struct visit visit;
	int result;

	if (device_visit(session->own, &visit, error) < 0)
		return -1;
	network->guarded = network->ppp.default_route && !*session->own->netns;
	if (network->guarded)
		pin_add(dp, session);
	result = own_change(visit.links, session->own->ifindex, ppp_of(session->network), &network->ppp, error);
	if (result == 0)
		begin_proxy(visit.links, network, session->network, session->own->ifindex);
	device_visit_end(&visit);
	if (result < 0 ? !session->network || !session->network->guarded : !network->guarded)
		pin_remove(dp, session);
	return result;
}

static int carry_by_own(struct user_datapath *dp, const struct plan *plan, const char *ifname, struct error *error)
{
	struct session *session = plan->session;
	bool is_new = session->device < 0;
	uint32_t mtu = planned_mtu(plan);

	if (is_new ? make_own(dp, plan, ifname, mtu, error) < 0 :
		     mtu != session->mtu && device_set_mtu(session->own, mtu, error) < 0)
		return -1;
	plan->network->output = session->device;
	if (furnish_own(dp, plan, error) < 0 ||
	    (is_new && worker_watch(session->worker, session->device, &session->source) < 0)) {
		if (is_new)
			remove_own(dp, session);
		return -1;
	}
	shared_set(session->mtu, mtu);
	install(dp, plan);
	exchange(dp, session, plan->network);
	return 0;
}

/* --- shared devices --- */

static void leave_shared(struct user_datapath *dp, struct session *session)
{
	struct network *network = session->network;

	(void)shared_change(dp, network->shared, session, &network->ppp, NULL, NULL);
	end_proxy(network->shared->links, network);
	network->shared->users--;
	session->device_gone = session->device_gone_told = false;
}

static int carry_by_shared(struct user_datapath *dp, const struct plan *plan, struct error *error)
{
	struct session *session = plan->session;
	struct network *network = plan->network, *before = session->network;
	struct shared_device *shared = plan->shared;

	network->output = shared->device->fd;
	/* Its packets may come as soon as it has an address there. */
	shared_set(session->mtu, planned_mtu(plan));
	session->worker = shared->worker;
	if (shared_change(dp, shared, session, ppp_of(before), &network->ppp, error) < 0)
		return -1;
	begin_proxy(shared->links, network, before, shared->device->ifindex);
	if (!before)
		shared->users++;
	if (shared->mss_clamp)
		shared_set(session->mss_clamp, true);
	install(dp, plan);
	exchange(dp, session, network);
	return 0;
}

/* --- modifying --- */

static void carry_nothing(struct user_datapath *dp, struct session *session)
{
	if (session->network && session->network->shared) {
		leave_shared(dp, session);
		exchange(dp, session, NULL);
	} else {
		remove_own(dp, session);
	}
	shared_set(session->mtu, session_frame(session, session->tunnel->path));
}

static int carry(struct user_datapath *dp, const struct plan *plan, const char *ifname, struct error *error)
{
	struct session *session = plan->session;

	if (session->network && session->network->shared != plan->shared)
		carry_nothing(dp, session);
	if (!plan->network) {
		carry_nothing(dp, session);
		return 0;
	}
	return plan->shared ? carry_by_shared(dp, plan, error) : carry_by_own(dp, plan, ifname, error);
}

static void give_up(const struct plan *plan)
{
	if (plan->cipher != plan->session->cipher)
		cipher_free(plan->cipher);
	if (plan->limits != plan->session->limits)
		free(plan->limits);
	if (plan->network != plan->session->network)
		free(plan->network);
}

int network_modify(struct user_datapath *dp, struct session *session, const struct datapath_session_config *config,
		   unsigned int fields, struct error *error)
{
	struct plan plan = { .session = session, .network = session->network, .cipher = session->cipher,
			     .limits = session->limits };

	if (fields & DATAPATH_SESSION_MPPE && plan_cipher(&plan, &config->mppe, error) < 0)
		return -1;
	if ((fields & DATAPATH_SESSION_RATE && plan_limits(&plan, &config->rate, error) < 0) ||
	    (fields & DATAPATH_SESSION_PPP && plan_network(dp, &plan, config, error) < 0) ||
	    (fields & DATAPATH_SESSION_PPP && carry(dp, &plan, config->ifname, error) < 0)) {
		give_up(&plan);
		return -1;
	}
	install(dp, &plan);
	if (fields & CIPHER_DIRECTIONS && cipher_change(session, &config->mppe, fields, error) < 0)
		return -1;
	if (fields & DATAPATH_SESSION_MPPE_FLUSH && session->cipher && config->mppe.flush)
		shared_set(session->cipher->flush, true);
	return 0;
}

void network_withdraw(struct user_datapath *dp, struct session *session)
{
	if (!session->network)
		return;
	if (session->network->shared) {
		leave_shared(dp, session);
		return;
	}
	pin_remove(dp, session);
	end_own_proxy(dp, session);
}

void network_free(struct session *session)
{
	free(session->network);
	cipher_free(session->cipher);
	free(session->limits);
}
