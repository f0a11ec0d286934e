/* SPDX-License-Identifier: MIT */
/*
 * What the system is told of PPP sessions' own devices, whichever backend has made them: addresses and routes, and that
 * a tunnel is not to be led through itself.
 */
#ifndef L2TPD_DATAPATH_OWN_OWN_H
#define L2TPD_DATAPATH_OWN_OWN_H

#include "datapath/datapath.h"
#include "os/link.h"

/* By this number the devices and routes of one instance of l2tpd are known, also to its successor. */
uint32_t own_number(const char *instance);

/* --- own.c: addresses and routes --- */
/* From what was told before to what is told now; either may be NULL. On error all is as before. */
int own_change(struct link_channel *links, uint32_t ifindex, const struct datapath_ppp *from,
	       const struct datapath_ppp *to, struct error *error);

/* --- pin.c --- */
struct own_pins {
	struct link_channel *links;
	uint32_t number;		/* own_number(): the metric of their routes */
	struct own_pin *list;		/* NULL: there are none */
};

/* The tunnel's peer keeps the route that it has, though this device gets a default route. peer and ifindex are looked
 * at again whenever routes change: they last as long as the pin. Owner: any address that is nobody else's. */
void own_pin_add(struct own_pins *pins, const void *owner, const struct address *peer, const uint32_t *ifindex);
void own_pin_remove(struct own_pins *pins, const void *owner);	/* legal when it has none */
/* Routes have changed, or peers. */
void own_pins_settle(struct own_pins *pins);
/* What a predecessor left behind. */
void own_pins_remove_leftovers(const struct own_pins *pins);

#endif
