/* SPDX-License-Identifier: MIT */
/*
 * Two engines of ours that talk to each other, an LNS and a client: every way to prove a name, with and without
 * encryption, over a line that loses packets; what both ends are told when it does not work.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ppp/ppp.h"
#include "wire/mppe.h"

#include "test.h"

#define NAME "m\xc3\xbcller"
#define PASSWORD "correct-horse"

struct end {
	struct ppp *ppp;
	handle link;
	struct ppp_settings settings;
	struct ppp_network network;
	const char *user_name, *password;	/* that it proves */
	const char *secret;			/* of who asks to be let in */
	const struct credentials_verdict *verdict;	/* whatever it proves; NULL: as secret says */
	unsigned int questions, ups, downs;	/* events */
	bool again, ended;
	struct ppp_mppe_keys keys;		/* of the last MPPE_UP */
	struct ppp_event down;
	char text[PPP_TEXT_MAX];
};

static struct pair {
	struct end lns, client;
	uint64_t now;
	unsigned int loss;			/* of 256 frames so many are lost */
} pair;

static void counted(void *octets, size_t length)
{
	static uint32_t state = 1;

	for (uint8_t *octet = octets; length--; octet++)
		*octet = (uint8_t)((state = state * 1664525 + 1013904223) >> 24);
}

static void init_end(struct end *end, const char *local, const char *peer)
{
	*end = (struct end){ .ppp = ppp_new(counted), .user_name = "", .secret = PASSWORD };
	assert_non_null(end->ppp);
	end->settings = (struct ppp_settings){
		.accm = UINT32_MAX, .use_magic = true, .lcp = { 3000, 10, 2, 5 }, .ipcp = { 3000, 10, 2, 5 },
		.pap = { 3000, 10, 2, 5 }, .chap = { 3000, 10, 2, 5 }, .auth_timeout = 60000, .ipv4 = true,
		.our_methods = PPP_PAP | PPP_CHAP_MD5 | PPP_MSCHAPV1 | PPP_MSCHAPV2 | PPP_EAP,
	};
	end->network = (struct ppp_network){ .ipv4 = true };
	if (local)
		assert_true(address_parse(local, &end->network.local));
	if (peer)
		assert_true(address_parse(peer, &end->network.peer));
}

static int begin_pair(void **state)
{
	if (pair.lns.ppp) {
		ppp_free(pair.lns.ppp);
		ppp_free(pair.client.ppp);
	}
	pair = (struct pair){ .now = 1000 };
	init_end(&pair.lns, "192.0.2.1", "192.0.2.9");
	init_end(&pair.client, NULL, NULL);
	snprintf(pair.lns.settings.local_name, PPP_NAME_MAX, "lns");
	pair.client.user_name = NAME;
	pair.client.password = PASSWORD;
	return 0;
}

static int end_pair(void **state)
{
	ppp_free(pair.lns.ppp);
	ppp_free(pair.client.ppp);
	pair = (struct pair){ .now = 0 };
	return 0;
}

/* --- events --- */

static void answer(struct end *end, const struct credentials *credentials)
{
	struct credentials_verdict verdict;

	end->questions++;
	assert_int_equal(credentials->name_length, strlen(NAME));
	assert_memory_equal(credentials->name, NAME, strlen(NAME));
	ppp_verify(credentials, (const uint8_t *)end->secret, strlen(end->secret), &verdict);
	ppp_verdict(end->ppp, end->link, end->verdict ? end->verdict : &verdict, NULL, pair.now);
}

static void end_is_told(struct end *end, const struct ppp_event *event)
{
	end->ended = true;
	end->down = *event;
	snprintf(end->text, sizeof(end->text), "%s", event->text);
	assert_null(strstr(end->text, PASSWORD));
}

static void take_event(struct end *end, const struct ppp_event *event)
{
	switch (event->kind) {
	case PPP_EVENT_CREDENTIALS:
		end->again = event->again;
		answer(end, event->credentials);
		break;
	case PPP_EVENT_NETWORK: ppp_network(end->ppp, end->link, &end->network, pair.now); break;
	case PPP_EVENT_IPV4_UP: end->ups++; break;
	case PPP_EVENT_IPV4_DOWN: end->downs++; break;
	case PPP_EVENT_MPPE_UP: end->keys = *event->keys; break;
	case PPP_EVENT_DOWN: end_is_told(end, event); break;
	default: break;
	}
}

static void take_events(struct end *end)
{
	struct ppp_event event;

	while (ppp_next_event(end->ppp, &event))
		take_event(end, &event);
}

static bool is_lost(void)
{
	uint8_t chance;

	counted(&chance, 1);
	return chance < pair.loss;
}

