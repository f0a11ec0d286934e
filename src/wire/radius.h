/* SPDX-License-Identifier: MIT */
/*
 * RADIUS packets: RFC 2865, 2866 (accounting), 2868 (tags), 3579 (EAP), 5176 (dynamic authorization), 2548 (Microsoft).
 * Attributes are walked in place and written one after the other; what proves a packet, and what hides values in it,
 * is in radius_sign.c and radius_hide.c.
 */
#ifndef L2TPD_WIRE_RADIUS_H
#define L2TPD_WIRE_RADIUS_H

#include "base/address.h"
#include "base/cursor.h"
#include "base/prefix.h"

#define RADIUS_HEADER_LENGTH 20
#define RADIUS_PACKET_MAX 4096		/* RFC 2865 section 3 */
#define RADIUS_AUTHENTICATOR_LENGTH 16
#define RADIUS_VALUE_MAX 253		/* octets of an attribute's value */
#define RADIUS_VENDOR_VALUE_MAX 247
#define RADIUS_PASSWORD_MAX 128		/* octets of a User-Password */
#define RADIUS_SALT_LENGTH 2

enum radius_code {
	RADIUS_ACCESS_REQUEST = 1, RADIUS_ACCESS_ACCEPT = 2, RADIUS_ACCESS_REJECT = 3, RADIUS_ACCOUNTING_REQUEST = 4,
	RADIUS_ACCOUNTING_RESPONSE = 5, RADIUS_ACCESS_CHALLENGE = 11, RADIUS_STATUS_SERVER = 12,
	RADIUS_DISCONNECT_REQUEST = 40, RADIUS_DISCONNECT_ACK = 41, RADIUS_DISCONNECT_NAK = 42,
	RADIUS_COA_REQUEST = 43, RADIUS_COA_ACK = 44, RADIUS_COA_NAK = 45,
};

