/* SPDX-License-Identifier: MIT */
/*
 * Captures: a packet socket for each tunnel of which something is tapped, which has copies of what goes between its two
 * ends, on whatever interface.  What became of a packet in the kernel nobody tells.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <utlist.h>

#include "datapath/kernel/internal.h"
#include "os/cbpf.h"
#include "os/close.h"
#include "os/socket.h"
#include "wire/data_header_v2.h"

#define ARENA (256 << 10)		/* octets of all that one packets() gives */
#define LARGEST 65600			/* of one packet, with its IP header */
#define WAITING (8 << 20)		/* octets that wait for us in each socket */
#define LOOKED_AT 256			/* packets of one tunnel at once, those that nobody wants too */
#define COMPARED 128			/* octets that tell a packet from another: addresses, ids, sequence numbers */

struct native_tap {
	int fd;				/* -1: the tunnel has no path now */
	uint32_t snaplen;		/* of the whole tunnel; 0: only of sessions */
	uint32_t lost;			/* told of those for which there was no room */
	uint32_t ifindex;		/* the last packet, as it was seen: below a bridge it is seen again above */
	uint32_t compared;
	uint8_t last[COMPARED];
};

/* --- the socket --- */

static void stop(struct native_tap *tap)
{
	os_close(&tap->fd);
	tap->lost = 0;
}

static bool set_up(int fd, const struct native_tunnel *tunnel)
{
	const struct sockaddr_ll everywhere = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	struct sock_filter code[NATIVE_TAP_FILTER_MAX];
	struct endpoint local = tunnel->config.local;
	int size = WAITING, on = 1;
	unsigned int count;

	(void)os_socket_local(tunnel->fd, &local);
	count = native_tap_filter(tunnel->config.encap, &local, &tunnel->config.peer, code);
	return cbpf_attach(fd, SO_ATTACH_FILTER, code, count) == 0 &&
	       setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) == 0 &&
	       setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) == 0 &&
	       setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on)) == 0 &&
	       bind(fd, (const struct sockaddr *)(const void *)&everywhere, sizeof(everywhere)) == 0;
}

static int begin(const struct native_datapath *dp, struct native_tunnel *tunnel, struct error *error)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = tunnel->self };
	struct native_tap *tap = tunnel->tap;

	if (!tunnel->connected)
		return 0;		/* it will have a path later, or does not */
	tap->fd = native_packet_socket(tunnel->config.netns, "capture packets", error);
	if (tap->fd < 0)
		return -1;
	if (set_up(tap->fd, tunnel) && epoll_ctl(dp->packet_fd, EPOLL_CTL_ADD, tap->fd, &event) == 0)
		return 0;
	error_system(error, errno, NULL, "cannot capture packets");
	stop(tap);
	return -1;
}

void native_tap_again(const struct native_datapath *dp, struct native_tunnel *tunnel)
{
	if (!tunnel->tap)
		return;
	stop(tunnel->tap);
	(void)begin(dp, tunnel, NULL);
}

/* --- taps --- */

static bool is_tapped(const struct native_tunnel *tunnel)
{
	const struct native_session *session;

	DL_FOREACH(tunnel->sessions, session)
		if (session->snaplen)
			return true;
	return tunnel->tap->snaplen > 0;
}

/* The last one of a tunnel ends it. */
static void leave(struct native_tunnel *tunnel)
{
	if (!tunnel->tap || is_tapped(tunnel))
		return;
	stop(tunnel->tap);
	free(tunnel->tap);
	tunnel->tap = NULL;
}

static void set(struct native_datapath *dp, uint32_t *snaplen, uint32_t wanted)
{
	dp->taps += (wanted > 0) - (*snaplen > 0);
	*snaplen = wanted;
}

static int prepare(struct native_datapath *dp, struct native_tunnel *tunnel, struct error *error)
{
	if (!dp->packet_arena)
		dp->packet_arena = malloc(ARENA);
	if (!tunnel->tap && (tunnel->tap = calloc(1, sizeof(*tunnel->tap)))) {
		tunnel->tap->fd = -1;
		if (begin(dp, tunnel, error) < 0) {
			leave(tunnel);
			return -1;
		}
	}
	if (dp->packet_arena && tunnel->tap)
		return 0;
	leave(tunnel);
	return error_system(error, ENOMEM, NULL, "cannot capture packets");
}

