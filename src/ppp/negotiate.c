/* SPDX-License-Identifier: MIT */
/* See negotiate.h. */
#include "ppp/negotiate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ppp/engine.h"

/* Requests of a negotiation, times max_configure: who answers and never agrees is left after so many. */
#define ROUNDS_MAX 8
/* Naks and Rejects, times max_failure. */
#define REFUSALS_MAX 3

static const struct protocol *const protocols[CONTROL_PROTOCOLS] = {
	[CONTROL_LCP] = &lcp_protocol,
	[CONTROL_IPCP] = &ipcp_protocol,
	[CONTROL_IPV6CP] = &ipv6cp_protocol,
	[CONTROL_CCP] = &ccp_protocol,
};

struct reply {				/* what the actions sca, scn, sta and scj send */
	uint8_t code, identifier;
	const uint8_t *data;
	size_t length;
};

uint16_t negotiate_number(enum control_protocol which)
{
	return protocols[which]->number;
}

static const struct ppp_retries *retries_of(const struct ppp_link *link, enum control_protocol which)
{
	return which == CONTROL_LCP ? &link->settings->lcp : &link->settings->ipcp;
}

/* --- memory --- */

struct negotiation *negotiate_memory(struct ppp_link *link)
{
	struct negotiation *negotiation = link->negotiation;

	if (negotiation)
		return negotiation;
	negotiation = calloc(1, sizeof(*negotiation));
	if (!negotiation)
		return NULL;
	for (unsigned int i = 0; i < CONTROL_PROTOCOLS; i++)
		negotiation->protocols[i].due = PPP_NEVER;
	return link->negotiation = negotiation;
}

void negotiate_forget(struct ppp_link *link)
{
	struct negotiation *negotiation = link->negotiation;

	if (!negotiation)
		return;
	for (unsigned int i = 0; i < CONTROL_PROTOCOLS; i++)
		free(negotiation->held[i]);
	free(negotiation);
	link->negotiation = NULL;
	link_set_timer(link, LINK_TIMER_PROTOCOLS, PPP_NEVER);
}

static bool is_settled(uint8_t state)
{
	return state <= AUTOMATON_STOPPED || state == AUTOMATON_OPENED;
}

void negotiate_settle(struct ppp_link *link)
{
	if (!link->negotiation || link->phase != PPP_NETWORK)
		return;
	for (unsigned int i = 0; i < CONTROL_PROTOCOLS; i++)
		if (!is_settled(link->state[i]) || link->negotiation->held[i])
			return;
	negotiate_forget(link);
}

void negotiate_hold(struct ppp_link *link, enum control_protocol which, const uint8_t *octets, size_t length)
{
	struct negotiation *negotiation = length <= NEGOTIATE_HELD_MAX ? negotiate_memory(link) : NULL;
	struct held *held = negotiation ? malloc(sizeof(*held) + length) : NULL;

	if (!held)
		return;
	held->length = length;
	if (length)
		memcpy(held->octets, octets, length);
	free(negotiation->held[which]);
	negotiation->held[which] = held;
}

struct held *negotiate_take_held(struct ppp_link *link, enum control_protocol which)
{
	struct held *held = link->negotiation ? link->negotiation->held[which] : NULL;

	if (held)
		link->negotiation->held[which] = NULL;
	return held;
}

/* --- sending --- */

uint8_t negotiate_identifier(struct ppp_link *link, enum control_protocol which)
{
	return ++link->identifier[which];
}

void negotiate_send(struct ppp_link *link, enum control_protocol which, uint8_t code, uint8_t identifier,
		    const void *data, size_t length)
{
	uint8_t packet[PPP_FRAME_MAX];

	if (length > sizeof(packet) - PPP_PACKET_LENGTH)
		return;		/* only who asks for a reply longer than its own request's limit */
	ppp_packet_write(code, identifier, length, packet);
	if (length)
		memcpy(packet + PPP_PACKET_LENGTH, data, length);
	link_send(link, protocols[which]->number, packet, PPP_PACKET_LENGTH + length);
}

