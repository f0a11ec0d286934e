/* SPDX-License-Identifier: MIT */
/*
 * PPP between two engines over a network that a seed makes: it loses, repeats, reorders, delays and corrupts frames, is
 * cut for a while, owners answer late, close links and forget them.  Then the network gets well, and within a bound
 * each link is up at both ends, with the same values, or gone at both.
 *
 *	ppp FIRST COUNT [verbose]	seeds FIRST to FIRST + COUNT - 1
 *
 * Checked all the time: what is told of a link comes in its order; whoever did not prove its name gets no network;
 * nothing is carried in clear where encryption is required.  At the end: both ends agree on addresses, identifiers and
 * keys; a link that is up has no memory for negotiations; without links there is no deadline.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ppp/engine.h"

#define LINKS 4
#define FLYING_MAX 2048
#define CHAOS_MS 90000
#define QUIET_MS 240000			/* longer than any state lasts without an answer */
#define CHECKED_MAX 100000		/* inputs at one time: more is a loop */

struct flying {
	uint64_t arrives, number;
	unsigned int to, link, pair;
	size_t length;
	uint8_t octets[PPP_FRAME_MAX];
};

/* What the owner knows. */
struct end {
	bool open, ended;		/* ended: DOWN was told */
	handle self;
	struct ppp_settings settings;
	struct ppp_network network;
	char secret[16];		/* that it proves itself with */
	bool wrong;			/* and that is not the right one */
	bool linked, ipv4, ipv6, mppe;
	struct ppp_mppe_keys keys;
	uint64_t verdict_at, network_at;	/* PPP_NEVER: nothing is owed */
	struct credentials_verdict verdict;
};

struct host {
	struct ppp *ppp;
	struct end ends[LINKS];
};

struct world {
	uint64_t seed, state, now, cut_until, number;
	bool verbose, willing;
	struct host hosts[2];
	struct flying *flying[FLYING_MAX];
	unsigned int in_flight;
	unsigned int loss, repeat, corrupt;	/* per cent */
	uint32_t delay, patience;
	bool corrupted[LINKS];
	unsigned int pairs[LINKS];		/* that have been there: a session of L2TP is not that of another */
	unsigned int ups, both_up, halves;
};

static struct world *world;

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "seed %llu at %llu ms: %s\n", (unsigned long long)world->seed, (unsigned long long)world->now,
		what);
	abort();
}

static uint32_t draw(uint32_t below)
{
	world->state ^= world->state << 13;
	world->state ^= world->state >> 7;
	world->state ^= world->state << 17;
	return (uint32_t)(world->state >> 32) % below;
}

static bool chance(unsigned int per_cent)
{
	return draw(100) < per_cent;
}

static void sim_random(void *octets, size_t length)
{
	for (size_t i = 0; i < length; i++)
		((uint8_t *)octets)[i] = (uint8_t)draw(256);
}

/* --- the network --- */

static void launch(unsigned int to, unsigned int link, const struct ppp_frame *frame)
{
	struct flying *flying;

	if (world->in_flight == FLYING_MAX || chance(world->loss) || world->now < world->cut_until)
		return;
	flying = malloc(sizeof(*flying));
	must(flying != NULL, "out of memory");
	*flying = (struct flying){ .arrives = world->now + 1 + draw(world->delay), .number = world->number++, .to = to,
				   .link = link, .pair = world->pairs[link], .length = frame->length };
	must(frame->length <= sizeof(flying->octets), "a frame is too long");
	memcpy(flying->octets, frame->octets, frame->length);
	if (chance(world->corrupt)) {
		flying->octets[draw((uint32_t)frame->length)] ^= (uint8_t)(1u << draw(8));
		world->corrupted[link] = true;
	}
	world->flying[world->in_flight++] = flying;
}

static struct flying **first_flying(void)
{
	struct flying **first = NULL;

	for (unsigned int i = 0; i < world->in_flight; i++)
		if (!first || world->flying[i]->arrives < (*first)->arrives ||
		    (world->flying[i]->arrives == (*first)->arrives && world->flying[i]->number < (*first)->number))
			first = &world->flying[i];
	return first;
}

/* --- owners --- */

static struct end *end_of(unsigned int at, const void *owner)
{
	return &world->hosts[at].ends[(const struct end *)owner - world->hosts[at].ends];
}

static void forget(unsigned int at, struct end *end)
{
	ppp_release(world->hosts[at].ppp, end->self);
	end->open = false;
	end->verdict_at = end->network_at = PPP_NEVER;
}

