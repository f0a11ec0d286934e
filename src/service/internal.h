/* SPDX-License-Identifier: MIT */
/*
 * What the files of this room share: the objects, and the steps of their lives.
 *
 *   new       it exists, with a handle; nothing else knows of it
 *   attached  it has its name and ids, and the datapath moves its packets
 *   detached  the same as new again, but it remembers what it was: a reload that fails half way
 *             attaches it again
 *
 * Service-wide there are: tunnels by id (in order), by name and by handle, sessions by handle, flows
 * (flow.c), device names (names.c) and what sessions have in common (common.c).  A tunnel has its sessions by
 * id (in order) and by name.
 */
#ifndef L2TPD_SERVICE_INTERNAL_H
#define L2TPD_SERVICE_INTERNAL_H

#include <stddef.h>

#include "base/deadline.h"
#include "base/log.h"
#include "service/order.h"
#include "service/profile.h"
#include "service/service.h"

#define container_of(pointer, type, member) ((type *)(void *)((char *)(pointer) - offsetof(type, member)))

/* Two sessions whose packets arrive in one flow must differ in their ids: nothing else tells the
 * packets apart.  Over UDP a flow is a socket and a peer, over IP an address family, as in the kernel. */
struct flow_key {
	uint32_t encap;			/* enum l2tp_encap; the whole is zero-initialised and hashed */
	uint32_t family;
	struct address local, peer;
	uint16_t our_udp_port, peer_udp_port;
	char bind_interface[CONFIG_IFNAME_MAX];
	char netns[CONFIG_NETNS_MAX];
};

struct flow {
	struct flow_key key;
	uint32_t tunnels;		/* that use it: it goes with the last */
	struct order sessions;		/* struct session.by_flow */
	UT_hash_handle hh;
};

/* The device names of one network namespace. */
struct name_space {
	char netns[CONFIG_NETNS_MAX];
	struct session_device *devices;	/* by ifname */
	UT_hash_handle hh;
};

enum resolve_phase {
	RESOLVE_LITERAL,		/* the peer is given by address: nothing to resolve */
	RESOLVE_WAITING,		/* until the deadline, when there is one */
	RESOLVE_QUEUED,			/* service_next_request() will hand it out */
	RESOLVE_ASKED,			/* service_resolved() will answer */
};

struct resolve {
	enum resolve_phase phase;
	struct deadline deadline;	/* of WAITING */
	uint64_t asked;			/* when it was last queued */
	uint32_t failures;		/* in a row */
	bool unreachable;		/* the network said so since the last answer */
	struct deadline quiet;		/* when that is asked about: has it said so no more, or the peer anything? */
	uint64_t quiet_until;		/* when it is taken for over */
	uint64_t packets;		/* of the peer's, when it was said last */
	struct tunnel *prev, *next;	/* QUEUED: of service->asking */
};

/* Whose packets the datapath copies, and for whom (tap.c). */
struct tapped {
	uint32_t captured;		/* octets of each that captures want; 0: there is none */
	uint32_t told;			/* what the datapath was told */
	bool traced;			/* lines are written; of a session not, when its tunnel's tap serves it */
	uint64_t second;		/* of the packet that was traced last, and how many were, and were not, in it */
	uint32_t lines, dropped;
};

enum question_phase {			/* the list that it is in */
	QUESTION_QUEUED, QUESTION_ASKED, QUESTION_PARKED,
	QUESTION_CLOSED,		/* none: it was refused, and keeps the reason */
};

struct question {			/* may this tunnel or session be? authorize.c */
	enum question_phase phase;
	struct tunnel *tunnel;
	struct session *session;	/* NULL: it is about the tunnel */
	uint64_t id;			/* ASKED */
	struct deadline deadline;	/* likewise */
	char reason[ERROR_TEXT_MAX];	/* why it was refused */
	bool absent;			/* nobody was there to be asked */
	struct question *prev, *next;
};

enum authorization {
	AUTHORIZATION_NONE,		/* nobody has to be asked */
	AUTHORIZATION_WAITS,		/* for an answer */
	AUTHORIZATION_LATER,		/* for its tunnel to be accepted */
	AUTHORIZATION_ACCEPTED,
	AUTHORIZATION_REFUSED,
};

