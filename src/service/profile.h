/* SPDX-License-Identifier: MIT */
/*
 * Profiles: values for objects that are made later.  A profile stores what was set in it and nothing
 * else; what an object gets is resolved when it is made (chain.c), and again only when somebody asks
 * for it (apply.c).  Of each type there is always the profile `default`, which stands behind all
 * others of its type.
 *
 * Pools of addresses and RADIUS servers are kept as profiles are, and PPP profiles name them.  They have no `default`,
 * and what they say counts at once.
 */
#ifndef L2TPD_SERVICE_PROFILE_H
#define L2TPD_SERVICE_PROFILE_H

#define HASH_NONFATAL_OOM 1	/* an element that could not be added has hh.tbl NULL */
#include <uthash.h>

#include "service/service.h"

#define PROFILE_TYPES (CONFIG_PROFILE_LAST - CONFIG_PROFILE_FIRST + 1)	/* by object - CONFIG_PROFILE_FIRST */
#define PROFILE_DEFAULT "default"
#define PROFILES_MAX 4096			/* of a type: they are kept in the order of their names, by insertion */

struct tunnel;
struct session;

struct profile {
	enum config_object object;
	char name[CONFIG_NAME_MAX];
	union any_config config;		/* rows not in set: zero */
	struct param_set set;			/* without the name's row */
	enum service_origin origin;
	uint32_t uses;				/* by tunnels and sessions that point to it in their provenance */
	unsigned int command;			/* of a dry run: which one made it, or named another in it */
	struct profile *pair;			/* in a reload: its like in the service that runs */
	bool stays;				/* when a reload ends */
	struct profile *next_staying;		/* whose names have not been followed yet */
	UT_hash_handle hh;
};

/* Where the values of a tunnel or session come from.  A row in none of the sets has its built-in default, or what
 * was chosen for it (ids and names that nobody gave). */
struct provenance {
	struct param_set explicit_rows;		/* given with the object itself */
	struct param_set authorizer;		/* decided by an authorizer: before the explicit ones */
	struct param_set named, fallback;	/* from own; from `default` */
	struct profile *own;			/* of the object's type; `default` when none is named */
	struct profile *peer, *session;		/* tunnels: likewise. NULL: it has no such profile */
	struct profile *ppp;
};

/* What every chain ends in, and the rows that name profiles: found once, not for each object. */
struct chain_rows {
	unsigned int own, peer, session, ppp;	/* CHAIN_ROW_NONE: the table has none */
};
#define CHAIN_ROW_NONE PARAM_SET_MAX

struct chain_ends {
	struct tunnel_config tunnel;
	struct session_config session;
	struct ppp_profile_config ppp;
	struct radius_profile_config radius;
	struct chain_rows tunnel_rows, session_rows;
	struct chain_rows peer_rows;		/* own: tunnel_profile_name */
};

/* Which rows of profiles name which other profiles. */
struct profile_naming {
	enum config_object object;
	const char *parameter;
	enum config_object named;
};
extern const struct profile_naming profile_namings[];
extern const unsigned int profile_namings_count;

static inline bool profile_is_default(const struct profile *profile)
{
	return config_has_default(profile->object) && strcmp(profile->name, PROFILE_DEFAULT) == 0;
}

/* --- profile.c --- */
/* Makes the defaults. -1: out of memory. */
int profiles_begin(struct service *service);
void profiles_end(struct service *service);
/* NULL: there is none of this name. */
struct profile *profile_find(const struct service *service, enum config_object object, const char *name);
/* NULL: its type has none. */
struct profile *profile_default(const struct service *service, enum config_object object);
/* In the order of their names: the first, and with hh.next the others. */
struct profile *profile_first(const struct service *service, enum config_object object);
/* The first with a name greater than this one, which need not exist; NULL: there is none. */
struct profile *profile_behind(const struct service *service, enum config_object object, const char *name);
unsigned int profile_count(const struct service *service, enum config_object object);
/* -1: so many of a type are too many. */
int profile_refuse_more(enum config_object object, unsigned int count, struct error *error);
/* Empty, the file's, however many there are. NULL with *error filled when out of memory. */
struct profile *profile_add(struct service *service, enum config_object object, const char *name,
			    struct error *error);
