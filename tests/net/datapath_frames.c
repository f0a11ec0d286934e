/* SPDX-License-Identifier: MIT */
/*
 * Sessions of version 2 and their frame sockets in the user datapath with two workers, in a namespace with nothing but
 * loopback: `datapath_frames CASE` is engine, peer and PPP end in one.  Prints why and exits 1 when a case fails.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "datapath/user/worker.h"

#include "_datapath.h"

#define PORT 1701
#define WORKERS 2
#define OCTETS_MAX 2048
#define PATIENCE_MS 2000
#define NOTHING_MS 150
#define SETTLE_US 200000
#define MANY 2000
#define RACE_MS 2000

static const char *path = "frames.socket";

static struct endpoint endpoint(const char *address)
{
	return endpoint_at(address, PORT);
}

/* --- the three ends --- */

static handle add_tunnel(const char *peer)
{
	struct datapath_tunnel_config config = { .version = 2, .tunnel_id = 0x1111, .peer_tunnel_id = 0x2222,
						 .local = endpoint("127.0.0.1"), .peer = endpoint(peer),
						 .udp_checksum = true };

	return tunnel_made(&config);
}

static struct datapath_session_config config_of(handle tunnel)
{
	return (struct datapath_session_config){ .tunnel = tunnel, .pw_type = L2TP_PW_PPP, .session_id = 0x0a0a,
						 .peer_session_id = 0x0b0b, .frames = path };
}

static handle add_plain(void)
{
	struct datapath_session_config config = config_of(add_tunnel("127.0.0.5"));

	return session_made(&config);
}

static int peer_socket(const char *address)
{
	return socket_between(endpoint(address), endpoint("127.0.0.1"));
}

static int try_attach(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	strcpy(name.sun_path, path);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Connected, and the worker knows. */
static int attach(handle session)
{
	int fd = try_attach();

	if (fd < 0)
		fail("cannot connect to the frame socket");
	for (int i = 0; i < 100 && !info_of(session).attached; i++)
		usleep(10000);
	if (!info_of(session).attached)
		fail("session_info does not say that somebody is there");
	return fd;
}

static void give(int fd, const char *octets)
{
	uint8_t buffer[OCTETS_MAX];
	size_t length;

	if (!text_to_octets(octets, buffer, sizeof(buffer), &length) ||
	    send(fd, buffer, length, MSG_NOSIGNAL) != (ssize_t)length)
		fail("send");
}

static ssize_t next(int fd, uint8_t *octets, int wait)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	return poll(&ready, 1, wait) == 1 ? recv(fd, octets, OCTETS_MAX, 0) : -1;
}

static void gets(const char *what, int fd, const char *wanted)
{
	uint8_t got[OCTETS_MAX], octets[OCTETS_MAX];
	ssize_t length = next(fd, got, PATIENCE_MS);
	size_t expected;

	if (!text_to_octets(wanted, octets, sizeof(octets), &expected) || length != (ssize_t)expected ||
	    memcmp(got, octets, expected) != 0) {
		printf("%s: %zd octets:", what, length);
		for (ssize_t i = 0; i < length; i++)
			printf(" %02x", got[i]);
		printf("\n");
		exit(1);
	}
}

static void gets_nothing(const char *what, int fd)
{
	uint8_t octets[OCTETS_MAX];

	if (next(fd, octets, NOTHING_MS) >= 0)
		fail(what);
}

/* --- the cases --- */

