/* SPDX-License-Identifier: MIT */
/*
 * The controller's CTRL_CMD_GETPOLICY: which attributes the family's commands take, a message for each command and for
 * each attribute.  All commands have one policy, whose number is 0.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

#include "kernel/internal.h"

#define POLICY 0

/* What a request says, attributes of the controller. NULL: nothing. */
struct wanted {
	const struct nlattr *id, *name, *command;
	bool strange;			/* there is something in it that the controller does not know */
};

static void take(struct wanted *wanted, const struct nlattr *attribute)
{
	uint16_t length = mnl_attr_get_payload_len(attribute);

	if (attribute->nla_type == CTRL_ATTR_FAMILY_ID && length == sizeof(uint16_t))
		wanted->id = attribute;
	else if (attribute->nla_type == CTRL_ATTR_FAMILY_NAME)
		wanted->name = attribute;
	else if (attribute->nla_type == CTRL_ATTR_OP && length == sizeof(uint32_t))
		wanted->command = attribute;
	else
		wanted->strange = true;
}

static struct wanted read_request(const struct nlmsghdr *message)
{
	const uint8_t *end = (const uint8_t *)message + message->nlmsg_len;
	const struct nlattr *attribute = mnl_nlmsg_get_payload_offset(message, GENL_HDRLEN);
	struct wanted wanted = { .strange = false };

	for (; mnl_attr_ok(attribute, (int)(end - (const uint8_t *)attribute)); attribute = mnl_attr_next(attribute))
		take(&wanted, attribute);
	if ((const uint8_t *)attribute < end)
		wanted.strange = true;
	return wanted;
}

/* The number counts where both are given. What is strange the real controller refuses. */
bool getpolicy_is_asked_for(const struct kernel *kernel, const struct nlmsghdr *message)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(message);
	struct wanted wanted;

	if (message->nlmsg_type != GENL_ID_CTRL || message->nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN) ||
	    header->cmd != CTRL_CMD_GETPOLICY || !wants_dump(message))
		return false;
	wanted = read_request(message);
	if (wanted.strange)
		return false;
	return wanted.id ? family_is_id(kernel, wanted.id) : wanted.name && family_is_name(wanted.name);
}

/* An answer while it is put together. */
struct answer {
	const struct request *to;
	_Alignas(KERNEL_ALIGNMENT) uint8_t octets[DUMP_MAX];
	size_t length;
};

static struct nlmsghdr *begin(struct answer *answer)
{
	const struct kernel_client *client = answer->to->client;
	uint8_t *behind = answer->octets + answer->length;
	struct nlmsghdr *message = message_begin(client, behind, GENL_ID_CTRL, CTRL_CMD_GETPOLICY,
						 answer->to->message->nlmsg_seq, NLM_F_MULTI);

	mnl_attr_put_u16(message, CTRL_ATTR_FAMILY_ID, client->kernel->host.family_id);
	return message;
}

static void end(struct answer *answer, const struct nlmsghdr *message)
{
	answer->length += message->nlmsg_len;
}

static void put_command(struct answer *answer, uint16_t command)
{
	struct nlmsghdr *message = begin(answer);
	struct nlattr *all = mnl_attr_nest_start(message, CTRL_ATTR_OP_POLICY);
	struct nlattr *nest = mnl_attr_nest_start(message, command);

	mnl_attr_put_u32(message, CTRL_ATTR_POLICY_DO, POLICY);
	mnl_attr_nest_end(message, nest);
	mnl_attr_nest_end(message, all);
	end(answer, message);
}

static void put_attribute(struct answer *answer, uint16_t type)
{
	struct nlmsghdr *message = begin(answer);
	struct nlattr *all = mnl_attr_nest_start(message, CTRL_ATTR_POLICY);
	struct nlattr *nest = mnl_attr_nest_start(message, POLICY);

	policy_describe(type, message, type);
	mnl_attr_nest_end(message, nest);
	mnl_attr_nest_end(message, all);
	end(answer, message);
}

int getpolicy_answer(struct request *request)
{
	struct wanted wanted = read_request(request->message);
	struct answer answer = { .to = request };
	uint32_t first = 0, last = L2TP_CMD_MAX;

	if (request->client->dump.command)
		return EBUSY;
	if (wanted.command)
		first = last = mnl_attr_get_u32(wanted.command);
	if (last > L2TP_CMD_MAX) {
		request->complaint.attribute = wanted.command;
		return ENOENT;
	}
	for (uint32_t command = first; command <= last; command++)
		put_command(&answer, (uint16_t)command);
	for (uint16_t type = 0; type <= L2TP_ATTR_MAX; type++)
		if (policy_has(type))
			put_attribute(&answer, type);
	queue_add(request->client, answer.octets, answer.length);
	queue_done(request->client, request->message->nlmsg_seq);
	return NOT_ACKNOWLEDGED;
}