/* What is traced of objects that get it from the profile today; its type has trace_flags. */
uint32_t profile_trace_flags(const struct service *service, const struct profile *profile);
/* What this row says; NULL: nothing. Of one that names profiles: which. */
const char *profile_named(const struct profile *profile, unsigned int row);
/* Each name in such a row: begin with *rest = profile_named(). Returns name, NULL behind the last. */
const char *profile_next_name(const struct profile_naming *naming, const char **rest, char name[CONFIG_NAME_MAX]);
/* Nobody may use it. */
void profile_remove(struct service *service, struct profile *profile);
/* By the key of a command; NULL with *error filled when there is none. */
struct profile *profile_lookup(const struct service *service, const struct command *command, struct error *error);
/* Count the profiles of a provenance as used; no longer so. */
void provenance_hold(const struct provenance *provenance);
void provenance_release(const struct provenance *provenance);
/* These rows were given now, those of them that can change: they are no profile's any more. */
void provenance_give(struct provenance *provenance, const struct param_table *table, const struct param_set *given);

int execute_profile_create(struct service *service, const struct command *command, enum service_origin origin,
			   struct error *error);
int execute_profile_modify(struct service *service, const struct command *command, enum service_origin origin,
			   struct error *error);
int execute_profile_unset(struct service *service, const struct command *command, enum service_origin origin,
			  struct error *error);
int execute_profile_delete(struct service *service, const struct command *command, struct error *error);

/* --- rules_profile.c --- */
/* What is wrong with a profile as it would be. */
int rules_profile(const struct service *service, const struct profile *wanted, struct error *error);

/* --- apply.c --- */
int execute_profile_apply(struct service *service, const struct command *command, uint64_t now,
			  struct service_applied *applied, struct error *error);

/* --- peer_match.c --- */
struct peer_match {
	const struct profile *profile;
	enum service_peer_how how;
	uint8_t length;				/* of the prefix, when it is by address */
};
/* Never without a profile. host_name: what the peer calls itself, or "". */
struct peer_match peer_match(const struct service *service, const char *host_name, const struct address *address,
			     uint16_t port);

/* --- chain.c --- */
void chain_begin(struct chain_ends *ends);
/* The chain of one table: built-in values, laid over them what fallback has set, then named (which may be the same
 * one), then the rows of given that were decided by the object itself or its authorizer.  Their sets in provenance
 * are read, named and fallback are written. */
void chain_resolve(const struct param_table *table, const void *builtin, const struct profile *named,
		   const struct profile *fallback, const void *given, struct provenance *provenance, void *out);
/* A tunnel's whole configuration and its profiles, from what was given for it (which may be *config).
 * keep_own: the profile of its own type is the one in provenance, whatever names say today.  -1: one of the profiles
 * that are named on the way does not exist. */
int chain_tunnel(const struct service *service, const struct tunnel_config *given, bool keep_own,
		 struct provenance *provenance, struct tunnel_config *config, struct error *error);
/* Of a tunnel that is there, only the profiles that it names for its sessions, and its peer profile. */
int chain_tunnel_names(const struct service *service, struct tunnel_config *config, struct provenance *provenance,
		       struct error *error);
int chain_session(const struct service *service, const struct tunnel *tunnel, const struct session_config *given,
		  bool keep_own, struct provenance *provenance, struct session_config *config, struct error *error);

/* --- chain_ppp.c --- */
/* What PPP does in this session, whose configuration is composed already, as its profiles are today.  Interfaces'
 * names: of a device of its own the session's, else the profile's.  provenance: where the rows come from. */
void chain_ppp(const struct service *service, const struct session *session, const struct session_config *config,
	       struct provenance *provenance, struct ppp_profile_config *out);
/* Is a session's mss_clamp its PPP profile's, as nobody else says it? And what is that? */
bool chain_ppp_has_mss_clamp(const struct provenance *session);
bool chain_ppp_mss_clamp(const struct service *service, const struct profile *ppp);
/* Attempts, one behind the other, after which a session of ours is given up; 0: never. */
uint32_t chain_ppp_max_failure_count(const struct service *service, const struct profile *ppp);

/* --- chain.c again --- */
/* A whole RADIUS server: what it does not say is built in. */
void chain_radius(const struct service *service, const struct profile *profile, struct radius_profile_config *config);
/* At the end of a file: profiles that only profiles name must exist. -1: *naming is the one that names it. */
int chain_refuse_dangling(const struct service *service, const struct profile **naming, struct error *error);

#endif