struct authorizer {			/* zero: there is none */
	bool tunnels, sessions;		/* it wants to be asked about these */
	struct question *queued, *asked, *parked;
	uint32_t asked_count;
	struct deadline_heap deadlines;	/* of those asked */
	uint64_t last_answer;		/* when it said something */
	struct log_limit refused;	/* lines about sessions that were refused: as many as a peer wants */
};

/* What a session of a tunnel gets when nothing is given for it, as long as these are the profiles. */
struct chained {
	struct session_common *common;	/* NULL: nobody has asked yet */
	uint32_t trace_flags;
	const struct profile *session, *ppp;
	uint64_t profile_changes;
};

enum managed_phase {
	MANAGED_NONE,			/* a static tunnel; or one whose peer is not known yet */
	MANAGED_WAITING,		/* until the deadline, for the next attempt */
	MANAGED_OPENING, MANAGED_UP,
	MANAGED_IDLE,			/* until a session wants it */
};

struct managed {			/* managed.c */
	enum managed_phase phase;
	handle control;			/* the engine's; HANDLE_NONE: not open */
	handle port;			/* a peer's: to which it came */
	uint16_t peer_tunnel_id;	/* 0: not known */
	char *peer_host_name;		/* as it called itself last; NULL: it has not */
	uint16_t peer_port;		/* 0: as configured; a peer may answer from another one */
	bool on_demand;			/* a session that was given its peer wanted it: it goes with the last */
	bool was_open, was_used;	/* there was an attempt; there was a session */
	bool asks;			/* for the addresses of its peer's name; the answer starts the attempt */
	uint32_t failures;		/* in a row */
	uint64_t received;		/* packets, when the control channel was quiet last */
	struct deadline deadline;	/* WAITING; UP: idle_timeout */
};

struct tunnel {
	struct tunnel_config config;	/* complete: every default, the name and the id are filled in */
	struct provenance provenance;
	enum service_origin origin;
	handle handle, datapath;
	struct order_node by_datapath;	/* by slot: the lower half of the handle (base/handle.h) */
	struct address peer;		/* AF_UNSPEC: not known, or not usable */
	struct flow *flow;		/* NULL while the peer's address is not known */
	struct peer *record;		/* likewise */
	uint32_t brought_flags;		/* trace_flags that the peer has for this tunnel's peer profile */
	struct order_node by_id;
	UT_hash_handle by_name;		/* tbl is NULL: it is in no table */
	struct order sessions;		/* struct session.by_id */
	struct session_name *sessions_by_name;
	struct chained chained;
	struct resolve resolve;
	struct managed managed;
	enum authorization authorization;
	struct question *question;	/* NULL: none is open */
	bool refused;			/* the peer has an address, which cannot be used: the reason says why */
	char reason[ERROR_TEXT_MAX];
	uint64_t reason_since;
	uint64_t created;
	bool is_announced, was_up;	/* state.c's, as the state: the world knows of it; it was up once */
	enum service_tunnel_state state;
	uint64_t up_since;
	struct address told_peer;	/* while it is up: what events have told */
	unsigned int command;		/* of a dry run: which one made it */
	struct tunnel *pair;		/* in a reload: its like in the other service */
	bool going;			/* while a reload is tried: it will be gone, and is in nobody's way */
	handle trial;			/* of a dry run, while the datapath tries it: reload_try.c */
	struct tapped tapped;
};

/* What sessions have in common (common.c): equal ones share it. It never changes. */
struct common_key {			/* hashed as a whole */
	struct session_config config;	/* what is a session's own is as it is built in */
	struct provenance provenance;
};

struct session_common {
	struct common_key key;
	uint32_t references;
	UT_hash_handle hh;		/* service->commons */
};

/* A session's configuration, as it is kept: session_compose() makes it whole. */
struct session_kept {
	struct session_common *common;
	struct session_own *own;	/* rows with other values; NULL: none */
};

struct session_name {
	struct session *session;
	UT_hash_handle by_name;		/* of the tunnel; tbl is NULL: it is in no table */
	char text[];
};

struct session_device {
	struct session *session;
	struct name_space *name_space;	/* NULL: its name is not taken */
	UT_hash_handle by_ifname;
	char ifname[CONFIG_IFNAME_MAX];	/* as it was made; before: as it is to be, "" when the system chooses */
};

