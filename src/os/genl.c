/* SPDX-License-Identifier: MIT */
/* See genl.h. The kernel gives ids from the lowest on, so the highest are asked for first. */
#include "os/genl.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdbool.h>

static struct nlmsghdr *begin(void *buffer, uint32_t sequence)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(message, sizeof(*genl));

	message->nlmsg_type = GENL_ID_CTRL;
	message->nlmsg_flags = NLM_F_REQUEST;
	message->nlmsg_seq = sequence;
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	return message;
}

/* 0: there is a family of this id; 1: there is none; -1: no answer. */
static int is_free(struct mnl_socket *socket, uint16_t id)
{
	char buffer[16384];
	struct nlmsghdr *message = begin(buffer, id);
	ssize_t length;

	mnl_attr_put_u16(message, CTRL_ATTR_FAMILY_ID, id);
	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return -1;
	length = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
	if (length < 0)
		return -1;
	if (mnl_cb_run(buffer, (size_t)length, id, mnl_socket_get_portid(socket), NULL, NULL) >= 0)
		return 0;
	return errno == ENOENT ? 1 : -1;
}

struct found {
	uint16_t id;
	uint32_t group;
};

/* The group that a family has; of several the last. */
static void take_group(const struct nlattr *list, uint32_t *group)
{
	const struct nlattr *entry, *attribute;

	mnl_attr_for_each_nested(entry, list)
		mnl_attr_for_each_nested(attribute, entry)
			if (mnl_attr_get_type(attribute) == CTRL_ATTR_MCAST_GRP_ID &&
			    mnl_attr_validate(attribute, MNL_TYPE_U32) == 0)
				*group = mnl_attr_get_u32(attribute);
}

static int take_family(const struct nlmsghdr *message, void *context)
{
	const struct nlattr *attribute;
	struct found *found = context;

	mnl_attr_for_each(attribute, message, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attribute) == CTRL_ATTR_FAMILY_ID &&
		    mnl_attr_validate(attribute, MNL_TYPE_U16) == 0)
			found->id = mnl_attr_get_u16(attribute);
		if (mnl_attr_get_type(attribute) == CTRL_ATTR_MCAST_GROUPS)
			take_group(attribute, &found->group);
	}
	return MNL_CB_OK;
}

/* ENOENT: there is none; 0: there is; what else: that could not be found out. */
static int ask_name(struct mnl_socket *socket, const char *name, struct found *found)
{
	char buffer[16384];
	struct nlmsghdr *message = begin(buffer, 1);
	ssize_t length;

	mnl_attr_put_strz(message, CTRL_ATTR_FAMILY_NAME, name);
	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return errno;
	length = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
	if (length < 0 || mnl_cb_run(buffer, (size_t)length, 1, 0, take_family, found) < 0)
		return errno;
	return 0;
}

static int find(const char *name, struct found *found, struct error *error)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	int failed;

	if (!socket)
		return error_system(error, errno, NULL, "cannot open a generic netlink socket");
	failed = mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ? errno : ask_name(socket, name, found);
	mnl_socket_close(socket);
	if (!failed || failed == ENOENT)
		return !failed;
	return error_system(error, failed, NULL, "the kernel does not tell whether it has the netlink family %s", name);
}

int os_genl_find(const char *name, uint16_t *id, struct error *error)
{
	struct found found = { 0 };
	int result = find(name, &found, error);

	if (id)
		*id = found.id;
	return result;
}

uint32_t os_genl_group(const char *name)
{
	struct found found = { 0 };

	return find(name, &found, NULL) > 0 ? found.group : 0;
}

int os_genl_free_id(uint16_t *id)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	int found = 0;

	if (!socket)
		return -1;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0)
		found = -1;
	for (uint16_t tried = GENL_MAX_ID; found == 0 && tried > GENL_MIN_ID; tried--) {
		found = is_free(socket, tried);
		*id = tried;
	}
	mnl_socket_close(socket);
	return found > 0 ? 0 : -1;
}
