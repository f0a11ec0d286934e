/* SPDX-License-Identifier: MIT */
/* See ppp_program.h. Of the frames nothing is understood here but where they begin. */
#include "service/ppp_program.h"

#include <string.h>

#define ADDRESS_LENGTH 2	/* octets of the address and control fields */

static const uint8_t address[ADDRESS_LENGTH] = { 0xff, 0x03 };

void service_hear_frames(struct service *service, service_frame_fn *hear, void *context)
{
	service->hear_frame = hear;
	service->hear_context = context;
}

void ppp_program_receive(struct service *service, const struct session *session,
			 const struct datapath_message *message)
{
	size_t skip = message->length >= ADDRESS_LENGTH && memcmp(message->octets, address, ADDRESS_LENGTH) == 0 ?
			      ADDRESS_LENGTH : 0;

	if (service->hear_frame)
		service->hear_frame(service->hear_context, session->handle, message->octets + skip,
				    message->length - skip);
}

/* As the kernel tells the program that it has met such a frame. */
void ppp_program_lost(struct service *service, const struct session *session)
{
	static const uint8_t enciphered[] = { 0x00, 0xfd, 0, 0 };

	if (service->hear_frame)
		service->hear_frame(service->hear_context, session->handle, enciphered, sizeof(enciphered));
}

int service_session_encrypt(struct service *service, handle session, const struct datapath_mppe *mppe,
			    unsigned int fields, struct error *error)
{
	const struct session *found = handle_get(&service->session_handles, session);
	struct datapath_session_config config = { .mppe = *mppe };
	int result;

	if (!found || !found->is_told)
		return error_set(error, ERROR_UNKNOWN, NULL, "there is no such session");
	result = datapath_ops(service->dp)->session_modify(service->dp, found->datapath, &config, fields, error);
	explicit_bzero(&config.mppe, sizeof(config.mppe));
	return result;
}

int service_session_channel(struct service *service, handle session, const struct datapath_channel *channel,
			    struct error *error)
{
	const struct session *found = handle_get(&service->session_handles, session);

	if (!found || !found->is_told)
		return error_set(error, ERROR_UNKNOWN, NULL, "there is no such session");
	return datapath_ops(service->dp)->session_channel(service->dp, found->datapath, channel, error);
}

void service_session_send(struct service *service, handle session, const uint8_t *frame, size_t length)
{
	const struct session *found = handle_get(&service->session_handles, session);
	uint8_t octets[ADDRESS_LENGTH + UINT16_MAX];
	struct datapath_message message = { .octets = octets };

	if (!found || !found->is_told || length > UINT16_MAX)
		return;
	memcpy(octets, address, ADDRESS_LENGTH);
	memcpy(octets + ADDRESS_LENGTH, frame, length);
	message.session = found->datapath;
	message.length = (uint32_t)(ADDRESS_LENGTH + length);
	datapath_ops(service->dp)->send(service->dp, &message, 1);
}
