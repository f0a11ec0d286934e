/* SPDX-License-Identifier: MIT */
/*
 * Parameters become what the engine wants to know, AVPs become parameters, and reasons become sentences.  Which AVP of
 * a call is which parameter is a table, for both ways.
 */
#include "service/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RETRY_MOST_MS 8000		/* RFC 2661 section 5.8: a cap of no less than 8 seconds */
#define FIRMWARE_REVISION 1

static void copy_text(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
}

void settings_tunnel(const struct service *service, const struct tunnel_config *config,
		     struct control_tunnel_settings *settings)
{
	*settings = (struct control_tunnel_settings){
		.vendor_name = "l2tpd",
		.firmware_revision = FIRMWARE_REVISION,
		.framing_capabilities = (uint32_t)config->framing_caps,
		.bearer_capabilities = (uint32_t)config->bearer_caps,
		.auth = config->auth_mode == CONFIG_AUTH_CHALLENGE ? CONTROL_AUTH_CHALLENGE : CONTROL_AUTH_NONE,
		.secret_length = (uint16_t)strlen(config->secret),
		.hide_avps = config->hide_avps,
		.use_tiebreaker = config->use_tiebreaker,
		.receive_window = config->rx_window_size,
		.send_window = config->tx_window_size,
		.retry_timeout = config->retry_timeout * 1000,
		.retry_timeout_most = RETRY_MOST_MS,
		.max_retries = config->max_retries,
		.hello_timeout = config->hello_timeout * 1000,
		.establish_timeout = service->system.tunnel_establish_timeout * 1000,
		.max_calls = config->max_sessions,
	};
	_Static_assert(sizeof(settings->secret) >= sizeof(config->secret), "all of it");
	copy_text(settings->host_name, sizeof(settings->host_name),
		  config->host_name[0] ? config->host_name : service->host_name);
	memcpy(settings->secret, config->secret, settings->secret_length);
}

/* --- what is said of a call, and the session's rows that say it --- */

enum call_row_kind { CALL_TEXT, CALL_NUMBER, CALL_MEDIUM };	/* MEDIUM: bits of framing and bearer types */

struct call_row {
	enum call_row_kind kind;
	enum avp_row avp;
	size_t said, member;		/* in struct message, in struct session_config */
	size_t size;			/* of a text, with the NUL */
};

#define ROW(kind, avp, said, member)                                                          \
	{ kind, avp, offsetof(struct message, said), offsetof(struct session_config, member), \
	  sizeof(((struct session_config *)0)->member) }

static const struct call_row call_rows[] = {
	ROW(CALL_TEXT, AVP_CALLED_NUMBER, called_number, called_number),
	ROW(CALL_TEXT, AVP_CALLING_NUMBER, calling_number, calling_number),
	ROW(CALL_TEXT, AVP_SUB_ADDRESS, sub_address, sub_address),
	ROW(CALL_TEXT, AVP_PRIVATE_GROUP_ID, private_group_id, priv_group_id),
	ROW(CALL_MEDIUM, AVP_BEARER_TYPE, bearer_type, bearer_type),
	ROW(CALL_MEDIUM, AVP_FRAMING_TYPE, framing_type, framing_type),
	ROW(CALL_NUMBER, AVP_MINIMUM_BPS, minimum_bps, minimum_bps),
	ROW(CALL_NUMBER, AVP_MAXIMUM_BPS, maximum_bps, maximum_bps),
	ROW(CALL_NUMBER, AVP_TX_CONNECT_SPEED, tx_connect_speed, connect_speed.tx),
	ROW(CALL_NUMBER, AVP_RX_CONNECT_SPEED, rx_connect_speed, connect_speed.rx),
};
#define CALL_ROWS (sizeof(call_rows) / sizeof(call_rows[0]))

#define AT(pointer, offset) ((void *)((char *)(uintptr_t)(pointer) + (offset)))

