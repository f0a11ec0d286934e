/* SPDX-License-Identifier: MIT */
/* See refuse.h. */
#include "datapath/kernel/refuse.h"

#include <limits.h>

/* What to do about it follows, the same everywhere. */
static int refuse(struct error *error, const char *parameter, const char *what)
{
	return error_set(error, ERROR_UNSUPPORTED, parameter, "%s: datapath=user can", what);
}

int native_refuse_tunnel(const struct datapath_tunnel_config *config, unsigned int fields, struct error *error)
{
	if (config->shadow)
		return refuse(error, NULL, "a tunnel beside another program's socket cannot be handed to the kernel");
	if (!(fields & DATAPATH_TUNNEL_MARKING))
		return 0;
	if (config->ttl == DATAPATH_HOP_COPY)
		return refuse(error, "ttl", "the kernel cannot copy the ttl of the packets carried (ttl=copy)");
	if (config->dscp == DATAPATH_DSCP_COPY)
		return refuse(error, "dscp", "the kernel cannot copy the DSCP of the packets carried (dscp=copy)");
	return 0;
}

/* What has a default that the kernel cannot do is not asked for by that: TCP finds its segment size without, too. */
int native_refuse_session(const struct datapath_session_config *config, unsigned int fields, struct error *error)
{
	bool is_ppp = config->pw_type == L2TP_PW_PPP;

	if (fields == UINT_MAX && config->pw_type == L2TP_PW_IP)
		return refuse(error, "pw_type", "the kernel has no pseudowires of IP packets (pw_type=ip)");
	if (fields & DATAPATH_SESSION_MSS && config->mss_clamp && !is_ppp)
		return refuse(error, "mss_clamp", "the kernel's sessions have no mss_clamp, its firewall has "
			      "(nft: tcp option maxseg size set rt mtu)");
	if (fields & DATAPATH_SESSION_CARRIER && config->carrier_timeout)
		return refuse(error, "carrier_timeout",
			      "the kernel's interfaces always have a carrier (carrier_timeout=0)");
	return 0;
}
