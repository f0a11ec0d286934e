/* SPDX-License-Identifier: MIT */
/*
 * What the files about proving names share.  There are two halves, which know nothing of each other: the peer proves
 * its name to us (we are the authenticator), and we prove ours to it.
 *
 *	auth.c		beginning, end and timers of both; what is asked of the link's owner
 *	pap.c		PAP (RFC 1334)
 *	chap.c		CHAP with MD5 (RFC 1994), MS-CHAP (RFC 2433) and its version 2 (RFC 2759): the peer's proof
 *	chap_own.c	and ours
 *	eap.c		EAP (RFC 3748): the peer's proof, here or by who is asked
 *	eap_own.c	and ours
 *	auth_mschap.c	what CHAP and EAP have in common of MS-CHAP
 *
 * A struct auth exists while something is to be proved, and for a while afterwards where an answer that may be
 * lost cannot be made again.
 */
#ifndef L2TPD_PPP_AUTH_H
#define L2TPD_PPP_AUTH_H

#include "ppp/internal.h"
#include "ppp/mschap.h"

#define AUTH_CHALLENGE_MAX 16
#define AUTH_NAME_MAX (PPP_NAME_MAX - 1)

#define TEXT_WRONG "wrong name or password"
#define TEXT_NO_PROOF "the peer did not prove its name in time"
#define TEXT_NO_VERDICT "whether the peer may come in was not said in time"
#define TEXT_NO_MEMORY "out of memory"
#define TEXT_NOT_GENUINE "the peer asks for our password and does not know it"

enum auth_state {
	AUTH_IDLE,		/* nothing is to be proved */
	AUTH_WAITING,		/* for the other side */
	AUTH_ASKED,		/* for the owner's verdict */
	AUTH_RETRY,		/* MS-CHAP: for another response, after a refused one: a person may be typing */
	AUTH_RESULT,		/* EAP: all but the last word has been said */
	AUTH_DONE,
};

/* To be sent again. */
struct auth_packet {
	uint16_t length;
	uint8_t octets[];
};

/* The peer's proof. */
struct auth_peer {
	uint8_t state;			/* enum auth_state */
	uint8_t identifier;		/* of our challenge or request; PAP: of the peer's */
	uint8_t type;			/* EAP: of our request */
	uint8_t mschap_identifier;	/* EAP: MSCHAPv2's own, of the challenge; pppd wants it of the result, too */
	uint8_t tried;			/* EAP: bits of methods that were offered */
	uint8_t rounds;			/* EAP: requests */
	uint8_t retries;		/* MS-CHAP: that are left */
	bool again;			/* not the first time */
	bool refused;			/* EAP, RESULT: it was */
	uint8_t challenge_length;
	uint8_t challenge[AUTH_CHALLENGE_MAX];
	uint8_t name_length;
	char *name;			/* that it gave, not NUL-terminated; NULL: none */
	uint32_t attempts;		/* that are left */
	struct auth_packet *last;	/* NULL: none, or no memory */
	struct credentials_keys keys;	/* EAP, RESULT */
};

/* Ours. */
struct auth_own {
	uint8_t state;
	uint8_t identifier;		/* of what was answered; PAP: of our request */
	uint8_t type;			/* EAP: of what was answered */
	bool again;
	bool rejected;			/* EAP: by a Protocol-Reject, when none of its methods would do */
	uint8_t challenge[AUTH_CHALLENGE_MAX];	/* MS-CHAP: that was answered */
	uint32_t attempts;
	struct auth_packet *last;
	char success[MSCHAP_SUCCESS + 1];	/* MS-CHAPv2: what the authenticator has to say */
	struct credentials_keys keys;
};

struct auth {
	struct auth_peer peer;
	struct auth_own own;
};

/* --- auth.c: packets --- */

struct auth_writer {
	struct cursor data;		/* behind the header */
	uint8_t octets[PPP_FRAME_MAX - PPP_HEADER_LENGTH];
};

void auth_write(struct auth_writer *writer);
/* Sends what was written, unless it did not fit, and wipes it.  last: keeps it there in place of what was there; NULL:
 * it is not kept. */
void auth_send(struct ppp_link *link, uint16_t protocol, uint8_t code, uint8_t identifier, struct auth_writer *writer,
	       struct auth_packet **last);
/* With these octets only. */
void auth_send_text(struct ppp_link *link, uint16_t protocol, uint8_t code, uint8_t identifier, const char *text,
		    struct auth_packet **last);
/* Nothing is sent when nothing was kept. */
void auth_send_again(struct ppp_link *link, uint16_t protocol, const struct auth_packet *last);
/* That begins with a name and the rest: printable, NUL-terminated, cut off. */
void auth_text(const uint8_t *octets, size_t length, char text[PPP_TEXT_MAX]);

/* --- auth.c: timers --- */

/* Send it again, if that is not answered; so many times as retries says. */
void auth_await_peer(struct ppp_link *link, const struct ppp_retries *retries, uint64_t now);
void auth_await_own(struct ppp_link *link, const struct ppp_retries *retries, uint64_t now);
/* As long as that, without sending anything again. */
void auth_await_patiently(struct ppp_link *link, enum link_timer timer, const struct ppp_retries *retries,
			  uint64_t now);

/* --- auth.c: the peer's proof --- */