/* There may be very many: what only some of them have lies elsewhere. */
struct session {
	struct session_kept kept;
	struct session_name *name;	/* NULL: none */
	struct tunnel *tunnel;		/* has its tunnel_name and tunnel_id */
	struct order_node by_id;	/* its id is session_id, also while it is in no tunnel; 0: none was given */
	uint32_t peer_session_id, trace_flags;
	handle handle, datapath;
	struct order_node by_flow;
	struct session_device *device;	/* NULL: PPP has none */
	struct tapped *tapped;		/* NULL: it is not */
	struct question *question;
	struct session_call *call;		/* NULL: static, or it may not be yet */
	struct session_ppp *ppp;		/* NULL: it has none, or not yet */
	struct session *pair;
	uint64_t created, up_since;
	unsigned int command;
	enum service_origin origin : 8;
	enum authorization authorization : 8;
	enum service_session_state state : 8;
	bool is_told : 1;		/* the datapath has it */
	bool is_active : 1;		/* the datapath moves its packets, or will when the tunnel has its peer */
	bool device_gone : 1, no_carrier : 1;
	bool is_announced : 1, was_up : 1;	/* as the tunnel's */
	bool going : 1;			/* likewise */
};

/* Is there a configuration that it belongs to?  Else whoever wants it makes it anew. */
static inline bool origin_is_configured(enum service_origin origin)
{
	return origin == SERVICE_ORIGIN_FILE || origin == SERVICE_ORIGIN_ADMIN;
}

/* Is the control protocol ours?  In what programs made with the kernel's API it is theirs. */
static inline bool tunnel_is_managed(const struct tunnel *tunnel)
{
	return tunnel->config.version == 2 && !tunnel->config.wire_tunnel_id;
}

/* Who is at the other end of tunnels; made with the first, gone with the last. */
struct peer_key {
	struct address peer, local;	/* local AF_UNSPEC: the system chooses it; hashed as a whole */
};

struct peer {
	struct peer_key key;
	uint32_t tunnels;
	uint32_t trace_flags;		/* of its peer profiles, unless ... */
	bool trace_given;		/* ... it was given its own */
	uint32_t trace_before;		/* while that is tried */
	bool follows;			/* while peers_follow() is at work */
	bool is_announced;		/* state.c: an event told of it */
	UT_hash_handle hh;
};

/* Where peers may ask for tunnels, and ports that are still needed to tell peers that theirs are gone: listen.c. */
struct listen_linger {
	handle port;
	uint64_t until;
	struct listen_linger *prev, *next;
};

struct listen {
	handle ports[2];		/* IPv4 and IPv6; HANDLE_NONE: not */
	uint16_t udp_port;		/* of these */
	bool is_open;			/* to everybody, which was told */
	bool is_told[2];		/* that it could not be had */
	struct listen_linger *lingering;	/* the first to end is the first */
};

#define SERVICE_RELEASED_MAX 256

