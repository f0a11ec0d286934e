/* SPDX-License-Identifier: MIT */
/*
 * What is said about a request: records, notifications, and the verdict on it, with the reasons that the kernel gives
 * those who want to know (NETLINK_EXT_ACK).
 */
#include <string.h>

#include "kernel/internal.h"

#define CONTROLLER_VERSION 2
#define REASONS_MAX 256		/* octets; the longest that there are take half of it */

struct nlmsghdr *message_begin(const struct kernel_client *client, void *octets, uint16_t type, uint8_t command,
			       uint32_t sequence, uint16_t flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(octets);
	struct genlmsghdr *header = mnl_nlmsg_put_extra_header(message, sizeof(*header));

	message->nlmsg_type = type;
	message->nlmsg_flags = flags;
	message->nlmsg_seq = sequence;
	message->nlmsg_pid = client->port_id;
	header->cmd = command;
	header->version = type == GENL_ID_CTRL ? CONTROLLER_VERSION : L2TP_GENL_VERSION;
	return message;
}

struct nlattr *nest_begin(struct nlmsghdr *message, uint16_t type)
{
	struct nlattr *nest = mnl_attr_nest_start(message, type);

	nest->nla_type = type;
	return nest;
}

void reply_begin(struct reply *reply, const struct request *to, uint8_t command, uint16_t flags)
{
	memset(reply->octets, 0, sizeof(reply->octets));	/* what is between attributes is told, too */
	reply->message = message_begin(to->client, reply->octets, request_kernel(to)->host.family_id, command,
				       to->message->nlmsg_seq, flags);
}

void reply_send(const struct reply *reply, const struct request *to)
{
	queue_add(to->client, reply->message, reply->message->nlmsg_len);
}

void reply_multicast(const struct reply *reply, const struct request *to)
{
	struct kernel_client *client;

	DL_FOREACH(request_kernel(to)->clients, client) {
		if (client->is_member)
			queue_add(client, reply->message, reply->message->nlmsg_len);
	}
}

/* As attributes of a message of its own, of which only they count; without any it is but a header. */
static const struct nlmsghdr *reasons(const struct request *request, int error, void *octets)
{
	const struct complaint *complaint = &request->complaint;
	struct nlmsghdr *message = mnl_nlmsg_put_header(octets);

	if (!request->client->ext_ack)
		return message;
	if (complaint->text)
		mnl_attr_put_strz(message, NLMSGERR_ATTR_MSG, complaint->text);
	if (error && complaint->attribute) {
		mnl_attr_put_u32(message, NLMSGERR_ATTR_OFFS,
				 (uint32_t)((const uint8_t *)complaint->attribute - (const uint8_t *)request->message));
		if (complaint->text)
			policy_describe(mnl_attr_get_type(complaint->attribute), message, NLMSGERR_ATTR_POLICY);
	}
	return message;
}

/* An error is told with the whole request, unless the program does not want that. */
void reply_verdict(const struct request *request, int error)
{
	const struct nlmsghdr *message = request->message;
	bool whole = error && !request->client->cap_ack;
	size_t length = NLMSG_LENGTH(sizeof(struct nlmsgerr)), more;
	_Alignas(KERNEL_ALIGNMENT) uint8_t octets[REASONS_MAX] = { 0 };
	const struct nlmsghdr *why = reasons(request, error, octets);
	struct nlmsghdr *reply;
	struct nlmsgerr *body;

	if (whole)
		length += NLMSG_ALIGN((size_t)message->nlmsg_len - NLMSG_HDRLEN);
	more = why->nlmsg_len - NLMSG_HDRLEN;
	reply = queue_room(request->client, length + more);
	if (!reply)
		return;
	reply->nlmsg_len = (uint32_t)(length + more);
	reply->nlmsg_type = NLMSG_ERROR;
	reply->nlmsg_flags = (whole ? 0 : NLM_F_CAPPED) | (more ? NLM_F_ACK_TLVS : 0);
	reply->nlmsg_seq = message->nlmsg_seq;
	reply->nlmsg_pid = request->client->port_id;
	body = NLMSG_DATA(reply);
	body->error = -error;
	memcpy(&body->msg, message, whole ? message->nlmsg_len : NLMSG_HDRLEN);
	memcpy((uint8_t *)reply + length, NLMSG_DATA(why), more);
}
