/* SPDX-License-Identifier: MIT */
/*
 * Device names of the null datapath: unique in each network namespace, and the first free
 * l2tpethN, l2tpipN or pppN for a session that names none, as the kernel would choose.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "datapath/null/internal.h"

static const char *prefix_of(enum l2tp_pw_type pw_type)
{
	return pw_type == L2TP_PW_PPP ? "ppp" : pw_type == L2TP_PW_IP ? "l2tpip" : "l2tpeth";
}

static uint32_t *lowest_of(struct null_netns *netns, enum l2tp_pw_type pw_type)
{
	if (pw_type == L2TP_PW_PPP)
		return &netns->lowest_ppp;
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
	if (netns->devices)
		return;
	HASH_DEL(null->namespaces, netns);
	free(netns);
}

/* '%' is in no name that a device can have. */
static void choose_apart(struct null_netns *netns, struct null_device *device)
{
	snprintf(device->ifname, sizeof(device->ifname), "%%%u", netns->lowest_apart++);
}

static void choose(struct null_netns *netns, struct null_device *device, enum l2tp_pw_type pw_type)
{
	uint32_t *lowest = lowest_of(netns, pw_type);
	struct null_device *holder;

	for (;;) {
		snprintf(device->ifname, sizeof(device->ifname), "%s%u", prefix_of(pw_type), *lowest);
		HASH_FIND_STR(netns->devices, device->ifname, holder);
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

int null_name_take(struct null_datapath *null, struct null_device *device, const char *name,
		   enum l2tp_pw_type pw_type, struct error *error)
{
	struct null_netns *netns = netns_get(null, name, error);
	struct null_device *holder = NULL;

	if (!netns)
		return -1;
	if (!device->ifname[0] && null->choose_apart)
		choose_apart(netns, device);
	else if (!device->ifname[0])
		choose(netns, device, pw_type);
	else
		HASH_FIND_STR(netns->devices, device->ifname, holder);
	if (holder) {
		error_set(error, ERROR_EXISTS, "interface_name", "an interface %s exists already", holder->ifname);
		goto fail;
	}
	HASH_ADD_STR(netns->devices, ifname, device);
	if (!device->hh.tbl) {
		error_set(error, ERROR_SYSTEM, NULL, "out of memory");
		goto fail;
	}
	device->netns = netns;
	return 0;
fail:
	netns_put(null, netns);
	return -1;
}

void null_name_release(struct null_datapath *null, struct null_device *device)
{
	if (!device || !device->netns)
		return;
	HASH_DEL(device->netns->devices, device);
	lower(device->netns, device->ifname, L2TP_PW_ETH);
	lower(device->netns, device->ifname, L2TP_PW_IP);
	lower(device->netns, device->ifname, L2TP_PW_PPP);
	netns_put(null, device->netns);
	device->netns = NULL;
}
