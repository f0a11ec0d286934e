/* SPDX-License-Identifier: MIT */
/*
 * See network.h.
 *
 * Who asked for the session, or says who has which address, is the server: it tells the peer its address, from the
 * user's grant, else from the profile's pool, else what the profile says.  A client takes what it is told.
 */
#include "service/network.h"

#include <stdio.h>
#include <string.h>

#include "aaa/pool.h"
#include "service/name_servers.h"
#include "service/ppp_device.h"
#include "service/ppp_settings.h"
#include "service/subscriber.h"
#include "service/trace.h"

#define CDN_NO_FACILITIES 4		/* RFC 2661 section 4.4.2 */
#define OWN_ADDRESS 0xc0000001u		/* 192.0.0.1, that of the provider's end of a tunnel (RFC 6333) */

static const char *user_of(const struct session_ppp *ppp)
{
	return ppp->subscriber ? ppp->subscriber->name : "";
}

static struct prefix host(const struct address *address)
{
	return (struct prefix){ *address, address->family == AF_INET ? 32 : 128 };
}

static int nobody(struct error *error, const struct session_ppp *ppp)
{
	return error_set(error, ERROR_MISSING, "ip_pool_name",
			 "there is no address for the peer: ip_pool_name or remote_ipaddr of its PPP profile %s gives "
			 "one", ppp_profile_of(ppp->terms)->profile_name);
}

/* --- our IPv4 address --- */

static struct address own_address(const struct session_ppp *ppp)
{
	struct address address = ppp_profile_of(ppp->terms)->local_ipaddr;

	if (address.family == AF_UNSPEC) {
		address.family = AF_INET;
		address.v4.s_addr = htonl(OWN_ADDRESS);
	}
	return address;
}

/* No pool gives it to anybody as long as a session has it. */
static int keep_own(struct service *service, struct session_ppp *ppp, struct error *error)
{
	struct address own = own_address(ppp);

	if (ppp->has_own)
		return 0;
	if (pools_add_own(service->pools, &own, error) < 0)
		return -1;
	ppp->has_own = true;
	return 0;
}

static void give_up_own(struct service *service, struct session_ppp *ppp)
{
	struct address own = own_address(ppp);

	if (ppp->has_own)
		pools_remove_own(service->pools, &own);
	ppp->has_own = false;
}

/* --- the peer's IPv4 address --- */

static int take_ipv4(struct service *service, struct session_ppp *ppp, const struct grant *grant,
		     struct error *error)
{
	const struct ppp_profile_config *profile = ppp_profile_of(ppp->terms);
	const char *pool = grant->pool[0] ? grant->pool : profile->ip_pool_name;
	struct prefix wanted = { .address.family = AF_UNSPEC };

	if (grant->address == GRANT_ADDRESS_FIXED)
		wanted = host(&grant->ipv4);
	else if (!pool[0] && profile->remote_ipaddr.family != AF_UNSPEC)
		wanted = host(&profile->remote_ipaddr);
	if (wanted.address.family == AF_UNSPEC)
		return pool[0] ? pools_take(service->pools, pool, user_of(ppp), &ppp->ipv4_taken, error) :
				 nobody(error, ppp);
	if (pools_take_this(service->pools, &wanted, user_of(ppp), error) < 0)
		return -1;
	ppp->ipv4_taken = wanted;
	return 0;
}

static void give_back(struct service *service, struct prefix *taken)
{
	if (taken->address.family != AF_UNSPEC)
		pools_give_back(service->pools, taken);
	*taken = (struct prefix){ .address.family = AF_UNSPEC };
}

/* May the user have what it shall get? */
static int refuse_forbidden(struct service *service, struct session_ppp *ppp, const struct grant *grant,
			    struct error *error)
{
	char text[ADDRESS_TEXT_MAX];