static void start_timer(struct ppp_link *link, enum control_protocol which)
{
	const struct ppp_retries *retries = retries_of(link, which);

	link->negotiation->protocols[which].due = link->ppp->now + (retries->restart ? retries->restart : 1);
}

/* The timer of the link is the earliest of those of its protocols. */
static void arm(struct ppp_link *link)
{
	uint64_t due = PPP_NEVER;

	for (unsigned int i = 0; link->negotiation && i < CONTROL_PROTOCOLS; i++)
		if (link->negotiation->protocols[i].due < due)
			due = link->negotiation->protocols[i].due;
	link_set_timer(link, LINK_TIMER_PROTOCOLS, due);
}

static void count_try(struct negotiate *negotiate)
{
	if (negotiate->tries)
		negotiate->tries--;
}

/* The same request that nobody has answered keeps its identifier: an answer that is late then counts. */
static void send_request(struct ppp_link *link, enum control_protocol which)
{
	struct negotiate *negotiate = &link->negotiation->protocols[which];
	uint8_t options[NEGOTIATE_REQUEST_MAX];
	struct cursor out = cursor_over(options, sizeof(options));
	size_t length;

	protocols[which]->compose(link, &out);
	length = (size_t)(out.position - options);
	if (!negotiate->awaits || negotiate->length != length || memcmp(negotiate->sent, options, length)) {
		negotiate->identifier = negotiate_identifier(link, which);
		negotiate->length = (uint8_t)length;
		memcpy(negotiate->sent, options, length);
	}
	negotiate->awaits = true;
	negotiate->requests++;
	count_try(negotiate);
	start_timer(link, which);
	negotiate_send(link, which, PPP_CONFIGURE_REQUEST, negotiate->identifier, options, length);
}

static void send_terminate(struct ppp_link *link, enum control_protocol which)
{
	const char *text = which == CONTROL_LCP && link->negotiation->has_failure ? link->negotiation->text : "";

	count_try(&link->negotiation->protocols[which]);
	start_timer(link, which);
	negotiate_send(link, which, PPP_TERMINATE_REQUEST, negotiate_identifier(link, which), text, strlen(text));
}

/* --- the automaton's actions --- */

static uint32_t hash(const uint8_t *octets, size_t length)
{
	uint32_t sum = 2166136261u;

	for (size_t i = 0; i < length; i++)
		sum = (sum ^ octets[i]) * 16777619u;
	return sum ? sum : 1;
}

static void initialise_tries(struct ppp_link *link, enum control_protocol which, bool terminate)
{
	const struct ppp_retries *retries = retries_of(link, which);
	uint32_t most = terminate ? retries->max_terminate : retries->max_configure;

	link->negotiation->protocols[which].tries = most ? most : 1;
}

static void send_what(struct ppp_link *link, enum control_protocol which, unsigned int actions,
		      const struct reply *reply)
{
	if (actions & AUTOMATON_IRC)
		initialise_tries(link, which, actions & AUTOMATON_STR);
	if (actions & AUTOMATON_ZRC) {
		link->negotiation->protocols[which].tries = 0;
		start_timer(link, which);
	}
	if (actions & AUTOMATON_SCA) {	/* before our request, which may follow the peer's */
		link->acked[which] = hash(reply->data, reply->length);
		link->acked_identifier[which] = reply->identifier;
		protocols[which]->agree(link, reply->data, reply->length);
	}
	if (actions & AUTOMATON_SCR)
		send_request(link, which);
	if (actions & AUTOMATON_STR)
		send_terminate(link, which);
	if (actions & (AUTOMATON_SCA | AUTOMATON_SCN | AUTOMATON_STA | AUTOMATON_SCJ))
		negotiate_send(link, which, reply->code, reply->identifier, reply->data, reply->length);
}

