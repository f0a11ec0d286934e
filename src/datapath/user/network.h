/* SPDX-License-Identifier: MIT */
/*
 * What PPP sessions carry, as the engine tells it: their devices with addresses and routes, or their share in a device;
 * ciphers and limits.  All of it is the control thread's.
 */
#ifndef L2TPD_DATAPATH_USER_NETWORK_H
#define L2TPD_DATAPATH_USER_NETWORK_H

#include "datapath/own/own.h"
#include "datapath/user/device.h"
#include "datapath/user/ppp.h"

/* --- network.c --- */
/* The PPP fields of a session_modify(). */
int network_modify(struct user_datapath *dp, struct session *session, const struct datapath_session_config *config,
		   unsigned int fields, struct error *error);
/* No worker shall find these sessions' share in a device any more, and what was made for them besides devices goes. */
void network_withdraw(struct user_datapath *dp, struct session *session);
/* No worker sees the session any more. */
void network_free(struct session *session);
/* Octets of an IP packet where a frame may have so many; fixed: of the configuration, 0: none. */
uint32_t network_mtu(const struct datapath_ppp *ppp, bool enciphered, uint32_t frame, uint32_t fixed);

/* --- cipher.c --- */
#define CIPHER_DIRECTIONS (DATAPATH_SESSION_MPPE_SEND | DATAPATH_SESSION_MPPE_RECEIVE)
/* NULL with *error. Without directions it is one that does nothing. */
struct cipher *cipher_new(const struct datapath_mppe *config, struct error *error);
/* Exchange these directions of the session's. -1 with *error: it is as it was. */
int cipher_change(struct session *session, const struct datapath_mppe *config, unsigned int fields,
		  struct error *error);
/* No worker sees it any more. NULL is legal. */
void cipher_free(void *cipher);

/* --- pin.c: tunnels are not to be led through themselves --- */
/* The tunnel's peer keeps the route that it has, though this session's device gets a default route. */
void pin_add(struct user_datapath *dp, struct session *session);
void pin_remove(struct user_datapath *dp, struct session *session);	/* legal when it has none */
/* At once: the tunnels' peers may have changed. */
void routes_settle(struct user_datapath *dp);
/* Soon: routes have. */
void routes_changed(struct user_datapath *dp);

#endif