static void say(const struct call_row *row, const struct session_config *config, struct message *message)
{
	const char *text = AT(config, row->member);
	uint32_t number;

	if (row->kind == CALL_TEXT && text[0]) {
		*(struct avp_octets *)AT(message, row->said) =
			(struct avp_octets){ (const uint8_t *)text, (uint16_t)strlen(text) };
		message->present |= AVP_BIT(row->avp);
		return;
	}
	memcpy(&number, text, sizeof(number));
	if (row->kind == CALL_TEXT || !number)
		return;
	memcpy(AT(message, row->said), &number, sizeof(number));
	message->present |= AVP_BIT(row->avp);
}

/* --- proxy LCP and authentication: RFC 2661 section 4.4.5 --- */

static struct ppp_octets octets_of(const struct message *message, enum avp_row row, const struct avp_octets *said)
{
	return message_has(message, row) ? (struct ppp_octets){ said->octets, said->length } :
					   (struct ppp_octets){ NULL, 0 };
}

bool settings_proxy(const struct session *session, const struct message *message, struct ppp_proxy *proxy)
{
	if (!message || !session->tunnel->config.allow_ppp_proxy)
		return false;
	*proxy = (struct ppp_proxy){
		.initial_received = octets_of(message, AVP_INITIAL_RECEIVED_LCP_CONFREQ,
					      &message->initial_received_lcp_confreq),
		.last_sent = octets_of(message, AVP_LAST_SENT_LCP_CONFREQ, &message->last_sent_lcp_confreq),
		.last_received = octets_of(message, AVP_LAST_RECEIVED_LCP_CONFREQ, &message->last_received_lcp_confreq),
		.type = message_has(message, AVP_PROXY_AUTHEN_TYPE) ? message->proxy_authen_type : 0,
		.name = octets_of(message, AVP_PROXY_AUTHEN_NAME, &message->proxy_authen_name),
		.challenge = octets_of(message, AVP_PROXY_AUTHEN_CHALLENGE, &message->proxy_authen_challenge),
		.response = octets_of(message, AVP_PROXY_AUTHEN_RESPONSE, &message->proxy_authen_response),
		.identifier = message_has(message, AVP_PROXY_AUTHEN_ID) ? (uint8_t)message->proxy_authen_id : 0,
	};
	return proxy->type || proxy->last_sent.length || proxy->last_received.length;
}

static void say_octets(enum avp_row row, const struct param_long_octets *said, struct avp_octets *octets,
		       struct message *message)
{
	if (!said->length)
		return;
	*octets = (struct avp_octets){ said->octets, said->length };
	message->present |= AVP_BIT(row);
}

/* Who proved itself by frames with a number in them: RFC 2661 has it told then. */
static bool has_number(int type)
{
	return type == CONFIG_PROXY_AUTH_CHAP || type == CONFIG_PROXY_AUTH_PAP || type == CONFIG_PROXY_AUTH_MSCHAP;
}

static void say_proxy(const struct session_config *config, struct message *message)
{
	if (!config->use_ppp_proxy)
		return;
	say_octets(AVP_INITIAL_RECEIVED_LCP_CONFREQ, &config->initial_rcvd_lcp_confreq,
		   &message->initial_received_lcp_confreq, message);
	say_octets(AVP_LAST_SENT_LCP_CONFREQ, &config->last_sent_lcp_confreq, &message->last_sent_lcp_confreq, message);
	say_octets(AVP_LAST_RECEIVED_LCP_CONFREQ, &config->last_rcvd_lcp_confreq,
		   &message->last_received_lcp_confreq, message);
	say_octets(AVP_PROXY_AUTHEN_CHALLENGE, &config->proxy_auth_challenge, &message->proxy_authen_challenge,
		   message);
	say_octets(AVP_PROXY_AUTHEN_RESPONSE, &config->proxy_auth_response, &message->proxy_authen_response,
		   message);
	if (config->proxy_auth_name[0]) {
		message->proxy_authen_name = (struct avp_octets){ (const uint8_t *)config->proxy_auth_name,
								  (uint16_t)strlen(config->proxy_auth_name) };
		message->present |= AVP_BIT(AVP_PROXY_AUTHEN_NAME);
	}
	if (config->proxy_auth_type != CONFIG_PROXY_AUTH_UNSAID) {
		message->proxy_authen_type = (uint16_t)config->proxy_auth_type;
		message->present |= AVP_BIT(AVP_PROXY_AUTHEN_TYPE);
	}
	if (has_number(config->proxy_auth_type)) {
		message->proxy_authen_id = config->proxy_auth_id;
		message->present |= AVP_BIT(AVP_PROXY_AUTHEN_ID);
	}
}

