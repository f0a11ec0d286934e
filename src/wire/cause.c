/* SPDX-License-Identifier: MIT */
/*
 * Why calls end, besides the result code: RFC 3145 section 3 (what became of PPP) and Q.850 (what became of the
 * bearer; those that end calls).
 */
#include "wire/message.h"

static const char *const disconnects[] = {
	[1] = "an administrator ended it",
	[2] = "LCP is not negotiated again here, and no proxied LCP came",
	[3] = "PPP was ended in order",
	[4] = "an end insisted on encryption",
	[5] = "LCP took too long",
	[6] = "no LCP packets came",
	[7] = "the link is looped back",
	[8] = "LCP echoes were not answered",
	[9] = "another endpoint discriminator than the bundle's",
	[10] = "another MRRU than the bundle's",
	[11] = "other short sequence numbers than the bundle's",
	[12] = "an end insisted on call-back",
	[13] = "authentication took too long",
	[14] = "another name than the bundle's",
	[15] = "no authentication protocol suits both ends",
	[16] = "authentication failed",
	[17] = "a network protocol took too long",
	[18] = "no network protocol is left",
	[19] = "the ends agree on no addresses",
	[20] = "the user may not have any address",
};

static const struct {
	uint16_t cause;
	const char *text;
} q931_causes[] = {
	{ 1, "number not assigned" }, { 3, "no route to the destination" }, { 16, "normal call clearing" },
	{ 17, "busy" }, { 18, "no response" }, { 19, "no answer" }, { 21, "call rejected" },
	{ 22, "number changed" }, { 27, "destination out of order" }, { 28, "invalid number" }, { 31, "normal" },
	{ 34, "no circuit available" }, { 38, "network out of order" }, { 41, "temporary failure" },
	{ 42, "congestion" }, { 44, "the channel is not available" }, { 47, "no resources" },
	{ 57, "bearer not authorized" }, { 58, "bearer not available now" }, { 63, "service not available" },
	{ 65, "bearer not implemented" }, { 88, "incompatible destination" }, { 102, "a timer expired" },
	{ 111, "protocol error" }, { 127, "interworking" },
};

const char *message_disconnect_text(uint16_t code)
{
	return code < sizeof(disconnects) / sizeof(disconnects[0]) ? disconnects[code] : NULL;
}

const char *message_q931_text(uint16_t cause)
{
	for (unsigned int i = 0; i < sizeof(q931_causes) / sizeof(q931_causes[0]); i++)
		if (q931_causes[i].cause == cause)
			return q931_causes[i].text;
	return NULL;
}
