/* SPDX-License-Identifier: MIT */
/*
 * The contract between the engine, which knows which tunnels and sessions exist, and whatever
 * moves their packets.  This comment and those below are the contract: a backend that fulfils
 * them is complete, and the engine may rely on nothing else.
 *
 * - One thread, the control thread, calls all operations.  They do not call back; what a
 *   backend has to say later it keeps until events() is called, and it makes event_fd readable.
 * - Operations are synchronous and may block only for the system calls that make or remove
 *   devices and sockets, never for the network.  None is on the packet path.
 * - All configuration is copied: nothing that is passed in needs to outlive the call.
 * - Each operation that takes a struct error returns 0, or -1 with *error filled and nothing
 *   changed.  error->parameter is a parameter's name in the command language where one is to blame.
 * - Handles are the backend's; a stale one gives ERROR_UNKNOWN, or is ignored by deletions.
 * - Times are milliseconds; ids, ports, marks and lengths are in host order.
 */
#ifndef L2TPD_DATAPATH_DATAPATH_H
#define L2TPD_DATAPATH_DATAPATH_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/error.h"
#include "base/handle.h"
#include "base/prefix.h"
#include "wire/data_header.h"

struct datapath;			/* the backend's own; begins with struct datapath_base */

#define DATAPATH_NETNS_MAX 64		/* with the NUL; a name below /run/netns */
#define DATAPATH_HOP_DEFAULT 0		/* ttl: what the system sends */
#define DATAPATH_HOP_COPY (-1)		/* ttl: copy from the inner IP packet, else the system's */
#define DATAPATH_DSCP_COPY (-1)

/* Where control messages of version 2 arrive; tunnels with the same local end use the same sockets. */
struct datapath_port_config {
	handle port;				/* one that is open, and nothing else counts; HANDLE_NONE: as follows */
	struct endpoint local;			/* address: of either family, may be any; port 0: a free one */
	char bind_interface[IF_NAMESIZE];	/* as a tunnel's */
};

/* Which backend shall move the packets: where there is only one, it does. BPF: as USER, but what BPF programs can carry
 * of a session may go by these, past netfilter and IPsec; of tunnels over UDP without checksums. */
enum datapath_choice { DATAPATH_AUTO, DATAPATH_USER, DATAPATH_KERNEL, DATAPATH_BPF };

struct datapath_tunnel_config {
	enum datapath_choice choice;
	uint8_t version;			/* 2: over UDP, ids have 16 bits, all its sessions are PPP; 0 means 3 */
	enum l2tp_encap encap;
	uint32_t tunnel_id;			/* local control connection id */
	uint32_t peer_tunnel_id;		/* version 2: 0 while it is not known */
	handle port;				/* use its sockets; HANDLE_NONE: those of local and bind_interface */
	struct endpoint local;			/* address AF_UNSPEC: any (the system chooses per route); with a port
						 * for any address: packets leave with this one as their source */
	struct endpoint peer;			/* address AF_UNSPEC: not known yet: nothing is sent or received */
	char netns[DATAPATH_NETNS_MAX];		/* where its packets leave and arrive; "" ours. With a port: ours */
	char bind_interface[IF_NAMESIZE];	/* "" none; packets leave and arrive only there */
	uint32_t fwmark;			/* 0 none */
	int16_t ttl;				/* 1..255, DATAPATH_HOP_DEFAULT or DATAPATH_HOP_COPY */
	int16_t dscp;				/* 0..63 or DATAPATH_DSCP_COPY */
	bool udp_checksum;			/* IPv4 transmit; may be sent all the same where offloads need it */
	bool udp_zero_csum6_tx;
	bool udp_zero_csum6_rx;			/* accept; so do all tunnels of the local port meanwhile */
	/* Another program has a socket from local to peer, and keeps it: control messages are its own, and are not
	 * counted here.  Over UDP so are packets of sessions that the datapath does not have; that it does not get
	 * those of the others besides is the caller's business, and local has a port.
	 * Peer 0.0.0.0 or :: its socket is not connected: anybody's packets are received, and none is sent; without a
	 * local port (UDP) nothing arrives either. */
	bool shadow;
	bool no_control;			/* version 2: control messages are nobody's */
};

