/* SPDX-License-Identifier: MIT */
/*
 * What sessions with PPP agree to when they begin: their PPP profile as it is then, and what the engine makes of it.
 * Sessions of the same profile share it; a profile that changes changes no session that is up.
 */
#ifndef L2TPD_SERVICE_PPP_SETTINGS_H
#define L2TPD_SERVICE_PPP_SETTINGS_H

#include "ppp/ppp.h"
#include "service/internal.h"

struct ppp_terms_key {			/* hashed as a whole */
	struct ppp_profile_config profile;
	struct ppp_settings settings;
};

struct ppp_terms {
	struct ppp_terms_key key;
	uint32_t references;
	UT_hash_handle hh;
};

/* server: the peer is who asks. NULL: out of memory. */
struct ppp_terms *ppp_terms_get(struct service *service, const struct session *session,
				const struct session_config *config, bool server);
/* NULL is legal. */
void ppp_terms_put(struct service *service, struct ppp_terms *terms);

static inline const struct ppp_profile_config *ppp_profile_of(const struct ppp_terms *terms)
{
	return &terms->key.profile;
}

#endif