/* Every option of the header, and what is malformed. */
static void bits(void)
{
	struct datapath_session_config config = config_of(add_tunnel("127.0.0.5"));
	handle session = session_made(&config);
	int ppp = attach(session), peer = peer_socket("127.0.0.5");
	static const char *const bad[] = { "000211110a0a", "080211110a0a0000", "020211110a0a0fff",
					   "4002000922221111", "4002000711110a0a00", "4002001511110a0aff03c021" };
	static const char *const strange[] = { "000211110000ff03c021", "000222220a0aff03c021", "00021111" };
	struct datapath_totals totals;
	struct datapath_tunnel_info info;

	give(peer, "4802001e11110a0a00000000ff03c0210101000e010405780506deadbeef");
	gets("L and S", ppp, "ff03c0210101000e010405780506deadbeef");
	give(peer, "4902001811110a0a00010000ff03c02109020008deadbeef");
	gets("P", ppp, "ff03c02109020008deadbeef");
	give(peer, "4a02001e11110a0a00020000000400000000ff03c02109030008deadbeef");
	gets("O", ppp, "ff03c02109030008deadbeef");
	give(peer, "000211110a0a0021450000");
	gets("none, and no address field", ppp, "0021450000");
	give(peer, "4002000a11110a0a0021450000");
	gets("what is behind the length is not given", ppp, "0021");
	equal("packets", info_of(session).stats.rx_packets, 5);
	equal("octets", info_of(session).stats.rx_bytes, 30 + 24 + 30 + 11 + 10);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		give(peer, bad[i]);
	for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++)
		give(peer, strange[i]);
	gets_nothing("something malformed is given", ppp);
	datapath_ops(dp)->tunnel_info(dp, config.tunnel, &info);
	equal("malformed", info.stats.rx_invalid, 5);
	datapath_ops(dp)->totals(dp, &totals);
	equal("of no session", totals.rx_unknown_session, 3);
	equal("too short", totals.rx_short, 1);
}

static void modify(handle session, const struct datapath_session_config *config, unsigned int fields)
{
	if (datapath_ops(dp)->session_modify(dp, session, config, fields, NULL) < 0)
		fail("session_modify");
}

static void sending(void)
{
	struct datapath_tunnel_config renamed = { 0 };
	struct datapath_session_config config = config_of(add_tunnel("127.0.0.5"));
	handle session = session_made(&config);
	int ppp = attach(session), peer = peer_socket("127.0.0.5");

	give(ppp, "ff03c02101010004");
	gets("plain", peer, "000222220b0bff03c02101010004");
	config.send_seq = config.lns_mode = config.priority = true;
	modify(session, &config, DATAPATH_SESSION_SEND_SEQ | DATAPATH_SESSION_LNS_MODE | DATAPATH_SESSION_PRIORITY);
	give(ppp, "ff03c02101010004");
	gets("numbered, with priority", peer, "090222220b0b00000000ff03c02101010004");
	give(ppp, "ff030021450000");
	gets("data has none", peer, "080222220b0b00010000ff030021450000");
	give(ppp, "21450000");
	gets("nor with a short protocol field", peer, "080222220b0b0002000021450000");
	give(ppp, "8021");
	gets("control without an address field", peer, "090222220b0b000300008021");
	config.send_seq = false;
	modify(session, &config, DATAPATH_SESSION_SEND_SEQ);
	give(ppp, "ff030021");
	gets("numbers off", peer, "000222220b0bff030021");
	config.send_seq = true;
	modify(session, &config, DATAPATH_SESSION_SEND_SEQ);
	give(ppp, "ff030021");
	gets("numbers go on where they were", peer, "080222220b0b00040000ff030021");
	renamed.peer_tunnel_id = 0x3333;
	if (datapath_ops(dp)->tunnel_modify(dp, config.tunnel, &renamed, DATAPATH_TUNNEL_PEER_ID, NULL) < 0)
		fail("tunnel_modify");
	give(ppp, "ff030021");
	gets("the peer's tunnel id is another", peer, "080233330b0b00050000ff030021");
	usleep(SETTLE_US);	/* the peer may have it before it is counted */
	equal("packets", info_of(session).stats.tx_packets, 8);
}

static void numbered(int fd, unsigned int ns)
{
	char text[40];

	snprintf(text, sizeof(text), "080211110a0a%04x0000ff03%04x", ns & 0xffff, ns & 0xffff);
	give(fd, text);
}

static void gets_number(int fd, unsigned int ns)
{
	char text[16];

	snprintf(text, sizeof(text), "ff03%04x", ns & 0xffff);
	gets("number", fd, text);
}

