/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with what a profile, a pool or a RADIUS server says, beyond single values.
 */
#include <string.h>

#include "aaa/pool.h"
#include "base/range.h"
#include "base/text.h"
#include "service/internal.h"

/* A netmask says what a length would say: there must not be two answers. */
static int refuse_netmask(const struct peer_profile_config *config, struct error *error)
{
	static const struct address any = { .family = AF_INET };
	struct prefix prefix;

	if (config->netmask.family == AF_UNSPEC)
		return 0;
	if (!prefix_from_netmask(&any, &config->netmask, &prefix))
		return error_set(error, ERROR_VALUE, "netmask", "netmask must be ones followed by zeros, of IPv4: "
				 "or write peer_ipaddr=ADDRESS/LENGTH");
	if (config->peer_ipaddr.address.family == AF_INET6)
		return error_set(error, ERROR_VALUE, "netmask",
				 "netmask is for IPv4: write peer_ipaddr=ADDRESS/LENGTH");
	if (config->peer_ipaddr.address.family == AF_INET && config->peer_ipaddr.length < 32 &&
	    config->peer_ipaddr.length != prefix.length)
		return error_set(error, ERROR_VALUE, "netmask",
				 "peer_ipaddr says /%u and netmask /%u: give one of them",
				 config->peer_ipaddr.length, prefix.length);
	return 0;
}

/* Who is of an address or port that it says has it anyway, like all others. */
static int refuse_address_of_default(const struct profile *profile, struct error *error)
{
	const struct peer_profile_config *config = &profile->config.peer_profile;
	const char *parameter = NULL;

	if (config->peer_ipaddr.address.family != AF_UNSPEC)
		parameter = "peer_ipaddr";
	else if (config->netmask.family != AF_UNSPEC)
		parameter = "netmask";
	else if (config->peer_port)
		parameter = "peer_port";
	if (!parameter || !profile_is_default(profile))
		return 0;
	return error_set(error, ERROR_VALUE, parameter,
			 "the profile default is for all peers that no other is for: give another profile %s",
			 parameter);
}

/* What narrows a peer's addresses down is nothing without them. */
static int refuse_without_address(const struct peer_profile_config *config, struct error *error)
{
	const char *parameter = config->netmask.family != AF_UNSPEC ? "netmask" :
				config->peer_port ? "peer_port" : NULL;

	if (!parameter || config->peer_ipaddr.address.family != AF_UNSPEC)
		return 0;
	return error_set(error, ERROR_MISSING, parameter,
			 "%s does nothing without peer_ipaddr: give both, or neither", parameter);
}

static int check_peer(const struct profile *profile, struct error *error)
{
	const struct peer_profile_config *config = &profile->config.peer_profile;

	if (refuse_address_of_default(profile, error) < 0 || refuse_without_address(config, error) < 0)
		return -1;
	return refuse_netmask(config, error);
}

/* --- pools --- */

static bool given(const struct profile *profile, const char *parameter)
{
	return param_set_has(&profile->set, config_row(profile->object, parameter));
}

/* The next of "A-B,C/24"; false behind the last. What it says was checked when it was read. */
static bool next_range(const char **rest, struct range *range)
{
	char text[RANGE_TEXT_MAX];

	return *rest && **rest && text_next_item(rest, text, sizeof(text)) && range_parse(text, range);
}

static unsigned int delegate_length(const struct profile *pool)
{
	const unsigned int otherwise = 64;	/* as its row has it */

	return given(pool, "delegate_length") ? pool->config.pool.delegate_length : otherwise;
}

static int check_range(const struct profile *pool, const struct range *range, struct error *error)
{
	char text[RANGE_TEXT_MAX];

	range_format(range, text, sizeof(text));
	if (range->first.family == AF_INET)
		return !given(pool, "delegate_length") ? 0 :
		       error_set(error, ERROR_VALUE, "delegate_length",
				 "it is for IPv6, and %s is IPv4: leave it out", text);
	if (range->length == RANGE_NO_NETWORK)
		return error_set(error, ERROR_VALUE, "range", "%s: write ranges of IPv6 as ADDRESS/LENGTH", text);
	if (range->length > delegate_length(pool))
		return error_set(error, ERROR_VALUE, "delegate_length",
				 "no prefix of %u bits fits into %s: give a longer delegate_length, or a larger range",
				 delegate_length(pool), text);
	return 0;
}

/* Nothing is given twice. */
static int refuse_shared(const struct service *service, const struct profile *pool, const struct range *range,
			 struct error *error)
{
	const struct profile *other = profile_first(service, CONFIG_POOL);
	char text[RANGE_TEXT_MAX];
	struct range taken;

	for (; other; other = other->hh.next) {
		const char *rest = strcmp(other->name, pool->name) == 0 ? NULL : other->config.pool.range;

		while (next_range(&rest, &taken)) {
			if (range_overlaps(range, &taken))
				return error_set(error, ERROR_EXISTS, "range", "pool %s has some of it: %s",
						 other->name, range_format(&taken, text, sizeof(text)));
		}
	}
	return 0;
}

static int check_pool(const struct service *service, const struct profile *pool, struct error *error)
{
	struct pool_config config = { .length = (uint8_t)pool->config.pool.delegate_length };
	const char *rest = pool->config.pool.range;
	struct range range;

	if (!*rest)
		return error_set(error, ERROR_MISSING, "range", "give range, the addresses or prefixes that it gives");
	while (next_range(&rest, &range)) {
		if (check_range(pool, &range, error) < 0 || refuse_shared(service, pool, &range, error) < 0)
			return -1;
		if (config.range_count == POOL_RANGES_MAX)
			return error_set(error, ERROR_LIMIT, "range", "a pool has at most %d ranges", POOL_RANGES_MAX);
		config.ranges[config.range_count++] = range;
	}
	return pools_check(&config, error);
}

/* --- RADIUS servers --- */

static int check_radius(const struct radius_profile_config *config, struct error *error)
{
	if (config->address.family == AF_UNSPEC)
		return error_set(error, ERROR_MISSING, "address", "give address, where the server is");
	if (!config->secret[0] && !config->secret_file[0])	/* which a dry run does not read */
		return error_set(error, ERROR_MISSING, "secret", "give secret_file or secret, which the server has");
	if (config->src_ipaddr.family != AF_UNSPEC && config->src_ipaddr.family != config->address.family)
		return error_set(error, ERROR_VALUE, "src_ipaddr",
				 "src_ipaddr and address must both be IPv4 or both IPv6 addresses");
	return 0;
}

int rules_profile(const struct service *service, const struct profile *wanted, struct error *error)
{
	switch (wanted->object) {
	case CONFIG_PEER_PROFILE:
		return check_peer(wanted, error);
	case CONFIG_POOL:
		return check_pool(service, wanted, error);
	case CONFIG_RADIUS:
		return check_radius(&wanted->config.radius, error);
	default:
		return 0;
	}
}
