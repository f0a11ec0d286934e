/* SPDX-License-Identifier: MIT */
/* The texts in which the kernel tells of tunnels: as it words them, piece by piece, whatever happens between. */
#include "kernel_world.h"

#define HEAD_PPPOL2TP                                                                                       \
	"PPPoL2TP driver info, V2.0\n"                                                                      \
	"TUNNEL name, user-data-ok session-count\n"                                                         \
	" debug tx-pkts/bytes/errs rx-pkts/bytes/errs\n"                                                    \
	"  SESSION name, addr/port src-tid/sid dest-tid/sid state user-data-ok\n"                           \
	"   mtu/mru/rcvseq/sendseq/lns debug reorderto\n"                                                   \
	"   nr/ns tx-pkts/bytes/errs rx-pkts/bytes/errs\n"

/* Pieces from this place on, at most so many, behind what is in text. Returns how many there were. */
static int tell(struct kernel_world *kworld, const char *netns, enum kernel_view view,
		struct kernel_view_place *place, int most, char *text)
{
	char piece[KERNEL_VIEW_PIECE];
	size_t length;
	int count = 0;

	while (count < most && (length = kernel_view_next(kworld->kernel, netns, view, place, piece))) {
		assert_true(length < sizeof(piece));
		strncat(text, piece, length);
		count++;
	}
	return count;
}

static void expect_text(struct kernel_world *kworld, const char *netns, enum kernel_view view, const char *expected)
{
	struct kernel_view_place place = { .begun = false };
	char text[16384] = "";

	tell(kworld, netns, view, &place, INT32_MAX, text);
	assert_string_equal(text, expected);
}

/* What follows the head. */
static void expect_tunnels(struct kernel_world *kworld, const char *expected)
{
	struct kernel_view_place place = { .begun = false };
	char text[16384] = "";

	assert_int_equal(tell(kworld, "", KERNEL_VIEW_TUNNELS, &place, 1, text), 1);
	assert_non_null(strstr(text, "   [ peer cookie ]\n"));
	text[0] = '\0';
	tell(kworld, "", KERNEL_VIEW_TUNNELS, &place, INT32_MAX, text);
	assert_string_equal(text, expected);
}

static void only_version_2(void **state)
{
	struct kernel_world *kworld = *state;
	struct octets more = session(0x102, 0x33, L2TP_PWTYPE_PPP);

	ask(kworld, udp_tunnel(1, 5000), 0);
	ask(kworld, v2_tunnel(0x102, 5002), 0);
	put8(&more, L2TP_ATTR_RECV_SEQ, 1);
	put8(&more, L2TP_ATTR_SEND_SEQ, 1);
	put8(&more, L2TP_ATTR_LNS_MODE, 1);
	put64(&more, L2TP_ATTR_RECV_TIMEOUT, 99);
	ask(kworld, more, 0);
	expect_text(kworld, "", KERNEL_VIEW_PPPOL2TP, HEAD_PPPOL2TP
		    "\nTUNNEL 'tunl 258', Y 2\n"
		    " 00000000 0/0/0 0/0/0\n"
		    "  SESSION 'sess 258/51' C0000201/5002 0102/0033 -> 0103/0034 0 N\n"
		    "   0/0/R/S/LNS 00000000 100\n"
		    "   0/0 0/0/0 0/0/0\n");
	expect_text(kworld, "red", KERNEL_VIEW_PPPOL2TP, HEAD_PPPOL2TP);
}