static uint64_t later(void)
{
	return world->now + (chance(50) ? 0 : draw(world->patience));
}

static void asked(unsigned int at, struct end *end, const struct credentials *credentials)
{
	const struct end *other = &world->hosts[!at].ends[end - world->hosts[at].ends];
	char right[16];

	snprintf(right, sizeof(right), "secret%d", (int)(end - world->hosts[at].ends));
	must(other->settings.our_methods || world->corrupted[end - world->hosts[at].ends], "a proof of who gave none");
	ppp_verify(credentials, (const uint8_t *)right, strlen(right), &end->verdict);
	end->verdict_at = later();
}

static void check_carries(const struct end *end)
{
	must(!end->settings.mppe_required || end->mppe || (!end->ipv4 && !end->ipv6), "it is carried in clear");
}

static void network_event(unsigned int at, struct end *end)
{
	const struct end *other = &world->hosts[!at].ends[end - world->hosts[at].ends];
	struct ppp_info info;

	must(end->linked, "a network without LCP");
	must(ppp_info(world->hosts[at].ppp, end->self, &info) == 0, "no such link");
	must(!end->settings.peer_methods || info.peer_proved_by, "a network for nobody");
	must(!end->settings.peer_methods || !other->wrong, "a network for a wrong secret");
	end->network_at = later();
}

static void flip(bool *state, bool up)
{
	must(*state != up, "told twice");
	*state = up;
	world->ups += up;
}

static void told(unsigned int at, const struct ppp_event *event)
{
	struct end *end = end_of(at, event->owner);

	must(end->open && !end->ended && end->self == event->link, "told of a link that is gone");
	if (world->verbose)
		printf("%8llu host %u link %d event %d %s\n", (unsigned long long)world->now, at,
		       (int)(end - world->hosts[at].ends), event->kind, event->text ? event->text : "");
	switch (event->kind) {
	case PPP_EVENT_LINK_UP:
		must(!end->ipv4 && !end->ipv6 && !end->mppe, "LCP is up, and what was before is not down");
		end->linked = true;
		end->verdict_at = end->network_at = PPP_NEVER;
		break;
	case PPP_EVENT_CREDENTIALS:
		asked(at, end, event->credentials);
		break;
	case PPP_EVENT_NETWORK:
		network_event(at, end);
		break;
	case PPP_EVENT_IPV4_UP:
	case PPP_EVENT_IPV4_DOWN:
		flip(&end->ipv4, event->kind == PPP_EVENT_IPV4_UP);
		break;
	case PPP_EVENT_IPV6_UP:
	case PPP_EVENT_IPV6_DOWN:
		flip(&end->ipv6, event->kind == PPP_EVENT_IPV6_UP);
		break;
	case PPP_EVENT_MPPE_UP:
		end->keys = *event->keys;
		flip(&end->mppe, true);
		break;
	case PPP_EVENT_MPPE_DOWN:
		flip(&end->mppe, false);
		break;
	case PPP_EVENT_MPPE_RESET:
		break;
	case PPP_EVENT_DOWN:
		must(!end->ipv4 && !end->ipv6 && !end->mppe, "the link is down, and not what it carried");
		must(event->text && *event->text, "it does not say why");
		end->ended = true;
		break;
	}
	check_carries(end);
}

static void drain(unsigned int at)
{
	struct ppp *ppp = world->hosts[at].ppp;
	struct ppp_event event;
	struct ppp_frame frame;

	while (ppp_next_event(ppp, &event))
		told(at, &event);
	while (ppp_next_frame(ppp, &frame))
		launch(!at, (unsigned int)(end_of(at, frame.owner) - world->hosts[at].ends), &frame);
	for (unsigned int i = 0; i < LINKS; i++)
		if (world->hosts[at].ends[i].open && world->hosts[at].ends[i].ended)
			forget(at, &world->hosts[at].ends[i]);
}

/* --- links --- */

static struct address v4(unsigned int last)
{
	struct address address = { .family = AF_INET, .bytes = { 192, 0, 2, (uint8_t)last } };

	return address;
}

static struct ppp_retries retries(void)
{
	return (struct ppp_retries){ 500 + draw(3000), 6 + draw(10), 1 + draw(3), 2 + draw(8) };
}

