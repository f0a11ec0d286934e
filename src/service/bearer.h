/* SPDX-License-Identifier: MIT */
/*
 * Bearers: what a LAC makes an outgoing call through, once an LNS has asked for it (RFC 2661 section 7.4.1): a modem, a
 * line, a circuit.  Whoever can open them takes the wishes and says what became of them.
 */
#ifndef L2TPD_SERVICE_BEARER_H
#define L2TPD_SERVICE_BEARER_H

#include "service/service.h"

struct service_bearer {
	handle session;
	uint32_t tunnel_id, session_id;
	char tunnel_name[CONFIG_NAME_MAX];
	struct address peer;
	char called_number[CONFIG_NUMBER_MAX], sub_address[CONFIG_NUMBER_MAX];
	int bearer_type, framing_type;		/* enum config_bearer, enum config_framing */
	uint32_t minimum_bps, maximum_bps;
};

/* Ask after each call of the service that is given the time: false when no bearer is wanted. */
bool service_next_bearer(struct service *service, struct service_bearer *bearer);

enum service_bearer_outcome {
	SERVICE_BEARER_ABSENT,		/* nobody here opens bearers */
	SERVICE_BEARER_BEGUN,		/* it is being opened; one of those below follows */
	SERVICE_BEARER_CONNECTED,
	SERVICE_BEARER_FAILED,
};

/* cdn: with FAILED the result code of the CDN, 6 to 10 (RFC 2661 section 4.4.2); others count as 7, no carrier.
 * One for a session that is gone is ignored. */
void service_bearer(struct service *service, handle session, enum service_bearer_outcome outcome, int cdn,
		    const char *reason, uint64_t now);

#endif
