/* SPDX-License-Identifier: MIT */
/*
 * RFC 2661 sections 3.2, 4.4 and 6; RFCs 3145, 3301, 3308, 3437.  Which AVPs a message must have is here; one that a
 * message need not have is taken wherever it stands.
 *
 * What has no row is ignored, or refused when it is mandatory.  So it is with all that announces or asks for something
 * that is not done here, and is told apart by that: modem on hold (RFC 3573: AVPs 53, 54, message 17), relayed PPPoE
 * (RFC 3817: 55 to 57, messages 18, 19), failover (RFC 4951: 76 to 79), speed updates (RFC 5515: 97, 98).
 */
#include "wire/avp.h"

#define MOST AVP_VALUE_MAX
#define MEMBER(member) .offset = offsetof(struct message, member)
#define MANDATORY .mandatory = true
#define HIDEABLE .hideable = true
#define NONZERO .nonzero = true
#define KIND(the_kind, fewest, greatest) .kind = AVP_KIND_##the_kind, .least = fewest, .most = greatest
#define U16 KIND(U16, 2, 2)
#define U32 KIND(U32, 4, 4)
#define U64 KIND(U64, 8, 8)
#define OCTETS(fewest) KIND(OCTETS, fewest, MOST)
#define ROW(row) [AVP_##row] =

