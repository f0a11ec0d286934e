/* SPDX-License-Identifier: MIT */
/*
 * The life of tunnels and sessions: what exists, under which names and ids, with which
 * configuration, and what the datapath was told about it.
 *
 * Pure: commands, results of name look-ups, datapath events and the time come in; what the
 * outside has to do (look up a name) is taken out with service_next_request().  The datapath is
 * handed in as its operations.  Nothing here calls out otherwise, so nothing is freed under a
 * caller's feet.
 *
 * Handles: a tunnel or session is named by a handle; views are copies and stay valid.
 * Times are monotonic milliseconds; SERVICE_NEVER is no deadline.
 */
#ifndef L2TPD_SERVICE_SERVICE_H
#define L2TPD_SERVICE_SERVICE_H

#include "aaa/radius.h"
#include "aaa/store.h"
#include "aaa/users.h"
#include "config/command.h"
#include "control/control.h"
#include "datapath/datapath.h"
#include "ppp/ppp.h"

#define SERVICE_NEVER UINT64_MAX
#define SERVICE_TUNNELS_MAX 65536	/* built-in ceilings; system modify may set lower ones */
#define SERVICE_SESSIONS_MAX 1048576

struct service;

/* Fills length octets; never fails. Ids that nobody configured come from here. */
typedef void service_random_fn(void *octets, size_t length);

/* The service uses *dp but does not own it. random NULL: a fixed sequence, for dry runs, which then
 * have the same result every time. NULL when out of memory. */
struct service *service_new(struct datapath *dp, service_random_fn *random);
/* Forgets everything; the datapath is left to its own close(). */
void service_free(struct service *service);

/* What PPP wants of the program, all of it optional. */
struct service_host {
	users_read_fn *read_secret;	/* of files that the files of secrets name */
	void *context;			/* of it */
	const struct aaa_store *store;	/* leases and accounting that outlive us; it must live until service_free() */
};
/* Before anything is configured. -1: out of memory. */
int service_set_host(struct service *service, const struct service_host *host);
/* The text of chap-secrets, or pap-secrets, is this now. -1: it is wrong, what was known before remains. */
int service_load_users(struct service *service, bool pap, const char *path, const char *text, size_t length,
		       struct error *error);

enum service_origin {
	SERVICE_ORIGIN_FILE, SERVICE_ORIGIN_ADMIN,
	/* these are of no configuration: a reload or restore leaves them alone, and they are not saved */
	SERVICE_ORIGIN_PEER, SERVICE_ORIGIN_KERNEL,	/* programs that speak to the kernel's API */
};

/* "file", "admin", "peer", "kernel"; NULL behind the last. */
extern const char *const service_origin_words[];

/* What a command that made or changed something did. */
struct service_result {
	uint32_t tunnel_id, session_id;
	char interface_name[CONFIG_IFNAME_MAX];	/* session create */
};

/* Carry out create, modify or delete of system, tunnel, session or a profile, or unset or apply of a profile. */
int service_execute(struct service *service, const struct command *command, enum service_origin origin,
		    uint64_t now, struct service_result *result, struct error *error);

/* What the apply of a profile did. */
struct service_applied {
	enum config_object of;			/* tunnels or sessions */
	uint32_t objects;			/* that have the profile in their chain */
	uint32_t changed;			/* of these, that carry on with another value */
	uint32_t objects_fixed;			/* of these, with parameters that differ and cannot change */
	uint32_t fixed[PARAM_SET_MAX];		/* by row: in how many */
};
/* Give the objects that have this profile in their chain what the chain gives today, where that can change while they
 * carry traffic; all of them, or none when one of them is refused. */
int service_apply(struct service *service, const struct command *command, uint64_t now,
		  struct service_applied *applied, struct error *error);

/* --- making a whole configuration true ---
 * Begin, give each command (those that files may have, in the file's order), and finish or abort.  The
 * commands are carried out on a service over a null datapath at once, so a mistake is known before
 * anything that runs is touched, and nobody has to keep them.  --check, start, reload and restore are
 * these calls. */
