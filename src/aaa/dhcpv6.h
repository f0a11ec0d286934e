/* SPDX-License-Identifier: MIT */
/*
 * What a DHCPv6 server answers that has, for each client, what its session has.
 */
#ifndef L2TPD_AAA_DHCPV6_H
#define L2TPD_AAA_DHCPV6_H

#include "aaa/ipv6_link.h"
#include "wire/dhcpv6.h"

/* multicast: the message was to ff02::1:2, not to our address. False: there is no answer.  *answer has views of link
 * and of message. */
bool dhcpv6_answer(const struct ipv6_link *link, const struct dhcpv6_message *message, bool multicast,
		   struct dhcpv6_message *answer);

#endif