	if (grant_allows(grant, &ppp->ipv4_taken.address))
		return 0;
	address_format(&ppp->ipv4_taken.address, text, sizeof(text));
	give_back(service, &ppp->ipv4_taken);
	return error_set(error, ERROR_VALUE, NULL, "user %s may not have the address %s: the fourth column of its line "
			 "in the secrets' file says which (`*`: any)", user_of(ppp), text);
}

static int assign_ipv4(struct service *service, struct session_ppp *ppp, const struct grant *grant,
		       struct ppp_network *network, struct error *error)
{
	if (ppp->ipv4_taken.address.family == AF_UNSPEC && grant->address != GRANT_ADDRESS_USER &&
	    (take_ipv4(service, ppp, grant, error) < 0 || refuse_forbidden(service, ppp, grant, error) < 0))
		return -1;
	network->peer = ppp->ipv4_taken.address;
	network->peer_may_choose = network->peer.family == AF_UNSPEC;
	return 0;
}

/* --- IPv6 --- */

/* A prefix that was granted, else one of this pool. fixed AF_UNSPEC: none; pool "": none. */
static int take_prefix(struct service *service, struct session_ppp *ppp, const struct prefix *fixed, const char *pool,
		       struct prefix *taken, struct error *error)
{
	if (taken->address.family != AF_UNSPEC)
		return 0;
	if (fixed->address.family == AF_UNSPEC)
		return pool[0] ? pools_take(service->pools, pool, user_of(ppp), taken, error) : 0;
	if (pools_take_this(service->pools, fixed, user_of(ppp), error) < 0)
		return -1;
	*taken = *fixed;
	return 0;
}

/* Framed-IPv6-Address, which may be of a prefix that the session has anyway. */
static int take_ipv6(struct service *service, struct session_ppp *ppp, const struct grant *grant, struct error *error)
{
	struct prefix taken;

	if (grant->ipv6.family == AF_UNSPEC || network_has_ipv6(ppp, &grant->ipv6))
		return 0;
	if (pools_take_around(service->pools, &grant->ipv6, user_of(ppp), &taken, error) < 0)
		return -1;
	ppp->around_taken = taken;
	return 0;
}

static int assign_ipv6(struct service *service, struct session_ppp *ppp, const struct grant *grant,
		       struct ppp_network *network, struct error *error)
{
	const struct ppp_profile_config *profile = ppp_profile_of(ppp->terms);

	if (grant->has_identifier)
		memcpy(network->peer_identifier, grant->identifier, sizeof(network->peer_identifier));
	if (take_prefix(service, ppp, &grant->ipv6_prefix,
			grant->ipv6_pool[0] ? grant->ipv6_pool : profile->ipv6_pool_name, &ppp->ipv6_taken, error) < 0)
		return -1;
	if (take_prefix(service, ppp, &grant->delegated,
			grant->delegated_pool[0] ? grant->delegated_pool : profile->delegated_pool_name,
			&ppp->delegated_taken, error) < 0)
		return -1;
	return take_ipv6(service, ppp, grant, error);
}

static void give_back_ipv6(struct service *service, struct session_ppp *ppp)
{
	give_back(service, &ppp->ipv6_taken);
	give_back(service, &ppp->delegated_taken);
	give_back(service, &ppp->around_taken);
}

bool network_has_ipv6(const struct session_ppp *ppp, const struct address *address)
{
	return prefix_contains(&ppp->ipv6_taken, address) || prefix_contains(&ppp->delegated_taken, address) ||
	       prefix_contains(&ppp->around_taken, address);
}

/* --- all of it --- */

static void tell_servers(const struct ppp_profile_config *profile, const struct grant *grant,
			 struct ppp_network *network)
{
	bool dns = grant->dns[0].family != AF_UNSPEC, nbns = grant->nbns[0].family != AF_UNSPEC;