static void sequence(void)
{
	struct datapath_session_config config = config_of(add_tunnel("127.0.0.5"));
	handle session = session_made(&config);
	int ppp = attach(session), peer = peer_socket("127.0.0.5");
	static const unsigned int good[] = { 0xfffe, 0xffff, 0, 5, 6, 0x8005, 0x8006 };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		numbered(peer, good[i]);
		gets_number(ppp, good[i]);
	}
	numbered(peer, 0x8006);
	numbered(peer, 7);
	gets_nothing("an old one is given", ppp);
	equal("old", info_of(session).stats.rx_seq_discards, 2);
	config.reorder_timeout = 300;
	modify(session, &config, DATAPATH_SESSION_REORDER);
	numbered(peer, 0x8009);
	numbered(peer, 0x8008);
	gets_nothing("one ahead does not wait", ppp);
	numbered(peer, 0x8007);
	for (unsigned int ns = 0x8007; ns <= 0x8009; ns++)
		gets_number(ppp, ns);
	numbered(peer, 0x800b);
	gets_number(ppp, 0x800b);	/* when its time has come */
	equal("out of order", info_of(session).stats.rx_oos_packets, 1);
}

/* Who decides on numbers: the LNS; its LAC does as it does. */
static void follow(void)
{
	struct datapath_session_config config = config_of(add_tunnel("127.0.0.5"));
	handle session = session_made(&config);
	int ppp = attach(session), peer = peer_socket("127.0.0.5");

	numbered(peer, 0);
	gets_number(ppp, 0);
	give(ppp, "0021");
	gets("a LAC begins", peer, "080222220b0b000000000021");
	give(peer, "000211110a0a0021");
	gets("without a number", ppp, "0021");
	give(ppp, "0021");
	gets("a LAC ends", peer, "000222220b0b0021");
	config.lns_mode = config.send_seq = true;
	modify(session, &config, DATAPATH_SESSION_LNS_MODE | DATAPATH_SESSION_SEND_SEQ);
	give(peer, "000211110a0a0021");
	gets("an LNS takes what comes without one", ppp, "0021");
	give(ppp, "0021");
	gets("and keeps its own", peer, "080222220b0b000100000021");
	config.recv_seq = true;
	modify(session, &config, DATAPATH_SESSION_RECV_SEQ);
	give(peer, "000211110a0a0021");
	gets_nothing("required, but taken without one", ppp);
	equal("discarded", info_of(session).stats.rx_seq_discards, 1);
}

static void is_closed(const char *what, int fd)
{
	uint8_t octets[OCTETS_MAX];

	if (next(fd, octets, PATIENCE_MS) != 0)
		fail(what);
	close(fd);
}

static void clients(void)
{
	handle session = add_plain();
	int peer = peer_socket("127.0.0.5"), first, second;
	struct datapath_event events[8];
	int count;

	give(peer, "000211110a0a0021");
	usleep(SETTLE_US);
	count = datapath_ops(dp)->events(dp, events, 8);
	if (count != 1 || events[0].kind != DATAPATH_EVENT_DROPPED || events[0].drop != DATAPATH_DROP_UNATTACHED)
		fail("nobody is told that nobody is there");
	equal("dropped", info_of(session).stats.rx_errors, 1);
	first = attach(session);
	second = try_attach();
	is_closed("a second client may stay", second);
	give(peer, "000211110a0a0021");
	gets("the first is served", first, "0021");
	close(first);
	for (int i = 0; i < 100 && info_of(session).attached; i++)
		usleep(10000);
	second = attach(session);
	give(second, "c021");
	gets("the next one is served", peer, "000222220b0bc021");
	datapath_ops(dp)->session_delete(dp, &session, 1);
	is_closed("the session is gone, its client not", second);
	if (access(path, F_OK) == 0)
		fail("the socket is left behind");
}

static void refused(const struct datapath_session_config *config, enum error_code code)
{
	struct error error = { 0 };
	handle session;

	if (datapath_ops(dp)->session_add(dp, config, &session, &error) == 0)
		fail("a bad frame socket is taken");
	equal("code", error.code, code);
	if (strcmp(error.parameter, "frame_socket"))
		fail(error.text);
}

