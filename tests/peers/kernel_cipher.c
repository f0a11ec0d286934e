/* SPDX-License-Identifier: MIT */
/*
 * MPPE in the kernel's datapath: `kernel_cipher CASE` is engine and peer in one, on loopback of a machine whose kernel
 * has L2TP, and sees what the two of l2tpd never do: state, packets that are lost, and packets of CCP that come twice.
 * Prints why and exits 1 when a case fails.
 */
#include "../net/_datapath_ppp.h"

#include "datapath/kernel/kernel.h"

#define MORE_THAN_A_KEYS 300		/* packets that take one change of keys with state */

struct world {
	struct datapath_session_config config;
	handle session;
	int fd;				/* the peer's */
	struct enciphered peer;
};

static const uint8_t ours = 0x11, theirs = 0x22;	/* keys, all octets alike */

static void begin(struct world *world)
{
	*world = (struct world){ .config = config_of(add_tunnel_of(2, them)) };
	world->session = session_made(&world->config);
	world->fd = peer_socket(them);
	world->config.ppp = both();
	world->config.ppp.ipv6 = false;
	memset(world->config.mppe.send_key, ours, 16);
	memset(world->config.mppe.receive_key, theirs, 16);
	modify(world->session, &world->config, DATAPATH_SESSION_MPPE_KEYS);
}

/* CCP's packets, with this option: of the engine to the peer, and back. */
static void say(const struct world *world, const char *packet, const char *option)
{
	char frame[128];

	snprintf(frame, sizeof(frame), "ff0380fd%s%s", packet, option);
	send_frame(world->session, frame);
	snprintf(frame, sizeof(frame), "000222220b0bff0380fd%s%s", packet, option);
	gets(packet, world->fd, frame);
}

static void hear(const struct world *world, const char *packet, const char *option)
{
	char frame[128];

	snprintf(frame, sizeof(frame), "000211110a0aff0380fd%s%s", packet, option);
	give(world->fd, frame);
	snprintf(frame, sizeof(frame), "80fd%s%s", packet, option);
	punted(packet, world->session, frame);
}

#define REQUEST "0101000a"
#define ACK "0201000a"
#define STATEFUL_128 "120600000040"
#define STATELESS_128 "120601000040"
#define STATELESS_40 "120601000020"

static void up(struct world *world, unsigned int bits, bool stateful)
{
	world->config.mppe.send = world->config.mppe.receive = true;
	world->config.mppe.stateful = stateful;
	world->config.mppe.bits = (uint8_t)bits;
	modify(world->session, &world->config, DATAPATH_SESSION_MPPE);
	modify(world->session, &world->config, DATAPATH_SESSION_PPP);
	discard(&world->peer);
	world->peer = (struct enciphered){ direction(world->config.mppe.receive_key, bits, stateful),
					   direction(world->config.mppe.send_key, bits, stateful) };
}

static void negotiated(struct world *world, const char *option, unsigned int bits, bool stateful)
{
	say(world, REQUEST, option);
	hear(world, ACK, option);
	hear(world, REQUEST, option);
	say(world, ACK, option);
	up(world, bits, stateful);
}

/* That what arrives cannot be deciphered, and what helps. */
static void lost(const char *what, enum datapath_remedy remedy)
{
	struct datapath_event event;

	for (uint64_t end = now_ms() + PATIENCE_MS; now_ms() < end;) {
		none_punted();
		if (datapath_ops(dp)->events(dp, &event, 1) != 1 || event.kind != DATAPATH_EVENT_MPPE_LOST)
			continue;
		equal(what, event.remedy, remedy);
		return;
	}
	fail(what);
}

/* --- cases --- */

static void stateful(void)
{
	struct world world;

	begin(&world);
	negotiated(&world, STATEFUL_128, 128, true);
	equal("the MTU", info_of(world.session).mtu, 1496);
	for (int i = 0; i < MORE_THAN_A_KEYS; i++)
		answered_enciphered("with state", &world.peer, world.fd);
	hear(&world, "0e050004", "");	/* the peer asks for a reset */
	say(&world, "0f050004", "");
	if (!answered_enciphered("a reset was asked for", &world.peer, world.fd))
		fail("what is sent does not start anew");
	ping_enciphered(&world.peer, world.fd, true);
	ping_enciphered(&world.peer, world.fd, false);
	lost("one was lost", DATAPATH_REMEDY_RESET);
	say(&world, "0e060004", "");
	mppe_flush(world.peer.send);
	hear(&world, "0f060004", "");
	answered_enciphered("the peer started anew", &world.peer, world.fd);
	discard(&world.peer);
}

