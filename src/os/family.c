/* SPDX-License-Identifier: MIT */
/* See family.h. */
#include "os/family.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <string.h>

#define FAMILY_MESSAGE_MAX 8192		/* one family with all its operations has some 1,000 octets */

static int take_id(const struct nlmsghdr *header, void *context)
{
	const struct nlattr *attribute;

	mnl_attr_for_each(attribute, header, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attribute) == CTRL_ATTR_FAMILY_ID &&
		    mnl_attr_validate(attribute, MNL_TYPE_U16) == 0)
			*(uint16_t *)context = mnl_attr_get_u16(attribute);
	}
	return MNL_CB_OK;
}

static int ask(struct mnl_socket *socket, const char *name, uint16_t *id)
{
	char message[FAMILY_MESSAGE_MAX] = { 0 };
	struct nlmsghdr *header = mnl_nlmsg_put_header(message);
	struct genlmsghdr *command;
	ssize_t length;

	header->nlmsg_type = GENL_ID_CTRL;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	header->nlmsg_seq = 1;
	command = mnl_nlmsg_put_extra_header(header, sizeof(*command));
	command->cmd = CTRL_CMD_GETFAMILY;
	command->version = 1;
	mnl_attr_put_strz(header, CTRL_ATTR_FAMILY_NAME, name);
	if (mnl_socket_sendto(socket, header, header->nlmsg_len) < 0)
		return -1;
	do {
		length = mnl_socket_recvfrom(socket, message, sizeof(message));
	} while (length > 0 && mnl_cb_run(message, (size_t)length, 1, 0, take_id, id) > 0);
	return length < 0 || errno ? -1 : 0;
}

int os_family_find(const char *name, uint16_t *id, struct error *error)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	uint16_t found = 0;
	int failed = 0;

	if (!socket)
		return error_system(error, errno, NULL, "cannot open a generic netlink socket");
	errno = 0;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 || ask(socket, name, &found) < 0)
		failed = errno;
	mnl_socket_close(socket);
	if (found && id)
		*id = found;
	if (found || failed == ENOENT)
		return found != 0;
	return error_system(error, failed, NULL, "the kernel does not tell whether it has the netlink family %s", name);
}
