/* SPDX-License-Identifier: MIT */
/*
 * PPP between two engines over a network that a seed makes: it loses, repeats, reorders, delays and corrupts frames, is
 * cut for a while, owners answer late, close links and forget them.  Then the network gets well, and within a bound
 * each link is up at both ends, with the same values, or gone at both.
 *
 *	ppp FIRST COUNT [verbose]	seeds FIRST to FIRST + COUNT - 1 (sim.h)
 *
 * Checked all the time: what is told of a link comes in its order; whoever did not prove its name gets no network;
 * nothing is carried in clear where encryption is required.  At the end: both ends agree on addresses, identifiers and
 * keys; a link that is up has no memory for negotiations; without links there is no deadline.
 */
#include "ppp/engine.h"

#include "sim.h"

#define LINKS 4
#define CHAOS_MS 90000
#define QUIET_MS 240000			/* longer than any state lasts without an answer */

/* Of a frame: for which link, and which pair of ends this was. */
struct label {
	unsigned int link, pair;
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
	struct host hosts[2];
	uint32_t patience;
	bool corrupted[LINKS];
	unsigned int pairs[LINKS];		/* that have been there: a session of L2TP is not that of another */
	unsigned int ups, both_up, halves;
};

static struct world *world;

/* --- the network --- */

static void launch(unsigned int to, unsigned int link, const struct ppp_frame *frame)
{
	const struct label label = { link, world->pairs[link] };

	must(frame->length <= PPP_FRAME_MAX, "a frame is too long");
	world->corrupted[link] |= sim_launch(to, frame->octets, frame->length, &label, sizeof(label));
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
	return sim.now + (chance(50) ? 0 : draw(world->patience));
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
	sim_say("host %u link %d event %d %s", at, (int)(end - world->hosts[at].ends), event->kind,
		event->text ? event->text : "");
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
	must(ppp_open(world->hosts[at].ppp, &open, &end->self, sim.now, NULL) == 0, "no link");
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

	if (end->verdict_at <= sim.now) {
		end->verdict_at = PPP_NEVER;
		ppp_verdict(ppp, end->self, &end->verdict, NULL, sim.now);
		drain(at);
	}
	if (end->open && end->network_at <= sim.now) {
		end->network_at = PPP_NEVER;
		ppp_network(ppp, end->self, &end->network, sim.now);
		drain(at);
	}
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t next_time(void)
{
	uint64_t next = sim_next_arrival();

	for (unsigned int at = 0; at < 2; at++) {
		next = earlier(next, ppp_deadline(world->hosts[at].ppp));
		for (unsigned int i = 0; i < LINKS; i++)
			next = earlier(next, earlier(world->hosts[at].ends[i].verdict_at,
						     world->hosts[at].ends[i].network_at));
	}
	return next;
}

static void land(void)
{
	struct sim_packet *packet = sim_take();
	struct label label;
	struct end *end;

	memcpy(&label, packet->label, sizeof(label));
	end = &world->hosts[packet->to].ends[label.link];
	if (end->open && label.pair == world->pairs[label.link])
		ppp_receive(world->hosts[packet->to].ppp, end->self, packet->octets, packet->length, sim.now);
	drain(packet->to);
	free(packet);
}

static void happen(void)
{
	if (sim_next_arrival() <= sim.now) {
		land();
		return;
	}
	for (unsigned int at = 0; at < 2; at++) {
		for (unsigned int i = 0; i < LINKS; i++)
			answer(at, &world->hosts[at].ends[i]);
		while (ppp_expire(world->hosts[at].ppp, sim.now))
			drain(at);
	}
}

static void command(void)
{
	unsigned int at = draw(2), what = draw(1000), i = draw(LINKS);
	struct end *end = &world->hosts[at].ends[i];

	if (what < 3 && end->open)
		ppp_close(world->hosts[at].ppp, end->self, "enough", sim.now);
	else if (what < 5 && end->open)
		forget(at, end);
	else if (what < 8)
		sim.network.cut_until = sim.now + draw(30000);
	else if (what < 60 && !world->hosts[0].ends[i].open && !world->hosts[1].ends[i].open)
		make_pair(i);
	else if (what < 80 && end->mppe)
		ppp_mppe_lost(world->hosts[at].ppp, end->self, sim.now);
	drain(at);
}

static void run_until(uint64_t until, bool commands)
{
	while (sim.now < until) {
		uint64_t next = next_time();

		if (commands && next > sim.now + 500)
			next = sim.now + 500;
		sim_advance(next, until);
		happen();
		if (commands)
			command();
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
				ppp_close(world->hosts[at].ppp, world->hosts[at].ends[i].self, "the end", sim.now);
				drain(at);
			}
	run_until(sim.now + QUIET_MS, false);
	for (unsigned int at = 0; at < 2; at++) {
		must(!world->hosts[at].ppp->links.used, "a link does not end");
		must(ppp_deadline(world->hosts[at].ppp) == PPP_NEVER, "a deadline of nobody");
	}
}

static void make_network_bad(void)
{
	sim.network.loss = draw(30);
	sim.network.repeat = draw(15);
	sim.network.corrupt = sim.seed % 4 == 3 ? draw(5) : 0;
	sim.network.delay = 1 + draw(chance(30) ? 4000 : 200);
	world->patience = 1 + draw(8000);
}

static struct {
	unsigned int ups, both_up, halves;
} sums;

static void simulate(void)
{
	struct world fresh = { 0 };

	world = &fresh;
	make_network_bad();
	for (unsigned int at = 0; at < 2; at++) {
		world->hosts[at].ppp = ppp_new(sim_random);
		must(world->hosts[at].ppp != NULL, "out of memory");
	}
	for (unsigned int i = 0; i < LINKS; i++)
		make_pair(i);
	run_until(sim.now + CHAOS_MS, true);
	sim_network_heal(20);
	run_until(sim.now + QUIET_MS, false);
	for (unsigned int i = 0; i < LINKS; i++)
		check_pair(i);
	close_all();
	for (unsigned int at = 0; at < 2; at++)
		ppp_free(world->hosts[at].ppp);
	sums.ups += world->ups;
	sums.both_up += world->both_up;
	sums.halves += world->halves;
}

int main(int argc, char **argv)
{
	uint64_t count = sim_seeds(argc, argv, simulate);

	printf("%llu seeds: %u times something came up, %u links were up at the end, %u protocols at one end only\n",
	       (unsigned long long)count, sums.ups, sums.both_up, sums.halves);
	/* A network on which nothing stays up proves nothing. */
	return sums.both_up < count / 2 || sums.halves > 1 + sums.both_up / 20;
}