/* Returns whether there were any. */
static bool carry_frames(struct end *from, struct end *to)
{
	struct ppp_frame frame;
	bool any = false;

	while (ppp_next_frame(from->ppp, &frame)) {
		uint8_t octets[PPP_FRAME_MAX];

		any = true;
		if (is_lost())
			continue;
		memcpy(octets, frame.octets, frame.length);
		ppp_receive(to->ppp, to->link, octets, frame.length, pair.now);
		take_events(to);
	}
	return any;
}

static void settle(void)
{
	for (int i = 0; i < 200; i++) {
		take_events(&pair.lns);
		take_events(&pair.client);
		if (!carry_frames(&pair.lns, &pair.client) && !carry_frames(&pair.client, &pair.lns))
			return;
	}
	fail_msg("it comes to no end");
}

/* All that is due until then. */
static void run_until(uint64_t when)
{
	settle();
	while (true) {
		uint64_t lns = ppp_deadline(pair.lns.ppp), client = ppp_deadline(pair.client.ppp);
		uint64_t next = lns < client ? lns : client;

		if (next > when)
			break;
		pair.now = next > pair.now ? next : pair.now;
		ppp_expire(pair.lns.ppp, pair.now);
		ppp_expire(pair.client.ppp, pair.now);
		settle();
	}
	pair.now = when;
}

static void open_end(struct end *end)
{
	const struct ppp_open open = {
		.settings = &end->settings, .user_name = end->user_name, .password = (const uint8_t *)end->password,
		.password_length = end->password ? strlen(end->password) : 0, .owner = end,
	};

	assert_int_equal(ppp_open(end->ppp, &open, &end->link, pair.now, NULL), 0);
}

static void open_both(void)
{
	open_end(&pair.lns);
	open_end(&pair.client);
	run_until(pair.now + 59000);
}

static void assert_up(void)
{
	struct ppp_info lns, client;

	assert_false(pair.lns.ended || pair.client.ended);
	assert_int_equal(pair.lns.ups - pair.lns.downs, 1);
	assert_int_equal(pair.client.ups - pair.client.downs, 1);
	assert_int_equal(ppp_info(pair.lns.ppp, pair.lns.link, &lns), 0);
	assert_int_equal(ppp_info(pair.client.ppp, pair.client.link, &client), 0);
	assert_true(lns.ipv4 && client.ipv4);
	assert_int_equal(lns.peer_proved_by, client.proved_by);
	assert_string_equal(lns.peer_name, NAME);
}

static void assert_ended(const struct end *end, enum ppp_cause cause, unsigned int code, unsigned int direction)
{
	assert_true(end->ended);
	assert_int_equal(end->down.cause, cause);
	assert_int_equal(end->down.disconnect, code);
	assert_int_equal(end->down.disconnect_direction, direction);
	assert_int_equal(end->ups, 0);
}

/* --- tests --- */

static const struct {
	unsigned int method;
	enum credentials_method proved_by;
	bool has_keys;
} methods[] = {
	{ PPP_PAP, CREDENTIALS_PAP, false }, { PPP_CHAP_MD5, CREDENTIALS_CHAP_MD5, false },
	{ PPP_MSCHAPV1, CREDENTIALS_MSCHAPV1, true }, { PPP_MSCHAPV2, CREDENTIALS_MSCHAPV2, true },
	{ PPP_EAP, CREDENTIALS_EAP, true },
};

static void every_method(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		struct ppp_info info;

		begin_pair(NULL);
		pair.lns.settings.peer_methods = methods[i].method;
		open_both();
		assert_up();
		ppp_info(pair.lns.ppp, pair.lns.link, &info);
		assert_int_equal(info.peer_proved_by, methods[i].proved_by);
	}
}

static void every_method_over_a_bad_line(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		for (unsigned int run = 0; run < 20; run++) {
			begin_pair(NULL);
			pair.lns.settings.peer_methods = methods[i].method;
			pair.loss = 64;
			open_both();
			assert_up();
		}
	}
}

static void wrong_password(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		begin_pair(NULL);
		pair.lns.settings.peer_methods = methods[i].method;
		pair.lns.secret = "other";
		open_both();
		assert_ended(&pair.client, PPP_CAUSE_NOT_TRUSTED, 16, 2);
		assert_true(pair.client.down.by_peer);
		assert_non_null(strstr(pair.client.text, "wrong name or password"));
		assert_ended(&pair.lns, PPP_CAUSE_REFUSED, 16, 1);
	}
}

