/* SPDX-License-Identifier: MIT */
/* See remote.h. */
#include "l2tprun/remote.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "l2tprun/notification.h"

void remote_ask(struct supervisor *supervisor, struct trapped *trapped, const struct client *client,
		struct pending *asked)
{
	struct error error = { 0 };
	bool waits;

	asked->client.inode = client->inode;
	asked->request.client = client->number;
	waits = notification_waits(supervisor->listener, trapped->id);	/* else what was read may be another's */
	if (waits && daemon_connect(&supervisor->daemon, &error) == 0) {
		asked->caller = trapped->caller;
		trapped->caller.memory = -1;
		pending_ask(supervisor, asked);
		return;
	}
	pending_drop(asked);
	if (!waits)
		return;
	supervisor_tell(supervisor, error.text);
	pending_do_without(supervisor, trapped->id, &asked->request);
}

void remote_ioctl(struct supervisor *supervisor, struct trapped *trapped, const struct client *client)
{
	const uint64_t *arguments = trapped->call.arguments;
	uint32_t command = (uint32_t)arguments[1], length = _IOC_SIZE(command);
	struct pending asked = {
		PENDING(trapped->id),
		.request = { .kind = KERNEL_ATTACH_CALL, .option = KERNEL_CALL_IOCTL, .value = (int32_t)command },
		.place = { .address = arguments[2], .room = length },
	};

	if (length > sizeof(asked.request.octets)) {
		supervisor_answer(supervisor, trapped->id, ENOTTY);
		return;
	}
	/* what is not said to be read may not be meant to be; that it cannot be written is found out later */
	asked.request.length = length;
	if (!caller_read(&trapped->caller, arguments[2], asked.request.octets, length) &&
	    _IOC_DIR(command) & _IOC_WRITE) {
		supervisor_answer(supervisor, trapped->id, EFAULT);
		return;
	}
	remote_ask(supervisor, trapped, client, &asked);
}
