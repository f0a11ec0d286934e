/* SPDX-License-Identifier: MIT */
/*
 * Control messages: octets <-> struct message, by the tables of messages and AVPs (avp.c).
 *
 * A message is decoded whole before anything is done about it; so nothing changes because of a message
 * whose end is garbage.  Rows are those of RFC 2661 (section 4.4), RFC 3145 (disconnect causes), RFC 3301 (ATM),
 * RFC 3308 (DiffServ) and RFC 3437 (LCP options).
 *
 * Octets and texts in a struct message are views: of the decoded message, or of what the encoder's caller
 * keeps until it returns.
 */
#ifndef L2TPD_WIRE_MESSAGE_H
#define L2TPD_WIRE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/hiding.h"

enum message_type {		/* RFC 2661 section 3.2 */
	MESSAGE_NONE = 0,	/* no AVP at all: a zero-length body, which only acknowledges */
	MESSAGE_SCCRQ = 1, MESSAGE_SCCRP = 2, MESSAGE_SCCCN = 3, MESSAGE_STOPCCN = 4, MESSAGE_HELLO = 6,
	MESSAGE_OCRQ = 7, MESSAGE_OCRP = 8, MESSAGE_OCCN = 9,
	MESSAGE_ICRQ = 10, MESSAGE_ICRP = 11, MESSAGE_ICCN = 12,
	MESSAGE_CDN = 14, MESSAGE_WEN = 15, MESSAGE_SLI = 16,
	MESSAGE_TYPE_COUNT,
};

/* Rows of the AVP table, in the order in which they are sent. */
enum avp_row {
	AVP_MESSAGE_TYPE, AVP_RANDOM_VECTOR, AVP_RESULT_CODE, AVP_PROTOCOL_VERSION, AVP_FRAMING_CAPABILITIES,
	AVP_BEARER_CAPABILITIES, AVP_TIE_BREAKER, AVP_FIRMWARE_REVISION, AVP_HOST_NAME, AVP_VENDOR_NAME,
	AVP_ASSIGNED_TUNNEL_ID, AVP_RECEIVE_WINDOW_SIZE, AVP_CHALLENGE, AVP_CAUSE_CODE, AVP_CHALLENGE_RESPONSE,
	AVP_ASSIGNED_SESSION_ID, AVP_CALL_SERIAL_NUMBER, AVP_MINIMUM_BPS, AVP_MAXIMUM_BPS, AVP_BEARER_TYPE,
	AVP_FRAMING_TYPE, AVP_CALLED_NUMBER, AVP_CALLING_NUMBER, AVP_SUB_ADDRESS, AVP_TX_CONNECT_SPEED,
	AVP_RX_CONNECT_SPEED, AVP_PHYSICAL_CHANNEL_ID, AVP_INITIAL_RECEIVED_LCP_CONFREQ, AVP_LAST_SENT_LCP_CONFREQ,
	AVP_LAST_RECEIVED_LCP_CONFREQ, AVP_PROXY_AUTHEN_TYPE, AVP_PROXY_AUTHEN_NAME, AVP_PROXY_AUTHEN_CHALLENGE,
	AVP_PROXY_AUTHEN_ID, AVP_PROXY_AUTHEN_RESPONSE, AVP_CALL_ERRORS, AVP_ACCM, AVP_PRIVATE_GROUP_ID,
	AVP_SEQUENCING_REQUIRED, AVP_PPP_DISCONNECT_CAUSE, AVP_RX_MINIMUM_BPS, AVP_RX_MAXIMUM_BPS,
	AVP_SERVICE_CATEGORY, AVP_SERVICE_NAME, AVP_CALLING_SUB_ADDRESS, AVP_VPI_VCI, AVP_CONTROL_DS, AVP_SESSION_DS,
	AVP_LCP_WANT_OPTIONS, AVP_LCP_ALLOW_OPTIONS, AVP_LNS_LAST_SENT_LCP_CONFREQ, AVP_LNS_LAST_RECEIVED_LCP_CONFREQ,
	AVP_ROW_COUNT,
};

/* A bit for each row. */
typedef unsigned __int128 avp_set;
#define AVP_BIT(row) ((avp_set)1 << (row))

#define AVP_VALUE_MAX 1017			/* of one AVP: Length is ten bits, six octets are the header */

struct avp_octets {
	const uint8_t *octets;			/* NULL with length 0 */
	uint16_t length;
};

struct avp_result {				/* RFC 2661 section 4.4.2 */
	uint16_t result;
	bool has_error;
	uint16_t error;
	struct avp_octets text;			/* UTF-8, unchecked */
};

struct avp_protocol_version {
	uint8_t version, revision;
};

struct avp_cause {				/* Q.931 */
	uint16_t cause;
	uint8_t message;
	struct avp_octets text;			/* ASCII, unchecked */
};

struct avp_call_errors {			/* since the call began */
	uint32_t crc, framing, hardware_overruns, buffer_overruns, timeouts, alignment;
};

struct avp_accm {
	uint32_t send, receive;
};