#define DATAPATH_PREFIXES_MAX 32		/* of one PPP session */

struct datapath_prefix {
	struct prefix prefix;
	bool routed;			/* shared device: the system needs a route of its own to it. Others: always */
	uint32_t metric;		/* of that route; 0: the system's */
};

/*
 * A PPP session while its network phase lasts.  Whoever negotiates is the engine: frames of protocols other than
 * those carried here come out of receive(), and what it sends goes into send().  Until ipv4 or ipv6 is set frames with
 * IP packets are dropped (DATAPATH_DROP_CLOSED).
 */
struct datapath_ppp {
	bool ipv4, ipv6;		/* carry it */
	bool own_device;		/* a TUN device of its own: made when the first is carried, named as ifname says
					 * ("": the first free pppN), gone with the session or when none is carried */
	bool send_pfc, send_acfc;	/* the peer takes compressed protocol fields, no address and control fields */
	uint16_t mtu;			/* octets of an IP packet that the peer takes: its MRU, or less; the path's too
					 * counts where mtu_mode is not FIXED; the backend takes off what mppe adds */
	uint16_t mru;			/* that the peer may send: what it was told, or less; 0: not known */
	struct address local4, peer4;	/* own device: its addresses (peer4 as IFA_ADDRESS); AF_UNSPEC: none */
	uint8_t local_identifier[8], peer_identifier[8];	/* fe80::/64 addresses; zero: none */
	struct address local6;		/* own device: more than the link-local address; AF_UNSPEC: none */
	/* What is behind the peer besides peer4 and its link-local address: own device: routes; shared: whose packets
	 * these are, and who may be their source.  Copied. */
	const struct datapath_prefix *prefixes;
	unsigned int prefix_count;
	bool check_source;		/* drop packets from the peer with a source that is not its own (DROP_SOURCE);
					 * with a default route all are */
	bool default_route;		/* own device: all else, too; the tunnel's peer keeps the route that it has */
	uint32_t default_metric;
	bool proxy_arp;			/* answer for peer4 on the network that has its address */
	bool punt_router;		/* ICMPv6 router solicitations and DHCPv6 to us come out of receive() */
	bool hear_router;		/* ICMPv6 router advertisements come out of receive(), and are carried */
};

/* RFC 3078. Setting it starts anew: coherency counts from 0. */
struct datapath_mppe {
	bool send, receive;		/* encrypt; what arrives in clear is dropped then (DROP_CLEAR) */
	bool stateful;
	uint8_t bits;			/* 40, 56 or 128 */
	uint8_t key_length;		/* octets of the start keys: 8 or 16 */
	uint8_t send_key[16], receive_key[16];
	bool flush;			/* only to be modified: the next packet sent restarts the peer's state */
	bool any;			/* not IP packets alone, but those whose TCP headers were compressed, too */
};

/* Bits of inner IP packets per second, with bursts of that many octets; 0: no limit. What is above is dropped
 * (DROP_RATE), and counted in tx_errors or rx_errors not at all. */
struct datapath_rate {
	uint64_t send, receive;		/* to the peer; from it */
	uint32_t send_burst, receive_burst;	/* octets; 0: what 100 ms carry, at least 16 KiB */
};

/* A device that many PPP sessions share: the session is found by the inner destination. */
struct datapath_device_config {
	char ifname[IF_NAMESIZE];	/* not "" */
	char netns[DATAPATH_NETNS_MAX];
	uint32_t mtu;			/* of the device; smaller sessions answer "too big" for themselves */
	struct address local4, local6;	/* AF_UNSPEC: none; the link-local address is fe80::1 */
	const struct prefix *routes;	/* that lead to it: pools. Copied */
	unsigned int route_count;
	bool mss_clamp;
};

enum datapath_mtu_mode { DATAPATH_MTU_AUTO, DATAPATH_MTU_FOLLOW, DATAPATH_MTU_FIXED };