static bool is_negotiating(uint8_t state)
{
	return state >= AUTOMATON_REQ_SENT && state <= AUTOMATON_ACK_SENT;
}

static void opened(struct ppp_link *link, enum control_protocol which)
{
	struct negotiate *negotiate = &link->negotiation->protocols[which];

	link->repeats[which] = 0;
	negotiate->requests = negotiate->refusals_sent = negotiate->refusals_received = 0;
	if (!protocols[which]->up(link) && negotiate_is_open(link, which))
		negotiate_close(link, which);
}

/* A callback may end the link, which changes the state: then the rest is void. */
static void perform(struct ppp_link *link, enum control_protocol which, struct automaton_step step,
		    const struct reply *reply)
{
	link->state[which] = step.next;
	if (step.actions & AUTOMATON_TLD)
		protocols[which]->down(link);
	if (link->state[which] != step.next || !link->negotiation)
		return;
	send_what(link, which, step.actions, reply);
	if (!is_negotiating(step.next))
		link->negotiation->protocols[which].awaits = false;
	if (is_settled(step.next))
		link->negotiation->protocols[which].due = PPP_NEVER;
	arm(link);
	if (step.actions & AUTOMATON_TLU)
		opened(link, which);
	if (step.actions & AUTOMATON_TLF)
		protocols[which]->finished(link);
}

static void begin(struct ppp_link *link, enum control_protocol which)
{
	struct negotiate *negotiate = &link->negotiation->protocols[which];

	*negotiate = (struct negotiate){ .due = PPP_NEVER };
	initialise_tries(link, which, false);	/* those of an open link are all left */
	link->acked[which] = 0;
	link->repeats[which] = 0;
	protocols[which]->begin(link);
}

static void act(struct ppp_link *link, enum control_protocol which, enum automaton_event event,
		const struct reply *reply)
{
	struct automaton_step step = automaton_step(link->state[which], event);

	if (!negotiate_memory(link))
		return;		/* the peer, or the timer, comes again */
	if ((step.actions & AUTOMATON_SCR) && !is_negotiating(link->state[which]))
		begin(link, which);
	perform(link, which, step, reply);
}

void negotiate_take_over(struct ppp_link *link, enum control_protocol which, const uint8_t *options, size_t length)
{
	link->state[which] = AUTOMATON_OPENED;
	link->acked[which] = hash(options, length);
	link->repeats[which] = 0;
	protocols[which]->agree(link, options, length);
}

void negotiate_open(struct ppp_link *link, enum control_protocol which)
{
	act(link, which, AUTOMATON_OPEN, NULL);
	act(link, which, AUTOMATON_UP, NULL);
}

void negotiate_close(struct ppp_link *link, enum control_protocol which)
{
	act(link, which, AUTOMATON_CLOSE, NULL);
}

void negotiate_abandon(struct ppp_link *link, enum control_protocol which)
{
	bool was_open = negotiate_is_open(link, which);

	link->state[which] = AUTOMATON_INITIAL;
	if (link->negotiation) {
		link->negotiation->protocols[which].due = PPP_NEVER;
		link->negotiation->protocols[which].awaits = false;
		free(negotiate_take_held(link, which));
		arm(link);
	}
	if (was_open)
		protocols[which]->down(link);
}

void negotiate_give_up(struct ppp_link *link, enum control_protocol which)
{
	static const struct link_failure failure = {
		.cause = PPP_CAUSE_NEGOTIATION, .code = DISCONNECT_LCP_TIMEOUT, .protocol = PPP_LCP,
		.text = "LCP: no agreement with the peer",
	};

	if (which == CONTROL_LCP)
		link_fail(link, &failure);
	else
		act(link, which, AUTOMATON_RXJ_MINUS, NULL);
}

void negotiate_protocol_rejected(struct ppp_link *link, enum control_protocol which)
{
	act(link, which, AUTOMATON_RXJ_MINUS, NULL);
}

/* --- the peer's request --- */