static void why_nobody_came_in(void **state)
{
	static const struct credentials_verdict nobody = {
		.result = CREDENTIALS_REJECTED, .message = "nobody can be asked",
	};

	/* The last is EAP with MD5, whose Failure has no text: the Terminate-Request behind it says why. */
	for (size_t i = 0; i <= ARRAY_SIZE(methods); i++) {
		unsigned int method = i < ARRAY_SIZE(methods) ? methods[i].method : PPP_EAP | PPP_CHAP_MD5;

		begin_pair(NULL);
		pair.lns.settings.peer_methods = method;
		if (method & PPP_EAP)
			pair.client.settings.our_methods = method;
		pair.lns.verdict = &nobody;
		open_both();
		assert_ended(&pair.client, PPP_CAUSE_NOT_TRUSTED, 16, 2);
		assert_non_null(strstr(pair.client.text, "nobody can be asked"));
		assert_null(strstr(strstr(pair.client.text, "nobody") + 1, "nobody"));
	}
}

/* One end gives its password, the other one does not know it. */
static void an_lns_that_is_not_genuine(void **state)
{
	static const struct credentials_verdict verdict = {
		.result = CREDENTIALS_ACCEPTED, .mschap_success = "S=0000000000000000000000000000000000000000",
	};
	static const unsigned int both_ways[] = { PPP_MSCHAPV2, PPP_EAP };

	for (size_t i = 0; i < ARRAY_SIZE(both_ways); i++) {
		begin_pair(NULL);
		pair.lns.settings.peer_methods = both_ways[i];
		pair.lns.verdict = &verdict;
		open_both();
		assert_ended(&pair.client, PPP_CAUSE_NOT_TRUSTED, 16, 2);
		assert_false(pair.client.down.by_peer);
		assert_true(pair.lns.ended);
	}
}