static void make_settings(struct end *end)
{
	struct ppp_settings *settings = &end->settings;

	*settings = (struct ppp_settings){
		.mru = (uint16_t)(chance(50) ? 0 : 1280 + draw(220)), .accm = chance(50) ? UINT32_MAX : draw(1000),
		.use_magic = chance(80), .use_pfc = chance(50), .use_acfc = chance(50),
		.auth_timeout = 60000, .chap_interval = chance(30) ? 5000 + draw(20000) : 0,
		.lcp = retries(), .ipcp = retries(), .pap = retries(), .chap = retries(),
		.echo_interval = 2000 + draw(8000), .echo_failures = 3, .ipv4 = true, .ipv6 = chance(70),
	};
	snprintf(settings->local_name, sizeof(settings->local_name), "sim");
}

/* Who proves what: by methods that both have, or not. */
static void make_proofs(struct end *prover, struct end *judge)
{
	unsigned int all = PPP_PAP | PPP_CHAP_MD5 | PPP_MSCHAPV1 | PPP_MSCHAPV2 | PPP_EAP;

	if (chance(30))
		return;
	judge->settings.peer_methods = chance(50) ? all : 1 + draw(all);
	prover->settings.our_methods = chance(80) ? all : 1 + draw(all);
	prover->wrong = chance(10);
}

static void make_encryption(struct end *a, struct end *b)
{
	a->settings.mppe = 1 + draw(15);
	b->settings.mppe = chance(70) ? a->settings.mppe : draw(16);
	if (!(a->settings.mppe & 7))
		a->settings.mppe |= PPP_MPPE_128;
	a->settings.mppe_required = chance(30);
	b->settings.mppe_required = b->settings.mppe & 7 && chance(30);
}

static void make_network(struct end *end, unsigned int own, unsigned int other)
{
	struct ppp_network *network = &end->network;

	*network = (struct ppp_network){ .ipv4 = true, .ipv6 = true, .want_dns = chance(30),
					 .local_may_change = chance(20), .peer_may_choose = chance(20) };
	if (chance(60))
		network->local = v4(own);
	if (chance(60))
		network->peer = v4(chance(90) ? other : own + 100);
	if (chance(50))
		network->dns[0] = v4(53);
	if (chance(30))
		memset(network->peer_identifier, (int)other, sizeof(network->peer_identifier));
}

static void open_end(unsigned int at, unsigned int i)
{
	struct end *end = &world->hosts[at].ends[i];
	char name[16];
	const struct ppp_open open = {
		.settings = &end->settings, .user_name = name, .password = (const uint8_t *)end->secret,
		.password_length = strlen(end->secret), .owner = end,
	};

	snprintf(name, sizeof(name), "user%u", i);
	must(ppp_open(world->hosts[at].ppp, &open, &end->self, world->now, NULL) == 0, "no link");
	end->open = true;
	end->ended = end->linked = end->ipv4 = end->ipv6 = end->mppe = false;
	end->verdict_at = end->network_at = PPP_NEVER;
	drain(at);
}

static void make_pair(unsigned int i)
{
	struct end *a = &world->hosts[0].ends[i], *b = &world->hosts[1].ends[i];

	a->wrong = b->wrong = world->corrupted[i] = false;
	world->pairs[i]++;
	make_settings(a);
	make_settings(b);
	make_proofs(a, b);
	make_proofs(b, a);
	if (chance(60))
		make_encryption(a, b);
	b->settings.passive = chance(15);
	make_network(a, 1, 2);
	make_network(b, 2, 1);
	snprintf(a->secret, sizeof(a->secret), "%s%u", a->wrong ? "other" : "secret", i);
	snprintf(b->secret, sizeof(b->secret), "%s%u", b->wrong ? "other" : "secret", i);
	open_end(0, i);
	open_end(1, i);
}

/* --- time --- */