struct datapath_session_config {
	handle tunnel;
	enum l2tp_pw_type pw_type;		/* ETH, ETH_VLAN or IP; version 2: PPP */
	uint32_t session_id;			/* what arriving packets carry; version 2: not 0, 16 bits */
	uint32_t peer_session_id;		/* what we send */
	uint8_t cookie[L2TP_COOKIE_MAX];	/* sent */
	uint8_t peer_cookie[L2TP_COOKIE_MAX];	/* required on receive */
	uint8_t cookie_length;			/* 0, 4 or 8 */
	uint8_t peer_cookie_length;
	enum l2tp_l2spec l2spec;
	uint16_t vlan_id;			/* ETH_VLAN: 1..4094, pushed on transmit */
	bool send_seq;
	bool recv_seq;				/* drop packets without a sequence number */
	bool lns_mode;				/* false: send_seq follows what the peer sends */
	uint32_t reorder_timeout;		/* ms; 0: no reordering */
	/* Sequence numbers, reordering and counters are exactly the kernel's: a number outside the window is an
	 * error and no more; without reordering what is not next is discarded, but the sixth of an unbroken run; what
	 * waits longer than the timeout is dropped, which is found out when another packet arrives; bits of the
	 * sublayer but S mean nothing; a frame that the device refuses is no error of the session.  false: what is
	 * newer is delivered, and what waits at the end of its time, too. */
	bool as_kernel;
	char ifname[IF_NAMESIZE];		/* "" : the first free l2tpethN (l2tpipN for IP) */
	bool has_mac;
	uint8_t mac[6];
	enum datapath_mtu_mode mtu_mode;
	uint32_t mtu;				/* DATAPATH_MTU_FIXED: 68..65535 */
	bool mss_clamp;				/* lower TCP MSS to what the device carries, both ways */
	uint32_t carrier_timeout;		/* ms without a packet until carrier is lost; 0: never */
	char netns[DATAPATH_NETNS_MAX];		/* device lives there; "" ours */
	char bridge[IF_NAMESIZE];		/* master device; "" none */
	bool interface_up;			/* set the device up at creation */
	handle network_device;			/* PPP: the shared device that its IP packets go through; HANDLE_NONE:
						 * see ppp.own_device */
	struct datapath_ppp ppp;		/* PPP: nothing of this before session_modify() tells it */
	struct datapath_mppe mppe;		/* likewise */
	struct datapath_rate rate;		/* likewise */
	/* PPP: path of the frame socket to be made, an AF_UNIX SOCK_SEQPACKET on which one client at a time gets and
	 * gives PPP frames, one with each packet, from the address field on as they are on the wire (no FCS, no
	 * stuffing). Nobody connected: frames are counted and dropped. It is removed with the session. NULL: the frames
	 * are the engine's (receive(), send()). */
	const char *frames;
	bool priority;				/* version 2: the P bit is set on frames of PPP's control protocols */
};

/*
 * Who has the PPP frames of a session that keeps to the rules of the kernel's API (as_kernel): another program,
 * by descriptors that are copied.  Here a frame begins with its protocol field; on the wire there is FF 03 before it
 * when it is sent, and there may be when it arrives.
 */
struct datapath_channel {
	int frames;			/* a non-blocking, connected SOCK_SEQPACKET on which all frames are given and
					 * taken, one with each packet; -1: receive()'s and send()'s, but ... */
	int network;			/* ... a TUN device as of tap_open() for IP packets; -1: those, too */
	bool ipv4, ipv6;		/* which it gives and takes; others are receive()'s */
	bool send_pfc;			/* their protocol field is one octet */
};