struct answer {				/* Reject goes before Nak */
	uint8_t nak[PPP_FRAME_MAX], reject[PPP_FRAME_MAX];
	struct cursor naks, rejects;
};

static void judge_option(struct ppp_link *link, enum control_protocol which, const struct ppp_option *option,
			 struct answer *answer)
{
	const struct negotiate *negotiate = &link->negotiation->protocols[which];
	bool patient = negotiate->refusals_sent < retries_of(link, which)->max_failure;
	struct cursor before = answer->naks;
	enum judgement judgement = protocols[which]->judge(link, option, &answer->naks);

	if (judgement == JUDGE_ACK || (judgement == JUDGE_NAK && patient))
		return;
	answer->naks = before;
	ppp_option_put(&answer->rejects, option->type, option->value, option->length);
}

static void judge(struct ppp_link *link, enum control_protocol which, const struct ppp_packet *packet,
		  struct answer *answer)
{
	const struct negotiate *negotiate = &link->negotiation->protocols[which];
	struct ppp_option option;
	size_t position = 0;

	answer->naks = cursor_over(answer->nak, sizeof(answer->nak));
	answer->rejects = cursor_over(answer->reject, sizeof(answer->reject));
	while (ppp_option_next(packet->data, packet->length, &position, &option))
		judge_option(link, which, &option, answer);
	if (protocols[which]->miss && answer->naks.position == answer->nak &&
	    answer->rejects.position == answer->reject &&
	    negotiate->refusals_sent < retries_of(link, which)->max_failure)
		protocols[which]->miss(link, packet->data, packet->length, &answer->naks);
}

static struct reply reply_of(const struct answer *answer, const struct ppp_packet *packet)
{
	struct reply reply = { .code = PPP_CONFIGURE_ACK, .identifier = packet->identifier, .data = packet->data,
			       .length = packet->length };

	if (answer->rejects.position != answer->reject) {
		reply.code = PPP_CONFIGURE_REJECT;
		reply.data = answer->reject;
		reply.length = (size_t)(answer->rejects.position - answer->reject);
	} else if (answer->naks.position != answer->nak) {
		reply.code = PPP_CONFIGURE_NAK;
		reply.data = answer->nak;
		reply.length = (size_t)(answer->naks.position - answer->nak);
	}
	return reply;
}

/* A peer that starts anew must not be taken for one that repeats itself, where both would then believe something
 * else: in LCP its magic number tells, in CCP nothing does. */
static bool tells_repetitions(const struct ppp_link *link, enum control_protocol which)
{
	return which == CONTROL_LCP ? link->peer_magic : which != CONTROL_CCP;
}

/*
 * Our Ack was lost, or the request came twice: to start anew, as the automaton would, takes an open link down for
 * nothing.  A peer that did start anew asks again when our own request does not come: the automaton hears that.
 */
static bool repeated(struct ppp_link *link, enum control_protocol which, const struct ppp_packet *packet)
{
	if (!negotiate_is_open(link, which) || !tells_repetitions(link, which) ||
	    link->repeats[which] >= NEGOTIATE_REPEATS_MAX || link->acked[which] != hash(packet->data, packet->length))
		return false;
	link->repeats[which]++;
	negotiate_send(link, which, PPP_CONFIGURE_ACK, packet->identifier, packet->data, packet->length);
	return true;
}

/*
 * A request from before the one that we acked, which the network has held up: what it wants is not what was agreed.
 * A peer that counts in another way asks again.
 */
static bool overtaken(struct ppp_link *link, enum control_protocol which, const struct ppp_packet *packet)
{
	uint8_t behind = (uint8_t)(link->acked_identifier[which] - packet->identifier);

	if (which == CONTROL_LCP && link->proxied)
		return false;	/* which one the LAC has acked it does not tell */
	if (!link->acked[which] || !behind || behind > NEGOTIATE_OVERTAKEN_MAX ||
	    link->repeats[which] >= NEGOTIATE_REPEATS_MAX)
		return false;
	link->repeats[which]++;
	return true;
}

