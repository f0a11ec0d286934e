/* SPDX-License-Identifier: MIT */
/*
 * TAP and TUN devices, of one session or shared by many.  Each belongs to the daemon's link group, so that its
 * successor finds what a crash left behind, and so that many go at once: closing a device's descriptor costs a kernel
 * grace period each, removing a group costs one.
 */
#ifndef L2TPD_DATAPATH_USER_DEVICE_H
#define L2TPD_DATAPATH_USER_DEVICE_H

#include "datapath/user/internal.h"
#include "os/link.h"

enum device_kind { DEVICE_ETHERNET, DEVICE_IP, DEVICE_PPP };	/* named l2tpethN, l2tpipN, pppN when nobody says how */
#define DEVICE_KINDS 3

struct device {
	int fd;					/* -1: it is not there */
	uint32_t ifindex;
	char ifname[IF_NAMESIZE];		/* that it got */
	/* wishes */
	enum device_kind kind;
	char asked[IF_NAMESIZE];		/* name; "": any */
	char netns[DATAPATH_NETNS_MAX];
	uint64_t netns_identity;		/* what that was */
	char bridge[IF_NAMESIZE];
	bool has_mac, up;
	bool adopted;				/* it is another's: its name, MTU and end are not ours to decide */
	uint8_t mac[6];
	struct acceleration *acceleration;	/* of its session; NULL: not asked for (accelerate.h) */
};

/* A namespace entered, and an rtnetlink channel in it. */
struct visit {
	struct link_channel *links;
	int saved;			/* -1: we are at home */
};

/* Allocated, but not made. NULL when out of memory. */
struct device *device_new(enum device_kind kind, const char *asked, const char *netns);
/* Is the namespace where it shall be called so no more, but another one? */
bool device_is_elsewhere(const struct device *device);
int device_create(struct user_datapath *dp, struct device *device, uint32_t mtu, struct error *error);
int device_set_mtu(const struct device *device, uint32_t mtu, struct error *error);
/* Remove these devices together and close their descriptors. NULL, and those that are not there, are legal. */
void device_remove(struct user_datapath *dp, struct device *const *devices, int count);
void device_forget_namespaces(struct user_datapath *dp);
/* Remove what a predecessor of this link group left behind. Returns 1 when there was something. */
int device_remove_leftovers(struct link_channel *links, uint32_t link_group);

/* Its index in our namespace, which is another when it was moved and has come back; 0: it is not here. */
uint32_t device_find(struct user_datapath *dp, struct device *device);

/* To where the device is now: it may have been moved, and its namespace's name may be another's by now. */
int device_visit(const struct device *device, struct visit *visit, struct error *error);
void device_visit_end(struct visit *visit);
/* Likewise, but visit->links stays open, and is the caller's. */
void device_visit_leave(struct visit *visit);

#endif