	network->dns[0] = dns ? grant->dns[0] : profile->dns_ipaddr_pri;
	network->dns[1] = dns ? grant->dns[1] : profile->dns_ipaddr_sec;
	network->nbns[0] = nbns ? grant->nbns[0] : profile->wins_ipaddr_pri;
	network->nbns[1] = nbns ? grant->nbns[1] : profile->wins_ipaddr_sec;
}

static bool is_server(const struct session_ppp *ppp)
{
	const struct ppp_profile_config *profile = ppp_profile_of(ppp->terms);

	return ppp->server || profile->remote_ipaddr.family != AF_UNSPEC || profile->ip_pool_name[0];
}

/* What who knows the user wants of encryption (RFC 2548 section 2.4): 56 bits, of which it has no word, are more than
 * 40. */
static int encrypt(const struct session_ppp *ppp, struct ppp_network *network, struct error *error)
{
	const struct ppp_settings *settings = &ppp->terms->key.settings;
	struct grant grant;

	session_ppp_grant(ppp, &grant);
	network->mppe_required = grant.mppe_required;
	if (grant.mppe_bits & GRANT_MPPE_40)
		network->mppe |= PPP_MPPE_40 | PPP_MPPE_56;
	if (grant.mppe_bits & GRANT_MPPE_128)
		network->mppe |= PPP_MPPE_128;
	if (!grant.mppe_required || settings->mppe & (network->mppe ? network->mppe : settings->mppe))
		return 0;
	return error_set(error, ERROR_VALUE, "mppe", "user %s must be encrypted, says the RADIUS server, and mppe and "
			 "mppe_bits of PPP profile %s do not allow it", user_of(ppp),
			 ppp_profile_of(ppp->terms)->profile_name);
}

/* Where the datapath cannot encrypt, and nobody insists, nobody is asked to. */
static int allow_encryption(struct service *service, struct session_ppp *ppp, struct ppp_network *network,
			    struct error *error)
{
	struct ppp_mppe_keys keys;
	int ret = 0;

	if (ppp_mppe_keys(service->ppp, ppp->link, &keys))
		ret = ppp_device_expect(service, ppp, &keys, error);
	explicit_bzero(&keys, sizeof(keys));
	if (ret == 0 || network->mppe_required || ppp->terms->key.settings.mppe_required)
		return ret;
	network->no_mppe = true;
	log_limited_about(&service->ppp_closed, service->now, LOG_LEVEL_WARNING, ABOUT_SESSION(ppp->session),
			  "%s is not encrypted: %s", user_of(ppp), error->text);
	return 0;
}

/* IPv6 alone is no reason to end what IPv4 has. */
static int assign(struct service *service, struct session_ppp *ppp, struct ppp_network *network, struct error *error)
{
	struct grant grant;

	session_ppp_grant(ppp, &grant);
	tell_servers(ppp_profile_of(ppp->terms), &grant, network);
	network->local = own_address(ppp);
	if (network->ipv4 && keep_own(service, ppp, error) < 0)
		return -1;
	if (network->ipv4 && assign_ipv4(service, ppp, &grant, network, error) < 0)
		return -1;
	if (!network->ipv6 || assign_ipv6(service, ppp, &grant, network, error) == 0)
		return 0;
	if (!network->ipv4)
		return -1;
	give_back_ipv6(service, ppp);
	log_limited_about(&service->ppp_closed, service->now, LOG_LEVEL_WARNING, ABOUT_SESSION(ppp->session),
			  "%s has no IPv6: %s", user_of(ppp), error->text);
	network->ipv6 = false;
	return 0;
}

void network_configure(struct service *service, struct session_ppp *ppp)
{
	const struct ppp_profile_config *profile = ppp_profile_of(ppp->terms);
	struct ppp_network network = {
		.ipv4 = profile->ipv4,
		.ipv6 = profile->ipv6,
		.local = profile->local_ipaddr,
		.want_dns = profile->use_dns,
	};
	struct error error;

	if (encrypt(ppp, &network, &error) < 0 || allow_encryption(service, ppp, &network, &error) < 0 ||
	    (is_server(ppp) && assign(service, ppp, &network, &error) < 0)) {
		session_ppp_close(service, ppp->session, TERMINATE_SERVICE_UNAVAILABLE, CDN_NO_FACILITIES, error.text);
		return;
	}
	ppp_network(service->ppp, ppp->link, &network, service->now);
}

