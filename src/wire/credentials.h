/* SPDX-License-Identifier: MIT */
/*
 * What a peer proves its name with, and what is answered: between who speaks PPP and who knows the users (a file, a
 * RADIUS server), which know nothing of each other.
 *
 * Octets are views of what the giver keeps until the call that they are given in returns; who needs them longer copies
 * them, and wipes the copies.  They are secrets, or as good as: never in a log.
 */
#ifndef L2TPD_WIRE_CREDENTIALS_H
#define L2TPD_WIRE_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum credentials_method {
	CREDENTIALS_NONE,
	CREDENTIALS_PAP,		/* RFC 1334: response is the password */
	CREDENTIALS_CHAP_MD5,		/* RFC 1994: response has 16 octets */
	CREDENTIALS_MSCHAPV1,		/* RFC 2433: challenge 8, response 49 octets */
	CREDENTIALS_MSCHAPV2,		/* RFC 2759: challenge 16, response 49 octets */
	CREDENTIALS_EAP,		/* RFC 3748, for who passes it through: response is the EAP packet, whole */
};

struct credentials {
	enum credentials_method method;
	uint8_t identifier;		/* of the challenge */
	const uint8_t *name, *challenge, *response;
	size_t name_length, challenge_length, response_length;
};

#define CREDENTIALS_KEY_LENGTH 16	/* octets of MPPE's start keys */
#define CREDENTIALS_MESSAGE_MAX 256	/* with the NUL */
#define CREDENTIALS_EAP_MAX 1500
#define CREDENTIALS_MSCHAP_SUCCESS 42	/* "S=" and 40 digits */

enum credentials_result {
	CREDENTIALS_REJECTED, CREDENTIALS_ACCEPTED,
	CREDENTIALS_CONTINUE,		/* EAP only */
	CREDENTIALS_UNDECIDED,		/* nobody could say: who is in already stays, all others are rejected */
};

/* What MPPE starts from (RFC 3079), each as the end that holds this struct uses it. */
struct credentials_keys {
	bool there;
	bool long_only;			/* MS-CHAPv1: of no use for 40 and 56 bits */
	uint8_t send[CREDENTIALS_KEY_LENGTH], receive[CREDENTIALS_KEY_LENGTH];
};

struct credentials_verdict {
	enum credentials_result result;
	char message[CREDENTIALS_MESSAGE_MAX];	/* for the peer, "" none. A rejection by MS-CHAP: "E=..." or text */
	char mschap_success[CREDENTIALS_MSCHAP_SUCCESS + 1];	/* MS-CHAPv2, accepted: "S=..." */
	struct credentials_keys keys;
	const uint8_t *eap;		/* EAP passed through: the packet for the peer; NULL: none */
	size_t eap_length;
};

#endif