struct service_reload;

enum service_reload_mode {
	SERVICE_RELOAD_FILE,	/* what administrators made stays; what the file names is the file's */
	SERVICE_RELOAD_ALL,	/* a restore: what is not named goes, whoever made it; what is new is administrators' */
};

/* NULL when out of memory. */
struct service_reload *service_reload_begin(void);
/* -1: it is refused, and the reload can only be aborted; more commands may be given, to find more mistakes. */
int service_reload_command(struct service_reload *reload, const struct command *command, struct error *error);
/* After the last command: does every profile exist that another one names? -1: *failed is the number of the command
 * that names it. */
int service_reload_names(struct service_reload *reload, unsigned int *failed, struct error *error);
/* What the commands make, for people. */
void service_reload_counts(const struct service_reload *reload, uint32_t *tunnels, uint32_t *sessions);
/* What the system's parameters would be after finish. */
void service_reload_system(const struct service_reload *reload, const struct service *service,
			   enum service_reload_mode mode, struct system_config *system);
/* Make it true with the smallest change: objects that are not among the commands are deleted (see mode), new
 * ones created, live parameters modified, objects whose create-only parameters changed are made anew; what
 * did not change is not touched.  Nothing is removed before the datapath has taken on trial what is to be
 * made; when it refuses later all the same, what was done is undone.  -1: nothing has changed, *failed is
 * the number (from 0) of the command to blame, or their count when no single one is. Frees the reload. */
int service_reload_finish(struct service_reload *reload, struct service *service, enum service_reload_mode mode,
			  uint64_t now, unsigned int *failed, struct error *error);
/* NULL is legal. */
void service_reload_abort(struct service_reload *reload);

/* All of these calls, for commands that are in memory; stops at the first that is wrong. */
int service_reload(struct service *service, const struct command *commands, unsigned int count, uint64_t now,
		   unsigned int *failed, struct error *error);

/* A configuration was loaded (refused NULL), or not for this reason: for show and those who watch. */
void service_configuration_loaded(struct service *service, uint64_t now, const char *refused);

/* --- what the outside has to do and tell --- */
struct service_request {		/* resolve this host name */
	handle tunnel;
	sa_family_t family;		/* AF_UNSPEC: any */
	char host[CONFIG_HOST_MAX];
};
/* Ask after each call of anything above or below that is given the time: false when nothing is wanted. */
bool service_next_request(struct service *service, struct service_request *request);
/* Answer, once for each request: addresses may be empty, then reason says why (for show and the
 * log). One for a tunnel that is gone is ignored. */
void service_resolved(struct service *service, handle tunnel, const struct address *addresses, unsigned int count,
		      const char *reason, uint64_t now);
void service_datapath_event(struct service *service, const struct datapath_event *event, uint64_t now);
/* Take messages of the control protocol that have arrived: call it whenever the datapath's event_fd is readable. */
void service_receive(struct service *service, uint64_t now);
/* Send what is to be sent: after each call that is given the time. */
void service_transmit(struct service *service, uint64_t now);
/* Name servers that this host shall ask for all names while this interface is there; servers[0] AF_UNSPEC: no more. */
#define SERVICE_NAME_SERVERS_MAX 4	/* two of IPv4, two of IPv6 */
struct service_name_servers {
	char interface_name[CONFIG_IFNAME_MAX];
	struct address servers[SERVICE_NAME_SERVERS_MAX];	/* behind the last: AF_UNSPEC */
};
bool service_next_name_servers(struct service *service, struct service_name_servers *wanted);
/* RADIUS: datagrams to be sent (after each call that is given the time) and those that came; octets are valid until the
 * next call of anything. Sockets: aaa/radius.h. */