/* What was agreed is forgotten before the peer's new wishes are looked at. */
static bool start_anew(struct ppp_link *link, enum control_protocol which)
{
	bool was_open = negotiate_is_open(link, which);

	if (was_open) {
		link->state[which] = AUTOMATON_ACK_SENT;	/* not open, for who looks now */
		protocols[which]->down(link);
		if (link->state[which] != AUTOMATON_ACK_SENT)
			return false;
	}
	begin(link, which);
	return true;
}

/* Naks and Rejects lead nowhere: direction says whose. */
static void check_patience(struct ppp_link *link, enum control_protocol which, uint32_t refusals,
			   enum disconnect_direction direction, const char *text)
{
	const struct link_failure failure = {
		.cause = PPP_CAUSE_NEGOTIATION,
		.code = which == CONTROL_LCP ? DISCONNECT_LCP_TIMEOUT : DISCONNECT_ADDRESSES,
		.direction = which == CONTROL_LCP ? DIRECTION_GLOBAL : direction,
		.protocol = protocols[which]->number, .text = text,
	};

	if (refusals <= REFUSALS_MAX * retries_of(link, which)->max_failure + REFUSALS_MAX)
		return;
	link_note(link, &failure);
	negotiate_give_up(link, which);
}

/* state: that in which the request came. */
static void answer_request(struct ppp_link *link, enum control_protocol which, enum automaton_state state,
			   const struct ppp_packet *packet)
{
	struct answer answer;
	struct reply reply;
	struct automaton_step step;

	judge(link, which, packet, &answer);
	if (link->phase >= PPP_TERMINATE)
		return;		/* perhaps because of it */
	reply = reply_of(&answer, packet);
	step = automaton_step(state, reply.code == PPP_CONFIGURE_ACK ? AUTOMATON_RCR_PLUS : AUTOMATON_RCR_MINUS);
	if (state == AUTOMATON_CLOSED)
		reply = (struct reply){ .code = PPP_TERMINATE_ACK, .identifier = packet->identifier };
	if (step.actions & AUTOMATON_SCN)
		link->negotiation->protocols[which].refusals_sent++;
	step.actions &= (uint16_t)~AUTOMATON_TLD;	/* that is done */
	perform(link, which, step, &reply);
	if (link->negotiation)
		check_patience(link, which, link->negotiation->protocols[which].refusals_sent, DIRECTION_OURS,
			       "the peer asks again and again for what it cannot have");
}

static void receive_request(struct ppp_link *link, enum control_protocol which, const struct ppp_packet *packet)
{
	enum automaton_state state = link->state[which];

	if (!ppp_options_are_whole(packet->data, packet->length) || repeated(link, which, packet) ||
	    overtaken(link, which, packet) || !negotiate_memory(link))
		return;
	if ((state == AUTOMATON_OPENED || state == AUTOMATON_STOPPED) && !start_anew(link, which))
		return;
	if (protocols[which]->asked)
		protocols[which]->asked(link, packet->data, packet->length);
	answer_request(link, which, state, packet);
}

/* --- answers to ours --- */

static bool sent_option(const struct negotiate *negotiate, uint8_t type)
{
	struct ppp_option option;
	size_t position = 0;

	while (ppp_option_next(negotiate->sent, negotiate->length, &position, &option))
		if (option.type == type)
			return true;
	return false;
}

static bool is_answer(const struct ppp_link *link, enum control_protocol which, const struct ppp_packet *packet)
{
	const struct negotiate *negotiate = link->negotiation ? &link->negotiation->protocols[which] : NULL;

	return negotiate && is_negotiating(link->state[which]) && negotiate->awaits &&
	       packet->identifier == negotiate->identifier && ppp_options_are_whole(packet->data, packet->length);
}

