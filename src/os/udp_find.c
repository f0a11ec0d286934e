/* SPDX-License-Identifier: MIT */
/* See udp_find.h. */
#include "os/udp_find.h"

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <string.h>

struct wanted {
	uint64_t cookie;
	struct endpoint *local, *peer;
	bool found;
};

static void read_end(sa_family_t family, const __be32 *address, __be16 port, struct endpoint *end)
{
	*end = (struct endpoint){ .address.family = family, .port = ntohs(port) };
	memcpy(end->address.bytes, address, family == AF_INET6 ? 16 : 4);
}

static int look(const struct nlmsghdr *message, void *context)
{
	struct wanted *wanted = context;
	const struct inet_diag_msg *one = mnl_nlmsg_get_payload(message);

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*one) ||
	    ((uint64_t)one->id.idiag_cookie[1] << 32 | one->id.idiag_cookie[0]) != wanted->cookie)
		return MNL_CB_OK;
	read_end(one->idiag_family, one->id.idiag_src, one->id.idiag_sport, wanted->local);
	read_end(one->idiag_family, one->id.idiag_dst, one->id.idiag_dport, wanted->peer);
	wanted->found = true;
	return MNL_CB_OK;
}

static bool ask(struct mnl_socket *socket, sa_family_t family)
{
	char buffer[256];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct inet_diag_req_v2 *request = mnl_nlmsg_put_extra_header(message, sizeof(*request));

	message->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request->sdiag_family = (uint8_t)family;
	request->sdiag_protocol = IPPROTO_UDP;
	request->idiag_states = ~0u;
	return mnl_socket_sendto(socket, message, message->nlmsg_len) >= 0;
}

bool os_udp_find(sa_family_t family, uint64_t cookie, struct endpoint *local, struct endpoint *peer)
{
	struct wanted wanted = { .cookie = cookie, .local = local, .peer = peer };
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	char buffer[8192];
	ssize_t length;
	int more = socket && mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) == 0 && ask(socket, family);

	while (more > 0) {
		length = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
		more = length < 0 ? -1 : mnl_cb_run(buffer, (size_t)length, 0, 0, look, &wanted);
	}
	if (socket)
		mnl_socket_close(socket);
	return wanted.found;
}
