/* SPDX-License-Identifier: MIT */
/* What is asked: a session and what its user proves his name with become attributes.  See radius.h. */
#include <stdlib.h>
#include <string.h>

#include "aaa/radius_internal.h"

#define TAG 1				/* of the tunnel's attributes: there is only one */
#define PPP_MSCHAP_RESPONSE 49		/* RFC 2433 section 4, RFC 2759 section 4: responses and a flag */
#define MS_RESPONSE 50			/* RFC 2548 sections 2.1.3, 2.3.2 */
#define CHAP_MD5_LENGTH 16

static bool is_text(const char *text)
{
	return text && *text;
}

void radius_put_nas(struct radius_builder *builder, const struct radius_nas *nas)
{
	radius_put_address(builder, RADIUS_NAS_IP_ADDRESS, RADIUS_NAS_IPV6_ADDRESS, &nas->ipv4);
	radius_put_address(builder, RADIUS_NAS_IP_ADDRESS, RADIUS_NAS_IPV6_ADDRESS, &nas->ipv6);
	radius_put_text(builder, RADIUS_NAS_IDENTIFIER, nas->identifier);
}

static void put_endpoint(struct radius_builder *builder, enum radius_type type, const struct address *address)
{
	char text[ADDRESS_TEXT_MAX];

	if (address->family != AF_UNSPEC)
		radius_put_tagged_text(builder, type, TAG, address_format(address, text, sizeof(text)));
}

static void put_tunnel(struct radius_builder *builder, const struct radius_tunnel *tunnel)
{
	bool ipv6 = tunnel->server.family == AF_INET6;

	radius_put_tagged_u24(builder, RADIUS_TUNNEL_TYPE, TAG, RADIUS_TUNNEL_L2TP);
	radius_put_tagged_u24(builder, RADIUS_TUNNEL_MEDIUM_TYPE, TAG, ipv6 ? RADIUS_MEDIUM_IPV6 : RADIUS_MEDIUM_IPV4);
	put_endpoint(builder, RADIUS_TUNNEL_CLIENT_ENDPOINT, &tunnel->client);
	put_endpoint(builder, RADIUS_TUNNEL_SERVER_ENDPOINT, &tunnel->server);
	radius_put_tagged_text(builder, RADIUS_TUNNEL_CLIENT_AUTH_ID, TAG, tunnel->client_name);
	radius_put_tagged_text(builder, RADIUS_TUNNEL_SERVER_AUTH_ID, TAG, tunnel->server_name);
	radius_put_tagged_text(builder, RADIUS_TUNNEL_PRIVATE_GROUP_ID, TAG, tunnel->private_group);
}

void radius_put_session(struct radius_builder *builder, const struct radius_client *client,
			const struct radius_session *session)
{
	radius_put_nas(builder, &client->nas);
	if (session->port)
		radius_put_u32(builder, RADIUS_NAS_PORT, session->port);
	radius_put_u32(builder, RADIUS_NAS_PORT_TYPE, RADIUS_PORT_VIRTUAL);
	radius_put_text(builder, RADIUS_NAS_PORT_ID, session->port_id);
	radius_put_u32(builder, RADIUS_SERVICE_TYPE, RADIUS_SERVICE_FRAMED);
	radius_put_u32(builder, RADIUS_FRAMED_PROTOCOL, RADIUS_PROTOCOL_PPP);
	radius_put_text(builder, RADIUS_CALLED_STATION_ID, session->called);
	radius_put_text(builder, RADIUS_CALLING_STATION_ID, session->calling);
	radius_put_text(builder, RADIUS_CONNECT_INFO, session->connect_info);
	radius_put_text(builder, RADIUS_ACCT_SESSION_ID, session->session_id);
	if (session->tunnel)
		put_tunnel(builder, session->tunnel);
}

/* --- credentials --- */

static int put_chap(struct radius_builder *builder, const struct credentials *credentials, struct error *error)
{
	uint8_t value[1 + CHAP_MD5_LENGTH] = { credentials->identifier };

	if (credentials->response_length != CHAP_MD5_LENGTH || !credentials->challenge_length ||
	    credentials->challenge_length > RADIUS_VALUE_MAX)
		return error_set(error, ERROR_VALUE, NULL, "a CHAP response has 16 octets, and its challenge 1 to 253");
	memcpy(value + 1, credentials->response, CHAP_MD5_LENGTH);
	radius_put(builder, RADIUS_CHAP_PASSWORD, value, sizeof(value));
	radius_put(builder, RADIUS_CHAP_CHALLENGE, credentials->challenge, credentials->challenge_length);
	return 0;
}

