/* SPDX-License-Identifier: MIT */
/*
 * Device names of the null datapath: unique in each network namespace, and the first free
 * l2tpethN or l2tpipN for a session that names none, as the kernel would choose.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "datapath/null/internal.h"

static const char *prefix_of(enum l2tp_pw_type pw_type)
{
	return pw_type == L2TP_PW_IP ? "l2tpip" : "l2tpeth";
}

static uint32_t *lowest_of(struct null_netns *netns, enum l2tp_pw_type pw_type)
{
	return pw_type == L2TP_PW_IP ? &netns->lowest_ip : &netns->lowest_eth;
}

static struct null_netns *netns_get(struct null_datapath *null, const char *name, struct error *error)
{
	struct null_netns *netns;

	HASH_FIND_STR(null->namespaces, name, netns);
	if (netns)
		return netns;
	netns = calloc(1, sizeof(*netns));
	if (!netns)
		goto fail;
	snprintf(netns->name, sizeof(netns->name), "%s", name);
	HASH_ADD_STR(null->namespaces, name, netns);
	if (netns->hh.tbl)
		return netns;
fail:
	free(netns);
	error_set(error, ERROR_SYSTEM, NULL, "out of memory");
	return NULL;
}

static void netns_put(struct null_datapath *null, struct null_netns *netns)
{
	if (netns->sessions)
		return;
	HASH_DEL(null->namespaces, netns);
	free(netns);
}

/* '%' is in no name that a device can have. */
static void choose_apart(struct null_netns *netns, struct null_session *session)
{
	snprintf(session->config.ifname, sizeof(session->config.ifname), "%%%u", netns->lowest_apart++);
}

static void choose(struct null_netns *netns, struct null_session *session)
{
	uint32_t *lowest = lowest_of(netns, session->config.pw_type);
	struct null_session *holder;

	for (;;) {
		snprintf(session->config.ifname, sizeof(session->config.ifname), "%s%u",
			 prefix_of(session->config.pw_type), *lowest);
		HASH_FIND_STR(netns->sessions, session->config.ifname, holder);
		if (!holder)
			return;
		++*lowest;
	}
}

/* A name that is free again may be the first free one. */
static void lower(struct null_netns *netns, const char *ifname, enum l2tp_pw_type pw_type)
{
	const char *prefix = prefix_of(pw_type);
	size_t length = strlen(prefix);
	uint64_t number;

	if (strncmp(ifname, prefix, length) || !text_to_u64(ifname + length, &number))
		return;
	if (number < *lowest_of(netns, pw_type))
		*lowest_of(netns, pw_type) = (uint32_t)number;
}

int null_name_take(struct null_datapath *null, struct null_session *session, struct error *error)
{
	struct null_session *holder = NULL;
	struct null_netns *netns;

	if (session->config.pw_type == L2TP_PW_PPP)
		return 0;	/* it has no device */
	netns = netns_get(null, session->config.netns, error);
	if (!netns)
		return -1;
	if (!session->config.ifname[0] && null->choose_apart)
		choose_apart(netns, session);
	else if (!session->config.ifname[0])
		choose(netns, session);
	else
		HASH_FIND_STR(netns->sessions, session->config.ifname, holder);
	if (holder) {
		error_set(error, ERROR_EXISTS, "interface_name",
			  "an interface %s exists already", holder->config.ifname);
		goto fail;
	}
	HASH_ADD_STR(netns->sessions, config.ifname, session);
	if (!session->hh.tbl) {
		error_set(error, ERROR_SYSTEM, NULL, "out of memory");
		goto fail;
	}
	session->netns = netns;
	return 0;
fail:
	netns_put(null, netns);
	return -1;
}

void null_name_release(struct null_datapath *null, struct null_session *session)
{
	struct null_netns *netns = session->netns;

	if (!netns)
		return;
	HASH_DEL(netns->sessions, session);
	lower(netns, session->config.ifname, L2TP_PW_ETH);
	lower(netns, session->config.ifname, L2TP_PW_IP);
	netns_put(null, netns);
}