bool service_next_radius(struct service *service, struct radius_datagram *datagram);
void service_radius_received(struct service *service, const struct radius_datagram *datagram, uint64_t now);
/* The time of day: seconds since 1970. */
void service_set_time(struct service *service, uint64_t unix_time, uint64_t now);
/* What this host is called where no host_name says otherwise. */
void service_set_host_name(struct service *service, const char *name);
/* The daemon is about to end: close all tunnels that have a control protocol, and take no new ones. Returns how many
 * peers, and requests to RADIUS servers that live, have not acknowledged it yet: ask again after each call, and give up
 * some time. */
uint32_t service_stop(struct service *service, uint64_t now);
uint64_t service_next_deadline(const struct service *service);
void service_expire(struct service *service, uint64_t now);

/* --- packets, for captures: see the datapath's operations tap and packets --- */
/* session HANDLE_NONE: the tunnel with its sessions. snaplen 0: no longer. */
int service_tap(struct service *service, handle tunnel, handle session, uint32_t snaplen, struct error *error);
/* Readable when there are packets; -1: never. */
int service_packet_fd(const struct service *service);
/* Does it go on? Not when the object is gone, or was made anew for the datapath. */
bool service_is_tapped(const struct service *service, handle tunnel, handle session);
/* Handles in the packets are the service's. Returns how many: 0 means that there are no more, -1 that those which were
 * there belong to objects that are gone, so ask again. */
int service_packets(struct service *service, struct datapath_packet *packets, int max);

/* --- looking --- */
enum service_tunnel_state {
	SERVICE_TUNNEL_AUTHORIZING,	/* an authorizer is asked whether it may be */
	SERVICE_TUNNEL_RESOLVING,	/* the peer's address is not known yet */
	SERVICE_TUNNEL_CONNECTING,	/* the peer was asked for it */
	SERVICE_TUNNEL_WAITING,		/* for the next attempt, or for a session that wants it */
	SERVICE_TUNNEL_UP,
	SERVICE_TUNNEL_DOWN,		/* it cannot be used, or was refused: the reason says why */
	SERVICE_TUNNEL_STATES,
};

enum service_session_state {
	SERVICE_SESSION_AUTHORIZING,
	SERVICE_SESSION_CONNECTING,	/* the peer was asked for it */
	SERVICE_SESSION_WAITING,	/* for its tunnel, or for the next attempt */
	SERVICE_SESSION_UP,		/* packets can pass */
	SERVICE_SESSION_DOWN,		/* the reason says why not */
	SERVICE_SESSION_STATES,
};

/* By these; NULL behind the last. */
extern const char *const service_tunnel_state_words[], *const service_session_state_words[];

struct service_tunnel_view {
	handle handle;
	struct tunnel_config config;	/* with every default filled in */
	struct param_set set;		/* what was given explicitly: service_explain() tells of the rest */
	enum service_origin origin;
	enum service_tunnel_state state;
	char reason[ERROR_TEXT_MAX];	/* why it is not up, or the last trouble; "" none */
	uint64_t reason_since;		/* monotonic ms */
	uint64_t created;		/* monotonic ms */
	uint64_t up_since;		/* likewise; 0: it is not up */
	struct address peer;		/* as resolved */
	uint32_t sessions;
	struct datapath_tunnel_info info;
	const char *moved_by;		/* which datapath has its sessions, and why; NULL: none */
	uint32_t peer_tunnel_id;	/* in use; 0: not known */
	uint32_t peer_port;		/* in use; 0: not known, or there are none */
	/* of those with a control protocol; texts NULL or "": not known */
	const char *opened_by;		/* "us", "peer" */
	uint64_t next_attempt;		/* monotonic ms; 0: none is planned */
	uint32_t failed_attempts;	/* in a row */
	const char *peer_framing, *peer_bearer;		/* what it can do: "any" */
	char peer_protocol[8], peer_firmware[8];	/* "1.0", "0x0110" */
	bool has_transport;		/* transport is there: it is open */
	struct control_tunnel_info transport;
};

#define SERVICE_ACCM_TEXT_MAX 12		/* "0x000a0000" */