struct service {
	struct datapath *dp;
	service_random_fn *random;	/* NULL: dry_random counts */
	uint64_t dry_random;
	struct system_config system;
	struct datapath_totals totals_reset;	/* as they were when reset_statistics was given last */
	struct control_counters control_reset;	/* likewise */
	struct param_set system_file_set;	/* rows that the configuration file set */
	struct handle_table tunnel_handles, session_handles;
	struct order tunnels;		/* struct tunnel.by_id */
	struct tunnel *tunnels_by_name;
	struct order tunnels_by_datapath;
	struct session **sessions_by_datapath;	/* by slot, as tunnel.by_datapath; NULL: none */
	uint32_t session_slots;			/* of these */
	uint32_t session_count;		/* attached, in attached tunnels */
	struct flow *flows;
	struct name_space *name_spaces;
	struct profile *profiles[PROFILE_TYPES];	/* by name, and in its order */
	struct profile *fallback[PROFILE_TYPES];	/* `default` */
	struct chain_ends ends;
	uint64_t profile_changes;	/* counted */
	struct session_common *commons, *last_common;
	struct peer *peers;
	struct deadline_heap deadlines, quiets, managed_deadlines;
	struct control *control;	/* the engine of the control protocol; NULL: a dry run */
	char host_name[CONFIG_NAME_MAX];	/* this host's */
	struct listen listen;
	struct deadline_heap call_deadlines;
	struct session_call *bearers;	/* queue: calls whose bearers are to be opened */
	struct ppp *ppp;		/* the engine of PPP; NULL: a dry run */
	service_frame_fn *hear_frame;	/* NULL: nobody does */
	void *hear_context;
	struct ppp_terms *terms, *last_terms;
	struct deadline_heap ppp_deadlines, asking_deadlines;
	uint32_t ppp_number;		/* of the last session with PPP */
	struct shared_device *shared_devices;	/* by name */
	struct shared_device *lost_devices;	/* that others removed: until their last session has gone */
	struct subscriber *subscribers;	/* by name */
	uint32_t subscriber_sessions;	/* of all of them */
	struct name_servers *name_servers;	/* queue */
	struct service_host host;
	struct pools *pools;		/* room aaa; NULL: a dry run, as the next two */
	struct users *users;
	struct radius_client *radius;
	uint64_t aaa_changes;		/* profile_changes that these know of */
	uint32_t boot;			/* in accounting's ids: another one each time the daemon starts */
	struct slow_down *slow_down;
	uint64_t slow_down_seed;
	struct log_limit ppp_closed, refusals, unaccounted;	/* lines about PPP */
	uint64_t refused_users, skipped_challenges;	/* counted */
	uint32_t call_serial_number;	/* of the last call that was asked for */
	handle released[SERVICE_RELEASED_MAX];	/* sessions of calls: the datapath is told of many at once */
	int released_count;
	struct authorizer authorizer;
	struct log_limit reasons;	/* lines about what is wrong with tunnels: whoever forges ICMP can cause them */
	struct tunnel *asking;		/* queue */
	struct log_limit strangers;	/* lines about peers that ask for tunnels */
	bool is_started, is_stopping;
	bool has_told_servers;		/* that the daemon has begun (Accounting-On) */
	uint64_t started;
	uint64_t now;			/* as the call from outside that is under way has it */
	const char *cause;		/* why what goes in this call goes: the reason that is told */
	struct events *events;		/* NULL: a dry run, of which nobody is told */
	uint32_t tunnels_in[SERVICE_TUNNEL_STATES], sessions_in[SERVICE_SESSION_STATES];
	struct service_setup tunnel_setup, session_setup;
	uint64_t loaded;
	bool load_refused;
	char load_error[ERROR_TEXT_MAX];
	unsigned int command;		/* dry run: the index of the one being executed */
	uint32_t traced;		/* categories that tunnels and sessions have ever been traced by */
	struct log_limit untraced;	/* packets of more objects were to be traced than can be */
};

int service_no_memory(struct error *error);
/* Each call from outside that is told the time begins with this. */
void service_start(struct service *service, uint64_t now);
uint64_t service_random(struct service *service);
/* No more tunnels (or sessions) when there are so many. */
int service_tunnel_limit(struct service *service, uint32_t count, struct error *error);
int service_session_limit(struct service *service, uint32_t count, struct error *error);
/* None at all while there shall be no more. */
int service_refuse_drained(const struct service *service, struct error *error);

/* --- rows.c: values by the tables' rows --- */
struct rows_field {			/* a member and the datapath's field that carries it */
	size_t offset;
	unsigned int field;
};
#define ROWS_FIELD_NONE 0		/* the service's own: the datapath need not know */

void rows_overlay(const struct param_table *table, void *config, const void *from, const struct param_set *set);
void rows_join(struct param_set *set, const struct param_set *more);
/* What no profile holds: names, ids and the like. */
void rows_keep_own(const struct param_table *table, void *config, const void *from);
/* Refuse to change what is not PARAM_LIVE; key parameters name the object and are no change. */
int rows_refuse_immutable(const struct param_table *table, const void *now, const void *wanted,
			  const struct param_set *set, struct error *error);
/* The fields of the live rows that differ. *differ: is there any such row? */
unsigned int rows_fields(const struct param_table *table, const struct rows_field *map, unsigned int map_count,
			 const void *now, const void *wanted, bool *differ);
extern const struct rows_field tunnel_fields[], session_fields[];
extern const unsigned int tunnel_fields_count, session_fields_count;

