/* SPDX-License-Identifier: MIT */
/*
 * The network control protocol of IPv4: addresses (RFC 1332 section 3.3) and name servers (RFC 1877), in both
 * directions.  Header compression and the old IP-Addresses are rejected.
 */
#include <string.h>

#include "ppp/engine.h"

enum ipcp_option {
	OPTION_ADDRESS = 3,
	OPTION_DNS_1 = 129, OPTION_NBNS_1 = 130, OPTION_DNS_2 = 131, OPTION_NBNS_2 = 132,
};

/* In one word with those below 32. */
static uint32_t bit(uint8_t type)
{
	return type < OPTION_DNS_1 ? 1u << type : 1u << (type - OPTION_DNS_1 + 16);
}

static bool is_refused(const struct ppp_link *link, uint8_t type)
{
	return link->negotiation->protocols[CONTROL_IPCP].refused & bit(type);
}

static bool is_server(uint8_t type)
{
	return type >= OPTION_DNS_1 && type <= OPTION_NBNS_2;
}

/* What the peer told us, or we tell it. */
static struct in_addr *server(struct ppp_link *link, uint8_t type, bool offered)
{
	unsigned int index = type >= OPTION_DNS_2;

	if (type == OPTION_DNS_1 || type == OPTION_DNS_2)
		return offered ? &link->offered_dns[index] : &link->dns[index];
	return offered ? &link->offered_nbns[index] : &link->nbns[index];
}

static struct in_addr read_address(const struct ppp_option *option)
{
	struct in_addr address;

	memcpy(&address, option->value, sizeof(address));
	return address;
}

static void put_address(struct cursor *out, uint8_t type, struct in_addr address)
{
	ppp_option_put(out, type, &address, sizeof(address));
}

static bool is_unicast(struct in_addr v4)
{
	const struct address address = { .family = AF_INET, .v4 = v4 };

	return address_is_unicast(&address);
}

/* --- our request --- */

static void begin(struct ppp_link *link)
{
	memset(link->dns, 0, sizeof(link->dns));
	memset(link->nbns, 0, sizeof(link->nbns));
}

static void compose(struct ppp_link *link, struct cursor *out)
{
	if (!is_refused(link, OPTION_ADDRESS))
		put_address(out, OPTION_ADDRESS, link->local);
	for (unsigned int type = OPTION_DNS_1; link->want_dns && type <= OPTION_NBNS_2; type++)
		if (!is_refused(link, (uint8_t)type))
			put_address(out, (uint8_t)type, *server(link, (uint8_t)type, false));
}

/* --- the peer's --- */

static enum judgement judge_address(struct ppp_link *link, struct in_addr address, struct cursor *nak)
{
	bool has_own = link->peer.s_addr != INADDR_ANY;

	if (has_own && address.s_addr == link->peer.s_addr)
		return JUDGE_ACK;
	if (link->peer_may_choose && is_unicast(address) && address.s_addr != link->local.s_addr)
		return JUDGE_ACK;
	if (!has_own)
		return JUDGE_REJECT;
	put_address(nak, OPTION_ADDRESS, link->peer);
	return JUDGE_NAK;
}

static enum judgement judge(struct ppp_link *link, const struct ppp_option *option, struct cursor *nak)
{
	struct in_addr offered;

	if (option->length != sizeof(struct in_addr))
		return JUDGE_REJECT;
	if (option->type == OPTION_ADDRESS)
		return judge_address(link, read_address(option), nak);
	if (!is_server(option->type))
		return JUDGE_REJECT;
	offered = *server(link, option->type, true);
	if (offered.s_addr == INADDR_ANY)
		return JUDGE_REJECT;
	if (read_address(option).s_addr == offered.s_addr)
		return JUDGE_ACK;
	put_address(nak, option->type, offered);
	return JUDGE_NAK;
}

static bool find_address(const uint8_t *options, size_t length, struct in_addr *address)
{
	struct ppp_option option;
	size_t position = 0;

	while (ppp_option_next(options, length, &position, &option))
		if (option.type == OPTION_ADDRESS) {
			*address = read_address(&option);
			return true;
		}
	return false;
}

/* It shall know which address it has. */
static void miss(struct ppp_link *link, const uint8_t *options, size_t length, struct cursor *nak)
{
	struct in_addr address;

	if (link->peer.s_addr != INADDR_ANY && !find_address(options, length, &address))
		put_address(nak, OPTION_ADDRESS, link->peer);
}

static void agree(struct ppp_link *link, const uint8_t *options, size_t length)
{
	find_address(options, length, &link->peer);
}

/* --- answers to ours --- */

static void naked(struct ppp_link *link, const struct ppp_option *option)
{
	struct in_addr address;

	if (option->length != sizeof(address))
		return;
	address = read_address(option);
	if (option->type == OPTION_ADDRESS && link->local_may_change && is_unicast(address))
		link->local = address;
	else if (is_server(option->type) && link->want_dns)
		*server(link, option->type, false) = address;
}

/* Then it is as if we did not know IPv4: the peer shall not wait for it. */
static void no_address(struct ppp_link *link)
{
	static const struct link_failure failure = {
		.cause = PPP_CAUSE_NEGOTIATION, .code = DISCONNECT_NO_ADDRESS, .direction = DIRECTION_PEER,
		.protocol = PPP_IPCP, .text = "the peer gives us no address, and we have none of our own",
	};

	link_note(link, &failure);
	link->want_ipv4 = false;
}

static void rejected(struct ppp_link *link, const struct ppp_option *option)
{
	if (option->type != OPTION_ADDRESS && !is_server(option->type))
		return;
	link->negotiation->protocols[CONTROL_IPCP].refused |= bit(option->type);
	if (is_server(option->type))
		server(link, option->type, false)->s_addr = INADDR_ANY;
	if (option->type == OPTION_ADDRESS && link->local.s_addr == INADDR_ANY) {
		no_address(link);
		negotiate_give_up(link, CONTROL_IPCP);
	}
}

/* --- up and down --- */

static bool up(struct ppp_link *link)
{
	if (link->local.s_addr == INADDR_ANY) {
		no_address(link);
		return false;
	}
	return link_ncp_up(link);
}

static void finished(struct ppp_link *link)
{
	link_ncp_finished(link, CONTROL_IPCP);
}

const struct protocol ipcp_protocol = {
	.number = PPP_IPCP,
	.begin = begin,
	.compose = compose,
	.judge = judge,
	.miss = miss,
	.agree = agree,
	.naked = naked,
	.rejected = rejected,
	.up = up,
	.down = link_network_changed,
	.finished = finished,
};
