/* SPDX-License-Identifier: MIT */
/*
 * The kernel answers, or whoever answers in its place.  Nothing comes any more when a question is answered that is
 * asked last: for the controller itself, which costs least (for a family that is not there the kernel runs modprobe).
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <poll.h>

#include "netlink_probe.h"

#define PATIENCE_MS 20000		/* of a busy machine */
#define MARK 0x80000000u		/* the question's number */

static struct mnl_socket *sockets[PROBE_SOCKETS];
static bool marked[PROBE_SOCKETS];

bool probe_open(unsigned int number, uint32_t *port)
{
	sockets[number] = mnl_socket_open(NETLINK_GENERIC);
	if (!sockets[number] || mnl_socket_bind(sockets[number], 0, MNL_SOCKET_AUTOPID) < 0)
		return false;
	*port = mnl_socket_get_portid(sockets[number]);
	return true;
}

bool probe_send(unsigned int number, const struct probe_message *message)
{
	return mnl_socket_sendto(sockets[number], message->octets, message->length) >= 0;
}

bool probe_option(unsigned int number, int option, int value)
{
	return mnl_socket_setsockopt(sockets[number], option, &value, sizeof(value)) == 0;
}

static bool send_mark(unsigned int number)
{
	struct probe_message message;
	struct nlmsghdr *header = mnl_nlmsg_put_header(message.octets);
	struct genlmsghdr *generic = mnl_nlmsg_put_extra_header(header, sizeof(*generic));

	header->nlmsg_type = GENL_ID_CTRL;
	header->nlmsg_flags = NLM_F_REQUEST;
	header->nlmsg_seq = MARK;
	generic->cmd = CTRL_CMD_GETFAMILY;
	generic->version = 1;
	mnl_attr_put_u16(header, CTRL_ATTR_FAMILY_ID, GENL_ID_CTRL);
	message.length = header->nlmsg_len;
	return probe_send(number, &message);
}

bool probe_receive(unsigned int number, bool expected, struct probe_message *message)
{
	struct pollfd heard = { .fd = mnl_socket_get_fd(sockets[number]), .events = POLLIN };
	ssize_t length = -1;

	if (!expected && !marked[number])
		marked[number] = send_mark(number);
	if (poll(&heard, 1, PATIENCE_MS) > 0)
		length = mnl_socket_recvfrom(sockets[number], message->octets, sizeof(message->octets));
	message->length = length < 0 ? 0 : (size_t)length;
	if (!message->length || !marked[number] || ((struct nlmsghdr *)(void *)message->octets)->nlmsg_seq != MARK)
		return message->length;
	marked[number] = false;
	return false;
}

int main(void)
{
	return probe_run();
}