/* --- rules: what is refused whatever else exists; set: what was given for the object itself --- */
#define RULES_ID_MAX_V2 65535	/* RFC 2661 section 3.1 */
int rules_tunnel(const struct tunnel_config *config, const struct param_set *set, struct error *error);
/* May this be the peer's address? */
int rules_peer(const struct tunnel_config *config, const struct param_set *set, const struct address *peer,
	       struct error *error);
int rules_session(const struct tunnel *tunnel, const struct session_config *config, const struct param_set *set,
		  struct error *error);
/* Of a session that is asked for here, not by the peer. */
int rules_session_asked(const struct session_config *config, const struct param_set *set, struct error *error);
/* Refuse what was given, is in set, and means nothing in this version. */
int rules_version(enum config_object object, uint32_t version, const struct param_set *set, struct error *error);
/* Are the tunnel's ends one and the same? Then a session's ids must differ. */
bool rules_loops(const struct tunnel_config *config, const struct address *peer);
int rules_session_loop(uint32_t session_id, uint32_t peer_session_id, struct error *error);

/* Will it be gone when the reload that is being tried is done? */
static inline bool session_going(const struct session *session)
{
	return session->going || session->tunnel->going;
}

static inline uint32_t session_id(const struct session *session)
{
	return session->by_id.id;
}

static inline const char *session_name(const struct session *session)
{
	return session->name ? session->name->text : "";
}

/* "": it has none, or not yet. */
static inline const char *session_ifname(const struct session *session)
{
	return session->device ? session->device->ifname : "";
}

static inline const struct provenance *session_provenance(const struct session *session)
{
	return &session->kept.common->key.provenance;
}

/* --- common.c --- */
/* The session's whole configuration. */
void session_compose(const struct session *session, struct session_config *config);
/* Keep a configuration, but for name, ids and trace_flags. -1: out of memory. */
int common_keep(struct service *service, const struct session_config *config, const struct provenance *provenance,
		struct session_kept *kept, struct error *error);
void common_forget(struct service *service, struct session_kept *kept);
/* chain_session() when nothing is given, as for what peers ask for: computed anew only after profiles changed. */
int common_chain(struct service *service, struct tunnel *tunnel, struct session_config *config,
		 struct provenance *provenance, struct error *error);
/* The tunnel goes. */
void common_forget_chain(struct service *service, struct tunnel *tunnel);

/* --- flow.c --- */
/* The flow of a tunnel when its peer has this address, which is known. */
void flow_key_of(const struct tunnel_config *config, const struct address *peer, struct flow_key *key);
/* Take the tunnel with its sessions into this flow, out of the one where it is. -1: an id is
 * taken there; nothing has changed. */
int flow_enter(struct service *service, struct tunnel *tunnel, const struct flow_key *key, struct error *error);
void flow_leave(struct service *service, struct tunnel *tunnel);
/* Nothing happens while the tunnel is in no flow. -1: the id is taken. */
int flow_add_session(struct session *session, struct error *error);
/* Would it be refused in a tunnel like this, with this peer? Those that are going are in nobody's way. */
int flow_refuse_session(const struct service *service, const struct tunnel_config *tunnel, const struct address *peer,
			const struct session_config *config, struct error *error);
void flow_remove_session(struct session *session);

/* --- peer.c --- */
/* The tunnel leads to this address, and to no other any more. -1: out of memory; nothing has changed. */
int peer_enter(struct service *service, struct tunnel *tunnel, const struct address *address, struct error *error);
/* Nothing happens when it leads nowhere. */
void peer_leave(struct service *service, struct tunnel *tunnel);
/* What is traced of peers that have it from this profile is to be what the profile says now. */
void peers_follow(struct service *service, const struct profile *profile);

/* --- names.c --- */
#define SESSION_LABEL_MAX (2 * CONFIG_NAME_MAX + 24)
/* "session office of tunnel lon"; returns label. */
const char *session_label(const struct session *session, char label[SESSION_LABEL_MAX]);
/* One that no tunnel has, of the range of this one's version. */
int names_free_tunnel_id(struct service *service, const struct tunnel_config *config, uint32_t *id,
			 struct error *error);
/* Its id is not to be a peer's: while the engine does not know the tunnel. */
void names_hold_tunnel_id(struct service *service, const struct tunnel *tunnel, bool hold);
/* Ids and names that nobody gave; then the name and ids must be free. */
int names_identify_tunnel(struct service *service, struct tunnel *tunnel, struct error *error);
int names_identify_session(struct service *service, struct session *session, struct error *error);
/* The second half of these: names and ids that are given (not 0) must be free, or of those that are going. */
int names_refuse_tunnel(const struct service *service, const struct tunnel_config *config, bool derived,
			struct error *error);
