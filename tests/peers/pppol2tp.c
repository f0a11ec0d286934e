/* SPDX-License-Identifier: MIT */
/*
 * In the guest: a static PPP pseudowire of the kernel, which `ip l2tp` cannot make. `pppol2tp TUNNEL-ID
 * PEER-TUNNEL-ID SESSION-ID PEER-SESSION-ID COOKIE PEER-COOKIE L2SPEC PROGRAM ARGUMENT...`: in the tunnel, which is
 * there (`ip l2tp add tunnel`), makes the session, version 3, pseudowire type 7, and becomes the program, whose
 * descriptor 3 is the PPPoL2TP socket of it: pppd, with its plugin pppol2tp.so. Cookies are hexadecimal or "-", L2SPEC
 * is `none` or `default`.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/if.h>
#include <linux/if_pppox.h>
#include <linux/l2tp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

#define PPP_SOCKET 3			/* the descriptor that the program gets */
#define COOKIE_MAX 8
#define MESSAGE_OCTETS 4096

struct session {
	uint32_t tunnel_id, peer_tunnel_id, id, peer_id;
	uint8_t cookie[COOKIE_MAX], peer_cookie[COOKIE_MAX];
	size_t cookie_length, peer_cookie_length;
	uint8_t l2spec;
};

static void die(const char *what)
{
	fprintf(stderr, "pppol2tp: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int family_of(const struct nlattr *attribute, void *id)
{
	if (mnl_attr_get_type(attribute) == CTRL_ATTR_FAMILY_ID)
		*(uint16_t *)id = mnl_attr_get_u16(attribute);
	return MNL_CB_OK;
}

static int family_answer(const struct nlmsghdr *message, void *id)
{
	return mnl_attr_parse(message, sizeof(struct genlmsghdr), family_of, id);
}

static struct nlmsghdr *begin(char *octets, uint16_t type, uint8_t command)
{
	static unsigned int sequence;
	struct nlmsghdr *message = mnl_nlmsg_put_header(octets);
	struct genlmsghdr *header = mnl_nlmsg_put_extra_header(message, sizeof(*header));

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	message->nlmsg_seq = ++sequence;
	header->cmd = command;
	header->version = 1;
	return message;
}

/* Sends it and takes what comes until the acknowledgement. */
static void ask(struct mnl_socket *netlink, struct nlmsghdr *message, mnl_cb_t heed, void *data, const char *what)
{
	unsigned int sequence = message->nlmsg_seq;
	char octets[MESSAGE_OCTETS];
	int more = MNL_CB_OK;

	if (mnl_socket_sendto(netlink, message, message->nlmsg_len) < 0)
		die(what);
	while (more > MNL_CB_STOP) {
		ssize_t length = mnl_socket_recvfrom(netlink, octets, sizeof(octets));

		if (length < 0)
			die(what);
		more = mnl_cb_run(octets, (size_t)length, sequence, mnl_socket_get_portid(netlink), heed, data);
	}
	if (more == MNL_CB_ERROR)
		die(what);
}

static void put_session(struct nlmsghdr *message, const struct session *session)
{
	mnl_attr_put_u32(message, L2TP_ATTR_CONN_ID, session->tunnel_id);
	mnl_attr_put_u32(message, L2TP_ATTR_PEER_CONN_ID, session->peer_tunnel_id);
	mnl_attr_put_u32(message, L2TP_ATTR_SESSION_ID, session->id);
	mnl_attr_put_u32(message, L2TP_ATTR_PEER_SESSION_ID, session->peer_id);
	mnl_attr_put_u16(message, L2TP_ATTR_PW_TYPE, L2TP_PWTYPE_PPP);
	mnl_attr_put_u8(message, L2TP_ATTR_L2SPEC_TYPE, session->l2spec);
	if (session->cookie_length)
		mnl_attr_put(message, L2TP_ATTR_COOKIE, session->cookie_length, session->cookie);
	if (session->peer_cookie_length)
		mnl_attr_put(message, L2TP_ATTR_PEER_COOKIE, session->peer_cookie_length, session->peer_cookie);
}

static void make_session(const struct session *session)
{
	struct mnl_socket *netlink = mnl_socket_open(NETLINK_GENERIC);
	char octets[MESSAGE_OCTETS];
	struct nlmsghdr *message;
	uint16_t family = 0;

	if (!netlink || mnl_socket_bind(netlink, 0, MNL_SOCKET_AUTOPID) < 0)
		die("netlink");
	message = begin(octets, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	mnl_attr_put_strz(message, CTRL_ATTR_FAMILY_NAME, L2TP_GENL_NAME);
	ask(netlink, message, family_answer, &family, "no l2tp in the kernel");
	message = begin(octets, family, L2TP_CMD_SESSION_CREATE);
	put_session(message, session);
	ask(netlink, message, NULL, NULL, "the session");
	mnl_socket_close(netlink);
}

static void join_session(const struct session *session)
{
	struct sockaddr_pppol2tpv3 address = {
		.sa_family = AF_PPPOX, .sa_protocol = PX_PROTO_OL2TP,
		.pppol2tp = {
			.fd = -1, .s_tunnel = session->tunnel_id, .s_session = session->id,
			.d_tunnel = session->peer_tunnel_id, .d_session = session->peer_id,
		},
	};
	int sock = socket(AF_PPPOX, SOCK_DGRAM, PX_PROTO_OL2TP);

	if (sock < 0 || connect(sock, (const struct sockaddr *)&address, sizeof(address)) != 0)
		die("the PPPoL2TP socket");
	if (sock != PPP_SOCKET && dup2(sock, PPP_SOCKET) != PPP_SOCKET)
		die("dup2");
}

static size_t cookie_of(const char *text, uint8_t *octets)
{
	size_t length = 0;

	if (strcmp(text, "-") != 0 && !text_to_octets(text, octets, COOKIE_MAX, &length)) {
		errno = EINVAL;
		die(text);
	}
	return length;
}

int main(int argc, char **argv)
{
	struct session session;

	if (argc < 9) {
		fprintf(stderr, "usage: pppol2tp TUNNEL PEER-TUNNEL SESSION PEER-SESSION COOKIE PEER-COOKIE "
				"none|default PROGRAM ARGUMENT...\n");
		return 2;
	}
	session.tunnel_id = (uint32_t)strtoul(argv[1], NULL, 0);
	session.peer_tunnel_id = (uint32_t)strtoul(argv[2], NULL, 0);
	session.id = (uint32_t)strtoul(argv[3], NULL, 0);
	session.peer_id = (uint32_t)strtoul(argv[4], NULL, 0);
	session.cookie_length = cookie_of(argv[5], session.cookie);
	session.peer_cookie_length = cookie_of(argv[6], session.peer_cookie);
	session.l2spec = strcmp(argv[7], "none") == 0 ? L2TP_L2SPECTYPE_NONE : L2TP_L2SPECTYPE_DEFAULT;
	make_session(&session);
	join_session(&session);
	execv(argv[8], argv + 8);
	die(argv[8]);
}
