/* SPDX-License-Identifier: MIT */
/*
 * What is said about a request: records, notifications, and the verdict on it, with the reasons that the kernel gives
 * those who want to know (NETLINK_EXT_ACK).
 */
#include <string.h>

#include "kernel/internal.h"

#define REASONS_MAX 256		/* octets; the longest that there are take half of it */

void reply_begin(struct reply *reply, const struct request *to, uint8_t command, uint16_t flags)
{
	struct genlmsghdr *header;

	memset(reply->octets, 0, sizeof(reply->octets));	/* what is between attributes is told, too */
	reply->message = mnl_nlmsg_put_header(reply->octets);
	reply->message->nlmsg_type = request_kernel(to)->host.family_id;
	reply->message->nlmsg_flags = flags;
	reply->message->nlmsg_seq = to->message->nlmsg_seq;
	reply->message->nlmsg_pid = to->client->port_id;
	header = mnl_nlmsg_put_extra_header(reply->message, sizeof(*header));
	header->cmd = command;
	header->version = L2TP_GENL_VERSION;
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