/* Which members of a config a modify operation changes. */
enum datapath_tunnel_field {
	DATAPATH_TUNNEL_PEER = 1 << 0,		/* address (re-resolved) and port; may change AF_UNSPEC to known.
						 * Of a shadow: local, too */
	DATAPATH_TUNNEL_CHECKSUM = 1 << 1,
	DATAPATH_TUNNEL_MARKING = 1 << 2,	/* ttl, dscp, fwmark */
	DATAPATH_TUNNEL_PEER_ID = 1 << 3,	/* peer_tunnel_id */
};
enum datapath_session_field {
	DATAPATH_SESSION_SEND_SEQ = 1 << 0,
	DATAPATH_SESSION_RECV_SEQ = 1 << 1,
	DATAPATH_SESSION_LNS_MODE = 1 << 2,
	DATAPATH_SESSION_REORDER = 1 << 3,
	DATAPATH_SESSION_MTU = 1 << 4,		/* mtu_mode and mtu */
	DATAPATH_SESSION_MSS = 1 << 5,
	DATAPATH_SESSION_CARRIER = 1 << 6,
	DATAPATH_SESSION_PRIORITY = 1 << 7,
	DATAPATH_SESSION_PPP = 1 << 8,		/* ppp, ifname, mtu_mode, mtu, network_device */
	DATAPATH_SESSION_MPPE = 1 << 9,
	DATAPATH_SESSION_MPPE_FLUSH = 1 << 10,	/* of mppe only flush */
	DATAPATH_SESSION_RATE = 1 << 11,
	DATAPATH_SESSION_MPPE_SEND = 1 << 12,	/* of mppe only send: the other direction goes on as it was */
	DATAPATH_SESSION_MPPE_RECEIVE = 1 << 13,	/* likewise */
	/* Of mppe only send_key and receive_key, of 16 octets: with these encryption may be negotiated from now on.
	 * A backend whose kernel watches that must know them before. ERROR_UNSUPPORTED: it cannot encrypt. */
	DATAPATH_SESSION_MPPE_KEYS = 1 << 14,
};

/* The kernel's statistics, same names and meaning (L2TP_ATTR_STATS): octets include the L2TP
 * header, not UDP and IP. */
struct datapath_stats {
	uint64_t tx_packets, tx_bytes, tx_errors;
	uint64_t rx_packets, rx_bytes, rx_errors;
	uint64_t rx_seq_discards, rx_oos_packets, rx_cookie_discards, rx_invalid;
};

struct datapath_tunnel_info {
	handle port;			/* of its sockets; HANDLE_NONE: it has none, its peer is not known */
	struct endpoint local;		/* in effect: port as bound */
	uint32_t path_mtu;		/* octets of an IP packet to the peer; 0 unknown */
	bool is_elsewhere;		/* its packets leave in a network namespace whose name is another's now */
	struct datapath_stats stats;	/* as the kernel counts: sum of its sessions for packets and octets both ways
					 * and tx_errors, gone sessions included; rx_invalid its own; others 0 */
};

/* Of a session as_kernel: IP packets that the network device of its channel gave and took, without what was put before
 * them. */
struct datapath_carried {
	uint64_t tx_packets, tx_bytes, rx_packets, rx_bytes;
	uint64_t tx_time, rx_time;	/* monotonic ms: of the last one */
};

struct datapath_session_info {
	char ifname[IF_NAMESIZE];	/* as it is called now, somebody may have renamed it; PPP without one: "" */
	uint32_t ifindex;		/* likewise: 0 */
	uint32_t mtu;			/* in effect: of the device, of IP packets; PPP that carries none: of a frame */
	bool is_elsewhere;		/* its device is in a network namespace whose name is another's now */
	const char *moved_by;		/* more exactly than the tunnel's moved_by(): a text that lasts, or NULL */
	bool attached;			/* PPP: somebody is connected to the frame socket */
	bool carrier;
	bool send_seq;			/* in effect: may follow the peer */
	uint32_t nr, ns;		/* sequence numbers: of the next packet from the peer, and to it */
	uint64_t network_packets;	/* PPP: of stats, both ways, those with IP packets that were carried */
	struct datapath_carried network;
	struct datapath_stats stats;
};

/* Packets that belong to no session, since the backend was opened. */
struct datapath_totals {
	uint64_t rx_short, rx_version, rx_unknown_session, rx_wrong_source, rx_control, rx_oversize;
	uint64_t socket_errors;
	uint64_t tx_unsent;		/* of send(): messages that the system did not take */
};