/* What the client may not use is not used, and the strongest of the rest is. */
static void what_both_can(void **state)
{
	static const struct { unsigned int lns, client; enum credentials_method used; } cases[] = {
		{ PPP_MSCHAPV2 | PPP_CHAP_MD5 | PPP_PAP, PPP_PAP, CREDENTIALS_PAP },
		{ PPP_MSCHAPV2 | PPP_CHAP_MD5 | PPP_PAP, PPP_PAP | PPP_CHAP_MD5, CREDENTIALS_CHAP_MD5 },
		{ PPP_MSCHAPV2 | PPP_MSCHAPV1, PPP_MSCHAPV1, CREDENTIALS_MSCHAPV1 },
		{ PPP_MSCHAPV2 | PPP_EAP, PPP_EAP, CREDENTIALS_EAP },
		{ PPP_EAP | PPP_PAP, PPP_EAP | PPP_MSCHAPV2, CREDENTIALS_EAP },
		{ PPP_EAP | PPP_PAP, PPP_MSCHAPV2 | PPP_PAP, CREDENTIALS_PAP },
		{ PPP_PAP | PPP_MSCHAPV2, PPP_PAP | PPP_MSCHAPV2, CREDENTIALS_MSCHAPV2 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct ppp_info info;

		begin_pair(NULL);
		pair.lns.settings.peer_methods = cases[i].lns;
		pair.client.settings.our_methods = cases[i].client;
		open_both();
		assert_up();
		ppp_info(pair.lns.ppp, pair.lns.link, &info);
		assert_int_equal(info.peer_proved_by, cases[i].used);
	}
}

static void both_prove_themselves(void **state)
{
	struct ppp_info lns, client;

	pair.lns.settings.peer_methods = PPP_MSCHAPV2;
	pair.client.settings.peer_methods = PPP_CHAP_MD5;
	pair.lns.user_name = NAME;
	pair.lns.password = "another";
	pair.client.secret = "another";
	open_both();
	assert_up();
	ppp_info(pair.lns.ppp, pair.lns.link, &lns);
	ppp_info(pair.client.ppp, pair.client.link, &client);
	assert_int_equal(lns.proved_by, CREDENTIALS_CHAP_MD5);
	assert_int_equal(client.peer_proved_by, CREDENTIALS_CHAP_MD5);
	assert_int_equal(client.proved_by, CREDENTIALS_MSCHAPV2);
}

static void challenged_anew(void **state)
{
	for (size_t i = 1; i < ARRAY_SIZE(methods) - 1; i++) {
		begin_pair(NULL);
		pair.lns.settings.peer_methods = methods[i].method;
		pair.lns.settings.chap_interval = 60000;
		pair.lns.settings.mppe = pair.client.settings.mppe = PPP_MPPE_128;
		open_both();
		assert_int_equal(pair.lns.questions, 1);
		run_until(1000 + 5 * 60000 + 1000);
		assert_up();
		assert_int_equal(pair.lns.questions, 6);
		assert_true(pair.lns.again);
		assert_int_equal(pair.lns.ups + pair.client.ups, 2);
	}
}

/* --- encryption --- */

static struct mppe *begin_mppe(const struct ppp_mppe_keys *keys, const uint8_t *key)
{
	struct mppe *mppe = malloc(mppe_size(keys->stateful));

	assert_non_null(mppe);
	mppe_begin(mppe, key, keys->bits, keys->stateful);
	return mppe;
}

/* What one end sends the other can read. */
static void assert_keys_fit(const struct end *from, const struct end *to)
{
	struct mppe *sends = begin_mppe(&from->keys, from->keys.send);
	struct mppe *receives = begin_mppe(&to->keys, to->keys.receive);

	for (int i = 0; i < 3; i++) {
		uint8_t packet[] = { 0, 0, 0x00, 0x21, 0x45, 0, 0, 20, [23] = 3 };

		mppe_encrypt(sends, packet, sizeof(packet));
		assert_int_equal(mppe_decrypt(receives, packet, sizeof(packet)), MPPE_PACKET);
		assert_memory_equal(packet + MPPE_HEADER, "\x00\x21\x45\x00\x00\x14", 6);
		assert_int_equal(packet[23], 3);
	}
	free(sends);
	free(receives);
}

static void encryption(void **state)
{
	static const unsigned int strengths[] = { PPP_MPPE_40, PPP_MPPE_56, PPP_MPPE_128 }, bits[] = { 40, 56, 128 };

	for (size_t i = 2; i < ARRAY_SIZE(methods); i++) {
		for (size_t j = 0; j < 2 * ARRAY_SIZE(strengths); j++) {
			bool stateful = j >= ARRAY_SIZE(strengths);
			size_t strength = j % ARRAY_SIZE(strengths);

			if (methods[i].method == PPP_MSCHAPV1 && bits[strength] != 128)
				continue;
			begin_pair(NULL);
			pair.lns.settings.peer_methods = methods[i].method;
			pair.lns.settings.mppe = strengths[strength] | (stateful ? PPP_MPPE_STATEFUL : 0);
			pair.client.settings.mppe = PPP_MPPE_40 | PPP_MPPE_56 | PPP_MPPE_128 | PPP_MPPE_STATEFUL;
			pair.lns.settings.mppe_required = pair.client.settings.mppe_required = true;
			open_both();
			assert_up();
			assert_int_equal(pair.lns.keys.bits, bits[strength]);
			assert_int_equal(pair.client.keys.bits, bits[strength]);
			assert_int_equal(pair.lns.keys.stateful, pair.client.keys.stateful);
			assert_keys_fit(&pair.lns, &pair.client);
			assert_keys_fit(&pair.client, &pair.lns);
		}
	}
}

/* Without state nothing but new keys for both helps. */
static void lost_track(void **state)
{
	pair.lns.settings.peer_methods = PPP_MSCHAPV2;
	pair.lns.settings.mppe = pair.client.settings.mppe = PPP_MPPE_128;
	pair.lns.settings.mppe_required = true;
	open_both();
	assert_up();
	pair.client.keys = pair.lns.keys = (struct ppp_mppe_keys){ .bits = 0 };
	ppp_mppe_lost(pair.client.ppp, pair.client.link, pair.now);
	run_until(pair.now + 10000);
	assert_up();
	assert_int_equal(pair.lns.keys.bits, 128);
	assert_keys_fit(&pair.lns, &pair.client);
	assert_keys_fit(&pair.client, &pair.lns);
}

/* MS-CHAPv1 has keys for 128 bits only. */
static void no_encryption_that_both_can(void **state)
{
	static const struct { unsigned int method, mppe; } cases[] = {
		{ PPP_MSCHAPV1, PPP_MPPE_40 }, { PPP_MSCHAPV1, PPP_MPPE_56 }, { PPP_PAP, PPP_MPPE_128 },
		{ PPP_CHAP_MD5, PPP_MPPE_128 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		begin_pair(NULL);
		pair.lns.settings.peer_methods = cases[i].method;
		pair.lns.settings.mppe = pair.client.settings.mppe = cases[i].mppe;
		open_both();
		assert_up();
		assert_int_equal(pair.lns.keys.bits, 0);
		begin_pair(NULL);
		pair.lns.settings.peer_methods = cases[i].method;
		pair.lns.settings.mppe = pair.client.settings.mppe = cases[i].mppe;
		pair.lns.settings.mppe_required = true;
		open_both();
		assert_ended(&pair.lns, PPP_CAUSE_NEGOTIATION, 4, 1);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin_pair, end_pair)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_method), TEST(every_method_over_a_bad_line), TEST(wrong_password), TEST(why_nobody_came_in),
		TEST(an_lns_that_is_not_genuine), TEST(what_both_can), TEST(both_prove_themselves),
		TEST(challenged_anew), TEST(encryption), TEST(lost_track), TEST(no_encryption_that_both_can),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