/* What a peer told of a call last: WEN and SLI. */
struct service_call_reports {
	bool has_errors, has_accm;
	struct avp_call_errors errors;
	struct avp_accm accm;
};

/* PPP in a session; texts NULL or "": not known, numbers 0: likewise, or none. */
struct service_ppp_view {
	const char *phase;		/* "link", "authenticate", "asking", "network", "up"; NULL: no PPP of ours */
	char user_name[PPP_NAME_MAX];	/* that the peer has proved */
	const char *peer_proved_by, *proved_by;		/* "MS-CHAPv2" */
	struct address local, peer, dns[2];
	struct address local_ipv6, peer_ipv6;		/* link-local */
	char ipv6_prefix[PREFIX_TEXT_MAX], delegated_prefix[PREFIX_TEXT_MAX];
	struct address ipv6_address;			/* of the peer's, by DHCPv6 */
	struct address dns6[2];				/* that the peer advertises */
	uint16_t local_mru, peer_mru;
	uint32_t mppe_bits;
	bool mppe_stateful, proxied;
	uint32_t session_timeout, idle_timeout;		/* s */
	uint64_t rate_send, rate_receive;		/* bit/s */
	char filter[GRANT_FILTER_MAX];
	char accounting_id[24];
	struct ppp_counters counters;
};

struct service_session_view {
	handle handle;
	handle tunnel;
	struct session_config config;	/* as the tunnel's; interface_name "" when the system chose it: info has it */
	struct param_set set;
	enum service_origin origin;
	enum service_session_state state;
	char reason[ERROR_TEXT_MAX];	/* why it is not up; "" when it is */
	uint64_t created, up_since;
	struct datapath_session_info info;
	const char *moved_by;		/* as its tunnel's */
	uint32_t peer_session_id;	/* in use; 0: not known */
	/* of calls; texts NULL: none */
	const char *role;		/* "LAC Incoming Call" */
	const char *call_phase;		/* "reply": what is waited for, or "established" */
	uint32_t serial_number;		/* 0: none */
	uint64_t next_attempt;		/* monotonic ms; 0: none is planned */
	uint32_t failed_attempts;	/* in a row */
	struct service_ppp_view ppp;
	struct service_call_reports reports;
	char send_accm[SERVICE_ACCM_TEXT_MAX], receive_accm[SERVICE_ACCM_TEXT_MAX];	/* of reports, in hex */
};

/* How long it took from created to up for the first time. */
#define SERVICE_SETUP_BUCKETS 12
extern const uint32_t service_setup_bounds_ms[SERVICE_SETUP_BUCKETS];
struct service_setup {
	uint64_t count, sum_ms;
	uint64_t buckets[SERVICE_SETUP_BUCKETS + 1];	/* of at most so many ms; the last: more */
};

/* What could not be, since the start or reset_statistics. */
enum service_resource { SERVICE_RESOURCE_PEER, SERVICE_RESOURCE_TUNNEL, SERVICE_RESOURCE_SESSION, SERVICE_RESOURCE_PPP,
			SERVICE_RESOURCES };
struct service_setbacks {
	uint64_t too_many_tunnels, too_many_sessions;	/* refused at max_tunnels, max_sessions */
	uint64_t tunnel_failures, session_failures;	/* that did not come up */
	uint64_t no_resources[SERVICE_RESOURCES];	/* the system had no memory, device, ... for one */
};

struct service_status {
	struct system_config config;
	uint32_t tunnels, sessions;
	uint32_t tunnels_in[SERVICE_TUNNEL_STATES], sessions_in[SERVICE_SESSION_STATES];
	struct service_setup tunnel_setup, session_setup;
	uint32_t user_sessions;		/* of users who have proved their names */
	uint64_t refused_users;		/* since the start: attempts to prove one that came to nothing */
	uint64_t skipped_challenges;	/* since the start: CHAP anew that no RADIUS server could be asked about */
	struct service_setbacks setbacks;
	uint64_t failures;		/* since the start: service_failures() has the last ones */
	uint64_t last_event;		/* its number */
	uint64_t loaded;		/* monotonic ms of the last attempt to load a configuration; 0: none */
	bool load_refused;
	char load_error[ERROR_TEXT_MAX];	/* when it was refused */
	struct datapath_totals totals;
	const char *datapath;		/* backend's name */
	uint64_t started;		/* monotonic ms of the first command or service_expire() */
};

