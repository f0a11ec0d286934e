/* SPDX-License-Identifier: MIT */
/* What the datapath is told of a session's PPP: addresses, device, encryption, rates; and shared devices. */
#ifndef L2TPD_SERVICE_PPP_DEVICE_H
#define L2TPD_SERVICE_PPP_DEVICE_H

#include "service/session_ppp.h"

/* It is to carry what ppp->ipv4 and ipv6 say. -1: no device can be made, or the like; it carries what it did. */
int ppp_device_carry(struct service *service, struct session_ppp *ppp, struct error *error);
/* Encryption may be negotiated with these keys. -1: the datapath cannot encrypt. */
int ppp_device_expect(struct service *service, struct session_ppp *ppp, const struct ppp_mppe_keys *keys,
		      struct error *error);
/* MPPE_UP, _DOWN, _RESET. */
int ppp_device_encrypt(struct service *service, struct session_ppp *ppp, const struct ppp_event *event,
		       struct error *error);
/* The rates that its grant says now. */
int ppp_device_limit(struct service *service, struct session_ppp *ppp, struct error *error);
/* It has no device any more. tell: the datapath is to carry nothing, too. */
void ppp_device_drop(struct service *service, struct session_ppp *ppp, bool tell);
/* The device that it shares was removed by others: who comes next gets another. Nothing happens when it shares none. */
void ppp_device_lost(struct service *service, struct session_ppp *ppp);
/* Of the device that it shares; "": it has its own, or none. */
const char *ppp_device_name(const struct session_ppp *ppp);
/* All devices that are shared, when all sessions are gone; the datapath removes them when it is closed. */
void ppp_device_end(struct service *service);

#endif