void settings_call(const struct service *service, const struct session_config *config,
		   struct control_call_settings *settings)
{
	*settings = (struct control_call_settings){
		.establish_timeout = service->system.session_establish_timeout * 1000,
	};
	for (unsigned int i = 0; i < CALL_ROWS; i++)
		say(&call_rows[i], config, &settings->avps);
	say_proxy(config, &settings->avps);
	if (config->sequencing_required)
		settings->avps.present |= AVP_BIT(AVP_SEQUENCING_REQUIRED);
}

static void hear(const struct call_row *row, const struct message *message, struct session_config *config)
{
	const void *said = AT(message, row->said);
	uint32_t number;

	if (row->kind == CALL_TEXT) {
		control_printable(said, AT(config, row->member), row->size);
		return;
	}
	memcpy(&number, said, sizeof(number));
	if (row->kind == CALL_MEDIUM)
		number &= CONFIG_FRAMING_ANY;
	memcpy(AT(config, row->member), &number, sizeof(number));
}

/* The parameter of which this is the member, or part of it. Names would take longer to compare: this is asked for
 * several of each call. */
static unsigned int parameter_at(size_t member)
{
	const struct param_table *table = config_tables[CONFIG_SESSION];
	unsigned int row = 0;

	while (row < table->count && member - table->params[row].offset >= table->params[row].size)
		row++;
	if (row == table->count)
		abort();	/* a member of no parameter */
	return row;
}

void settings_learn_call(const struct message *message, struct session_config *config, struct param_set *set)
{
	for (unsigned int i = 0; i < CALL_ROWS; i++) {
		if (!message_has(message, call_rows[i].avp))
			continue;
		hear(&call_rows[i], message, config);
		param_set_add(set, parameter_at(call_rows[i].member));
	}
}

/* ", PPP 16: authentication failed": none when the number is 0. Returns how much of text is used. */
static int add_cause(char text[SETTINGS_REASON_MAX], int used, const char *what, uint16_t number, const char *meaning)
{
	if (!number || used >= SETTINGS_REASON_MAX)
		return used;
	return used + snprintf(text + used, SETTINGS_REASON_MAX - (size_t)used, ", %s %u: %s", what, number,
			       meaning ? meaning : "not known");
}

/* The peer's words are the peer's: they come last, behind ours. */
void settings_reason(const struct control_reason *reason, bool session, char text[SETTINGS_REASON_MAX])
{
	const char *result = message_result_text(session, reason->result), *error = message_error_text(reason->error);
	int used;

	if (!reason->by_peer) {
		snprintf(text, SETTINGS_REASON_MAX, "%s",
			 reason->text[0] ? reason->text : result ? result : "it was closed");
		return;
	}
	used = snprintf(text, SETTINGS_REASON_MAX, "closed by the peer: %s (result %u",
			result ? result : "no known result", reason->result);
	used = add_cause(text, used, "error", reason->error, error);
	used = add_cause(text, used, "PPP", reason->cause.code, message_disconnect_text(reason->cause.code));
	used = add_cause(text, used, "Q.931", reason->q931.cause, message_q931_text(reason->q931.cause));
	if (used >= SETTINGS_REASON_MAX)
		return;
	snprintf(text + used, SETTINGS_REASON_MAX - (size_t)used, ")%s%s", reason->text[0] ? ": " : "", reason->text);
}