/* PPP has the flag behind the responses, RADIUS the identifier and the flag before them. */
static int put_mschap(struct radius_builder *builder, const struct credentials *credentials, struct error *error)
{
	bool first = credentials->method == CREDENTIALS_MSCHAPV1;
	size_t challenge_length = first ? 8 : 16;
	uint8_t value[MS_RESPONSE];

	if (credentials->response_length != PPP_MSCHAP_RESPONSE || credentials->challenge_length != challenge_length)
		return error_set(error, ERROR_VALUE, NULL, "a MS-CHAP response has 49 octets, and its challenge %zu",
				 challenge_length);
	value[0] = credentials->identifier;
	value[1] = first ? credentials->response[PPP_MSCHAP_RESPONSE - 1] : 0;
	memcpy(value + 2, credentials->response, PPP_MSCHAP_RESPONSE - 1);
	radius_put_vendor(builder, RADIUS_VENDOR_MICROSOFT, RADIUS_MS_CHAP_CHALLENGE, credentials->challenge,
			  challenge_length);
	radius_put_vendor(builder, RADIUS_VENDOR_MICROSOFT, first ? RADIUS_MS_CHAP_RESPONSE : RADIUS_MS_CHAP2_RESPONSE,
			  value, sizeof(value));
	return 0;
}

static int put_eap(struct radius_builder *builder, const struct credentials *credentials, struct error *error)
{
	if (!credentials->response_length || credentials->response_length > CREDENTIALS_EAP_MAX)
		return error_set(error, ERROR_VALUE, NULL, "an EAP packet has 1 to %d octets", CREDENTIALS_EAP_MAX);
	radius_put_eap(builder, credentials->response, credentials->response_length);
	return 0;
}

/* Its place is behind the others, once the server's secret is known. */
static int keep_password(struct radius_exchange *exchange, const struct credentials *credentials,
			 struct error *error)
{
	size_t length = credentials->method == CREDENTIALS_PAP ? credentials->response_length : 0;

	if (length > RADIUS_PASSWORD_MAX)
		return error_set(error, ERROR_VALUE, NULL, "RADIUS has no passwords of more than %d octets",
				 RADIUS_PASSWORD_MAX);
	if (length)
		memcpy(exchange->password, credentials->response, length);
	exchange->password_length = length;
	exchange->has_password = true;
	return 0;
}

static int put_credentials(struct radius_builder *builder, struct radius_exchange *exchange,
			   const struct credentials *credentials, struct error *error)
{
	exchange->method = credentials->method;
	switch (credentials->method) {
	case CREDENTIALS_CHAP_MD5:
		return put_chap(builder, credentials, error);
	case CREDENTIALS_MSCHAPV1:
		if (credentials->challenge_length == sizeof(exchange->challenge))
			memcpy(exchange->challenge, credentials->challenge, sizeof(exchange->challenge));
		return put_mschap(builder, credentials, error);
	case CREDENTIALS_MSCHAPV2:
		return put_mschap(builder, credentials, error);
	case CREDENTIALS_EAP:
		return put_eap(builder, credentials, error);
	default:
		return keep_password(exchange, credentials, error);
	}
}

static int put_user(struct radius_builder *builder, const struct radius_request *request, struct error *error)
{
	const char *said = request->session->user_name;
	const void *name = is_text(said) ? said : (const void *)request->credentials->name;
	size_t length = is_text(said) ? strlen(said) : request->credentials->name_length;

	if (!length || length > RADIUS_VALUE_MAX)
		return error_set(error, ERROR_VALUE, NULL, "a user's name in RADIUS has 1 to %d octets",
				 RADIUS_VALUE_MAX);
	radius_put(builder, RADIUS_USER_NAME, name, length);
	return 0;
}

/* --- exchanges --- */

/* Room that is left for what follows when it is sent: User-Password, State, Message-Authenticator. */
#define ROOM_LEFT (2 * (2 + RADIUS_VALUE_MAX) + 18)