enum datapath_event_kind {
	DATAPATH_EVENT_DROPPED,		/* packets were dropped; rate-limited by the backend */
	DATAPATH_EVENT_UNREACHABLE,	/* the network says the peer of this tunnel cannot be reached */
	DATAPATH_EVENT_PATH_MTU,	/* the path to this tunnel's peer has a new MTU */
	DATAPATH_EVENT_CARRIER,		/* the session's carrier changed */
	DATAPATH_EVENT_DEVICE_GONE,	/* somebody removed the session's device */
	DATAPATH_EVENT_MPPE_LOST,	/* MPPE: what arrives cannot be deciphered until there is a remedy */
	DATAPATH_EVENT_SEQUENCE,	/* of a session with the kernel's rules for sequence numbers, while listen_in()
					 * is on: some of what happens to them */
};

/* What happened to sequence numbers, by the names of the kernel's trace points. */
enum datapath_sequence {
	DATAPATH_SEQNUM_LNS_ENABLE, DATAPATH_SEQNUM_LNS_DISABLE,	/* the LAC follows its LNS */
	DATAPATH_SEQNUM_UPDATE, DATAPATH_SEQNUM_RESET,
	DATAPATH_PKT_EXPIRED, DATAPATH_PKT_OUTSIDE_RX_WINDOW, DATAPATH_PKT_OOS,
};

enum datapath_drop {
	DATAPATH_DROP_SHORT, DATAPATH_DROP_VERSION, DATAPATH_DROP_UNKNOWN_SESSION, DATAPATH_DROP_WRONG_SOURCE,
	DATAPATH_DROP_COOKIE, DATAPATH_DROP_SEQUENCE, DATAPATH_DROP_INVALID, DATAPATH_DROP_OVERSIZE,
	DATAPATH_DROP_UNATTACHED,	/* nobody takes the session's frames */
	DATAPATH_DROP_CONTROL,
	/* of PPP: no such network protocol is up; not the peer's address; in clear, or it cannot be deciphered; above
	 * the rate (no event tells of that: it is what was ordered); more for the engine than it can take */
	DATAPATH_DROP_CLOSED, DATAPATH_DROP_SOURCE, DATAPATH_DROP_CLEAR, DATAPATH_DROP_RATE, DATAPATH_DROP_CROWDED,
	DATAPATH_DROP_UNSENT,		/* packets() only: outgoing, and the system did not take it */
};
#define DATAPATH_DROP_NONE (-1)

/* With state the peer's reset helps, without only keys that are negotiated anew; or a backend needs one of them. */
enum datapath_remedy { DATAPATH_REMEDY_OF_MODE, DATAPATH_REMEDY_RESET, DATAPATH_REMEDY_ANEW };

struct datapath_event {
	enum datapath_event_kind kind;
	handle tunnel, session;		/* HANDLE_NONE where there is none */
	enum datapath_drop drop;	/* DROPPED */
	uint32_t session_id;		/* DROPPED: as received */
	struct endpoint source;		/* DROPPED: who sent it. AF_UNSPEC: no packet, but the end of many: none was
					 * dropped for this reason for some seconds */
	uint32_t untold;		/* DROPPED: packets dropped for this reason before it, of which no event told */
	uint32_t mtu;			/* PATH_MTU */
	enum datapath_remedy remedy;	/* MPPE_LOST */
	bool carrier;			/* CARRIER */
	struct {
		enum datapath_sequence what;
		uint32_t ns, nr;	/* as of datapath_session_info; PKT_*: ns is that of the packet ... */
		uint32_t queued;	/* ... and so many wait for their turn */
	} sequence;			/* SEQUENCE */
};

#define DATAPATH_TAPS_MAX 8		/* tunnels and sessions tapped at once: it is for people who look for a fault */
#define DATAPATH_SNAPLEN_MAX 65535	/* no L2TP message is longer */