const struct avp_definition avp_definitions[AVP_ROW_COUNT] = {
	ROW(MESSAGE_TYPE) { "Message Type", 0, U16, MANDATORY, MEMBER(message_type) },
	ROW(RANDOM_VECTOR) { "Random Vector", 36, OCTETS(1), MANDATORY, MEMBER(random_vector) },
	ROW(RESULT_CODE) { "Result Code", 1, KIND(RESULT, 2, MOST), MANDATORY, MEMBER(result_code) },
	ROW(PROTOCOL_VERSION) { "Protocol Version", 2, KIND(VERSION, 2, 2), MANDATORY, MEMBER(protocol_version) },
	ROW(FRAMING_CAPABILITIES) { "Framing Capabilities", 3, U32, MANDATORY, HIDEABLE, MEMBER(framing_capabilities) },
	ROW(BEARER_CAPABILITIES) { "Bearer Capabilities", 4, U32, MANDATORY, HIDEABLE, MEMBER(bearer_capabilities) },
	ROW(TIE_BREAKER) { "Tie Breaker", 5, U64, MEMBER(tie_breaker) },
	ROW(FIRMWARE_REVISION) { "Firmware Revision", 6, U16, HIDEABLE, MEMBER(firmware_revision) },
	ROW(HOST_NAME) { "Host Name", 7, OCTETS(1), MANDATORY, MEMBER(host_name) },
	ROW(VENDOR_NAME) { "Vendor Name", 8, OCTETS(0), HIDEABLE, MEMBER(vendor_name) },
	ROW(ASSIGNED_TUNNEL_ID) { "Assigned Tunnel ID", 9, U16, MANDATORY, HIDEABLE, NONZERO,
				  MEMBER(assigned_tunnel_id) },
	ROW(RECEIVE_WINDOW_SIZE) { "Receive Window Size", 10, U16, MANDATORY, NONZERO, MEMBER(receive_window_size) },
	ROW(CHALLENGE) { "Challenge", 11, OCTETS(1), MANDATORY, HIDEABLE, MEMBER(challenge) },
	ROW(CAUSE_CODE) { "Q.931 Cause Code", 12, KIND(CAUSE, 3, MOST), MANDATORY, MEMBER(cause_code) },
	ROW(CHALLENGE_RESPONSE) { "Challenge Response", 13, OCTETS(CHALLENGE_RESPONSE_LENGTH), MANDATORY, HIDEABLE,
				  MEMBER(challenge_response) },
	ROW(ASSIGNED_SESSION_ID) { "Assigned Session ID", 14, U16, MANDATORY, HIDEABLE, NONZERO,
				   MEMBER(assigned_session_id) },
	ROW(CALL_SERIAL_NUMBER) { "Call Serial Number", 15, U32, MANDATORY, HIDEABLE, MEMBER(call_serial_number) },
	ROW(MINIMUM_BPS) { "Minimum BPS", 16, U32, MANDATORY, HIDEABLE, MEMBER(minimum_bps) },
	ROW(MAXIMUM_BPS) { "Maximum BPS", 17, U32, MANDATORY, HIDEABLE, MEMBER(maximum_bps) },
	ROW(BEARER_TYPE) { "Bearer Type", 18, U32, MANDATORY, HIDEABLE, MEMBER(bearer_type) },
	ROW(FRAMING_TYPE) { "Framing Type", 19, U32, MANDATORY, HIDEABLE, MEMBER(framing_type) },
	ROW(CALLED_NUMBER) { "Called Number", 21, OCTETS(0), MANDATORY, HIDEABLE, MEMBER(called_number) },
	ROW(CALLING_NUMBER) { "Calling Number", 22, OCTETS(0), MANDATORY, HIDEABLE, MEMBER(calling_number) },
	ROW(SUB_ADDRESS) { "Sub-Address", 23, OCTETS(0), MANDATORY, HIDEABLE, MEMBER(sub_address) },
	ROW(TX_CONNECT_SPEED) { "Tx Connect Speed", 24, U32, MANDATORY, HIDEABLE, MEMBER(tx_connect_speed) },
	ROW(RX_CONNECT_SPEED) { "Rx Connect Speed", 38, U32, HIDEABLE, MEMBER(rx_connect_speed) },
	ROW(PHYSICAL_CHANNEL_ID) { "Physical Channel ID", 25, U32, HIDEABLE, MEMBER(physical_channel_id) },
	ROW(INITIAL_RECEIVED_LCP_CONFREQ) { "Initial Received LCP CONFREQ", 26, OCTETS(0), HIDEABLE,
					    MEMBER(initial_received_lcp_confreq) },
	ROW(LAST_SENT_LCP_CONFREQ) { "Last Sent LCP CONFREQ", 27, OCTETS(0), HIDEABLE, MEMBER(last_sent_lcp_confreq) },
	ROW(LAST_RECEIVED_LCP_CONFREQ) { "Last Received LCP CONFREQ", 28, OCTETS(0), HIDEABLE,
					 MEMBER(last_received_lcp_confreq) },
	ROW(PROXY_AUTHEN_TYPE) { "Proxy Authen Type", 29, U16, HIDEABLE, MEMBER(proxy_authen_type) },
	ROW(PROXY_AUTHEN_NAME) { "Proxy Authen Name", 30, OCTETS(0), HIDEABLE, MEMBER(proxy_authen_name) },
	ROW(PROXY_AUTHEN_CHALLENGE) { "Proxy Authen Challenge", 31, OCTETS(0), HIDEABLE,
				      MEMBER(proxy_authen_challenge) },
	ROW(PROXY_AUTHEN_ID) { "Proxy Authen ID", 32, U16, HIDEABLE, MEMBER(proxy_authen_id) },
	ROW(PROXY_AUTHEN_RESPONSE) { "Proxy Authen Response", 33, OCTETS(0), HIDEABLE, MEMBER(proxy_authen_response) },
	ROW(CALL_ERRORS) { "Call Errors", 34, KIND(ERRORS, 26, 26), MANDATORY, HIDEABLE, MEMBER(call_errors) },
	ROW(ACCM) { "ACCM", 35, KIND(ACCM, 10, 10), MANDATORY, HIDEABLE, MEMBER(accm) },
	ROW(PRIVATE_GROUP_ID) { "Private Group ID", 37, OCTETS(0), HIDEABLE, MEMBER(private_group_id) },
	ROW(SEQUENCING_REQUIRED) { "Sequencing Required", 39, KIND(EMPTY, 0, 0), MANDATORY },
	ROW(PPP_DISCONNECT_CAUSE) { "PPP Disconnect Cause", 46, KIND(DISCONNECT, 5, MOST), HIDEABLE,
				    MEMBER(ppp_disconnect_cause) },
	ROW(RX_MINIMUM_BPS) { "Rx Minimum BPS", 40, U32, HIDEABLE, MEMBER(rx_minimum_bps) },
	ROW(RX_MAXIMUM_BPS) { "Rx Maximum BPS", 41, U32, HIDEABLE, MEMBER(rx_maximum_bps) },
	ROW(SERVICE_CATEGORY) { "Service Category", 42, U16, HIDEABLE, MEMBER(service_category) },
	ROW(SERVICE_NAME) { "Service Name", 43, OCTETS(0), HIDEABLE, MEMBER(service_name) },
	ROW(CALLING_SUB_ADDRESS) { "Calling Sub-Address", 44, KIND(OCTETS, 20, 20), HIDEABLE,
				   MEMBER(calling_sub_address) },
	ROW(VPI_VCI) { "VPI/VCI Identifier", 45, U32, HIDEABLE, MEMBER(vpi_vci) },
	ROW(CONTROL_DS) { "Control Connection DS", 47, U16, HIDEABLE, MEMBER(control_ds) },
	ROW(SESSION_DS) { "Session DS", 48, U16, HIDEABLE, MEMBER(session_ds) },
	ROW(LCP_WANT_OPTIONS) { "LCP Want Options", 49, OCTETS(0), HIDEABLE, MEMBER(lcp_want_options) },
	ROW(LCP_ALLOW_OPTIONS) { "LCP Allow Options", 50, OCTETS(0), HIDEABLE, MEMBER(lcp_allow_options) },
	ROW(LNS_LAST_SENT_LCP_CONFREQ) { "LNS Last Sent LCP CONFREQ", 51, OCTETS(0), HIDEABLE,
					 MEMBER(lns_last_sent_lcp_confreq) },
	ROW(LNS_LAST_RECEIVED_LCP_CONFREQ) { "LNS Last Received LCP CONFREQ", 52, OCTETS(0), HIDEABLE,
					     MEMBER(lns_last_received_lcp_confreq) },
};