enum radius_type {
	RADIUS_USER_NAME = 1, RADIUS_USER_PASSWORD = 2, RADIUS_CHAP_PASSWORD = 3, RADIUS_NAS_IP_ADDRESS = 4,
	RADIUS_NAS_PORT = 5, RADIUS_SERVICE_TYPE = 6, RADIUS_FRAMED_PROTOCOL = 7, RADIUS_FRAMED_IP_ADDRESS = 8,
	RADIUS_FRAMED_IP_NETMASK = 9, RADIUS_FRAMED_ROUTING = 10, RADIUS_FILTER_ID = 11, RADIUS_FRAMED_MTU = 12,
	RADIUS_FRAMED_COMPRESSION = 13, RADIUS_REPLY_MESSAGE = 18, RADIUS_FRAMED_ROUTE = 22, RADIUS_STATE = 24,
	RADIUS_CLASS = 25, RADIUS_VENDOR_SPECIFIC = 26, RADIUS_SESSION_TIMEOUT = 27, RADIUS_IDLE_TIMEOUT = 28,
	RADIUS_TERMINATION_ACTION = 29, RADIUS_CALLED_STATION_ID = 30, RADIUS_CALLING_STATION_ID = 31,
	RADIUS_NAS_IDENTIFIER = 32, RADIUS_PROXY_STATE = 33, RADIUS_ACCT_STATUS_TYPE = 40, RADIUS_ACCT_DELAY_TIME = 41,
	RADIUS_ACCT_INPUT_OCTETS = 42, RADIUS_ACCT_OUTPUT_OCTETS = 43, RADIUS_ACCT_SESSION_ID = 44,
	RADIUS_ACCT_AUTHENTIC = 45, RADIUS_ACCT_SESSION_TIME = 46, RADIUS_ACCT_INPUT_PACKETS = 47,
	RADIUS_ACCT_OUTPUT_PACKETS = 48, RADIUS_ACCT_TERMINATE_CAUSE = 49, RADIUS_ACCT_MULTI_SESSION_ID = 50,
	RADIUS_ACCT_INPUT_GIGAWORDS = 52, RADIUS_ACCT_OUTPUT_GIGAWORDS = 53, RADIUS_EVENT_TIMESTAMP = 55,
	RADIUS_CHAP_CHALLENGE = 60, RADIUS_NAS_PORT_TYPE = 61, RADIUS_PORT_LIMIT = 62, RADIUS_TUNNEL_TYPE = 64,
	RADIUS_TUNNEL_MEDIUM_TYPE = 65, RADIUS_TUNNEL_CLIENT_ENDPOINT = 66, RADIUS_TUNNEL_SERVER_ENDPOINT = 67,
	RADIUS_ACCT_TUNNEL_CONNECTION = 68, RADIUS_TUNNEL_PASSWORD = 69, RADIUS_CONNECT_INFO = 77,
	RADIUS_EAP_MESSAGE = 79, RADIUS_MESSAGE_AUTHENTICATOR = 80, RADIUS_TUNNEL_PRIVATE_GROUP_ID = 81,
	RADIUS_TUNNEL_ASSIGNMENT_ID = 82, RADIUS_TUNNEL_PREFERENCE = 83, RADIUS_ACCT_INTERIM_INTERVAL = 85,
	RADIUS_NAS_PORT_ID = 87, RADIUS_FRAMED_POOL = 88, RADIUS_CHARGEABLE_USER_IDENTITY = 89,
	RADIUS_TUNNEL_CLIENT_AUTH_ID = 90, RADIUS_TUNNEL_SERVER_AUTH_ID = 91, RADIUS_NAS_IPV6_ADDRESS = 95,
	RADIUS_FRAMED_INTERFACE_ID = 96, RADIUS_FRAMED_IPV6_PREFIX = 97, RADIUS_FRAMED_IPV6_ROUTE = 99,
	RADIUS_FRAMED_IPV6_POOL = 100, RADIUS_ERROR_CAUSE = 101, RADIUS_DELEGATED_IPV6_PREFIX = 123,
	RADIUS_FRAMED_IPV6_ADDRESS = 168, RADIUS_DNS_SERVER_IPV6_ADDRESS = 169,
	RADIUS_DELEGATED_IPV6_PREFIX_POOL = 171,
};

#define RADIUS_VENDOR_MICROSOFT 311
enum radius_microsoft_type {
	RADIUS_MS_CHAP_RESPONSE = 1, RADIUS_MS_CHAP_ERROR = 2, RADIUS_MS_MPPE_ENCRYPTION_POLICY = 7,
	RADIUS_MS_MPPE_ENCRYPTION_TYPES = 8, RADIUS_MS_CHAP_DOMAIN = 10, RADIUS_MS_CHAP_CHALLENGE = 11,
	RADIUS_MS_CHAP_MPPE_KEYS = 12, RADIUS_MS_MPPE_SEND_KEY = 16, RADIUS_MS_MPPE_RECV_KEY = 17,
	RADIUS_MS_CHAP2_RESPONSE = 25, RADIUS_MS_CHAP2_SUCCESS = 26, RADIUS_MS_PRIMARY_DNS = 28,
	RADIUS_MS_SECONDARY_DNS = 29, RADIUS_MS_PRIMARY_NBNS = 30, RADIUS_MS_SECONDARY_NBNS = 31,
};

/* Values of attributes. */
enum { RADIUS_SERVICE_FRAMED = 2, RADIUS_SERVICE_AUTHORIZE_ONLY = 17 };
enum { RADIUS_PROTOCOL_PPP = 1 };
enum { RADIUS_PORT_VIRTUAL = 5 };
enum { RADIUS_TUNNEL_L2TP = 3 };
enum { RADIUS_MEDIUM_IPV4 = 1, RADIUS_MEDIUM_IPV6 = 2 };

/* What both ends know, and never goes over the wire. Octets are the caller's. */
struct radius_secret {
	const uint8_t *octets;
	size_t length;
};