static void receive_ack(struct ppp_link *link, enum control_protocol which, const struct ppp_packet *packet)
{
	struct negotiate *negotiate;

	if (!is_answer(link, which, packet))
		return;
	negotiate = &link->negotiation->protocols[which];
	if (packet->length != negotiate->length || memcmp(packet->data, negotiate->sent, packet->length))
		return;
	negotiate->awaits = false;
	act(link, which, AUTOMATON_RCA, NULL);
}

/* What is still refused after max_failure Naks is not asked for any more. */
static void apply_refusal(struct ppp_link *link, enum control_protocol which, const struct ppp_packet *packet,
			  bool reject)
{
	const struct negotiate *negotiate = &link->negotiation->protocols[which];
	struct ppp_option option;
	size_t position = 0;

	while (link->negotiation && link->phase != PPP_TERMINATE &&
	       ppp_option_next(packet->data, packet->length, &position, &option)) {
		bool sent = sent_option(negotiate, option.type);

		if (sent && reject)
			protocols[which]->rejected(link, &option);
		else if (!reject)
			protocols[which]->naked(link, &option);
	}
}

static void receive_refusal(struct ppp_link *link, enum control_protocol which, const struct ppp_packet *packet)
{
	const struct ppp_retries *retries = retries_of(link, which);
	enum automaton_state state = link->state[which];
	struct negotiate *negotiate;
	bool reject = packet->code == PPP_CONFIGURE_REJECT;

	if (!is_answer(link, which, packet) || !packet->length)
		return;
	negotiate = &link->negotiation->protocols[which];
	negotiate->refusals_received++;
	apply_refusal(link, which, packet, reject || negotiate->refusals_received > retries->max_failure);
	if (link->state[which] != state)
		return;		/* the link ends because of it */
	negotiate->awaits = false;
	act(link, which, AUTOMATON_RCN, NULL);
	check_patience(link, which, negotiate->refusals_received, DIRECTION_PEER,
		       "the peer refuses whatever it is asked for");
}

/* --- the rest --- */

static void receive_terminate(struct ppp_link *link, enum control_protocol which, const struct ppp_packet *packet)
{
	static const struct link_failure refused = {
		.cause = PPP_CAUSE_REFUSED, .code = DISCONNECT_AUTH_FAILED, .direction = DIRECTION_PEER,
		.protocol = PPP_CHAP_PROTOCOL, .by_peer = true, .text = "wrong name or password",
	};
	const struct reply reply = { .code = PPP_TERMINATE_ACK, .identifier = packet->identifier };
	bool proving = which == CONTROL_LCP && auth_is_proving(link);
	char said[PPP_TEXT_MAX], text[sizeof(said) + sizeof(PPP_CLOSED_WHILE_PROVING) + 2];
	const struct link_failure closed = {
		.cause = proving ? PPP_CAUSE_NOT_TRUSTED : PPP_CAUSE_USER,
		.code = which == CONTROL_LCP ? DISCONNECT_NORMAL : DISCONNECT_NO_NCP,
		.direction = which == CONTROL_LCP ? DIRECTION_PEER : DIRECTION_GLOBAL,
		.protocol = which == CONTROL_LCP ? 0 : protocols[which]->number,
		.by_peer = true, .text = text,
	};

	ppp_printable(packet->data, packet->length, said, sizeof(said));
	snprintf(text, sizeof(text), "%s%s%s", proving ? PPP_CLOSED_WHILE_PROVING : "closed by the peer",
		 packet->length ? ": " : "", said);
	link_explain(link, said);
	link_note(link, which == CONTROL_LCP && auth_was_refused(link) ? &refused : &closed);
	act(link, which, AUTOMATON_RTR, &reply);
}

