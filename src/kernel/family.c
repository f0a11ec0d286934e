/* SPDX-License-Identifier: MIT */
/*
 * How programs find the family: the controller's CTRL_CMD_GETFAMILY, for this one alone answered here, and for all of
 * them by the real kernel, to whose list this one is added.
 */
#include <linux/netlink.h>
#include <string.h>

#include "kernel/internal.h"

static bool is_getfamily(const struct nlmsghdr *message)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(message);

	return message->nlmsg_type == GENL_ID_CTRL && message->nlmsg_len >= NLMSG_LENGTH(GENL_HDRLEN) &&
	       header->cmd == CTRL_CMD_GETFAMILY;
}

bool family_is_name(const struct nlattr *name)
{
	const char *text = mnl_attr_get_payload(name);
	uint16_t length = mnl_attr_get_payload_len(name);

	return strnlen(text, length) < length && strcmp(text, KERNEL_FAMILY_NAME) == 0;
}

bool family_is_id(const struct kernel *kernel, const struct nlattr *id)
{
	return mnl_attr_get_payload_len(id) >= sizeof(uint16_t) && mnl_attr_get_u16(id) == kernel->host.family_id;
}

/* The name counts where both are given. What is not clearly about this family is the real kernel's. */
bool family_is_asked_for(const struct kernel *kernel, const struct nlmsghdr *message)
{
	const struct nlattr *attribute, *name = NULL, *id = NULL;
	const uint8_t *end = (const uint8_t *)message + message->nlmsg_len;

	if (!is_getfamily(message) || wants_dump(message))
		return false;
	attribute = mnl_nlmsg_get_payload_offset(message, GENL_HDRLEN);
	for (; mnl_attr_ok(attribute, (int)(end - (const uint8_t *)attribute)); attribute = mnl_attr_next(attribute)) {
		if (mnl_attr_get_type(attribute) == CTRL_ATTR_FAMILY_NAME)
			name = attribute;
		else if (mnl_attr_get_type(attribute) == CTRL_ATTR_FAMILY_ID)
			id = attribute;
	}
	return name ? family_is_name(name) : id && family_is_id(kernel, id);
}

bool family_is_listed(const struct nlmsghdr *message)
{
	return message->nlmsg_flags & NLM_F_REQUEST && is_getfamily(message) && wants_dump(message);
}

static uint32_t operation_flags(uint32_t command)
{
	uint32_t flags = GENL_CMD_CAP_DO | GENL_CMD_CAP_HASPOL;

	if (command != L2TP_CMD_NOOP)
		flags |= GENL_UNS_ADMIN_PERM;
	if (command == L2TP_CMD_TUNNEL_GET || command == L2TP_CMD_SESSION_GET)
		flags |= GENL_CMD_CAP_DUMP;
	return flags;
}

static void put_operations(struct nlmsghdr *message)
{
	struct nlattr *operations = nest_begin(message, CTRL_ATTR_OPS);

	for (uint32_t command = 0; command <= L2TP_CMD_MAX; command++) {
		struct nlattr *operation = nest_begin(message, (uint16_t)(command + 1));

		mnl_attr_put_u32(message, CTRL_ATTR_OP_ID, command);
		mnl_attr_put_u32(message, CTRL_ATTR_OP_FLAGS, operation_flags(command));
		mnl_attr_nest_end(message, operation);
	}
	mnl_attr_nest_end(message, operations);
}

static void put_group(struct nlmsghdr *message, uint32_t group_id)
{
	struct nlattr *groups = nest_begin(message, CTRL_ATTR_MCAST_GROUPS), *group = nest_begin(message, 1);

	mnl_attr_put_u32(message, CTRL_ATTR_MCAST_GRP_ID, group_id);
	mnl_attr_put_strz(message, CTRL_ATTR_MCAST_GRP_NAME, KERNEL_FAMILY_NAME);
	mnl_attr_nest_end(message, group);
	mnl_attr_nest_end(message, groups);
}

void family_answer(struct kernel_client *client, uint32_t sequence, uint16_t flags)
{
	const struct kernel_host *host = &client->kernel->host;
	_Alignas(KERNEL_ALIGNMENT) uint8_t octets[RECORD_MAX] = { 0 };
	struct nlmsghdr *message = message_begin(client, octets, GENL_ID_CTRL, CTRL_CMD_NEWFAMILY, sequence, flags);

	mnl_attr_put_strz(message, CTRL_ATTR_FAMILY_NAME, KERNEL_FAMILY_NAME);
	mnl_attr_put_u16(message, CTRL_ATTR_FAMILY_ID, host->family_id);
	mnl_attr_put_u32(message, CTRL_ATTR_VERSION, L2TP_GENL_VERSION);
	mnl_attr_put_u32(message, CTRL_ATTR_HDRSIZE, 0);
	mnl_attr_put_u32(message, CTRL_ATTR_MAXATTR, L2TP_ATTR_MAX);
	put_operations(message);
	put_group(message, host->group_id);
	queue_add(client, message, message->nlmsg_len);
}

/* Is this the end of the list that was asked for? */
static bool ends_list(const struct kernel_client *client, const void *octets, size_t length)
{
	const struct nlmsghdr *message;

	for (size_t at = 0; at + NLMSG_HDRLEN <= length; at += NLMSG_ALIGN((size_t)message->nlmsg_len)) {
		message = (const struct nlmsghdr *)(const void *)((const uint8_t *)octets + at);
		if (message->nlmsg_len < NLMSG_HDRLEN)
			return false;
		if (message->nlmsg_type == NLMSG_DONE && message->nlmsg_seq == client->lists_sequence)
			return true;
	}
	return false;
}

/* Our record goes before the datagram with the end. */
void kernel_client_forwarded(struct kernel_client *client, const void *octets, size_t length)
{
	if (client->lists_families && ends_list(client, octets, length)) {
		client->lists_families = false;
		family_answer(client, client->lists_sequence, NLM_F_MULTI);
	}
	queue_add(client, octets, length);
}