/* The tunnel or session that a show, modify or delete command names by its key parameters. */
int service_find_tunnel(struct service *service, const struct command *command, handle *tunnel, struct error *error);
int service_find_session(struct service *service, const struct command *command, handle *session,
			 struct error *error);
int service_tunnel_view(struct service *service, handle tunnel, struct service_tunnel_view *view);
int service_session_view(struct service *service, handle session, struct service_session_view *view);
/* In order of tunnel id (and session id): the first whose ids are greater than the given ones, so
 * that a listing survives changes between two calls. Begin with 0. False at the end. */
bool service_next_tunnel(struct service *service, uint64_t *after_tunnel_id, handle *tunnel);
bool service_next_session(struct service *service, handle tunnel, uint64_t *after_session_id, handle *session);
/* Whose session it is, as PPP has proved it: "" nobody's. Costs far less than a view. */
const char *service_session_user(const struct service *service, handle session);
/* The user's sessions, the oldest first: begin with after HANDLE_NONE. False at the end. */
bool service_next_user_session(const struct service *service, const char *user_name, handle after, handle *session);
/* The name alone, which costs far less than a view; "" when it has none or is gone. */
const char *service_tunnel_name(const struct service *service, handle tunnel);
const char *service_session_name(const struct service *service, handle session);
/* Whoever has the line of a call that is up, or its PPP, tells what the peer is to know of it: as the LAC the errors on
 * it since the call began (WEN; they go out at most once a minute), as the LNS the control characters that LCP has
 * agreed to escape (SLI), unless its PPP is ours. */
int service_report_errors(struct service *service, handle session, const struct avp_call_errors *errors, uint64_t now,
			  struct error *error);
int service_report_accm(struct service *service, handle session, const struct avp_accm *accm, uint64_t now,
			struct error *error);
/* The program of a tunnel with is_shadow has bound its socket, or connected it; peer 0.0.0.0 or ::: it is not. */
int service_tunnel_move(struct service *service, handle tunnel, const struct endpoint *local,
			const struct endpoint *peer, struct error *error);
/* --- PPP of programs, in sessions that they made by the kernel's API (SERVICE_ORIGIN_KERNEL) --- */
/* Who is told of frames that came for such sessions and that no descriptor or device took, from the protocol field on;
 * called inside of service_receive(). */
typedef void service_frame_fn(void *context, handle session, const uint8_t *frame, size_t length);
void service_hear_frames(struct service *service, service_frame_fn *hear, void *context);
int service_session_channel(struct service *service, handle session, const struct datapath_channel *channel,
			    struct error *error);
/* Fields are those of MPPE (enum datapath_session_field).  That track of what arrives was lost is told as a frame of
 * protocol 00fd with nothing in it. */
int service_session_encrypt(struct service *service, handle session, const struct datapath_mppe *mppe,
			    unsigned int fields, struct error *error);
/* At once; with FF 03 before it. */
void service_session_send(struct service *service, handle session, const uint8_t *frame, size_t length);

void service_status(struct service *service, struct service_status *status);
/* Since the start, or reset_statistics. Looks at each tunnel: for those who want to know, not for each command. */
void service_control_counters(struct service *service, struct control_counters *counters);
/* Valid as long as the service. */
const struct system_config *service_system(const struct service *service);

/* --- profiles --- */
struct service_profile_view {
	char name[CONFIG_NAME_MAX];
	union any_config config;	/* rows not in set: zero */
	struct param_set set;
	enum service_origin origin;
	uint32_t uses;			/* tunnels and sessions that have it as their own, or name it for others */
};
/* By the profile_name of a command of its type. */
int service_profile_view(struct service *service, const struct command *command, struct service_profile_view *view,
			 struct error *error);