/* A packet of a tapped tunnel or session, as it is on the wire from the L2TP header on. */
struct datapath_packet {
	handle tunnel;
	handle session;			/* HANDLE_NONE: a control message, or for none of the tunnel's sessions */
	enum l2tp_encap encap;
	struct endpoint local;		/* address any: not known. Port 0 over IP */
	struct endpoint peer;		/* who sent it, or to whom it went */
	uint64_t when_ns;		/* wall clock: since 1970-01-01 UTC */
	bool outgoing;
	bool held;			/* it came ahead of its turn and waits for those before it */
	int drop;			/* enum datapath_drop, or DATAPATH_DROP_NONE */
	uint32_t length;		/* octets of the L2TP message */
	uint32_t captured;		/* of them in octets: no more than the tap's snaplen */
	uint8_t cookie_length;		/* of such packets of the session: 0, 4, 8; without a session, 8: may be one */
	uint32_t lost;			/* packets of any tap for which there was no room, since the one before */
	const uint8_t *octets;		/* valid until the next operation of any kind */
};

#define DATAPATH_MESSAGES_MAX 64		/* of one receive() */

/* A control message, whole: what UDP carries; or a PPP frame of a session without frame socket. */
struct datapath_message {
	handle session;			/* HANDLE_NONE: a control message. Else a frame of this session, from the
					 * address or protocol field on; of what follows octets and length count */
	handle port;			/* by whose sockets: datapath_tunnel_info.port, or listen()'s */
	handle tunnel;			/* sent: with its ttl, dscp and fwmark; HANDLE_NONE: the system's.
					 * Received: HANDLE_NONE; what is in it says for whom it is (of a backend
					 * whose tunnels have sockets of their own: to whose it came; no port then) */
	struct endpoint local;		/* to which it came, or by which it shall leave. Address any: not known */
	struct endpoint peer;
	uint8_t *octets;		/* received: may be changed, valid until the next receive() */
	uint32_t length;
};

/* Every backend fills every member. */
struct datapath_ops {
	const char *name;		/* "user", "kernel", "null", "per tunnel" */

	void (*close)(struct datapath *dp);	/* removes every tunnel, session and device; frees dp */
	/* readable when events() or receive() has something; -1: never */
	int (*event_fd)(struct datapath *dp);
	/* Take up to max events, oldest first; returns how many. */
	int (*events)(struct datapath *dp, struct datapath_event *events, int max);
	void (*totals)(struct datapath *dp, struct datapath_totals *totals);

	/* Take control messages that come to this port, whoever sends them. The same config again (but for port 0): the
	 * same port, which is closed when it was given back as often and no tunnel uses it. */
	int (*listen)(struct datapath *dp, const struct datapath_port_config *config, handle *port,
		      struct error *error);
	void (*unlisten)(struct datapath *dp, handle port);
	/* Take up to max (DATAPATH_MESSAGES_MAX at most) messages: frames, and control messages of the ports that are
	 * listened to and of those of version 2 tunnels; returns how many. Those of connections go before those with
	 * connection id 0: to ask again and again makes nobody's connection wait for more than one such batch. */
	int (*receive)(struct datapath *dp, struct datapath_message *messages, int max);
	/* Send a batch, in its order. Never waits: what the system does not take is lost, as on the way. */
	void (*send)(struct datapath *dp, const struct datapath_message *messages, int count);

	int (*tunnel_add)(struct datapath *dp, const struct datapath_tunnel_config *config, handle *tunnel,
			  struct error *error);
	int (*tunnel_modify)(struct datapath *dp, handle tunnel, const struct datapath_tunnel_config *config,
			     unsigned int fields, struct error *error);
	void (*tunnel_delete)(struct datapath *dp, handle tunnel);	/* with all its sessions, at once */
	int (*tunnel_info)(struct datapath *dp, handle tunnel, struct datapath_tunnel_info *info);
	/* Which backend moves the packets of its sessions, and why: a text that lasts. NULL: no such tunnel. */
	const char *(*moved_by)(struct datapath *dp, handle tunnel);

	int (*session_add)(struct datapath *dp, const struct datapath_session_config *config, handle *session,
			   struct error *error);
	int (*session_modify)(struct datapath *dp, handle session, const struct datapath_session_config *config,
			      unsigned int fields, struct error *error);
	/* a batch: one by one is slow */
	void (*session_delete)(struct datapath *dp, const handle *sessions, int count);
	int (*session_info)(struct datapath *dp, handle session, struct datapath_session_info *info);
	/* Of a PPP session as_kernel; at first both are -1.  channel NULL: as it was, but what was given by frames
	 * until now has been sent. */
	int (*session_channel)(struct datapath *dp, handle session, const struct datapath_channel *channel,
			       struct error *error);