static void paths(void)
{
	struct datapath_session_config config = config_of(add_tunnel("127.0.0.5")), ethernet = config;
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	struct stat st;
	handle session;

	strcpy(name.sun_path, path);
	if (bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0)
		fail("bind");
	close(fd);	/* nobody's now */
	session = session_made(&config);
	if (stat(path, &st) < 0 || (st.st_mode & 0777) != 0600)
		fail("others may connect");
	config.session_id = 9;
	refused(&config, ERROR_EXISTS);
	datapath_ops(dp)->session_delete(dp, &session, 1);
	fclose(fopen(path, "w"));
	refused(&config, ERROR_EXISTS);
	unlink(path);
	config.frames = "no/such/folder";
	refused(&config, ERROR_SYSTEM);
	config.frames = "123456789012345678901234567890123456789012345678901234567890"
			"123456789012345678901234567890123456789012345678901234567890";
	refused(&config, ERROR_VALUE);
	ethernet.pw_type = L2TP_PW_ETH;
	if (datapath_ops(dp)->session_add(dp, &ethernet, &session, NULL) == 0)
		fail("Ethernet in version 2");
}

/* The worker at which a session's packets arrive serves its socket. */
static void has_one_worker(handle session, const struct endpoint *peer)
{
	const struct session *inside = handle_get(&user_datapath(dp)->sessions, session);

	equal("the worker", inside->worker->index, steer_worker(L2TP_ENCAP_UDP, peer, 0, WORKERS));
}

/* Many at once, both ways, in their order; then the same when the peer has moved to where another worker serves it. */
static void batches(void)
{
	struct datapath_tunnel_config moved = { .peer = endpoint("127.0.0.5") };
	struct datapath_session_config config = config_of(add_tunnel("127.0.0.5"));
	handle session = session_made(&config);
	int ppp = attach(session), peer;
	uint8_t octets[OCTETS_MAX];
	char text[40];

	for (uint8_t last = 5; last < 9; last++) {
		snprintf(text, sizeof(text), "127.0.0.%u", last);
		moved.peer = endpoint(text);
		if (datapath_ops(dp)->tunnel_modify(dp, config.tunnel, &moved, DATAPATH_TUNNEL_PEER, NULL) < 0)
			fail("modify");
		peer = peer_socket(text);
		has_one_worker(session, &moved.peer);
		for (unsigned int i = 0; i < MANY; i++) {
			snprintf(text, sizeof(text), "0021%04x", i);
			give(ppp, text);
			snprintf(text, sizeof(text), "000211110a0a0021%04x", i);
			give(peer, text);
			if (i % 50 == 49)
				usleep(2000);	/* buffers are finite */
		}
		for (unsigned int i = 0; i < MANY; i++) {
			if (next(ppp, octets, PATIENCE_MS) != 4)
				fail("the client gets less");
			equal("to the client", (uint64_t)(octets[2] << 8 | octets[3]), i);
			if (next(peer, octets, PATIENCE_MS) != 10)
				fail("the peer gets less");
			equal("to the peer", (uint64_t)(octets[8] << 8 | octets[9]), i);
		}
		close(peer);
	}
}

/* Clients, sessions and peers come and go under load. */
static void race(void)
{
	struct datapath_session_config config = config_of(add_tunnel("127.0.0.5"));
	handle session = session_made(&config);
	uint64_t end = now_ms() + RACE_MS, rounds = 0;
	int peers[2] = { peer_socket("127.0.0.5"), peer_socket("127.0.0.6") };

	for (; now_ms() < end; rounds++) {
		struct datapath_tunnel_config moved = { .peer = endpoint(rounds % 2 ? "127.0.0.5" : "127.0.0.6") };
		int ppp = try_attach();

		for (int i = 0; i < 20; i++) {
			give(peers[i % 2], "000211110a0a0021");
			(void)!send(ppp, "\300\041", 2, MSG_NOSIGNAL | MSG_DONTWAIT);
		}
		if (rounds % 3 == 0)
			datapath_ops(dp)->tunnel_modify(dp, config.tunnel, &moved, DATAPATH_TUNNEL_PEER, NULL);
		if (rounds % 7 == 0) {
			datapath_ops(dp)->session_delete(dp, &session, 1);
			session = session_made(&config);
		}
		close(ppp);
	}
	if (rounds < 10)
		fail("too slow to see anything");
}

static const struct case_of_many cases[] = {
	{ "bits", bits }, { "sending", sending }, { "sequence", sequence }, { "follow", follow },
	{ "clients", clients }, { "paths", paths }, { "batches", batches }, { "framerace", race },
};

int main(int argc, char **argv)
{
	return run_case(argc, argv, "datapath_frames", WORKERS, cases, sizeof(cases) / sizeof(cases[0]));
}