/* Without the codes that all have there is no protocol. */
static void receive_code_reject(struct ppp_link *link, enum control_protocol which, const struct ppp_packet *packet)
{
	bool vital = packet->length && packet->data[0] >= PPP_CONFIGURE_REQUEST &&
		     packet->data[0] <= PPP_CODE_REJECT;

	if (!packet->length)
		return;
	if (which == CONTROL_LCP && packet->data[0] == PPP_ECHO_REQUEST) {
		link->no_echo = true;
		echo_end(link);
	}
	if (vital)
		link_note(link, &(struct link_failure){
			.cause = PPP_CAUSE_NEGOTIATION,
			.code = which == CONTROL_LCP ? DISCONNECT_LCP_TIMEOUT : DISCONNECT_NO_NCP,
			.protocol = protocols[which]->number, .by_peer = true,
			.text = "the peer rejects a code that every protocol has" });
	act(link, which, vital ? AUTOMATON_RXJ_MINUS : AUTOMATON_RXJ_PLUS, NULL);
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void receive_unknown(struct ppp_link *link, enum control_protocol which, const uint8_t *octets, size_t length)
{
	const struct reply reply = {
		.code = PPP_CODE_REJECT, .identifier = negotiate_identifier(link, which), .data = octets,
		.length = smaller(length, (size_t)link->peer_mru - PPP_PACKET_LENGTH),
	};

	act(link, which, AUTOMATON_RUC, &reply);
}

void negotiate_receive(struct ppp_link *link, enum control_protocol which, const uint8_t *octets, size_t length)
{
	struct ppp_packet packet;

	if (!ppp_packet_read(octets, length, &packet)) {
		link->counters.dropped++;
		return;
	}
	if (packet.code == PPP_CONFIGURE_REQUEST)
		receive_request(link, which, &packet);
	else if (packet.code == PPP_CONFIGURE_ACK)
		receive_ack(link, which, &packet);
	else if (packet.code == PPP_CONFIGURE_NAK || packet.code == PPP_CONFIGURE_REJECT)
		receive_refusal(link, which, &packet);
	else if (packet.code == PPP_TERMINATE_REQUEST)
		receive_terminate(link, which, &packet);
	else if (packet.code == PPP_TERMINATE_ACK)
		act(link, which, AUTOMATON_RTA, NULL);
	else if (packet.code == PPP_CODE_REJECT)
		receive_code_reject(link, which, &packet);
	else if (!protocols[which]->packet || !protocols[which]->packet(link, &packet))
		receive_unknown(link, which, octets, PPP_PACKET_LENGTH + packet.length);
}

/* --- time --- */

static void note_timeout(struct ppp_link *link, enum control_protocol which)
{
	bool lcp = which == CONTROL_LCP;

	if (link->negotiation->has_failure || !is_negotiating(link->state[which]))
		return;
	link_note(link, &(struct link_failure){
		.cause = lcp ? PPP_CAUSE_LOST : PPP_CAUSE_NEGOTIATION,
		.code = !lcp			   ? DISCONNECT_NCP_TIMEOUT :
			link->negotiation->heard ? DISCONNECT_LCP_TIMEOUT :
						     DISCONNECT_NO_LCP,
		.protocol = protocols[which]->number, .by_peer = true,
		.text = lcp && !link->negotiation->heard ? "the peer does not answer: no LCP packet came" :
							   "no agreement with the peer in time" });
}

static void time_out(struct ppp_link *link, enum control_protocol which)
{
	struct negotiate *negotiate = &link->negotiation->protocols[which];
	uint32_t most = ROUNDS_MAX * retries_of(link, which)->max_configure + ROUNDS_MAX;
	bool again = negotiate->tries && negotiate->requests < most;

	negotiate->due = PPP_NEVER;
	if (!again)
		note_timeout(link, which);
	act(link, which, again ? AUTOMATON_TO_PLUS : AUTOMATON_TO_MINUS, NULL);
}

void negotiate_expire(struct ppp_link *link)
{
	for (unsigned int i = 0; link->negotiation && i < CONTROL_PROTOCOLS; i++)
		if (link->negotiation->protocols[i].due <= link->ppp->now) {
			time_out(link, i);
			break;
		}
	arm(link);
}
