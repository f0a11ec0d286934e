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
	[7] = "an end hears nothing but itself",
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
	{ 1, "nobody has this number" }, { 3, "no way leads there" }, { 16, "somebody hung up" },
	{ 17, "busy" }, { 18, "no sign of the callee" }, { 19, "it rang, and nobody answered" },
	{ 21, "the callee refuses" },
	{ 22, "the callee has another number now" }, { 27, "the callee's line does not work" },
	{ 28, "no such number can be" }, { 31, "nothing is wrong" },
	{ 34, "all circuits are taken" }, { 38, "the network does not work" }, { 41, "a failure that will pass" },
	{ 42, "congestion" }, { 44, "this very channel is taken" }, { 47, "no resources" },
	{ 57, "not allowed to use such a bearer" }, { 58, "no such bearer is free" },
	{ 63, "this service is not to be had" },
	{ 65, "no such bearer is known here" }, { 88, "the callee cannot take such calls" },
	{ 102, "an answer did not come in time" },
	{ 111, "a mistake in the protocol" }, { 127, "another network's reason, not told" },
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