	/* A device for PPP sessions to share, with its addresses and routes. It must not go before its sessions. */
	int (*device_add)(struct datapath *dp, const struct datapath_device_config *config, handle *device,
			  struct error *error);
	void (*device_delete)(struct datapath *dp, handle device);

	/* Copy the first snaplen octets of each packet of a session, or, with session HANDLE_NONE, of a tunnel: of its
	 * sessions, new ones too, and of what else its peer sends here.  1..DATAPATH_SNAPLEN_MAX; 0: no more; again:
	 * another snaplen.  A tap ends with its object.  What is not tapped must not become slower.  ERROR_LIMIT: there
	 * are DATAPATH_TAPS_MAX. */
	int (*tap)(struct datapath *dp, handle tunnel, handle session, uint32_t snaplen, struct error *error);
	/* Tell of sequence numbers (DATAPATH_EVENT_SEQUENCE), or do not: then it must cost nothing. NULL: it cannot. */
	void (*listen_in)(struct datapath *dp, bool on);
	/* Readable when packets() has something; -1: never.  It is not event_fd: captures may wait, the rest not. */
	int (*packet_fd)(struct datapath *dp);
	/* Take up to max packets, oldest first; returns how many.  packet_fd stays readable until it returned 0. */
	int (*packets)(struct datapath *dp, struct datapath_packet *packets, int max);
};

struct datapath_base {
	const struct datapath_ops *ops;
};

/* Call an operation: datapath_ops(dp)->tunnel_add(dp, ...). */
static inline const struct datapath_ops *datapath_ops(struct datapath *dp)
{
	return ((struct datapath_base *)(void *)dp)->ops;
}

/* For backends, what a modify operation says: members that fields name. */
static inline void datapath_tunnel_take(struct datapath_tunnel_config *to, const struct datapath_tunnel_config *from,
					unsigned int fields)
{
	if (fields & DATAPATH_TUNNEL_PEER)
		to->peer = from->peer;
	if (fields & DATAPATH_TUNNEL_PEER && to->shadow)
		to->local = from->local;
	if (fields & DATAPATH_TUNNEL_PEER_ID)
		to->peer_tunnel_id = from->peer_tunnel_id;
	if (fields & DATAPATH_TUNNEL_CHECKSUM) {
		to->udp_checksum = from->udp_checksum;
		to->udp_zero_csum6_tx = from->udp_zero_csum6_tx;
		to->udp_zero_csum6_rx = from->udp_zero_csum6_rx;
	}
	if (fields & DATAPATH_TUNNEL_MARKING) {
		to->ttl = from->ttl;
		to->dscp = from->dscp;
		to->fwmark = from->fwmark;
	}
}

/* As above; not those of PPP, MPPE and rates, whose pointers and keys are not copied like that. */
static inline void datapath_session_take(struct datapath_session_config *to,
					 const struct datapath_session_config *from, unsigned int fields)
{
	if (fields & DATAPATH_SESSION_SEND_SEQ)
		to->send_seq = from->send_seq;
	if (fields & DATAPATH_SESSION_RECV_SEQ)
		to->recv_seq = from->recv_seq;
	if (fields & DATAPATH_SESSION_LNS_MODE)
		to->lns_mode = from->lns_mode;
	if (fields & DATAPATH_SESSION_REORDER)
		to->reorder_timeout = from->reorder_timeout;
	if (fields & DATAPATH_SESSION_MTU) {
		to->mtu_mode = from->mtu_mode;
		to->mtu = from->mtu;
	}
	if (fields & DATAPATH_SESSION_MSS)
		to->mss_clamp = from->mss_clamp;
	if (fields & DATAPATH_SESSION_CARRIER)
		to->carrier_timeout = from->carrier_timeout;
	if (fields & DATAPATH_SESSION_PRIORITY)
		to->priority = from->priority;
}

#endif