static void answer(unsigned int at, struct end *end)
{
	struct ppp *ppp = world->hosts[at].ppp;

	if (end->verdict_at <= world->now) {
		end->verdict_at = PPP_NEVER;
		ppp_verdict(ppp, end->self, &end->verdict, NULL, world->now);
		drain(at);
	}
	if (end->open && end->network_at <= world->now) {
		end->network_at = PPP_NEVER;
		ppp_network(ppp, end->self, &end->network, world->now);
		drain(at);
	}
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t next_time(void)
{
	struct flying **first = first_flying();
	uint64_t next = first ? (*first)->arrives : PPP_NEVER;

	for (unsigned int at = 0; at < 2; at++) {
		next = earlier(next, ppp_deadline(world->hosts[at].ppp));
		for (unsigned int i = 0; i < LINKS; i++)
			next = earlier(next, earlier(world->hosts[at].ends[i].verdict_at,
						     world->hosts[at].ends[i].network_at));
	}
	return next;
}

static void land(struct flying **place)
{
	struct flying *flying = *place;
	struct end *end = &world->hosts[flying->to].ends[flying->link];

	if (chance(world->repeat)) {
		flying->arrives = world->now + 1 + draw(world->delay);
	} else {
		*place = world->flying[--world->in_flight];
		place = NULL;
	}
	if (end->open && flying->pair == world->pairs[flying->link])
		ppp_receive(world->hosts[flying->to].ppp, end->self, flying->octets, flying->length, world->now);
	drain(flying->to);
	if (!place)
		free(flying);
}

static void happen(void)
{
	struct flying **first = first_flying();

	if (first && (*first)->arrives <= world->now) {
		land(first);
		return;
	}
	for (unsigned int at = 0; at < 2; at++) {
		for (unsigned int i = 0; i < LINKS; i++)
			answer(at, &world->hosts[at].ends[i]);
		while (ppp_expire(world->hosts[at].ppp, world->now))
			drain(at);
	}
}

static void command(void)
{
	unsigned int at = draw(2), what = draw(1000), i = draw(LINKS);
	struct end *end = &world->hosts[at].ends[i];

	if (what < 3 && end->open)
		ppp_close(world->hosts[at].ppp, end->self, "enough", world->now);
	else if (what < 5 && end->open)
		forget(at, end);
	else if (what < 8)
		world->cut_until = world->now + draw(30000);
	else if (what < 60 && !world->hosts[0].ends[i].open && !world->hosts[1].ends[i].open)
		make_pair(i);
	else if (what < 80 && end->mppe)
		ppp_mppe_lost(world->hosts[at].ppp, end->self, world->now);
	drain(at);
}

static void run_until(uint64_t until, bool commands)
{
	unsigned int stuck = 0;

	while (world->now < until) {
		uint64_t next = next_time(), before = world->now;

		if (commands && next > world->now + 500)
			next = world->now + 500;
		world->now = next > until ? until : next > world->now ? next : world->now;
		happen();
		if (commands)
			command();
		stuck = world->now == before ? stuck + 1 : 0;
		must(stuck < CHECKED_MAX, "time stands still");
	}
}

/* --- the end --- */

static bool same(const struct address *a, const struct address *b)
{
	return a->family == AF_UNSPEC || b->family == AF_UNSPEC || address_equal(a, b);
}

static uint8_t state_of(unsigned int at, const struct end *end, enum control_protocol which)
{
	const struct ppp_link *link = handle_get(&world->hosts[at].ppp->links, end->self);

	return link->state[which];
}

/* One end has lost patience while nothing arrived, and the other was through: RFC 1661 knows no remedy, and it is
 * rare.  The link itself is not so: its echoes tell. */
static void check_agree(unsigned int at, const struct end *a, const struct end *b, enum control_protocol which,
			const char *what)
{
	uint8_t mine = state_of(at, a, which), other = state_of(!at, b, which);

	if (mine != AUTOMATON_OPENED || other == AUTOMATON_OPENED)
		return;
	must(other == AUTOMATON_STOPPED || other == AUTOMATON_CLOSED, what);
	world->halves++;
}

static void check_values(const struct end *a, const struct ppp_info *ia, const struct end *b, const struct ppp_info *ib)
{
	must(ia->peer_magic == ib->local_magic, "magic numbers differ");
	must(!a->ipv4 || !b->ipv4 || same(&ia->peer, &ib->local) ||
	     (!a->network.peer_may_choose && ia->peer.family == AF_INET), "addresses differ");
	must(!a->ipv6 || !b->ipv6 || !memcmp(ia->peer_identifier, ib->local_identifier, 8) ||
	     ipv6cp_is_zero(ia->peer_identifier) || a->network.peer_identifier[0], "identifiers differ");
	if (!a->mppe || !b->mppe)
		return;
	must(a->keys.bits == b->keys.bits && a->keys.stateful == b->keys.stateful, "kinds of encryption differ");
	/* Where each end proves itself to the other there are two pairs of keys, and none is the right one. */
	if (!a->settings.peer_methods != !b->settings.peer_methods)
		must(!memcmp(a->keys.send, b->keys.receive, a->keys.key_length), "keys differ");
}

static void check_settled(unsigned int at, const struct end *end)
{
	const struct ppp_link *link = handle_get(&world->hosts[at].ppp->links, end->self);

	must(link && link->phase == PPP_NETWORK, "neither up nor down");
	must(!link->negotiation, "memory for negotiations is kept");
	must(end->ipv4 || end->ipv6, "a link that carries nothing");
}

/* A passive end waits for ever for who is gone: its tunnel would tell it. */
static bool waits(unsigned int at, const struct end *end)
{
	struct ppp_info info;

	return end->settings.passive && ppp_info(world->hosts[at].ppp, end->self, &info) == 0 &&
	       info.phase == PPP_ESTABLISH;
}

static void check_pair(unsigned int i)
{
	struct end *a = &world->hosts[0].ends[i], *b = &world->hosts[1].ends[i];
	struct ppp_info ia, ib;

	if (a->open && !b->open && waits(0, a))
		forget(0, a);
	if (b->open && !a->open && waits(1, b))
		forget(1, b);
	must(a->open == b->open, "a link is there at one end only");
	if (!a->open)
		return;
	check_settled(0, a);
	check_settled(1, b);
	world->both_up++;
	must(ppp_info(world->hosts[0].ppp, a->self, &ia) == 0 && ppp_info(world->hosts[1].ppp, b->self, &ib) == 0,
	     "no such link");
	for (unsigned int at = 0; at < 2; at++) {
		check_agree(at, at ? b : a, at ? a : b, CONTROL_IPCP, "IPv4 is up at one end only");
		check_agree(at, at ? b : a, at ? a : b, CONTROL_IPV6CP, "IPv6 is up at one end only");
		check_agree(at, at ? b : a, at ? a : b, CONTROL_CCP, "encryption is up at one end only");
	}
	if (world->corrupted[i])
		return;		/* there is no FCS here: each may believe something else */
	check_values(a, &ia, b, &ib);
	check_values(b, &ib, a, &ia);
}

static void close_all(void)
{
	for (unsigned int at = 0; at < 2; at++)
		for (unsigned int i = 0; i < LINKS; i++)
			if (world->hosts[at].ends[i].open) {
				ppp_close(world->hosts[at].ppp, world->hosts[at].ends[i].self, "the end", world->now);
				drain(at);
			}
	run_until(world->now + QUIET_MS, false);
	for (unsigned int at = 0; at < 2; at++) {
		must(!world->hosts[at].ppp->links.used, "a link does not end");
		must(ppp_deadline(world->hosts[at].ppp) == PPP_NEVER, "a deadline of nobody");
	}
}

static void make_network_bad(void)
{
	world->loss = draw(30);
	world->repeat = draw(15);
	world->corrupt = world->seed % 4 == 3 ? draw(5) : 0;
	world->delay = 1 + draw(chance(30) ? 4000 : 200);
	world->patience = 1 + draw(8000);
}

static void make_network_good(void)
{
	world->loss = world->repeat = world->corrupt = 0;
	world->delay = 20;
	world->cut_until = 0;
}

struct sums {
	unsigned int ups, both_up, halves;
};

static void run(uint64_t seed, bool verbose, struct sums *sums)
{
	struct world fresh = { .seed = seed, .state = seed * 0x9e3779b97f4a7c15u + 1, .now = 1000, .verbose = verbose };

	world = &fresh;
	for (unsigned int i = 0; i < 8; i++)
		draw(2);
	make_network_bad();
	for (unsigned int at = 0; at < 2; at++) {
		world->hosts[at].ppp = ppp_new(sim_random);
		must(world->hosts[at].ppp != NULL, "out of memory");
	}
	for (unsigned int i = 0; i < LINKS; i++)
		make_pair(i);
	run_until(world->now + CHAOS_MS, true);
	make_network_good();
	run_until(world->now + QUIET_MS, false);
	for (unsigned int i = 0; i < LINKS; i++)
		check_pair(i);
	close_all();
	while (world->in_flight)
		free(world->flying[--world->in_flight]);
	for (unsigned int at = 0; at < 2; at++)
		ppp_free(world->hosts[at].ppp);
	sums->ups += world->ups;
	sums->both_up += world->both_up;
	sums->halves += world->halves;
}

int main(int argc, char **argv)
{
	uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 0) : 1, count = argc > 2 ? strtoull(argv[2], NULL, 0) : 100;
	struct sums sums = { 0 };

	setlinebuf(stdout);	/* what was told before it breaks */
	for (uint64_t i = 0; i < count; i++)
		run(first + i, argc > 3, &sums);
	printf("%llu seeds: %u times something came up, %u links were up at the end, %u protocols at one end only\n",
	       (unsigned long long)count, sums.ups, sums.both_up, sums.halves);
	/* A network on which nothing stays up proves nothing. */
	return sums.both_up < count / 2 || sums.halves > 1 + sums.both_up / 20;
}
