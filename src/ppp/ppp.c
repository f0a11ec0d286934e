/* SPDX-License-Identifier: MIT */
/* What comes in and goes out: links, commands, frames, events, deadlines. */
#include "ppp/ppp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/scatter.h"
#include "base/text.h"
#include "ppp/engine.h"

struct ppp *ppp_new(ppp_random_fn *random)
{
	struct ppp *ppp = calloc(1, sizeof(*ppp));

	if (ppp)
		ppp->random = random;
	return ppp;
}

static void link_free(struct ppp_link *link)
{
	struct ppp *ppp = link->ppp;

	link_clear(link);
	deadline_cancel(&ppp->deadlines, &link->deadline);
	handle_remove(&ppp->links, link->self);
	free(link);
}

void ppp_free(struct ppp *ppp)
{
	struct ppp_link *link;
	uint32_t position = 0;

	if (!ppp)
		return;
	while ((link = handle_next(&ppp->links, &position)))
		link_free(link);
	handle_table_clear(&ppp->links);
	deadline_clear(&ppp->deadlines);
	queue_clear_events(&ppp->events);
	queue_free_asked(ppp->asked);
	explicit_bzero(&ppp->keys, sizeof(ppp->keys));
	queue_clear_frames(&ppp->frames);
	free(ppp);
}

void link_random(struct ppp_link *link, void *octets, size_t length)
{
	uint8_t *out = octets;

	if (link->ppp->random) {
		link->ppp->random(octets, length);
		return;
	}
	for (size_t i = 0; i < length; i++)
		out[i] = (uint8_t)scatter_next(&link->ppp->fixed_random);
}

void ppp_printable(const uint8_t *octets, size_t length, char *out, size_t size)
{
	size_t used = 0;

	for (; used < length && used + 1 < size && octets[used]; used++)
		out[used] = (char)octets[used];
	out[used] = '\0';
	text_make_printable(out);
}

/* --- deadlines --- */

void link_set_timer(struct ppp_link *link, enum link_timer timer, uint64_t when)
{
	uint64_t first = PPP_NEVER;

	link->timers[timer] = when;
	for (unsigned int i = 0; i < LINK_TIMERS; i++)
		if (link->timers[i] < first)
			first = link->timers[i];
	if (first == PPP_NEVER)
		deadline_cancel(&link->ppp->deadlines, &link->deadline);
	else if (!link->deadline.place || link->deadline.when != first)
		deadline_set(&link->ppp->deadlines, &link->deadline, first);
}

uint64_t ppp_deadline(const struct ppp *ppp)
{
	const struct deadline *first = deadline_first(&ppp->deadlines);

	return first ? first->when : PPP_NEVER;
}

#define OBJECT_OF(pointer, type, member) ((type *)(void *)((char *)(pointer) - offsetof(type, member)))

bool ppp_expire(struct ppp *ppp, uint64_t now)
{
	struct deadline *first = deadline_first(&ppp->deadlines);
	struct ppp_link *link;

	ppp->now = now;
	if (!first || first->when > now)
		return false;
	link = OBJECT_OF(first, struct ppp_link, deadline);
	link_expire(link);
	negotiate_settle(link);
	return true;
}

/* --- links --- */

static struct ppp_link *find(const struct ppp *ppp, handle h)
{
	return handle_get(&ppp->links, h);
}

static bool copy_secret(struct ppp_link *link, const struct ppp_open *open)
{
	size_t name_length = open->user_name ? strlen(open->user_name) : 0;
	struct link_secret *secret;

	if (!name_length)
		return true;
	secret = malloc(sizeof(*secret) + name_length + 1 + open->password_length);
	if (!secret)
		return false;
	secret->name_length = (uint16_t)name_length;
	secret->password_length = (uint16_t)open->password_length;
	memcpy(secret->octets, open->user_name, name_length + 1);
	if (open->password_length)
		memcpy(secret->octets + name_length + 1, open->password, open->password_length);
	link->secret = secret;
	return true;
}

static struct ppp_link *link_new(struct ppp *ppp, const struct ppp_open *open)
{
	struct ppp_link *link = calloc(1, sizeof(*link));

	if (!link || deadline_reserve(&ppp->deadlines, ppp->links.used + 1u) < 0)
		goto fail;
	link->ppp = ppp;
	link->settings = open->settings;
	link->owner = open->owner;
	for (unsigned int i = 0; i < LINK_TIMERS; i++)
		link->timers[i] = PPP_NEVER;
	if (!copy_secret(link, open) || !negotiate_memory(link))
		goto fail;
	link->self = handle_add(&ppp->links, link);
	if (link->self)
		return link;
fail:
	if (link)
		link_clear(link);
	free(link);
	return NULL;
}