#define NEEDS(row) AVP_BIT(AVP_##row)
#define TUNNEL_SETUP (NEEDS(PROTOCOL_VERSION) | NEEDS(FRAMING_CAPABILITIES) | NEEDS(HOST_NAME) | \
		      NEEDS(ASSIGNED_TUNNEL_ID))

const struct message_definition message_definitions[MESSAGE_TYPE_COUNT] = {
	[MESSAGE_SCCRQ] = { "SCCRQ", false, TUNNEL_SETUP },
	[MESSAGE_SCCRP] = { "SCCRP", false, TUNNEL_SETUP },
	[MESSAGE_SCCCN] = { "SCCCN", false, 0 },
	[MESSAGE_STOPCCN] = { "StopCCN", false, NEEDS(ASSIGNED_TUNNEL_ID) | NEEDS(RESULT_CODE) },
	[MESSAGE_HELLO] = { "HELLO", false, 0 },
	[MESSAGE_OCRQ] = { "OCRQ", true, NEEDS(ASSIGNED_SESSION_ID) | NEEDS(CALL_SERIAL_NUMBER) | NEEDS(MINIMUM_BPS) |
			   NEEDS(MAXIMUM_BPS) | NEEDS(BEARER_TYPE) | NEEDS(FRAMING_TYPE) | NEEDS(CALLED_NUMBER) },
	[MESSAGE_OCRP] = { "OCRP", true, NEEDS(ASSIGNED_SESSION_ID) },
	[MESSAGE_OCCN] = { "OCCN", true, NEEDS(TX_CONNECT_SPEED) | NEEDS(FRAMING_TYPE) },
	[MESSAGE_ICRQ] = { "ICRQ", true, NEEDS(ASSIGNED_SESSION_ID) | NEEDS(CALL_SERIAL_NUMBER) },
	[MESSAGE_ICRP] = { "ICRP", true, NEEDS(ASSIGNED_SESSION_ID) },
	[MESSAGE_ICCN] = { "ICCN", true, NEEDS(TX_CONNECT_SPEED) | NEEDS(FRAMING_TYPE) },
	[MESSAGE_CDN] = { "CDN", true, NEEDS(RESULT_CODE) | NEEDS(ASSIGNED_SESSION_ID) },
	[MESSAGE_WEN] = { "WEN", true, NEEDS(CALL_ERRORS) },
	[MESSAGE_SLI] = { "SLI", true, NEEDS(ACCM) },
};