int native_tap(struct datapath *base, handle h, handle session_handle, uint32_t snaplen, struct error *error)
{
	struct native_datapath *dp = native_of(base);
	struct native_session *session = handle_get(&dp->sessions, session_handle);
	struct native_tunnel *tunnel = session ? session->tunnel : handle_get(&dp->tunnels, h);
	uint32_t *place;
	bool is_new;

	if (!tunnel || (session_handle != HANDLE_NONE && !session))
		return error_set(error, ERROR_UNKNOWN, NULL, "the datapath has no such tunnel or session");
	if (!snaplen && !tunnel->tap)
		return 0;
	is_new = !tunnel->tap || !(session ? session->snaplen : tunnel->tap->snaplen);
	if (snaplen && is_new && dp->taps == DATAPATH_TAPS_MAX)
		return error_set(error, ERROR_LIMIT, NULL, "%d tunnels and sessions are being captured: "
				 "end one of these captures first", DATAPATH_TAPS_MAX);
	if (snaplen && prepare(dp, tunnel, error) < 0)
		return -1;
	place = session ? &session->snaplen : &tunnel->tap->snaplen;
	set(dp, place, snaplen);
	leave(tunnel);
	return 0;
}

void native_tap_forget_session(struct native_datapath *dp, struct native_session *session)
{
	set(dp, &session->snaplen, 0);
	leave(session->tunnel);
}

void native_tap_forget_tunnel(struct native_datapath *dp, struct native_tunnel *tunnel)
{
	if (!tunnel->tap)
		return;
	set(dp, &tunnel->tap->snaplen, 0);
	leave(tunnel);
}

/* --- packets --- */

struct found {
	const struct native_session *session;
	bool is_other;			/* another tunnel's between the same ends */
};

static bool is_it(const struct native_session *session, uint32_t session_id, bool outgoing)
{
	return session_id == (outgoing ? session->config.peer_session_id : session->config.session_id);
}

static bool is_others(const struct native_datapath *dp, const struct native_tunnel *but, uint32_t session_id,
		      bool outgoing)
{
	const struct native_session *session;
	uint32_t position = 0;

	while ((session = handle_next(&dp->sessions, &position)))
		if (session->tunnel != but && session->tunnel->space == but->space &&
		    is_it(session, session_id, outgoing) &&
		    address_equal(&session->tunnel->config.peer.address, &but->config.peer.address))
			return true;
	return false;
}

static bool names_session(const struct native_tunnel *tunnel, const struct datapath_packet *packet, uint32_t *id)
{
	struct data_header_v2 header;
	size_t offset;

	switch (data_header_demux(packet->encap, packet->octets, packet->captured, id, &offset)) {
	case DATA_KIND_V3:
		return true;
	case DATA_KIND_V2:
		if (data_header_v2_read(packet->octets, packet->captured, &header) == DATA_V2_SHORT)
			return false;
		*id = header.session_id;
		return header.tunnel_id == (packet->outgoing ? tunnel->config.peer_tunnel_id : tunnel->tunnel_id);
	default:
		return false;
	}
}

/* Whose it is, and how much of it is wanted. False: nothing. */
static bool attribute(const struct native_datapath *dp, const struct native_tunnel *tunnel,
		      struct datapath_packet *packet)
{
	uint32_t snaplen = tunnel->tap->snaplen, id;
	const struct native_session *session = NULL;

	packet->tunnel = tunnel->self;
	packet->cookie_length = L2TP_COOKIE_MAX;
	if (names_session(tunnel, packet, &id)) {
		DL_FOREACH(tunnel->sessions, session)
			if (is_it(session, id, packet->outgoing))
				break;
		if (!session && is_others(dp, tunnel, id, packet->outgoing))
			return false;
	}
	if (session) {
		packet->session = session->self;
		packet->cookie_length = packet->outgoing ? session->config.cookie_length :
							   session->config.peer_cookie_length;
		if (session->snaplen > snaplen)
			snaplen = session->snaplen;
	}
	if (packet->captured > snaplen)
		packet->captured = snaplen;
	return snaplen > 0;
}

