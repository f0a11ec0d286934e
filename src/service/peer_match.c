/* SPDX-License-Identifier: MIT */
/*
 * Which peer profile is for a peer that nobody configured a tunnel to: (1) the one that has the name the peer calls
 * itself, (2) the one whose addresses are the fewest that contain the peer's, (3) `default`.  A peer that calls itself
 * `default` gains nothing by it.  0.0.0.0/0 and ::/0 contain every address of their family, and are the last resort
 * before `default`.
 */
#include <string.h>

#include "service/internal.h"

/* The addresses of a profile. AF_UNSPEC: none, it is found by its name alone. */
static struct prefix addresses_of(const struct peer_profile_config *config)
{
	struct prefix prefix = config->peer_ipaddr;

	if (config->netmask.family != AF_UNSPEC && prefix.address.family == AF_INET)
		prefix_from_netmask(&config->peer_ipaddr.address, &config->netmask, &prefix);
	return prefix;
}

/* Does a beat b, both of which match?  Between two that are alike in this the name decides, by the order in which they
 * are looked at. */
static bool better(const struct peer_match *a, const struct peer_match *b)
{
	bool a_port = a->profile->config.peer_profile.peer_port, b_port = b->profile->config.peer_profile.peer_port;

	if (a->length != b->length)
		return a->length > b->length;
	return a_port && !b_port;
}

static bool matches_address(const struct profile *profile, const struct address *address, uint16_t port,
			    struct peer_match *match)
{
	const struct peer_profile_config *config = &profile->config.peer_profile;
	struct prefix prefix = addresses_of(config);

	if (prefix.address.family == AF_UNSPEC || !prefix_contains(&prefix, address))
		return false;
	if (config->peer_port && config->peer_port != port)
		return false;
	*match = (struct peer_match){ .profile = profile, .how = SERVICE_PEER_BY_ADDRESS, .length = prefix.length };
	return true;
}

struct peer_match peer_match(const struct service *service, const char *host_name, const struct address *address,
			     uint16_t port)
{
	struct profile *fallback = profile_default(service, CONFIG_PEER_PROFILE);
	struct peer_match best = { .profile = fallback, .how = SERVICE_PEER_BY_DEFAULT }, match;
	const struct profile *profile = host_name[0] ? profile_find(service, CONFIG_PEER_PROFILE, host_name) : NULL;

	if (profile && profile != fallback)
		return (struct peer_match){ .profile = profile, .how = SERVICE_PEER_BY_NAME };
	for (profile = profile_first(service, CONFIG_PEER_PROFILE); profile; profile = profile->hh.next) {
		if (profile == fallback || !matches_address(profile, address, port, &match))
			continue;
		if (best.how == SERVICE_PEER_BY_DEFAULT || better(&match, &best))
			best = match;
	}
	return best;
}
