/* SPDX-License-Identifier: MIT */
/*
 * See ppp_settings.h.
 *
 * Who has to prove its name where the profile says nothing of it: the peer that asks for a session, not the one that
 * is asked, as pppd was told by OpenL2TP.
 */
#include "service/ppp_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_HEADER 4			/* address, control and protocol: RFC 1662 */
#define PACKET_MOST 1500		/* PPP's own */

static unsigned int methods_of(const struct ppp_profile_config *profile)
{
	return (profile->auth_pap ? PPP_PAP : 0) | (profile->auth_chap ? PPP_CHAP_MD5 : 0) |
	       (profile->auth_mschapv1 ? PPP_MSCHAPV1 : 0) | (profile->auth_mschapv2 ? PPP_MSCHAPV2 : 0) |
	       (profile->auth_eap ? PPP_EAP : 0);
}

static bool peer_must_prove(const struct ppp_profile_config *profile, bool server)
{
	if (profile->auth_peer || profile->auth_none)
		return profile->auth_peer;
	return server;
}

static unsigned int mppe_of(const struct ppp_profile_config *profile)
{
	_Static_assert((int)CONFIG_MPPE_40 == (int)PPP_MPPE_40 && (int)CONFIG_MPPE_56 == (int)PPP_MPPE_56 &&
		       (int)CONFIG_MPPE_128 == (int)PPP_MPPE_128, "both write them the same");
	if (profile->mppe == CONFIG_MPPE_NO)
		return 0;
	return profile->mppe_bits | (profile->mppe_stateful ? PPP_MPPE_STATEFUL : 0);
}

static uint32_t at_least_one(uint32_t count)
{
	return count ? count : 1;
}

static struct ppp_retries retries(uint32_t restart_s, uint32_t configure, uint32_t terminate, uint32_t naks)
{
	return (struct ppp_retries){ at_least_one(restart_s) * 1000, at_least_one(configure), at_least_one(terminate),
				     at_least_one(naks) };
}

static void set_retries(const struct ppp_profile_config *profile, struct ppp_settings *settings)
{
	settings->lcp = retries(profile->lcp_retransmit_interval, profile->lcp_max_config_requests,
				profile->lcp_max_terminate_requests, profile->lcp_max_config_naks);
	settings->ipcp = retries(profile->ipcp_retransmit_interval, profile->ipcp_max_config_requests,
				 profile->ipcp_max_terminate_requests, profile->ipcp_max_config_naks);
	settings->pap = retries(profile->pap_restart_interval, profile->pap_max_auth_requests, 1, 1);
	settings->chap = retries(profile->chap_restart, profile->chap_max_challenge, 1, 1);
}

static void set_authentication(const struct service *service, const struct ppp_profile_config *profile, bool server,
			       struct ppp_settings *settings)
{
	unsigned int methods = methods_of(profile);
	const char *name = profile->local_name[0] ? profile->local_name : service->host_name;

	settings->peer_methods = peer_must_prove(profile, server) ? methods : 0;
	settings->our_methods = methods;
	settings->eap_through = profile->eap_through && profile->use_radius;
	snprintf(settings->local_name, sizeof(settings->local_name), "%s", name);
	settings->auth_timeout = 1000 * (profile->pap_timeout ? profile->pap_timeout :
								service->system.session_establish_timeout);
	settings->chap_interval = profile->chap_interval * 1000;
}

/* Octets of an IP packet that the path takes with all that is around it; 0: not known. */
static uint16_t path_mtu(const struct service *service, const struct session *session)
{
	struct datapath_session_info info;

	if (!session->is_told ||
	    datapath_ops(service->dp)->session_info(service->dp, session->datapath, &info) < 0 ||
	    info.mtu <= FRAME_HEADER)
		return 0;
	return info.mtu - FRAME_HEADER < UINT16_MAX ? (uint16_t)(info.mtu - FRAME_HEADER) : UINT16_MAX;
}

/* The path counts where nobody says what is asked for: a peer that sends no more sends nothing in pieces. */
static void set_sizes(const struct service *service, const struct session *session,
		      const struct ppp_profile_config *profile, struct ppp_settings *settings)
{
	int64_t mru = profile->mru, path = path_mtu(service, session);

	if (mru == CONFIG_MTU_AUTO)
		mru = path && path < PACKET_MOST ? path : PACKET_MOST;
	if (mru < PPP_MRU_LEAST)
		mru = PPP_MRU_LEAST;
	settings->mru = (uint16_t)(mru == PPP_MRU_DEFAULT ? 0 : mru);
	settings->mtu = (uint16_t)(profile->mtu > 0 ? profile->mtu : 0);
}

/* Only an asynchronous line behind the peer needs characters escaped. */
static uint32_t accm_of(const struct ppp_profile_config *profile)
{
	bool asked = profile->sync_mode == CONFIG_SYNC_ASYNC ||
		     (profile->sync_mode == CONFIG_SYNC_ANY && profile->asyncmap);

	return asked ? profile->asyncmap : UINT32_MAX;
}

static void make_key(struct service *service, const struct session *session, const struct session_config *config,
		     bool server, struct ppp_terms_key *key)
{
	const struct ppp_profile_config *profile = &key->profile;
	struct ppp_settings *settings = &key->settings;
	struct provenance provenance;

	memset(key, 0, sizeof(*key));
	chain_ppp(service, session, config, &provenance, &key->profile);
	settings->accm = accm_of(profile);
	settings->use_magic = true;
	settings->passive = profile->lcp_passive;
	settings->echo_interval = profile->lcp_echo_interval * 1000;
	settings->echo_failures = profile->lcp_echo_failure_count;
	settings->ipv4 = profile->ipv4;
	settings->ipv6 = profile->ipv6;
	settings->mppe = mppe_of(profile);
	settings->mppe_required = profile->mppe == CONFIG_MPPE_REQUIRE;
	set_retries(profile, settings);
	set_authentication(service, profile, server, settings);
	set_sizes(service, session, profile, settings);
}

struct ppp_terms *ppp_terms_get(struct service *service, const struct session *session,
				const struct session_config *config, bool server)
{
	struct ppp_terms *terms = service->last_terms;
	struct ppp_terms_key key;

	make_key(service, session, config, server, &key);
	if (!terms || memcmp(&terms->key, &key, sizeof(key)) != 0)
		HASH_FIND(hh, service->terms, &key, sizeof(key), terms);
	if (!terms) {
		terms = calloc(1, sizeof(*terms));
		if (!terms)
			return NULL;
		terms->key = key;
		HASH_ADD(hh, service->terms, key, sizeof(terms->key), terms);
		if (!terms->hh.tbl) {
			free(terms);
			return NULL;
		}
	}
	terms->references++;
	service->last_terms = terms;
	return terms;
}

void ppp_terms_put(struct service *service, struct ppp_terms *terms)
{
	if (!terms || --terms->references)
		return;
	if (service->last_terms == terms)
		service->last_terms = NULL;
	HASH_DELETE(hh, service->terms, terms);
	free(terms);
}