int names_refuse_session(const struct tunnel *tunnel, uint32_t session_id, const char *name, struct error *error);
int names_refuse_tunnel_name(const struct service *service, const char *name, bool derived, struct error *error);
int names_refuse_session_name(const struct tunnel *tunnel, const char *name, struct error *error);
int names_refuse_interface(const struct service *service, const struct session_config *config, struct error *error);
/* Its device's name, in the network namespace of its configuration. */
int names_take_interface(struct service *service, struct session *session, struct error *error);
/* The session that has taken this name in this network namespace; NULL: none. */
struct session *names_find_interface(const struct service *service, const char *netns, const char *ifname);
/* Nothing happens when it has taken none. */
void names_release_interface(struct service *service, struct session *session);

/* --- tunnel.c --- */
/* config: complete but for ids and names that nobody gave. NULL when out of memory. */
struct tunnel *tunnel_new(struct service *service, const struct tunnel_config *config,
			  const struct provenance *provenance, enum service_origin origin, uint64_t now);
/* Must be detached or new; frees its sessions too. */
void tunnel_free(struct service *service, struct tunnel *tunnel);
int tunnel_attach(struct service *service, struct tunnel *tunnel, uint64_t now, struct error *error);
void tunnel_detach(struct service *service, struct tunnel *tunnel);
/* Add it to the datapath and nowhere else, with this peer: what it refuses, it refuses here. */
int tunnel_try(struct service *service, const struct tunnel *tunnel, const struct address *peer, handle *trial,
	       struct error *error);
/* As detach, but the datapath is not told. */
void tunnel_forget(struct service *service, struct tunnel *tunnel);
/* Give it this configuration, which differs in live rows only, and perhaps in its name, which is free. */
int tunnel_change(struct service *service, struct tunnel *tunnel, const struct tunnel_config *config,
		  const struct provenance *provenance, uint64_t now, struct error *error);
/* What the datapath is to know of the peer has changed. */
int tunnel_tell_peer(struct service *service, struct tunnel *tunnel, struct error *error);
/* Another id, at once for the datapath, too: of one without sessions in the datapath. -1: it is as it was. */
int tunnel_renew_id(struct service *service, struct tunnel *tunnel, struct error *error);
int tunnel_set_peer(struct service *service, struct tunnel *tunnel, const struct address *peer, struct error *error);
/* "" : all is well. */
void tunnel_set_reason(struct service *service, struct tunnel *tunnel, const char *reason);

int execute_tunnel_create(struct service *service, const struct command *command, enum service_origin origin,
			  uint64_t now, struct service_result *result, struct error *error);
int execute_tunnel_modify(struct service *service, const struct command *command, uint64_t now,
			  struct service_result *result, struct error *error);
int execute_tunnel_delete(struct service *service, const struct command *command, struct service_result *result,
			  struct error *error);

/* --- session.c --- */
struct session *session_new(struct service *service, struct tunnel *tunnel, const struct session_config *config,
			    const struct provenance *provenance, enum service_origin origin, uint64_t now);
void session_free(struct service *service, struct session *session);
/* Put it into its tunnel, and make it work, or wait until it may. */
int session_attach(struct service *service, struct session *session, struct error *error);
/* For calls: the datapath is to have it; it has it no more, or will not for long. */
int session_tell_datapath(struct service *service, struct session *session, struct error *error);
void session_forget_datapath(struct service *service, struct session *session);
/* Another id, of one that the datapath does not have. -1: it is taken. */
int session_set_id(struct session *session, uint32_t id, struct error *error);
/* Of sessions that their tunnel has: make one work; forget that it worked (the datapath is told apart).
 * One that has worked before gets a device of the same name again. */
int session_activate(struct service *service, struct session *session, struct error *error);
/* As activate, but one that has to wait for an authorizer waits. */
int session_resume(struct service *service, struct session *session, struct error *error);
void session_deactivate(struct service *service, struct session *session);
/* Out of its tunnel. */
void session_remove(struct session *session);
/* Why a session without its device carries nothing, and what helps. */
void session_gone_reason(const struct session *session, char *reason, size_t size);
/* And one whose device is in a namespace whose name is another's now. */
void session_elsewhere_reason(const struct session *session, const struct session_config *config, char *reason,
			      size_t size);
