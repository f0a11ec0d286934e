/* SPDX-License-Identifier: MIT */
/*
 * What PPP sessions of the null datapath are told of their network phase: who has which device, and copies of
 * what was said, made when something is said.
 */
#include <stdlib.h>
#include <string.h>

#include "datapath/null/internal.h"
#include "wire/mppe.h"

static int no_memory(struct error *error)
{
	return error_set(error, ERROR_SYSTEM, NULL, "out of memory");
}

static bool is_carried(const struct datapath_ppp *ppp)
{
	return ppp->ipv4 || ppp->ipv6;
}

static int copy_prefixes(struct datapath_ppp *to, const struct datapath_ppp *from, struct error *error)
{
	struct datapath_prefix *prefixes = NULL;

	if (from->prefix_count > DATAPATH_PREFIXES_MAX)
		return error_set(error, ERROR_LIMIT, NULL, "a session has at most %d prefixes", DATAPATH_PREFIXES_MAX);
	if (from->prefix_count) {
		prefixes = calloc(from->prefix_count, sizeof(*prefixes));
		if (!prefixes)
			return no_memory(error);
		memcpy(prefixes, from->prefixes, from->prefix_count * sizeof(*prefixes));
	}
	*to = *from;
	to->prefixes = prefixes;
	return 0;
}

static struct null_device *own_device(struct null_datapath *null, const struct null_session *session,
				      const struct datapath_session_config *config, struct error *error)
{
	struct null_device *device = calloc(1, sizeof(*device));

	if (!device) {
		no_memory(error);
		return NULL;
	}
	memcpy(device->ifname, config->ifname, sizeof(device->ifname));
	if (null_name_take(null, device, session->common->config.netns, L2TP_PW_PPP, error) == 0)
		return device;
	free(device);
	return NULL;
}

/* Its own device comes with what is carried, and goes. */
static int settle_device(struct null_datapath *null, struct null_session *session,
			 const struct datapath_session_config *config, struct error *error)
{
	bool wanted = is_carried(&config->ppp) && config->ppp.own_device && config->network_device == HANDLE_NONE;

	if (wanted && !session->device) {
		session->device = own_device(null, session, config, error);
		return session->device ? 0 : -1;
	}
	if (!wanted && session->device) {
		null_name_release(null, session->device);
		free(session->device);
		session->device = NULL;
	}
	return 0;
}

static void leave_shared(struct null_datapath *null, const struct null_ppp *ppp)
{
	struct null_shared *shared = handle_get(&null->devices, ppp->network_device);

	if (shared)
		shared->users--;
}

static int tell_network(struct null_datapath *null, struct null_session *session, struct null_ppp *ppp,
			const struct datapath_session_config *config, struct error *error)
{
	struct null_shared *shared = handle_get(&null->devices, config->network_device);
	struct datapath_ppp copy;

	if (config->network_device != HANDLE_NONE && !shared)
		return error_set(error, ERROR_UNKNOWN, NULL, "the datapath has no such device");
	if (copy_prefixes(&copy, &config->ppp, error) < 0)
		return -1;
	if (settle_device(null, session, config, error) < 0) {
		free((void *)(uintptr_t)copy.prefixes);
		return -1;
	}
	leave_shared(null, ppp);
	free((void *)(uintptr_t)ppp->ppp.prefixes);
	ppp->ppp = copy;
	ppp->network_device = config->network_device;
	memcpy(ppp->ifname, config->ifname, sizeof(ppp->ifname));
	if (shared)
		shared->users++;
	return 0;
}

int null_ppp_modify(struct null_datapath *null, struct null_session *session,
		    const struct datapath_session_config *config, unsigned int fields, struct error *error)
{
	struct null_ppp *ppp = session->ppp;

	if (!(fields & (DATAPATH_SESSION_PPP | DATAPATH_SESSION_MPPE | DATAPATH_SESSION_MPPE_FLUSH |
			DATAPATH_SESSION_MPPE_SEND | DATAPATH_SESSION_MPPE_RECEIVE | DATAPATH_SESSION_RATE)))
		return 0;
	if (!ppp)
		ppp = session->ppp = calloc(1, sizeof(*ppp));
	if (!ppp)
		return no_memory(error);
	if (fields & DATAPATH_SESSION_PPP && tell_network(null, session, ppp, config, error) < 0)
		return -1;
	if (fields & DATAPATH_SESSION_MPPE)
		ppp->mppe = config->mppe;
	if (fields & DATAPATH_SESSION_MPPE_SEND)
		ppp->mppe.send = config->mppe.send;
	if (fields & DATAPATH_SESSION_MPPE_RECEIVE)
		ppp->mppe.receive = config->mppe.receive;
	if (fields & DATAPATH_SESSION_MPPE_FLUSH)
		ppp->mppe.flush = config->mppe.flush;
	if (fields & DATAPATH_SESSION_RATE)
		ppp->rate = config->rate;
	return 0;
}

void null_ppp_config(const struct null_session *session, struct datapath_session_config *config)
{
	const struct null_ppp *ppp = session->ppp;

	if (!ppp)
		return;
	config->ppp = ppp->ppp;
	config->mppe = ppp->mppe;
	config->rate = ppp->rate;
	config->network_device = ppp->network_device;
	memcpy(config->ifname, ppp->ifname, sizeof(config->ifname));
}

uint32_t null_ppp_mtu(const struct null_session *session, uint32_t frame)
{
	const struct null_ppp *ppp = session->ppp;
	uint32_t mtu = frame, header;

	if (!ppp || !is_carried(&ppp->ppp))
		return frame;
	header = (ppp->ppp.send_acfc ? 0 : 2) + (ppp->ppp.send_pfc ? 1 : 2);
	if (session->common->config.mtu_mode != DATAPATH_MTU_FIXED)
		mtu = frame - header;
	if (ppp->ppp.mtu && ppp->ppp.mtu < mtu)
		mtu = ppp->ppp.mtu;
	return ppp->mppe.send ? mtu - MPPE_OCTETS : mtu;
}

void null_ppp_forget(struct null_datapath *null, struct null_session *session)
{
	if (!session->ppp)
		return;
	leave_shared(null, session->ppp);
	free((void *)(uintptr_t)session->ppp->ppp.prefixes);
	free(session->ppp);
	session->ppp = NULL;
}