/* --- what came of it --- */

/* An address that the peer chose is nobody else's, either. It may choose another later. */
static int take_chosen(struct service *service, struct session_ppp *ppp, struct error *error)
{
	struct ppp_info info;
	struct grant grant;

	if (!is_server(ppp) || ppp_info(service->ppp, ppp->link, &info) < 0 || info.peer.family == AF_UNSPEC ||
	    address_equal(&ppp->ipv4_taken.address, &info.peer))
		return 0;
	session_ppp_grant(ppp, &grant);
	give_back(service, &ppp->ipv4_taken);
	ppp->ipv4_taken = host(&info.peer);
	if (pools_take_this(service->pools, &ppp->ipv4_taken, user_of(ppp), error) < 0) {
		ppp->ipv4_taken = (struct prefix){ .address.family = AF_UNSPEC };
		return -1;
	}
	return refuse_forbidden(service, ppp, &grant, error);
}

/* Why it has to end; TERMINATE_UNSAID: it need not. */
static enum terminate_cause carry(struct service *service, struct session_ppp *ppp, struct error *error)
{
	if (ppp->ipv4 && take_chosen(service, ppp, error) < 0)
		return TERMINATE_SERVICE_UNAVAILABLE;
	return ppp_device_carry(service, ppp, error) < 0 ? TERMINATE_PORT_ERROR : TERMINATE_UNSAID;
}

/* Name servers are those of a device: it may go, and come with another name. */
static enum terminate_cause carry_anew(struct service *service, struct session_ppp *ppp, struct error *error)
{
	enum terminate_cause cause;

	name_servers_drop(service, ppp);
	cause = carry(service, ppp, error);
	if (!cause && (ppp->ipv4 || ppp->ipv6))
		name_servers_use(service, ppp);
	return cause;
}

void network_event_of(struct service *service, struct session_ppp *ppp, const struct ppp_event *event)
{
	bool ipv4 = ppp->ipv4, ipv6 = ppp->ipv6;
	enum terminate_cause cause;
	struct error error;

	switch (event->kind) {
	case PPP_EVENT_IPV4_UP:
	case PPP_EVENT_IPV4_DOWN:
		ppp->ipv4 = event->kind == PPP_EVENT_IPV4_UP;
		cause = carry_anew(service, ppp, &error);
		break;
	case PPP_EVENT_IPV6_UP:
	case PPP_EVENT_IPV6_DOWN:
		ppp->ipv6 = event->kind == PPP_EVENT_IPV6_UP;
		name_servers_forget(ppp);
		cause = carry_anew(service, ppp, &error);
		break;
	default:
		cause = ppp_device_encrypt(service, ppp, event, &error) < 0 ? TERMINATE_PORT_ERROR : TERMINATE_UNSAID;
		break;
	}
	if (!cause)
		return;
	ppp->ipv4 = ipv4;
	ppp->ipv6 = ipv6;
	session_ppp_close(service, ppp->session, cause, CDN_NO_FACILITIES, error.text);
}

void network_down(struct service *service, struct session_ppp *ppp, bool tell)
{
	name_servers_drop(service, ppp);
	name_servers_forget(ppp);
	ppp_device_drop(service, ppp, tell && (ppp->ipv4 || ppp->ipv6 || ppp->device));
	ppp->ipv4 = ppp->ipv6 = false;
	if (!service->pools)
		return;
	give_back(service, &ppp->ipv4_taken);
	give_back_ipv6(service, ppp);
	give_up_own(service, ppp);
}