/* The same one again, higher up. */
static bool is_again(struct native_tap *tap, const uint8_t *octets, size_t length, uint32_t ifindex)
{
	uint32_t compared = length < COMPARED ? (uint32_t)length : COMPARED;
	bool same = tap->compared == compared && memcmp(tap->last, octets, compared) == 0 && tap->ifindex != ifindex;

	memcpy(tap->last, octets, compared);
	tap->compared = compared;
	tap->ifindex = ifindex;
	return same;
}

/* When it was there, and how many there was no room for since the socket was opened. */
static void read_notes(struct msghdr *header, struct datapath_packet *packet)
{
	for (struct cmsghdr *note = CMSG_FIRSTHDR(header); note; note = CMSG_NXTHDR(header, note)) {
		struct timespec when;

		if (note->cmsg_level != SOL_SOCKET)
			continue;
		if (note->cmsg_type == SO_TIMESTAMPNS) {
			memcpy(&when, CMSG_DATA(note), sizeof(when));
			packet->when_ns = (uint64_t)when.tv_sec * 1000000000u + (uint64_t)when.tv_nsec;
		} else if (note->cmsg_type == SO_RXQ_OVFL) {
			memcpy(&packet->lost, CMSG_DATA(note), sizeof(packet->lost));
		}
	}
}

/* -1: there is none; 0: one that is not wanted. */
static int take(const struct native_datapath *dp, const struct native_tunnel *tunnel, uint8_t *octets,
		struct datapath_packet *packet)
{
	_Alignas(struct cmsghdr) uint8_t notes[CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(uint32_t))];
	struct sockaddr_ll name = { .sll_family = AF_PACKET };
	struct iovec iov = { octets, LARGEST };
	struct msghdr header = { .msg_name = &name, .msg_namelen = sizeof(name), .msg_iov = &iov, .msg_iovlen = 1,
				 .msg_control = notes, .msg_controllen = sizeof(notes) };
	ssize_t length = recvmsg(tunnel->tap->fd, &header, 0);
	size_t offset, whole;

	if (length < 0)
		return errno == EINTR || errno == ENETDOWN ? 0 : -1;
	*packet = (struct datapath_packet){ .encap = tunnel->config.encap, .drop = DATAPATH_DROP_NONE,
					    .outgoing = name.sll_pkttype == PACKET_OUTGOING,
					    .peer = tunnel->config.peer };
	read_notes(&header, packet);
	if (is_again(tunnel->tap, octets, (size_t)length, (uint32_t)name.sll_ifindex) ||
	    !native_tap_parse(octets, (size_t)length, tunnel->config.encap, &offset, &whole))
		return 0;
	packet->octets = octets + offset;
	packet->length = (uint32_t)whole;
	packet->captured = (uint32_t)((size_t)length - offset < whole ? (size_t)length - offset : whole);
	(void)os_socket_local(tunnel->fd, &packet->local);
	return attribute(dp, tunnel, packet) ? 1 : 0;
}

/* So many since the one before, of all that the socket had no room for. */
static void count_lost(struct native_tap *tap, struct datapath_packet *packet)
{
	uint32_t all = packet->lost;

	packet->lost = all - tap->lost;
	tap->lost = all;
}

static int take_all(struct native_datapath *dp, struct native_tunnel *tunnel, struct datapath_packet *packets,
		    int max, size_t *used)
{
	int count = 0, taken = 0;

	for (int i = 0; i < LOOKED_AT && count < max && *used + LARGEST <= ARENA && taken >= 0; i++) {
		taken = take(dp, tunnel, dp->packet_arena + *used, &packets[count]);
		if (taken <= 0)
			continue;
		*used += (size_t)(packets[count].octets - (dp->packet_arena + *used)) + packets[count].captured;
		count_lost(tunnel->tap, &packets[count++]);
	}
	return count;
}

int native_packet_fd(struct datapath *base)
{
	return native_of(base)->packet_fd;
}

int native_packets(struct datapath *base, struct datapath_packet *packets, int max)
{
	struct native_datapath *dp = native_of(base);
	struct epoll_event ready[DATAPATH_TAPS_MAX];
	int found = epoll_wait(dp->packet_fd, ready, DATAPATH_TAPS_MAX, 0), count = 0;
	size_t used = 0;

	for (int i = 0; i < found; i++) {
		struct native_tunnel *tunnel = handle_get(&dp->tunnels, ready[i].data.u64);

		if (tunnel && tunnel->tap)
			count += take_all(dp, tunnel, packets + count, max - count, &used);
	}
	return count;
}
