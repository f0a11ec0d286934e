/* SPDX-License-Identifier: MIT */
/* Messages on their way out: what is in all of a kind, hidden where that is asked for, queued in the channel. */
#include <string.h>

#include "control/internal.h"

#define PROTOCOL_VERSION 1
#define RANDOM_VECTOR_LENGTH 16
#define PADDING_LEAST 6			/* l2tpns takes no hidden value of fewer than eight octets */
#define PADDING_MOST 15			/* so that lengths tell little */

/* Cisco's routers understand no SCCRQ with hidden AVPs. */
avp_set control_hidden_rows(const struct control_tunnel_settings *settings, enum message_type type)
{
	return settings->hide_avps && settings->secret_length && type != MESSAGE_SCCRQ ? ~(avp_set)0 : 0;
}

size_t control_hiding_padding(struct control *control)
{
	uint8_t random;

	control_random(control, &random, sizeof(random));
	return PADDING_LEAST + random % (PADDING_MOST - PADDING_LEAST + 1);
}

int control_compose(struct control *control, struct control_tunnel *tunnel, uint16_t session_id,
		    const struct message *message)
{
	uint8_t body[CONTROL_BODY_MAX], random[RANDOM_VECTOR_LENGTH];
	struct message_hiding hiding = {
		.keys = { tunnel->settings.secret, tunnel->settings.secret_length, random, RANDOM_VECTOR_LENGTH },
		.hide = control_hidden_rows(&tunnel->settings, message->type),
	};
	size_t length;

	if (hiding.hide) {
		control_random(control, random, sizeof(random));
		hiding.padding = control_hiding_padding(control);
	}
	length = message_encode(message, hiding.hide ? &hiding : NULL, body, sizeof(body));
	if (!length || channel_send(&tunnel->channel, session_id, body, length) < 0) {
		control->counters.unsendable++;
		return -1;
	}
	control->counters.messages_sent[message->type]++;
	control_touch(control, tunnel);
	return 0;
}

static struct avp_octets octets_of(const char *text)
{
	return (struct avp_octets){ (const uint8_t *)text, (uint16_t)strlen(text) };
}

void control_compose_setup(const struct control_tunnel_settings *settings, uint16_t tunnel_id, struct message *message)
{
	message->protocol_version = (struct avp_protocol_version){ PROTOCOL_VERSION, 0 };
	message->framing_capabilities = settings->framing_capabilities;
	message->bearer_capabilities = settings->bearer_capabilities;
	message->host_name = octets_of(settings->host_name);
	message->assigned_tunnel_id = tunnel_id;
	message->receive_window_size = settings->receive_window;
	message->present |= AVP_BIT(AVP_PROTOCOL_VERSION) | AVP_BIT(AVP_FRAMING_CAPABILITIES) |
			    AVP_BIT(AVP_BEARER_CAPABILITIES) | AVP_BIT(AVP_HOST_NAME) |
			    AVP_BIT(AVP_ASSIGNED_TUNNEL_ID) | AVP_BIT(AVP_RECEIVE_WINDOW_SIZE);
	if (settings->vendor_name[0]) {
		message->vendor_name = octets_of(settings->vendor_name);
		message->present |= AVP_BIT(AVP_VENDOR_NAME);
	}
	if (settings->firmware_revision) {
		message->firmware_revision = settings->firmware_revision;
		message->present |= AVP_BIT(AVP_FIRMWARE_REVISION);
	}
}

void control_compose_result(struct message *message, uint16_t result, uint16_t error, const char *text)
{
	message->result_code = (struct avp_result){ .result = result };
	if (error || (text && text[0]) || result == RESULT_ERROR) {
		message->result_code.has_error = true;
		message->result_code.error = error;
		message->result_code.text = octets_of(text ? text : "");
	}
	message->present |= AVP_BIT(AVP_RESULT_CODE);
}