/* The first with a name behind this one; begin with "". False at the end. */
bool service_next_profile(struct service *service, enum config_object object, const char *after,
			  struct service_profile_view *view);

/* How much of a pool is given. */
struct service_pool_view {
	uint64_t size;			/* that could be given; INT64_MAX: so many or more */
	uint64_t in_use, remembered;	/* remembered: nobody has them, but they are kept for who had them last */
	uint64_t given, refused;	/* since the pool was made: times that one was given, and that none was left */
};
/* False: it has not been made yet. */
bool service_pool_view(const struct service *service, const char *name, struct service_pool_view *view);

/* How a RADIUS server is doing. */
enum service_server_state { SERVICE_SERVER_ALIVE, SERVICE_SERVER_DEAD };
extern const char *const service_server_state_words[];
struct service_server_view {
	enum service_server_state state;
	bool authenticated;		/* it has sent a Message-Authenticator */
	uint32_t outstanding;		/* requests that it has not answered yet */
	uint32_t round_trip;		/* ms, of the last answer */
	struct radius_counters counters;
};
bool service_server_view(const struct service *service, const char *name, struct service_server_view *view);

enum service_source {
	SERVICE_SOURCE_BUILTIN, SERVICE_SOURCE_PROFILE, SERVICE_SOURCE_EXPLICIT, SERVICE_SOURCE_AUTHORIZER,
	SERVICE_SOURCE_TUNNEL,		/* of a session: its tunnel's */
	SERVICE_SOURCE_CHOSEN,		/* nobody gave it */
	SERVICE_SOURCE_FORMER,		/* a profile had named it, or set it for PPP, and says otherwise now */
};
struct service_explained {
	const struct param *param;
	bool of_ppp;				/* of a session: a row of what PPP does in it */
	enum service_source source;
	enum config_object profile_type;	/* SERVICE_SOURCE_PROFILE */
	char profile[CONFIG_NAME_MAX];
	char value[PARAM_TEXT_MAX];		/* secrets: "(set)" */
	bool changed;				/* the chain would give another one today, which is ... */
	char now[PARAM_TEXT_MAX];
};
/* Where the values of a tunnel or session come from, or of what had this profile. Returns how many rows were filled,
 * -1 when there is no such object. rows: SERVICE_EXPLAINED_MAX suffice. */
#define SERVICE_EXPLAINED_MAX (2 * PARAM_SET_MAX)
int service_explain(struct service *service, const struct command *command, struct service_explained *rows,
		    unsigned int max, struct error *error);

/* --- peers: there are those that tunnels lead to --- */
struct service_peer_view {
	struct address peer, local;	/* local AF_UNSPEC: the system chooses it */
	uint32_t tunnels;
	uint32_t trace_flags;
};
int service_peer_view(struct service *service, const struct command *command, struct service_peer_view *view,
		      struct error *error);
/* Up to max of them, in the order of their addresses, the peer's before ours, behind these; begin with AF_UNSPEC. */
unsigned int service_next_peers(struct service *service, const struct address *after_peer,
				const struct address *after_local, struct service_peer_view *views, unsigned int max);

/* Which profiles a peer would get that nobody configured a tunnel to. */
enum service_peer_how { SERVICE_PEER_BY_NAME, SERVICE_PEER_BY_ADDRESS, SERVICE_PEER_BY_DEFAULT };
struct service_peer_explained {
	enum service_peer_how how;
	uint8_t length;			/* of the prefix that matched */
	char peer_profile_name[CONFIG_NAME_MAX], tunnel_profile_name[CONFIG_NAME_MAX];
	char session_profile_name[CONFIG_NAME_MAX], ppp_profile_name[CONFIG_NAME_MAX];
};
int service_explain_peer(struct service *service, const struct command *command,
			 struct service_peer_explained *explained, struct error *error);

#endif
