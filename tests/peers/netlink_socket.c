/* SPDX-License-Identifier: MIT */
/*
 * The kernel answers, or whoever answers in its place.
 */
#include <poll.h>
#include <sys/socket.h>
#include <linux/netlink.h>

#include "netlink_text.h"

static int sockets[PROBE_SOCKETS];

bool probe_open(unsigned int number)
{
	const struct sockaddr_nl address = { .nl_family = AF_NETLINK };

	sockets[number] = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	return sockets[number] >= 0 &&
	       bind(sockets[number], (const struct sockaddr *)&address, sizeof(address)) == 0;
}

bool probe_send(unsigned int number, const struct probe_message *message)
{
	const struct sockaddr_nl to = { .nl_family = AF_NETLINK };

	return sendto(sockets[number], message->octets, message->length, 0, (const struct sockaddr *)&to,
		      sizeof(to)) >= 0;
}

bool probe_receive(unsigned int number, int wait_ms, struct probe_message *message)
{
	struct pollfd poll_this = { .fd = sockets[number], .events = POLLIN };
	ssize_t length = -1;

	if (poll(&poll_this, 1, wait_ms) > 0)
		length = recv(poll_this.fd, message->octets, sizeof(message->octets), 0);
	message->length = length < 0 ? 0 : (size_t)length;
	return length > 0;
}

bool probe_option(unsigned int number, int option, int value)
{
	return setsockopt(sockets[number], SOL_NETLINK, option, &value, sizeof(value)) == 0;
}

int main(void)
{
	return probe_run();
}
