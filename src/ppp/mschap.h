/* SPDX-License-Identifier: MIT */
/*
 * What is computed to prove that one knows a secret: CHAP with MD5 (RFC 1994), MS-CHAP (RFC 2433) and its version 2
 * (RFC 2759), and the texts of MS-CHAP's failures.  EAP (RFC 3748) uses the same.
 *
 * Of MS-CHAPv1 only the part that Windows NT brought: who gives a LAN Manager response gives the password away.
 */
#ifndef L2TPD_PPP_MSCHAP_H
#define L2TPD_PPP_MSCHAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHAP_MD5_LENGTH 16
#define MSCHAP_HASH 16			/* octets of a hash of a secret */
#define MSCHAP_NT_RESPONSE 24
#define MSCHAP_RESPONSE 49		/* the value of a Response, either version */
#define MSCHAP_V1_CHALLENGE 8
#define MSCHAP_V2_CHALLENGE 16
#define MSCHAP_SUCCESS 42		/* "S=" and 40 digits */
#define MSCHAP_OFFSET_NT 24		/* of the NT response; version 2: behind the peer's challenge and zeros */
#define MSCHAP_OFFSET_FLAG 48		/* version 1: 1, when the NT response is there */

void chap_md5_response(uint8_t identifier, const uint8_t *secret, size_t secret_length, const uint8_t *challenge,
		       size_t challenge_length, uint8_t response[CHAP_MD5_LENGTH]);

/* Of a secret in UTF-8, or if it is not such, of its octets as Latin-1. */
void mschap_hash(const uint8_t *secret, size_t length, uint8_t hash[MSCHAP_HASH]);
/* Of that hash: what keys and the authenticator's response come from. */
void mschap_hash_hash(const uint8_t hash[MSCHAP_HASH], uint8_t hash_hash[MSCHAP_HASH]);
/* Version 2: what is answered instead of a challenge. name: of who answers; what is before its last '\' is left out. */
void mschap_challenge(const uint8_t peer[MSCHAP_V2_CHALLENGE], const uint8_t authenticator[MSCHAP_V2_CHALLENGE],
		      const uint8_t *name, size_t name_length, uint8_t challenge[MSCHAP_V1_CHALLENGE]);
void mschap_nt_response(const uint8_t challenge[MSCHAP_V1_CHALLENGE], const uint8_t hash[MSCHAP_HASH],
			uint8_t response[MSCHAP_NT_RESPONSE]);
/* Version 2, what the authenticator proves itself with, as text: "S=...". challenge: of mschap_challenge(). */
void mschap_success(const uint8_t hash_hash[MSCHAP_HASH], const uint8_t nt_response[MSCHAP_NT_RESPONSE],
		    const uint8_t challenge[MSCHAP_V1_CHALLENGE], char success[MSCHAP_SUCCESS + 1]);

enum mschap_error {
	MSCHAP_ERROR_RESTRICTED_HOURS = 646, MSCHAP_ERROR_DISABLED = 647, MSCHAP_ERROR_EXPIRED = 648,
	MSCHAP_ERROR_NOT_PERMITTED = 649, MSCHAP_ERROR_FAILED = 691, MSCHAP_ERROR_CHANGING_PASSWORD = 709,
};

#define MSCHAP_MESSAGE_MAX 256		/* octets of such a text, with the NUL */

/* "E=691 R=1 C=... V=3 M=..." (RFC 2759 section 6). */
struct mschap_failure {
	unsigned int error;
	bool retry;
	bool has_challenge;		/* for the retry; else the last counts on */
	uint8_t challenge[MSCHAP_V2_CHALLENGE];
	size_t challenge_length;	/* 8 or 16 */
	unsigned int version;		/* of password changes; 0: not said */
	char message[MSCHAP_MESSAGE_MAX];	/* printable */
};

/* Cut off to what fits. */
void mschap_failure_format(const struct mschap_failure *failure, char *text, size_t size);
/* False: it does not begin with "E=" and a number. What else is not understood is left out. */
bool mschap_failure_parse(const uint8_t *text, size_t length, struct mschap_failure *failure);
/* In words. */
const char *mschap_error_text(unsigned int error);

#endif