/* The other way round, which every AVP that arrives needs; row + 1, 0: none. */
#define AT(row, attribute) [attribute] = AVP_##row + 1
static const uint8_t rows_of_attributes[] = {
	AT(MESSAGE_TYPE, 0), AT(RESULT_CODE, 1), AT(PROTOCOL_VERSION, 2), AT(FRAMING_CAPABILITIES, 3),
	AT(BEARER_CAPABILITIES, 4), AT(TIE_BREAKER, 5), AT(FIRMWARE_REVISION, 6), AT(HOST_NAME, 7), AT(VENDOR_NAME, 8),
	AT(ASSIGNED_TUNNEL_ID, 9), AT(RECEIVE_WINDOW_SIZE, 10), AT(CHALLENGE, 11), AT(CAUSE_CODE, 12),
	AT(CHALLENGE_RESPONSE, 13), AT(ASSIGNED_SESSION_ID, 14), AT(CALL_SERIAL_NUMBER, 15), AT(MINIMUM_BPS, 16),
	AT(MAXIMUM_BPS, 17), AT(BEARER_TYPE, 18), AT(FRAMING_TYPE, 19), AT(CALLED_NUMBER, 21), AT(CALLING_NUMBER, 22),
	AT(SUB_ADDRESS, 23), AT(TX_CONNECT_SPEED, 24), AT(PHYSICAL_CHANNEL_ID, 25),
	AT(INITIAL_RECEIVED_LCP_CONFREQ, 26), AT(LAST_SENT_LCP_CONFREQ, 27), AT(LAST_RECEIVED_LCP_CONFREQ, 28),
	AT(PROXY_AUTHEN_TYPE, 29), AT(PROXY_AUTHEN_NAME, 30), AT(PROXY_AUTHEN_CHALLENGE, 31), AT(PROXY_AUTHEN_ID, 32),
	AT(PROXY_AUTHEN_RESPONSE, 33), AT(CALL_ERRORS, 34), AT(ACCM, 35), AT(RANDOM_VECTOR, 36),
	AT(PRIVATE_GROUP_ID, 37), AT(RX_CONNECT_SPEED, 38), AT(SEQUENCING_REQUIRED, 39), AT(RX_MINIMUM_BPS, 40),
	AT(RX_MAXIMUM_BPS, 41), AT(SERVICE_CATEGORY, 42), AT(SERVICE_NAME, 43), AT(CALLING_SUB_ADDRESS, 44),
	AT(VPI_VCI, 45), AT(PPP_DISCONNECT_CAUSE, 46), AT(CONTROL_DS, 47), AT(SESSION_DS, 48),
	AT(LCP_WANT_OPTIONS, 49), AT(LCP_ALLOW_OPTIONS, 50), AT(LNS_LAST_SENT_LCP_CONFREQ, 51),
	AT(LNS_LAST_RECEIVED_LCP_CONFREQ, 52),
};

int avp_find(uint16_t attribute)
{
	return attribute < sizeof(rows_of_attributes) ? rows_of_attributes[attribute] - 1 : -1;
}

const char *avp_name(enum avp_row row)
{
	return avp_definitions[row].name;
}

const char *message_name(unsigned int type)
{
	return type < MESSAGE_TYPE_COUNT ? message_definitions[type].name : NULL;
}

bool message_is_session(enum message_type type)
{
	return type < MESSAGE_TYPE_COUNT && message_definitions[type].session;
}

static const char *const tunnel_results[] = {
	[1] = "on request",
	[2] = "general error",
	[3] = "there is a tunnel already",
	[4] = "not authorised to make a tunnel",
	[5] = "another version of the protocol",
	[6] = "shutting down",
	[7] = "message out of turn",
	[8] = "DiffServ code point not agreed",
};

static const char *const session_results[] = {
	[1] = "carrier lost",
	[2] = "general error",
	[3] = "administrative reasons",
	[4] = "no facilities at present",
	[5] = "no facilities",
	[6] = "invalid destination",
	[7] = "no carrier",
	[8] = "busy",
	[9] = "no dial tone",
	[10] = "the call took too long to set up",
	[11] = "connected, but no frames were recognised",
	[12] = "DiffServ code point not agreed",
};

static const char *const errors[] = {
	[0] = "no error",
	[1] = "no tunnel between the two",
	[2] = "wrong length",
	[3] = "a value out of range",
	[4] = "not enough resources",
	[5] = "invalid session id",
	[6] = "vendor-specific error",
	[7] = "try another",
	[8] = "a mandatory AVP that is not understood",
	[9] = "try another, as directed",
	[10] = "next hop unreachable",
	[11] = "next hop busy",
	[12] = "switching point busy",
};

#define TEXT_OF(table, number) ((number) < sizeof(table) / sizeof(*(table)) ? (table)[number] : NULL)

const char *message_result_text(bool session, uint16_t result)
{
	return session ? TEXT_OF(session_results, result) : TEXT_OF(tunnel_results, result);
}

const char *message_error_text(uint16_t error)
{
	return TEXT_OF(errors, error);
}