/* --- reading --- */

struct radius_packet {			/* a view */
	uint8_t code, identifier;
	const uint8_t *octets;		/* from the header on */
	size_t length;			/* as the header says: what follows is padding */
	const uint8_t *authenticator;
};

/* False unless the header and the attributes' lengths fit the octets, which remain the caller's. */
bool radius_parse(struct radius_packet *packet, const uint8_t *octets, size_t length);

struct radius_attribute {
	uint32_t vendor;		/* 0: none; else of attribute 26, which was looked into */
	uint8_t type;			/* the vendor's; 0: its value has another form than type, length, value */
	uint8_t length;
	const uint8_t *value;
};

struct radius_walk {
	const uint8_t *position, *end;
	uint32_t vendor;		/* in whose attribute we are */
	const uint8_t *vendor_position, *vendor_end;
};

void radius_walk(struct radius_walk *walk, const struct radius_packet *packet);
/* Of an attribute 26 that is too short for a vendor: vendor 0, type 26. */
bool radius_next(struct radius_walk *walk, struct radius_attribute *attribute);
/* The first of its kind. vendor 0: of RFCs. */
bool radius_find(const struct radius_packet *packet, uint32_t vendor, uint8_t type,
		 struct radius_attribute *attribute);

/* Values. False: it has another length, or says no such thing; then *value is not changed. */
bool radius_get_u32(const struct radius_attribute *attribute, uint32_t *value);
bool radius_get_ipv4(const struct radius_attribute *attribute, struct address *address);
bool radius_get_ipv6(const struct radius_attribute *attribute, struct address *address);
/* Framed-IPv6-Prefix, Delegated-IPv6-Prefix (RFC 3162 section 2.3): bits behind the length must be zero. */
bool radius_get_prefix(const struct radius_attribute *attribute, struct prefix *prefix);
/* Text for people and names; what is not printable becomes '?', what is too long is cut off. Returns out. */
char *radius_get_text(const struct radius_attribute *attribute, char *out, size_t size);
/* As it is. False: it does not fit with its NUL, or has a NUL in it. */
bool radius_get_name(const struct radius_attribute *attribute, char *out, size_t size);
/* All EAP-Messages in a row (RFC 3579 section 3.1). Returns the length, 0: there is none, or it does not fit. */
size_t radius_get_eap(const struct radius_packet *packet, uint8_t *out, size_t size);

/* --- writing --- */

/* Once something does not fit, nothing is written any more, and signing returns 0. */
struct radius_builder {
	uint8_t *octets;
	struct cursor cursor;
	uint8_t *message_authenticator;	/* its value; NULL: there is none */
};

/* authenticator NULL: zeros, to be made when it is signed. */
void radius_begin(struct radius_builder *builder, void *octets, size_t size, uint8_t code, uint8_t identifier,
		  const uint8_t authenticator[RADIUS_AUTHENTICATOR_LENGTH]);
/* At most RADIUS_VALUE_MAX octets; of none nothing is written (RFC 2865 section 5: there are no empty ones). */
void radius_put(struct radius_builder *builder, uint8_t type, const void *value, size_t length);
void radius_put_vendor(struct radius_builder *builder, uint32_t vendor, uint8_t type, const void *value,
		       size_t length);
void radius_put_u32(struct radius_builder *builder, uint8_t type, uint32_t value);
/* Cut off to RADIUS_VALUE_MAX. NULL, "": nothing. */
void radius_put_text(struct radius_builder *builder, uint8_t type, const char *text);
/* By its family one of these two; AF_UNSPEC: nothing. */
void radius_put_address(struct radius_builder *builder, uint8_t type_ipv4, uint8_t type_ipv6,
			const struct address *address);