/* Nobody answers, or the answer does not help. */
static void deaf(void)
{
	struct world world;

	begin(&world);
	negotiated(&world, STATEFUL_128, 128, true);
	answered_enciphered("at first", &world.peer, world.fd);
	ping_enciphered(&world.peer, world.fd, true);
	ping_enciphered(&world.peer, world.fd, false);
	lost("once", DATAPATH_REMEDY_RESET);
	hear(&world, "0f060004", "");
	ping_enciphered(&world.peer, world.fd, false);
	lost("twice", DATAPATH_REMEDY_RESET);
	hear(&world, "0f070004", "");
	ping_enciphered(&world.peer, world.fd, false);
	lost("it does not help", DATAPATH_REMEDY_ANEW);
	world.config.mppe.send = world.config.mppe.receive = false;
	modify(world.session, &world.config, DATAPATH_SESSION_MPPE);
	negotiated(&world, STATELESS_40, 40, false);
	for (int i = 0; i < MORE_THAN_A_KEYS; i++)
		answered_enciphered("anew", &world.peer, world.fd);
	discard(&world.peer);
}

/* The peer's Ack comes before our own leaves: then CCP is open for the engine first. */
static void first(void)
{
	struct world world;

	begin(&world);
	say(&world, REQUEST, STATELESS_128);
	hear(&world, ACK, STATELESS_128);
	hear(&world, REQUEST, STATELESS_128);
	up(&world, 128, false);
	ping_enciphered(&world.peer, world.fd, false);
	gets_nothing("an answer before our Ack, in clear", world.fd);
	say(&world, ACK, STATELESS_128);
	answered_enciphered("then", &world.peer, world.fd);
	discard(&world.peer);
}

/* The peer's Ack comes twice: the kernel's second key is no good. */
static void twice(void)
{
	struct world world;

	begin(&world);
	hear(&world, REQUEST, STATELESS_128);
	say(&world, ACK, STATELESS_128);
	say(&world, REQUEST, STATELESS_128);
	hear(&world, ACK, STATELESS_128);
	hear(&world, ACK, STATELESS_128);
	up(&world, 128, false);
	lost("two Acks", DATAPATH_REMEDY_ANEW);
	discard(&world.peer);
}

/* No address any more, and then one again, while CCP stays open. */
static void rests(void)
{
	struct world world;
	struct datapath_ppp carried;

	begin(&world);
	negotiated(&world, STATELESS_128, 128, false);
	answered_enciphered("at first", &world.peer, world.fd);
	carried = world.config.ppp;
	world.config.ppp = (struct datapath_ppp){ .own_device = true };
	modify(world.session, &world.config, DATAPATH_SESSION_PPP);
	equal("no interface", info_of(world.session).ifindex, 0);
	ping_enciphered(&world.peer, world.fd, false);
	gets_nothing("nothing is carried, and answered", world.fd);
	world.config.ppp = carried;
	modify(world.session, &world.config, DATAPATH_SESSION_PPP);
	answered_enciphered("again", &world.peer, world.fd);
	discard(&world.peer);
}

/* Half of it was never negotiated. */
static void never(void)
{
	struct error error = { 0 };
	struct world world;

	begin(&world);
	world.config.mppe.send = world.config.mppe.receive = true;
	world.config.mppe.bits = 128;
	if (datapath_ops(dp)->session_modify(dp, world.session, &world.config, DATAPATH_SESSION_MPPE, &error) == 0)
		fail("taken, though the kernel deciphers nothing");
	world.config.mppe.bits = 56;
	if (datapath_ops(dp)->session_modify(dp, world.session, &world.config, DATAPATH_SESSION_MPPE, &error) == 0)
		fail("56 bits are taken");
	equal("56 bits: code", error.code, ERROR_UNSUPPORTED);
}

static const struct case_of_many cases[] = {
	{ "stateful", stateful }, { "deaf", deaf }, { "first", first },
	{ "twice", twice }, { "rests", rests }, { "never", never },
};

int main(int argc, char **argv)
{
	struct error error = { 0 };

	for (size_t i = 0; argc == 2 && i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (strcmp(argv[1], cases[i].name) != 0)
			continue;
		if (datapath_kernel_open("kernel_cipher", &dp, &error) < 0)
			fail(error.text);
		cases[i].run();
		datapath_ops(dp)->close(dp);
		return 0;
	}
	return 2;
}