int ppp_open(struct ppp *ppp, const struct ppp_open *open, handle *h, uint64_t now, struct error *error)
{
	struct ppp_link *link;

	ppp->now = now;
	if (open->user_name && strlen(open->user_name) >= PPP_NAME_MAX)
		return error_set(error, ERROR_VALUE, "user_name", "a name has %d octets at most", PPP_NAME_MAX - 1);
	if (open->password_length > PPP_SECRET_MAX)
		return error_set(error, ERROR_VALUE, "user_password", "a password has %d octets at most",
				 PPP_SECRET_MAX);
	link = link_new(ppp, open);
	if (!link)
		return error_set(error, ERROR_SYSTEM, NULL, "out of memory");
	*h = link->self;
	link_begin(link, open->proxy);
	return 0;
}

void ppp_close(struct ppp *ppp, handle h, const char *reason, uint64_t now)
{
	struct ppp_link *link = find(ppp, h);
	const struct link_failure failure = { .cause = PPP_CAUSE_ADMIN, .code = DISCONNECT_ADMIN,
					      .text = reason ? reason : "" };

	ppp->now = now;
	if (link)
		link_fail(link, &failure);
}

void ppp_release(struct ppp *ppp, handle h)
{
	struct ppp_link *link = find(ppp, h);

	if (link)
		link_free(link);
}

/* --- frames --- */

void link_send(struct ppp_link *link, uint16_t protocol, const void *octets, size_t length)
{
	struct ppp *ppp = link->ppp;

	if (length > PPP_FRAME_MAX - PPP_HEADER_LENGTH ||
	    !queue_frame(&ppp->frames, link->self, protocol, octets, length))
		return;		/* as if the network had lost it */
	link->counters.sent++;
}

bool ppp_next_frame(struct ppp *ppp, struct ppp_frame *frame)
{
	while (queue_take_frame(&ppp->frames, frame)) {
		const struct ppp_link *link = find(ppp, frame->link);

		if (link) {
			frame->owner = link->owner;
			return true;
		}
	}
	return false;
}

void ppp_receive(struct ppp *ppp, handle h, const uint8_t *frame, size_t length, uint64_t now)
{
	struct ppp_link *link = find(ppp, h);

	ppp->now = now;
	if (!link)
		return;
	link->counters.received++;
	link_receive(link, frame, length);
	negotiate_settle(link);
}

/* --- events --- */

void ppp_tell(struct ppp_link *link, enum ppp_event_kind kind, bool again)
{
	const struct pending_event event = { .kind = kind, .link = link->self, .again = again };

	(void)queue_event(&link->ppp->events, &event);
}

void link_ask(struct ppp_link *link, const struct credentials *credentials)
{
	static const struct link_failure failure = { .cause = PPP_CAUSE_ERROR, .text = "out of memory" };
	struct pending_event event = { .kind = PPP_EVENT_CREDENTIALS, .link = link->self,
				       .again = link->was_authenticated };

	event.asked = queue_copy_asked(credentials);
	if (!event.asked || !queue_event(&link->ppp->events, &event)) {
		queue_free_asked(event.asked);
		link_fail(link, &failure);
		return;
	}
	link->verdict_awaited = true;
}

static void fill_keys(struct ppp_mppe_keys *keys, const struct ppp_link *link)
{
	*keys = (struct ppp_mppe_keys){
		.bits = link->mppe_option & PPP_MPPE_128 ? 128 : link->mppe_option & PPP_MPPE_56 ? 56 : 40,
		.stateful = link->mppe_option & PPP_MPPE_STATEFUL,
	};
	keys->key_length = keys->bits == 128 ? 16 : 8;
	if (!link->keys)
		return;
	memcpy(keys->send, link->keys->send, keys->key_length);
	memcpy(keys->receive, link->keys->receive, keys->key_length);
}

static void fill_end(struct ppp *ppp, const struct ppp_link *link, struct ppp_event *event)
{
	static const struct link_failure unknown = { .cause = PPP_CAUSE_ERROR, .text = "out of memory" };
	const struct negotiation *negotiation = link->negotiation;
	const struct link_failure *failure = negotiation && negotiation->has_failure ? &negotiation->failure : &unknown;

	event->cause = failure->cause;
	event->disconnect = (uint16_t)failure->code;
	event->disconnect_direction = (uint8_t)failure->direction;
	event->disconnect_protocol = failure->protocol;
	event->by_peer = failure->by_peer;
	snprintf(ppp->text, sizeof(ppp->text), "%s", failure->text);
	event->text = ppp->text;
}

static void fill(struct ppp *ppp, const struct ppp_link *link, const struct pending_event *pending,
		 struct ppp_event *event)
{
	*event = (struct ppp_event){ .kind = pending->kind, .link = link->self, .owner = link->owner,
				     .again = pending->again };
	if (pending->asked)
		event->credentials = queue_credentials(pending->asked);
	if (pending->kind == PPP_EVENT_MPPE_UP) {
		fill_keys(&ppp->keys, link);
		event->keys = &ppp->keys;
	}
	if (pending->kind == PPP_EVENT_DOWN || link->phase >= PPP_TERMINATE)
		fill_end(ppp, link, event);
}