static int fill(const struct radius_client *client, struct radius_exchange *exchange,
		const struct radius_request *request, struct error *error)
{
	uint8_t packet[RADIUS_PACKET_MAX - ROOM_LEFT];
	struct radius_builder builder;

	radius_begin(&builder, packet, sizeof(packet), RADIUS_ACCESS_REQUEST, 0, NULL);
	if (put_user(&builder, request, error) < 0)
		return -1;
	radius_put_session(&builder, client, request->session);
	if (request->session->mtu)
		radius_put_u32(&builder, RADIUS_FRAMED_MTU, request->session->mtu);
	if (put_credentials(&builder, exchange, request->credentials, error) < 0)
		return -1;
	if (!cursor_ok(&builder.cursor))
		return error_set(error, ERROR_VALUE, NULL, "the request does not fit into a RADIUS packet");
	exchange->attributes_length = radius_length(&builder) - RADIUS_HEADER_LENGTH;
	exchange->attributes = malloc(exchange->attributes_length);
	if (!exchange->attributes)
		return error_set(error, ERROR_LIMIT, NULL, "out of memory");
	memcpy(exchange->attributes, packet + RADIUS_HEADER_LENGTH, exchange->attributes_length);
	return 0;
}

static struct radius_exchange *make(struct radius_client *client, const struct radius_request *request, void *owner,
				    struct error *error)
{
	struct radius_exchange *exchange = radius_exchange_new(client, request->servers ? request->servers : "");

	if (!exchange) {
		error_set(error, ERROR_LIMIT, NULL, "out of memory");
		return NULL;
	}
	exchange->owner = owner;
	if (fill(client, exchange, request, error) < 0)
		goto fail;
	exchange->handle = handle_add(&client->requests, exchange);
	if (exchange->handle != HANDLE_NONE)
		return exchange;
	error_set(error, ERROR_LIMIT, NULL, "out of memory");
fail:
	radius_exchange_free(client, exchange);
	return NULL;
}

static int check(const struct radius_client *client, const struct radius_request *request, struct error *error)
{
	if (!radius_are_servers(client, request->servers))
		return error_set(error, ERROR_UNKNOWN, "radius_servers",
				 "there is no such RADIUS server: make it by `radius create'");
	if (client->requests.used >= RADIUS_REQUESTS_MAX)
		return error_set(error, ERROR_LIMIT, NULL, "%d requests wait for RADIUS servers already",
				 RADIUS_REQUESTS_MAX);
	return 0;
}

static int ask_first(struct radius_client *client, const struct radius_request *request, void *owner, handle *asked,
		     uint64_t now, struct error *error)
{
	struct radius_exchange *exchange;

	if (check(client, request, error) < 0)
		return -1;
	exchange = make(client, request, owner, error);
	if (!exchange)
		return -1;
	*asked = exchange->handle;
	if (radius_start(client, exchange, now) != RADIUS_STARTED)
		radius_finish(client, exchange, NULL);
	return 0;
}

/* The server that has begun it is the only one that can go on. */
static int ask_further(struct radius_client *client, struct radius_exchange *exchange,
		       const struct radius_request *request, void *owner, uint64_t now, struct error *error)
{
	char *servers = strdup(exchange->server_name);

	radius_stop(client, exchange);
	free(exchange->attributes);
	free(exchange->servers);
	exchange->attributes = NULL;
	exchange->servers = servers;
	exchange->tried = 0;
	exchange->owner = owner;
	if (!servers || fill(client, exchange, request, error) < 0) {
		radius_exchange_free(client, exchange);
		return servers ? -1 : error_set(error, ERROR_LIMIT, NULL, "out of memory");
	}
	if (radius_start(client, exchange, now) != RADIUS_STARTED)
		radius_finish(client, exchange, NULL);
	return 0;
}

int radius_ask(struct radius_client *client, const struct radius_request *request, void *owner, handle *asked,
	       uint64_t now, struct error *error)
{
	struct radius_exchange *exchange;

	if (request->conversation == HANDLE_NONE)
		return ask_first(client, request, owner, asked, now, error);
	exchange = handle_get(&client->requests, request->conversation);
	if (!exchange || exchange->stage != RADIUS_CONVERSING)
		return error_set(error, ERROR_UNKNOWN, NULL, "the conversation with the RADIUS server is over");
	*asked = request->conversation;
	return ask_further(client, exchange, request, owner, now, error);
}