struct avp_disconnect_cause {			/* RFC 3145 */
	uint16_t code, protocol;
	uint8_t direction;			/* 0 both, 1 the peer's, 2 ours, as the sender sees it */
	struct avp_octets text;
};

struct message {
	enum message_type type;
	avp_set present;			/* which of these were sent, or are to be */
	avp_set hidden;				/* which came hidden when there was no key: not present */
	uint16_t message_type;
	struct avp_octets random_vector;
	struct avp_result result_code;
	struct avp_protocol_version protocol_version;
	uint32_t framing_capabilities, bearer_capabilities;
	uint64_t tie_breaker;
	uint16_t firmware_revision;
	struct avp_octets host_name, vendor_name;
	uint16_t assigned_tunnel_id;
	uint16_t receive_window_size;
	struct avp_octets challenge;
	struct avp_cause cause_code;
	struct avp_octets challenge_response;	/* CHALLENGE_RESPONSE_LENGTH or more: what follows is ignored */
	uint16_t assigned_session_id;
	uint32_t call_serial_number, minimum_bps, maximum_bps, bearer_type, framing_type;
	struct avp_octets called_number, calling_number, sub_address;
	uint32_t tx_connect_speed, rx_connect_speed;	/* bit/s */
	uint32_t physical_channel_id;
	struct avp_octets initial_received_lcp_confreq, last_sent_lcp_confreq, last_received_lcp_confreq;
	uint16_t proxy_authen_type;
	struct avp_octets proxy_authen_name, proxy_authen_challenge;
	uint16_t proxy_authen_id;
	struct avp_octets proxy_authen_response;
	struct avp_call_errors call_errors;
	struct avp_accm accm;
	struct avp_octets private_group_id;
	struct avp_disconnect_cause ppp_disconnect_cause;
	uint32_t rx_minimum_bps, rx_maximum_bps;	/* RFC 3301 */
	uint16_t service_category;		/* bit 0: real-time */
	struct avp_octets service_name;
	struct avp_octets calling_sub_address;	/* an NSAP of 20 octets */
	uint32_t vpi_vci;			/* VPI << 16 | VCI */
	uint16_t control_ds, session_ds;	/* RFC 3308: codes of per-hop behaviours that are asked for */
	struct avp_octets lcp_want_options, lcp_allow_options;	/* RFC 3437: lists of LCP options, as in the next two */
	struct avp_octets lns_last_sent_lcp_confreq, lns_last_received_lcp_confreq;
};

static inline bool message_has(const struct message *message, enum avp_row row)
{
	return message->present >> row & 1;
}

/* --- decoding --- */

enum message_verdict {
	MESSAGE_OK,
	MESSAGE_BROKEN,		/* it cannot be taken apart, or does not say what it is: as if it had not come */
	MESSAGE_REFUSED,	/* the problem says what the sender is to be told; what could be read is there */
	MESSAGE_UNKNOWN,	/* a type we do not know, not mandatory: acknowledged, otherwise ignored */
};

#define MESSAGE_PROBLEM_MAX 96
struct message_problem {
	bool session;				/* the session is to be cleared, not the tunnel */
	uint16_t result, error;			/* of StopCCN or CDN */
	char text[MESSAGE_PROBLEM_MAX];		/* for the peer and the log; of the peer it has only numbers */
};

struct message_counters {
	uint32_t ignored_avps, vendor_avps;	/* not mandatory, and not understood; of these: a vendor's */
};

/* Can octets be taken apart, and do they begin with a message type? Nothing is changed. */
bool message_is_whole(const uint8_t *octets, size_t length);
/* octets: what follows the header; hidden values are revealed in place.  key NULL: there is no secret.  counters
 * are added to. */
enum message_verdict message_decode(uint8_t *octets, size_t length, const uint8_t *key, size_t key_length,
				    struct message *message, struct message_problem *problem,
				    struct message_counters *counters);

/* --- encoding --- */

/* What to hide: the rows of hide whose values may be hidden.  The Random Vector is sent when there is any such. */
struct message_hiding {
	struct hiding keys;
	avp_set hide;
	size_t padding;				/* octets behind each value */
};

/* The AVPs of the present rows, the message type's first (it need not be present). hiding NULL: none.  Returns
 * their length, 0 when they do not fit into size octets or a value is longer than AVP_VALUE_MAX. */
size_t message_encode(const struct message *message, const struct message_hiding *hiding, uint8_t *out, size_t size);

/* --- the tables --- */

/* "SCCRQ"; NULL: there is none of this number. */
const char *message_name(unsigned int type);
bool message_is_session(enum message_type type);	/* of a session, not of the tunnel */
/* What result and error codes mean, in words; NULL: not known. */
const char *message_result_text(bool session, uint16_t result);
const char *message_error_text(uint16_t error);
/* Likewise what became of PPP (RFC 3145) and of the bearer (Q.931). */
const char *message_disconnect_text(uint16_t code);
const char *message_q931_text(uint16_t cause);
const char *avp_name(enum avp_row row);

#endif