void session_lost_device(struct service *service, struct session *session);
/* What the datapath is told of it, but for PPP. */
void session_to_datapath(const struct session *session, struct datapath_session_config *config);
/* PPP: the datapath has made a device of its own for it, or it has none any more. */
void session_learn_device(struct service *service, struct session *session);
void session_no_device(struct service *service, struct session *session);
/* What the datapath would be told of a session that is new, in this tunnel of the datapath. */
void session_wanted(const struct session *session, handle tunnel, struct datapath_session_config *config);
/* All at once: the datapath is told of up to SESSION_BATCH in one operation. */
#define SESSION_BATCH 1024
void session_detach(struct service *service, struct session *const *sessions, size_t count);
/* Give it this configuration, whatever rows differ; name and ids stay, and neither datapath nor anybody is told.
 * -1: out of memory, and it is as before. */
int session_settle(struct service *service, struct session *session, const struct session_config *config,
		   const struct provenance *provenance, struct error *error);
/* As tunnel_change(). The name may be none. */
int session_change(struct service *service, struct session *session, const struct session_config *config,
		   const struct provenance *provenance, struct error *error);

int execute_session_create(struct service *service, const struct command *command, enum service_origin origin,
			   struct service_result *result, struct error *error);
int execute_session_modify(struct service *service, const struct command *command, struct service_result *result,
			   struct error *error);
int execute_session_delete(struct service *service, const struct command *command, struct service_result *result,
			   struct error *error);

/* --- resolve.c --- */
/* Make room for so many tunnels, so that what follows cannot fail. -1: out of memory. */
int resolve_reserve(struct service *service, size_t tunnels);
void resolve_start(struct service *service, struct tunnel *tunnel, uint64_t now);
void resolve_stop(struct service *service, struct tunnel *tunnel);
/* The interval may have changed. */
void resolve_again(struct service *service, struct tunnel *tunnel, uint64_t now);
/* Ask for the peer's addresses now, perhaps to take the one after the present one. False: it is given by address. */
bool resolve_again_for(struct service *service, struct tunnel *tunnel, bool another);
void resolve_unreachable(struct service *service, struct tunnel *tunnel, uint64_t now);
void resolve_expire(struct service *service, uint64_t now);

/* --- tap.c --- */
/* Have packets copied as these trace_flags, and captures, want. The datapath must have the object, else nothing
 * happens.  -1: there are too many; it is as before. */
int tap_tunnel(struct service *service, struct tunnel *tunnel, uint32_t trace_flags, struct error *error);
int tap_session(struct service *service, struct session *session, uint32_t trace_flags, struct error *error);
/* Its peer's trace_flags may have changed. Failure is told in the log. */
void tap_again(struct service *service, struct tunnel *tunnel);
/* The datapath has just got it: it is not tapped, but as its own trace_flags want. Failure is told in the log. */
void tap_new_tunnel(struct service *service, struct tunnel *tunnel);
void tap_new_session(struct service *service, struct session *session);

/* --- lookup.c --- */
struct tunnel *lookup_tunnel_by_datapath(const struct service *service, handle datapath);
struct session *lookup_session_by_datapath(const struct service *service, handle datapath);
struct tunnel *lookup_tunnel_by_id(const struct service *service, uint32_t tunnel_id);
struct tunnel *lookup_tunnel_by_name(const struct service *service, const char *name);
struct session *lookup_session_by_id(const struct tunnel *tunnel, uint32_t session_id);
struct session *lookup_session_by_name(const struct tunnel *tunnel, const char *name);
/* By the key parameters of a command; NULL with *error filled when there is none such. */
struct tunnel *lookup_tunnel(const struct service *service, const char *name, uint32_t tunnel_id,
			     struct error *error);
struct session *lookup_session(const struct service *service, const struct session_config *keys,
			       struct error *error);
/* In order of ids: the first with an id of at least least, NULL at the end. */
struct tunnel *lookup_tunnel_from(const struct service *service, uint64_t least);
struct session *lookup_session_from(const struct tunnel *tunnel, uint64_t least);

#endif