/* Length 1..128, AF_UNSPEC: nothing. */
void radius_put_prefix(struct radius_builder *builder, uint8_t type, const struct prefix *prefix);
void radius_put_tagged_u24(struct radius_builder *builder, uint8_t type, uint8_t tag, uint32_t value);
void radius_put_tagged_text(struct radius_builder *builder, uint8_t type, uint8_t tag, const char *text);
/* In as many EAP-Messages as it takes. */
void radius_put_eap(struct radius_builder *builder, const uint8_t *packet, size_t length);
/* Attributes that were written before: whole ones. */
void radius_put_raw(struct radius_builder *builder, const uint8_t *attributes, size_t length);
/* Its place; signing fills it. Best before all others. */
void radius_put_message_authenticator(struct radius_builder *builder);
static inline size_t radius_length(const struct radius_builder *builder)
{
	return (size_t)(builder->cursor.position - builder->octets);
}

/* --- proofs (radius_sign.c) --- */

/* Each ends the packet and returns its length, 0: it did not fit. */
/* Access-Request, Status-Server: the authenticator is random, and given when it was begun. */
size_t radius_sign_access(struct radius_builder *builder, const struct radius_secret *secret);
/* Accounting-Request, Disconnect-Request, CoA-Request */
size_t radius_sign_request(struct radius_builder *builder, const struct radius_secret *secret);
size_t radius_sign_reply(struct radius_builder *builder, const uint8_t request[RADIUS_AUTHENTICATOR_LENGTH],
			 const struct radius_secret *secret);

/* All compare in constant time. */
/* Of Accounting-Request, Disconnect-Request, CoA-Request */
bool radius_request_is_genuine(const struct radius_packet *packet, const struct radius_secret *secret);
bool radius_reply_is_genuine(const struct radius_packet *packet, const uint8_t request[RADIUS_AUTHENTICATOR_LENGTH],
			     const struct radius_secret *secret);

enum radius_seal { RADIUS_SEAL_NONE, RADIUS_SEAL_GENUINE, RADIUS_SEAL_FORGED };
/* The Message-Authenticator (RFC 3579 section 3.2, RFC 5176 section 2.3). authenticator: that it is made with. Of
 * replies the request's; of Access-Request and Status-Server its own; of all other requests NULL, which is zeros.
 * FORGED also when there are several. */
enum radius_seal radius_seal(const struct radius_packet *packet, const uint8_t *authenticator,
			     const struct radius_secret *secret);

/* --- what is hidden (radius_hide.c) --- */

/* User-Password (RFC 2865 section 5.2). out of RADIUS_PASSWORD_MAX octets. Returns its length, a multiple of 16;
 * 0: longer than RADIUS_PASSWORD_MAX. */
size_t radius_hide_password(const struct radius_secret *secret,
			    const uint8_t authenticator[RADIUS_AUTHENTICATOR_LENGTH], const uint8_t *password,
			    size_t length, uint8_t *out);
/* The same back, also of MS-CHAP-MPPE-Keys; in out as many octets as there were. False: no multiple of 16, or too
 * long. Zeros that filled it up remain. */
bool radius_reveal_password(const struct radius_secret *secret,
			    const uint8_t authenticator[RADIUS_AUTHENTICATOR_LENGTH], const uint8_t *hidden,
			    size_t length, uint8_t *out);
/* Tunnel-Password without its tag (RFC 2868 section 3.5), MS-MPPE-Send-Key, -Recv-Key (RFC 2548 section 2.4.2): the
 * value begins with the salt. authenticator: the request's. out of RADIUS_VALUE_MAX octets. */
size_t radius_hide_salted(const struct radius_secret *secret,
			  const uint8_t authenticator[RADIUS_AUTHENTICATOR_LENGTH],
			  const uint8_t salt[RADIUS_SALT_LENGTH], const uint8_t *value, size_t length, uint8_t *out);
bool radius_reveal_salted(const struct radius_secret *secret,
			  const uint8_t authenticator[RADIUS_AUTHENTICATOR_LENGTH], const uint8_t *hidden,
			  size_t length, uint8_t *out, size_t *out_length);

#endif
