/* SPDX-License-Identifier: MIT */
/*
 * What PPP does in a session: the chain of its PPP profile, which is the session's own, its session profile's or its
 * tunnel's, and what session and tunnel say besides: their MTU is an upper bound, and the name of a device of its own
 * is the session's.
 */
#include <string.h>

#include "service/internal.h"

static bool says(const struct provenance *provenance, unsigned int row)
{
	return param_set_has(&provenance->explicit_rows, row) || param_set_has(&provenance->authorizer, row) ||
	       param_set_has(&provenance->named, row) || param_set_has(&provenance->fallback, row);
}

bool chain_ppp_has_mss_clamp(const struct provenance *session)
{
	return !says(session, config_row(CONFIG_SESSION, "mss_clamp"));
}

/* Which of them says this row: the profile, `default`, or what is built in. */
static const struct ppp_profile_config *who_says(const struct service *service, const struct profile *ppp,
						 const char *parameter)
{
	unsigned int row = config_row(CONFIG_PPP_PROFILE, parameter);
	const struct profile *fallback = profile_default(service, CONFIG_PPP_PROFILE);

	if (param_set_has(&ppp->set, row))
		return &ppp->config.ppp_profile;
	return param_set_has(&fallback->set, row) ? &fallback->config.ppp_profile : &service->ends.ppp;
}

bool chain_ppp_mss_clamp(const struct service *service, const struct profile *ppp)
{
	return who_says(service, ppp, "mss_clamp")->mss_clamp;
}

uint32_t chain_ppp_max_failure_count(const struct service *service, const struct profile *ppp)
{
	return who_says(service, ppp, "max_failure_count")->max_failure_count;
}

/* CONFIG_MTU_AUTO and CONFIG_MTU_FOLLOW are no bounds. */
static void bound(int64_t *mtu, int64_t most)
{
	if (most > 0 && (*mtu <= 0 || *mtu > most))
		*mtu = most;
}

void chain_ppp(const struct service *service, const struct session *session, const struct session_config *config,
	       struct provenance *provenance, struct ppp_profile_config *out)
{
	struct profile *own = session_provenance(session)->ppp;
	int64_t most = session->tunnel->config.mtu;

	*provenance = (struct provenance){ .own = own };
	chain_resolve(config_tables[CONFIG_PPP_PROFILE], &service->ends.ppp, own,
		      profile_default(service, CONFIG_PPP_PROFILE), &service->ends.ppp, provenance, out);
	memcpy(out->profile_name, own->name, sizeof(out->profile_name));
	bound(&out->mtu, most);
	bound(&out->mtu, config->mtu);
	bound(&out->mru, most);
	out->mss_clamp = config->mss_clamp;	/* settled when the session was made */
	if (out->interface == CONFIG_INTERFACE_OWN)
		memcpy(out->interface_name, config->interface_name, sizeof(out->interface_name));
}