bool ppp_next_event(struct ppp *ppp, struct ppp_event *event)
{
	struct pending_event pending;

	do {
		const struct ppp_link *link;

		queue_free_asked(ppp->asked);
		ppp->asked = NULL;
		explicit_bzero(&ppp->keys, sizeof(ppp->keys));
		if (!queue_take_event(&ppp->events, &pending))
			return false;
		ppp->asked = pending.asked;
		link = find(ppp, pending.link);
		if (link) {
			fill(ppp, link, &pending, event);
			return true;
		}
	} while (true);
}

/* --- answers --- */

void ppp_verdict(struct ppp *ppp, handle h, const struct credentials_verdict *verdict, const char *name, uint64_t now)
{
	struct ppp_link *link = find(ppp, h);

	ppp->now = now;
	if (!link || !link->verdict_awaited)
		return;
	link->verdict_awaited = false;
	auth_verdict(link, verdict, name, now);
	negotiate_settle(link);
}

void ppp_network(struct ppp *ppp, handle h, const struct ppp_network *network, uint64_t now)
{
	struct ppp_link *link = find(ppp, h);

	ppp->now = now;
	if (!link)
		return;
	link_set_network(link, network);
	negotiate_settle(link);
}

void ppp_mppe_lost(struct ppp *ppp, handle h, uint64_t now)
{
	struct ppp_link *link = find(ppp, h);

	ppp->now = now;
	if (!link)
		return;
	ccp_lost(link);
	negotiate_settle(link);
}

void ppp_mppe_restart(struct ppp *ppp, handle h, bool anew, uint64_t now)
{
	struct ppp_link *link = find(ppp, h);

	ppp->now = now;
	if (!link)
		return;
	ccp_restart(link, anew);
	negotiate_settle(link);
}

bool ppp_mppe_keys(const struct ppp *ppp, handle h, struct ppp_mppe_keys *keys)
{
	const struct ppp_link *link = find(ppp, h);

	if (!link || !link->keys || !link->settings->mppe)
		return false;
	*keys = (struct ppp_mppe_keys){ .key_length = sizeof(keys->send) };
	memcpy(keys->send, link->keys->send, sizeof(keys->send));
	memcpy(keys->receive, link->keys->receive, sizeof(keys->receive));
	return true;
}

/* --- what there is --- */

static struct address v4(struct in_addr address)
{
	struct address out = { .family = AF_UNSPEC };

	if (address.s_addr != INADDR_ANY) {
		out.family = AF_INET;
		out.v4 = address;
	}
	return out;
}

static uint16_t bounded_mru(const struct ppp_link *link)
{
	uint16_t mtu = link->settings->mtu;

	return mtu && mtu < link->peer_mru ? mtu : link->peer_mru;
}

static const char *trouble_of(const struct ppp_link *link)
{
	const struct negotiation *negotiation = link->negotiation;

	if (link->phase < PPP_TERMINATE || !negotiation || !negotiation->has_failure ||
	    negotiation->failure.cause == PPP_CAUSE_USER || negotiation->failure.cause == PPP_CAUSE_ADMIN)
		return NULL;
	return negotiation->text;
}

static void info_network(const struct ppp_link *link, struct ppp_info *info)
{
	info->ipv4 = link->told_ipv4;
	info->ipv6 = link->told_ipv6;
	info->local = v4(link->local);
	info->peer = v4(link->peer);
	for (unsigned int i = 0; i < 2; i++) {
		info->dns[i] = v4(link->dns[i]);
		info->nbns[i] = v4(link->nbns[i]);
	}
	memcpy(info->local_identifier, link->local_identifier, sizeof(info->local_identifier));
	memcpy(info->peer_identifier, link->peer_identifier, sizeof(info->peer_identifier));
	info->mppe_stateful = link->mppe_option & PPP_MPPE_STATEFUL;
	info->mppe_bits = link->mppe_option & PPP_MPPE_128 ? 128 : link->mppe_option & PPP_MPPE_56 ? 56 :
			  link->mppe_option & PPP_MPPE_40 ? 40 : 0;
}

int ppp_info(const struct ppp *ppp, handle h, struct ppp_info *info)
{
	const struct ppp_link *link = find(ppp, h);

	if (!link)
		return -1;
	*info = (struct ppp_info){
		.phase = link->phase, .local_mru = link->local_mru, .peer_mru = bounded_mru(link),
		.local_accm = link->local_accm, .peer_accm = link->peer_accm,
		.local_magic = link->local_magic, .peer_magic = link->peer_magic,
		.send_pfc = link->send_pfc, .send_acfc = link->send_acfc,
		.peer_proved_by = link->peer_proved_by, .proved_by = link->proved_by,
		.proving = link->phase == PPP_AUTHENTICATE && auth_is_proving(link),
		.proxied = link->proxied,
		.trouble = trouble_of(link),
		.counters = { link->counters.sent, link->counters.received, link->counters.dropped,
			      link->counters.echoes_sent, link->counters.echoes_answered,
			      link->counters.echoes_received },
	};
	snprintf(info->peer_name, sizeof(info->peer_name), "%s", link->peer_name ? link->peer_name : "");
	info_network(link, info);
	return 0;
}