static void every_tunnel(void **state)
{
	struct kernel_world *kworld = *state;
	struct octets more = session(1, 30, L2TP_PWTYPE_ETH);

	ask(kworld, ip_tunnel(9), 0);
	ask(kworld, udp_tunnel(1, 5000), 0);
	put8(&more, L2TP_ATTR_L2SPEC_TYPE, L2TP_L2SPECTYPE_NONE);
	put_attribute(&more, L2TP_ATTR_COOKIE, "\1\2\3\xff", 4);
	put_attribute(&more, L2TP_ATTR_PEER_COOKIE, "\1\2\3\4\5\6\7\x8f", 8);
	put8(&more, L2TP_ATTR_RECV_SEQ, 1);
	put_text(&more, L2TP_ATTR_IFNAME, "lon0");
	ask(kworld, more, 0);
	ask(kworld, session(9, 40, L2TP_PWTYPE_PPP), 0);
	expect_tunnels(kworld,
		       "\nTUNNEL 1 peer 2 from 192.0.2.1 to 192.0.2.2\n"
		       " source port 5000, dest port 5001\n"
		       " L2TPv3, UDP\n"
		       " 1 sessions, refcnt 3/3\n"
		       " 00000000 rx 0/0/0 rx 0/0/0\n"
		       "  SESSION 30, peer 31, ETH\n"
		       "   nr 0, ns 0\n"
		       "   refcnt 2\n"
		       "   config 0/0/R/-/-/LAC 00000000 0\n"
		       "   offset 0 l2specific 0/0\n"
		       "   cookie 010203ff\n"
		       "   peer cookie 010203040506078f\n"
		       "   0/0 tx 0/0/0 rx 0/0/0\n"
		       "   interface lon0\n"
		       "\nTUNNEL 9 peer 10 from 192.0.2.1 to 192.0.2.2\n"
		       " L2TPv3, IP\n"
		       " 1 sessions, refcnt 2/3\n"
		       " 00000000 rx 0/0/0 rx 0/0/0\n"
		       "  SESSION 40, peer 41, PPP\n"
		       "   refcnt 2\n"
		       "   config 0/0/-/-/-/LAC 00000000 0\n"
		       "   offset 0 l2specific 1/4\n"
		       "   0/0 tx 0/0/0 rx 0/0/0\n");
}

static void odd_cookies(void **state)
{
	struct kernel_world *kworld = *state;
	struct octets more = session(1, 30, L2TP_PWTYPE_PPP);
	struct kernel_view_place place = { .begun = false };
	char text[16384] = "";

	ask(kworld, udp_tunnel(1, 5000), 0);
	put_attribute(&more, L2TP_ATTR_COOKIE, "\1\2\3", 3);
	put_attribute(&more, L2TP_ATTR_PEER_COOKIE, "\1\2\3\4\5\6\7", 7);
	ask(kworld, more, 0);
	tell(kworld, "", KERNEL_VIEW_TUNNELS, &place, INT32_MAX, text);
	assert_non_null(strstr(text, "   cookie 01020300\n   peer cookie 01020304\n"));
}

static void change_between_pieces(void **state)
{
	struct kernel_world *kworld = *state;
	struct kernel_view_place place = { .begun = false };
	char text[16384] = "";

	for (uint32_t id = 1; id <= 3; id++) {
		ask(kworld, udp_tunnel(id, (uint16_t)(5000 + 2 * id)), 0);
		ask(kworld, session(id, 10 * id, L2TP_PWTYPE_ETH), 0);
		ask(kworld, session(id, 10 * id + 1, L2TP_PWTYPE_ETH), 0);
	}
	assert_int_equal(tell(kworld, "", KERNEL_VIEW_TUNNELS, &place, 3, text), 3);	/* head, tunnel, session */
	ask(kworld, by_ids(L2TP_CMD_SESSION_DELETE, 1, 11), 0);
	ask(kworld, by_id(L2TP_CMD_TUNNEL_DELETE, 2), 0);
	text[0] = '\0';
	assert_int_equal(tell(kworld, "", KERNEL_VIEW_TUNNELS, &place, INT32_MAX, text), 3);
	assert_int_equal(strncmp(text, "\nTUNNEL 3 ", 10), 0);
	assert_non_null(strstr(text, "SESSION 30,"));
	assert_non_null(strstr(text, "SESSION 31,"));
	/* and at its end nothing is new, nor when all is gone */
	ask(kworld, by_id(L2TP_CMD_TUNNEL_DELETE, 3), 0);
	ask(kworld, by_id(L2TP_CMD_TUNNEL_DELETE, 1), 0);
	assert_int_equal(tell(kworld, "", KERNEL_VIEW_TUNNELS, &place, INT32_MAX, text), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_version_2), TEST(every_tunnel), TEST(odd_cookies), TEST(change_between_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