/* What it calls itself. False: too long, it has a NUL, or no memory. */
bool auth_name(struct auth_peer *peer, const uint8_t *name, size_t length);
/* Ask the owner. Of credentials the name is filled in. */
void auth_ask(struct ppp_link *link, struct credentials *credentials);
/* It has proved another name than before, on the same link. name: as in ppp_verdict(). */
bool auth_is_another(const struct ppp_link *link, const char *name);
/* It is who it says. name: as in ppp_verdict(). Afterwards link->auth may be gone. */
void auth_peer_proved(struct ppp_link *link, enum credentials_method method, const char *name,
		      const struct credentials_keys *keys, uint64_t now);
/* Nobody can say, and it was let in before: it stays so, until it is asked again. Afterwards link->auth may be gone. */
void auth_peer_undecided(struct ppp_link *link, uint64_t now);
/* Not. link->auth is gone. */
void auth_peer_failed(struct ppp_link *link, const char *text);
/* No fault of the peer's. Likewise. */
void auth_broken(struct ppp_link *link, const char *text);

/* --- auth.c: ours --- */

/* Our half, for a challenge that may come at any time; NULL: out of memory, or we have no name. */
struct auth_own *auth_own_of(struct ppp_link *link);
void auth_own_proved(struct ppp_link *link, enum credentials_method method);
/* The peer refused us. reason: what it says of it; "": it may yet say why when it closes the link.
 * link->auth is gone. */
void auth_own_refused(struct ppp_link *link, const char *reason);
/* It is we who do not trust it. Likewise. */
void auth_own_failed(struct ppp_link *link, const char *text);

enum credentials_method auth_credentials_method(unsigned int method);
static inline bool auth_is_chap(unsigned int method)
{
	return method & (PPP_CHAP_MD5 | PPP_MSCHAPV1 | PPP_MSCHAPV2);
}
const uint8_t *auth_password(const struct link_secret *secret);

/* --- pap.c --- */
void pap_receive_request(struct ppp_link *link, const struct ppp_packet *packet);
void pap_verdict(struct ppp_link *link, const struct credentials_verdict *verdict, const char *name, uint64_t now);
void pap_request(struct ppp_link *link, uint64_t now);
void pap_receive_answer(struct ppp_link *link, const struct ppp_packet *packet);

/* --- chap.c --- */
enum chap_code { CHAP_CHALLENGE = 1, CHAP_RESPONSE, CHAP_SUCCESS, CHAP_FAILURE };
void chap_challenge(struct ppp_link *link, uint64_t now);
/* Any code but those that an authenticator sends. */
void chap_receive(struct ppp_link *link, const struct ppp_packet *packet);
void chap_verdict(struct ppp_link *link, const struct credentials_verdict *verdict, const char *name, uint64_t now);

/* --- chap_own.c --- */
void chap_own_receive(struct ppp_link *link, const struct ppp_packet *packet, uint64_t now);

/* --- eap.c --- */
enum eap_code { EAP_REQUEST = 1, EAP_RESPONSE, EAP_SUCCESS, EAP_FAILURE };
enum eap_type { EAP_IDENTITY = 1, EAP_NOTIFICATION = 2, EAP_NAK = 3, EAP_MD5 = 4, EAP_MSCHAPV2 = 26 };
/* Data of EAP_MSCHAPV2: type, operation, identifier, length 16, and a value with its size, a name or a text. */
#define EAP_MSCHAPV2_HEADER 5
void eap_identify(struct ppp_link *link, uint64_t now);
void eap_receive(struct ppp_link *link, const struct ppp_packet *packet, uint64_t now);
void eap_verdict(struct ppp_link *link, const struct credentials_verdict *verdict, const char *name, uint64_t now);
/* The methods inside EAP, strongest first, that these bits of ppp_method allow; none of them: all. */
bool eap_type_is_allowed(unsigned int methods, uint8_t type);

/* --- eap_own.c --- */
void eap_own_receive(struct ppp_link *link, const struct ppp_packet *packet, uint64_t now);

/* --- auth_mschap.c --- */
/* A value, its size before it, and what is behind it: of CHAP's challenges and responses, and EAP's. */
struct auth_value {
	const uint8_t *value, *name;
	size_t length, name_length;
};
bool auth_value_read(const uint8_t *octets, size_t length, struct auth_value *value);
void auth_value_write(struct cursor *cursor, const void *value, size_t length, const void *name, size_t name_length);
/* The answer to a challenge, of 8 octets (version 1) or 16, with what is to be expected then. */
void auth_mschap_answer(struct ppp_link *link, struct auth_own *own, const uint8_t *challenge, size_t length,
			uint8_t response[MSCHAP_RESPONSE]);
/* Whether this text proves that its sender knows our secret. */
bool auth_mschap_genuine(const struct auth_own *own, const uint8_t *text, size_t length);
/* The text for a peer that is accepted; false: the verdict lacks what the peer needs. */
bool auth_mschap_success_text(const struct credentials_verdict *verdict, char *text, size_t size);
/* The text for one that is refused.  Returns whether it may try again, with peer->challenge, which is new then. reason:
 * the same for people. */
bool auth_mschap_failure_text(struct ppp_link *link, const struct credentials_verdict *verdict, size_t challenge_length,
			      char text[MSCHAP_MESSAGE_MAX], char reason[PPP_TEXT_MAX]);
/* What a failure says to us, for people. */
void auth_mschap_reason(const uint8_t *text, size_t length, char reason[PPP_TEXT_MAX]);

#endif
