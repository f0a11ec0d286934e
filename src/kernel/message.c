/* SPDX-License-Identifier: MIT */
/*
 * Framing: what a program sent is cut into messages; each is checked in the kernel's order, given to who can answer it,
 * and acknowledged or refused.
 */
#include <errno.h>

#include "kernel/internal.h"

/* --- requests to the family --- */

static int noop(const struct request *request)
{
	struct reply reply;

	reply_begin(&reply, request, L2TP_CMD_NOOP, 0);
	reply_send(&reply, request);
	return 0;
}

static const struct {
	int (*handle)(const struct request *request);
	bool admin;		/* is for those with CAP_NET_ADMIN */
	bool dump;
} commands[L2TP_CMD_MAX + 1] = {
	[L2TP_CMD_NOOP] = { noop, false, false },
	[L2TP_CMD_TUNNEL_CREATE] = { kernel_tunnel_create, true, false },
	[L2TP_CMD_TUNNEL_DELETE] = { kernel_tunnel_delete, true, false },
	[L2TP_CMD_TUNNEL_MODIFY] = { kernel_tunnel_modify, true, false },
	[L2TP_CMD_TUNNEL_GET] = { kernel_tunnel_get, true, true },
	[L2TP_CMD_SESSION_CREATE] = { kernel_session_create, true, false },
	[L2TP_CMD_SESSION_DELETE] = { kernel_session_delete, true, false },
	[L2TP_CMD_SESSION_MODIFY] = { kernel_session_modify, true, false },
	[L2TP_CMD_SESSION_GET] = { kernel_session_get, true, true },
};

/* What the kernel is strict about where a family has no such command, and never had. */
static bool complain(const struct nlmsghdr *message, const struct genlmsghdr *header, struct complaint *complaint)
{
	uint16_t flags = message->nlmsg_flags & (uint16_t)~(NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO);

	if (wants_dump(message))
		flags &= (uint16_t)~NLM_F_DUMP;
	if (flags)
		complaint->text = "ambiguous or reserved bits set in nlmsg_flags";
	else if (header->reserved)
		complaint->text = "genlmsghdr.reserved field is not 0";
	return complaint->text;
}

static int answer(struct request *request)
{
	const struct nlmsghdr *message = request->message;
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(message);
	int error;

	if (message->nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN))
		return EINVAL;
	if (header->cmd > L2TP_CMD_MAX)
		return complain(message, header, &request->complaint) ? EINVAL : EOPNOTSUPP;
	if (wants_dump(message) && !commands[header->cmd].dump)
		return EOPNOTSUPP;
	if (commands[header->cmd].admin && !request->caller->admin)
		return EPERM;
	if (wants_dump(message))
		return dump_begin(request, header->cmd);
	error = policy_parse(message, &request->attributes, &request->complaint);
	return error ? error : commands[header->cmd].handle(request);
}

/* --- all messages --- */

static void forward(struct kernel_client *client, const struct nlmsghdr *message)
{
	const struct kernel_host *host = &client->kernel->host;

	if (family_is_listed(message)) {
		client->lists_families = true;
		client->lists_sequence = message->nlmsg_seq;
	}
	if (host->forward)
		host->forward(host->context, client->owner, message, message->nlmsg_len);
}

static int dispatch(struct request *request)
{
	const struct nlmsghdr *message = request->message;
	struct kernel_client *client = request->client;

	if (!(message->nlmsg_flags & NLM_F_REQUEST) || message->nlmsg_type < NLMSG_MIN_TYPE)
		return 0;
	if (message->nlmsg_type == client->kernel->host.family_id)
		return answer(request);
	if (family_is_asked_for(client->kernel, message)) {
		family_answer(client, message->nlmsg_seq, 0);
		return 0;
	}
	if (getpolicy_is_asked_for(client->kernel, message))
		return getpolicy_answer(request);
	forward(client, message);
	return NOT_ACKNOWLEDGED;
}

void kernel_client_request(struct kernel_client *client, const struct kernel_caller *caller, const void *octets,
			   size_t length, uint64_t now)
{
	struct request request = { .client = client, .caller = caller, .now = now };
	const uint8_t *position = octets;

	while (length >= NLMSG_HDRLEN) {
		const struct nlmsghdr *message = (const struct nlmsghdr *)(const void *)position;
		size_t step;
		int error;

		if (message->nlmsg_len < NLMSG_HDRLEN || message->nlmsg_len > length)
			return;
		request.message = message;
		request.complaint = (struct complaint){ NULL, NULL };
		error = dispatch(&request);
		if (error > 0 || (!error && message->nlmsg_flags & NLM_F_ACK))
			reply_verdict(&request, error);
		step = NLMSG_ALIGN((size_t)message->nlmsg_len);
		if (step > length)
			return;
		position += step;
		length -= step;
	}
}
