/* SPDX-License-Identifier: MIT */
/* What programs make of files of /dev/ppp, which frames come out where, and what goes when something goes. */
#include "kernel_ppp_world.h"

#include <limits.h>

#include "kernel/ppp_deflate.h"

/* --- tests --- */

static void a_new_file_is_nothing(void **state)
{
	static const uint32_t commands[] = { PPPIOCGUNIT, PPPIOCGFLAGS, PPPIOCSFLAGS, PPPIOCCONNECT, PPPIOCDISCONN,
					     PPPIOCSMRU, PPPIOCSMRRU, PPPIOCDETACH, PPPIOCGCHAN };

	for (unsigned int i = 0; i < ARRAY_SIZE(commands); i++)
		assert_int_equal(call_int(0, commands[i], 0), ENOTTY);
	say(0, PPP_LCP);
	assert_int_equal(call_int(0, PPPIOCATTCHAN, NOBODY), ENXIO);
	assert_int_equal(call_int(3, PPPIOCATTCHAN, 1), ENXIO);	/* of another namespace */
	assert_int_equal(call_int(0, PPPIOCATTACH, 0), ENXIO);
}

static void what_lacks_its_argument(void **state)
{
	struct kernel_ioctl ioctl = { .command = PPPIOCNEWUNIT, .length = 3 };

	assert_int_equal(kernel_file_ioctl(world.files[0], &ioctl, 0), EFAULT);
	ioctl.command = _IOW('t', 1, uint8_t[KERNEL_IOCTL_MAX + 1]);
	ioctl.length = KERNEL_IOCTL_MAX + 1;
	assert_int_equal(kernel_file_ioctl(world.files[0], &ioctl, 0), ENOTTY);
}

static void units_have_the_first_free_number(void **state)
{
	int index = -1;

	world.taken = "ppp1";
	assert_int_equal(call(0, PPPIOCNEWUNIT, &index, 0), 0);
	assert_int_equal(index, 0);
	assert_string_equal(world.devices[0], "/ppp0");
	index = -1;
	assert_int_equal(call(1, PPPIOCNEWUNIT, &index, 0), 0);
	assert_int_equal(index, 2);
	assert_int_equal(get(1, PPPIOCGUNIT), 2);
	assert_int_equal(call_int(2, PPPIOCNEWUNIT, 2), EEXIST);
	assert_int_equal(call_int(2, PPPIOCNEWUNIT, 1), EEXIST);
	assert_int_equal(call_int(1, PPPIOCNEWUNIT, -1), ENOTTY);	/* it is one already */
	index = -1;
	assert_int_equal(call(3, PPPIOCNEWUNIT, &index, 0), 0);
	assert_int_equal(index, 0);
	assert_string_equal(world.devices[2], "other/ppp0");
	close_file(0);
	assert_string_equal(world.devices[0], "");
	index = -1;
	assert_int_equal(call(2, PPPIOCNEWUNIT, &index, 0), 0);
	assert_int_equal(index, 0);
}

static void no_more_devices(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(world.devices); i++)
		snprintf(world.devices[i], sizeof(world.devices[i]), "x");
	assert_int_equal(call_int(0, PPPIOCNEWUNIT, -1), EMFILE);
	assert_int_equal(call_int(0, PPPIOCGUNIT, -1), ENOTTY);
	memset(world.devices, 0, sizeof(world.devices));
}

static void frames_of_the_link_and_of_the_network(void **state)
{
	hear(1, PPP_LCP);
	hear(1, PPP_PAP);
	hear(1, PPP_CHAP);
	hear(1, PPP_CCPFRAG);
	assert_read(0, PPP_LCP, PPP_PAP, PPP_CHAP, PPP_CCPFRAG);
	hear(1, PPP_IPCP);
	hear(1, PPP_IPV6CP);
	hear(1, PPP_CCP);
	hear(1, PPP_COMP);
	hear(1, 0x0203);	/* nobody knows it: pppd rejects it */
	assert_read(1, PPP_IPCP, PPP_IPV6CP, PPP_CCP, PPP_COMP, 0x0203);
	hear(1, PPP_IP);
	hear(1, PPP_IPV6);
	hear(1, PPP_IPX);
	hear(1, PPP_VJC_COMP);
	assert_nothing_read(0);
	assert_nothing_read(1);
	assert_int_equal(world.written, 2);
	say(0, PPP_LCP);
	say(1, PPP_IPCP);
	assert_int_equal(world.peers[1].sent_count, 2);
	assert_int_equal(world.peers[1].sent[1], PPP_IPCP);
}

static void short_and_compressed_frames(void **state)
{
	static const uint8_t compressed[] = { 0x03 }, half[] = { 0xc0 };

	kernel_line_receive(world.peers[1].line, compressed, sizeof(compressed));
	assert_read(1, 0x0003);
	kernel_line_receive(world.peers[1].line, half, sizeof(half));
	kernel_line_receive(world.peers[1].line, half, 0);
	assert_nothing_read(0);
	kernel_file_write(world.files[0], half, sizeof(half));
	assert_int_equal(world.peers[1].sent_count, 0);
}

static void before_it_is_connected_all_is_the_channels(void **state)
{
	assert_int_equal(call_int(0, PPPIOCATTCHAN, 1), 0);
	assert_int_equal(call_int(1, PPPIOCNEWUNIT, -1), 0);
	hear(1, PPP_LCP);
	hear(1, PPP_IPCP);
	assert_read(0, PPP_LCP, PPP_IPCP);
	say(1, PPP_IPCP);
	assert_int_equal(world.peers[1].sent_count, 0);
	assert_false(world.peers[1].ipv4);
	assert_int_equal(call_int(0, PPPIOCCONNECT, 0), 0);
	assert_true(world.peers[1].ipv4 && world.peers[1].ipv6);
	assert_int_equal(world.peers[1].device, 100);
}

static void connecting_and_disconnecting(void **state)
{
	assert_int_equal(call_int(0, PPPIOCCONNECT, 0), EINVAL);	/* it is */
	assert_int_equal(call_int(0, PPPIOCCONNECT, 5), ENXIO);
	assert_int_equal(call_int(1, PPPIOCCONNECT, 0), ENOTTY);	/* it is a unit */
	assert_int_equal(call_int(0, PPPIOCDISCONN, 0), 0);
	assert_int_equal(world.peers[1].device, -1);
	assert_read(1, 0);
	assert_int_equal(call_int(0, PPPIOCDISCONN, 0), EINVAL);
	assert_int_equal(call_int(0, PPPIOCCONNECT, 0), 0);
	assert_int_equal(world.peers[1].device, 100);
	assert_int_equal(call_int(1, PPPIOCSFLAGS, SC_LOOP_TRAFFIC), 0);
	assert_int_equal(call_int(0, PPPIOCDISCONN, 0), 0);
	assert_nothing_read(1);
	assert_int_equal(call_int(0, PPPIOCATTACH, 0), ENOTTY);
	assert_int_equal(call_int(0, PPPIOCDETACH, 0), EINVAL);
}

static void packets_pass_as_the_modes_say(void **state)
{
	struct npioctl mode = { PPP_IP, NPMODE_ERROR };

	assert_int_equal(call(1, PPPIOCGNPMODE, &mode, 0), 0);
	assert_int_equal(mode.mode, NPMODE_PASS);
	assert_int_equal(set_mode(1, PPP_IP, NPMODE_DROP), 0);
	assert_false(world.peers[1].ipv4);
	assert_true(world.peers[1].ipv6);
	assert_int_equal(set_mode(1, PPP_IPV6, NPMODE_QUEUE), 0);
	assert_false(world.peers[1].ipv6);
	assert_int_equal(world.peers[1].device, -1);
	assert_int_equal(set_mode(1, PPP_IP, NPMODE_PASS), 0);
	assert_true(world.peers[1].ipv4);
	assert_int_equal(set_mode(1, PPP_IPX, NPMODE_ERROR), 0);
	assert_int_equal(set_mode(1, PPP_LCP, NPMODE_PASS), EINVAL);
	assert_int_equal(set_mode(0, PPP_IP, NPMODE_PASS), ENOTTY);	/* it is a channel */
	mode = (struct npioctl){ PPP_IPV6, 0 };
	assert_int_equal(call(1, PPPIOCGNPMODE, &mode, 0), 0);
	assert_int_equal(mode.mode, NPMODE_QUEUE);
}

static void flags(void **state)
{
	assert_int_equal(get(1, PPPIOCGFLAGS), 0);
	assert_int_equal(call_int(1, PPPIOCSFLAGS, SC_CCP_OPEN | SC_CCP_UP | SC_COMP_PROT), 0);
	assert_int_equal(get(1, PPPIOCGFLAGS), SC_CCP_OPEN | SC_CCP_UP);
	assert_true(world.peers[1].ipv4);
	assert_int_equal(call_int(1, PPPIOCSFLAGS, SC_MUST_COMP), 0);
	assert_true(world.peers[1].ipv4);	/* it concerns who compresses */
}

static void what_is_taken_and_what_is_refused(void **state)
{
	struct sock_fprog filter = { .len = 0 };

	assert_int_equal(call_int(1, PPPIOCSMRU, 1400), 0);
	assert_int_equal(call_int(1, PPPIOCSDEBUG, 7), 0);
	assert_int_equal(get(1, PPPIOCGDEBUG), 7);
	assert_int_equal(call_int(1, PPPIOCSMAXCID, 15), 0);
	assert_int_equal(call_int(1, PPPIOCSMAXCID, -1), EINVAL);
	assert_int_equal(call_int(1, PPPIOCSMAXCID, 255), EINVAL);
	assert_int_equal(call_int(1, PPPIOCSMAXCID, 0xff0003), EINVAL);
	assert_int_equal(call_int(1, PPPIOCSMAXCID, 0xfe00fe), 0);
	assert_int_equal(call_int(1, PPPIOCSMRRU, 1500), ENOTTY);
	assert_int_equal(call(1, PPPIOCSPASS, &filter, 0), 0);
	filter.len = 1;
	assert_int_equal(call(1, PPPIOCSACTIVE, &filter, 0), EFAULT);	/* its code has not come with it */
	assert_int_equal(call(0, PPPIOCSPASS, &filter, 0), ENOTTY);
	assert_true(world.peers[1].ipv4);
	assert_int_equal(call_int(0, PPPIOCSMRU, 1400), ENOTTY);
	assert_int_equal(call_int(0, PPPIOCGUNIT, 0), ENOTTY);
}

/* --- MPPE --- */

#define MPPE_40 0x20
#define MPPE_128 0x40
#define OPTION_MPPE(stateless, bits) CI_MPPE, CILEN_MPPE, (stateless), 0, 0, (bits)

/* PPPIOCSCOMPRESS with this option, of which so many octets are. */
static int set_option(const uint8_t *option, unsigned int length, bool transmit)
{
	struct ppp_option_data data = { .length = length, .transmit = transmit };
	struct kernel_ioctl ioctl = { .command = PPPIOCSCOMPRESS, .length = sizeof(data) };

	memcpy(ioctl.octets, &data, sizeof(data));
	if (length <= CCP_MAX_OPTION_LENGTH) {
		memcpy(ioctl.octets + sizeof(data), option, length);
		ioctl.length += length;
	}
	return kernel_file_ioctl(world.files[1], &ioctl, 0);
}

static void set_key(bool transmit, uint8_t key)
{
	uint8_t option[CILEN_MPPE + KERNEL_CIPHER_KEY] = { OPTION_MPPE(1, MPPE_40 | MPPE_128) };

	memset(option + CILEN_MPPE, key, KERNEL_CIPHER_KEY);
	assert_int_equal(set_option(option, sizeof(option), transmit), 0);
}

/* A packet of CCP, which the program writes or the peer sends. */
static void ccp(bool inbound, uint8_t code, uint8_t stateless, uint8_t bits)
{
	const uint8_t frame[] = { 0x80, 0xfd, code, 1, 0, 4 + CILEN_MPPE, OPTION_MPPE(stateless, bits) };

	if (inbound)
		kernel_line_receive(world.peers[1].line, frame, sizeof(frame));
	else
		kernel_file_write(world.files[1], frame, sizeof(frame));
}

/* As pppd negotiates it: both directions run. */
static void encrypt_all(uint8_t stateless, uint8_t bits)
{
	assert_int_equal(call_int(1, PPPIOCSFLAGS, SC_CCP_OPEN), 0);
	set_key(false, 7);
	ccp(false, CCP_CONFREQ, stateless, bits);
	ccp(true, CCP_CONFREQ, stateless, bits);
	set_key(true, 8);
	assert_int_equal(world.peers[1].send.bits, 0);
	ccp(false, CCP_CONFACK, stateless, bits);
	assert_int_equal(world.peers[1].receive.bits, 0);
	ccp(true, CCP_CONFACK, stateless, bits);
	assert_int_equal(call_int(1, PPPIOCSFLAGS, SC_CCP_OPEN | SC_CCP_UP), 0);
	assert_int_equal(get(1, PPPIOCGFLAGS), SC_CCP_OPEN | SC_CCP_UP | SC_COMP_RUN | SC_DECOMP_RUN);
	world.readers[1].count = 0;
	world.peers[1].sent_count = 0;
}

static void which_compressors_there_are(void **state)
{
	static const uint8_t deflate[] = { CI_DEFLATE, CILEN_DEFLATE, 0x78, 0 }, bsd[] = { CI_BSD_COMPRESS, 3, 0x2f };
	uint8_t mppe[CCP_MAX_OPTION_LENGTH] = { OPTION_MPPE(1, MPPE_128) };

	assert_int_equal(set_option(deflate, sizeof(deflate), false), 0);
	assert_int_equal(set_option(deflate, sizeof(deflate), true), 0);
	assert_int_equal(set_option(bsd, sizeof(bsd), false), EINVAL);
	assert_int_equal(set_option(mppe, 1, false), EINVAL);
	assert_int_equal(set_option(mppe, CILEN_MPPE - 1, false), EINVAL);
	assert_int_equal(set_option(mppe, CCP_MAX_OPTION_LENGTH + 1, false), EFAULT);
	assert_int_equal(set_option(mppe, CILEN_MPPE, false), ENOBUFS);	/* without a key */
	assert_int_equal(set_option(mppe, CCP_MAX_OPTION_LENGTH, false), ENOBUFS);
	assert_int_equal(set_option(mppe, CILEN_MPPE + KERNEL_CIPHER_KEY, false), 0);
	mppe[1] = 4;
	assert_int_equal(set_option(mppe, CILEN_MPPE + KERNEL_CIPHER_KEY, false), ENOBUFS);
	mppe[1] = 1;
	assert_int_equal(set_option(mppe, CILEN_MPPE + KERNEL_CIPHER_KEY, false), EINVAL);
}

static void ccp_begins_encryption(void **state)
{
	const struct peer *peer = &world.peers[1];

	encrypt_all(1, MPPE_128);
	assert_true(peer->ipv4 && peer->ipv6);
	assert_int_equal(peer->send.bits, 128);
	assert_int_equal(peer->send.key[15], 8);
	assert_int_equal(peer->receive.bits, 128);
	assert_int_equal(peer->receive.key[0], 7);
	assert_false(peer->send.stateful || peer->receive.stateful);
	assert_int_equal(call_int(0, PPPIOCDISCONN, 0), 0);	/* the line does not keep it */
	assert_int_equal(peer->send.bits + peer->receive.bits, 0);
	assert_int_equal(call_int(0, PPPIOCCONNECT, 0), 0);
	assert_int_equal(peer->send.bits, 128);
	assert_int_equal(call_int(1, PPPIOCSFLAGS, 0), 0);
	assert_int_equal(peer->send.bits + peer->receive.bits, 0);
	assert_int_equal(get(1, PPPIOCGFLAGS), 0);
	assert_true(peer->ipv4);
}

static void nothing_begins_encryption_that_was_not_agreed_on(void **state)
{
	const struct peer *peer = &world.peers[1];

	set_key(true, 8);
	ccp(false, CCP_CONFACK, 1, MPPE_128);	/* nobody looks at CCP */
	assert_int_equal(call_int(1, PPPIOCSFLAGS, SC_CCP_OPEN), 0);
	ccp(true, CCP_CONFACK, 1, MPPE_128);	/* without a key */
	ccp(false, CCP_CONFREQ, 1, MPPE_128);
	ccp(false, CCP_CONFACK, 1, 0x80);	/* of 56 bits */
	say(1, PPP_CCP);
	assert_int_equal(peer->send.bits + peer->receive.bits, 0);
	assert_int_equal(get(1, PPPIOCGFLAGS), SC_CCP_OPEN);
	ccp(false, CCP_CONFACK, 0, MPPE_40);
	assert_int_equal(peer->send.bits, 40);
	assert_true(peer->send.stateful);
	assert_int_equal(peer->receive.bits, 0);
}

/* As in the kernel: in clear, until it begins anew. */
static void encryption_that_ends(void **state)
{
	const struct peer *peer = &world.peers[1];

	encrypt_all(1, MPPE_128);
	ccp(true, CCP_CONFREQ, 1, MPPE_128);
	assert_true(peer->ipv4 && peer->ipv6);
	assert_int_equal(peer->send.bits, 0);
	assert_int_equal(peer->receive.bits, 128);
	set_key(true, 9);
	ccp(true, CCP_TERMREQ, 1, MPPE_128);
	assert_int_equal(peer->receive.bits, 0);
	assert_true(peer->ipv4);
	assert_int_equal(call_int(1, PPPIOCSFLAGS, 0), 0);
	assert_true(peer->ipv4);
}

/* Between Ack and SC_CCP_UP the kernel drops what it would encipher. */
static void encryption_that_is_not_up(void **state)
{
	const struct peer *peer = &world.peers[1];

	encrypt_all(1, MPPE_128);
	assert_int_equal(call_int(1, PPPIOCSFLAGS, SC_CCP_OPEN), 0);
	assert_false(peer->ipv4);
	assert_true(world.watched[0]);
	assert_int_equal(call_int(1, PPPIOCSFLAGS, SC_CCP_OPEN | SC_CCP_UP), 0);
	assert_true(peer->ipv4);
	assert_false(world.watched[0]);
}

static void what_cannot_be_deciphered_is_told(void **state)
{
	struct peer *peer = &world.peers[1];

	encrypt_all(0, MPPE_128);
	assert_true(peer->send.stateful);
	hear(1, PPP_COMP);
	assert_read(1, PPP_COMP);
	assert_int_equal(get(1, PPPIOCGFLAGS) & (SC_DC_ERROR | SC_DC_FERROR), SC_DC_ERROR);
	ccp(true, CCP_RESETACK, 0, 0);
	assert_int_equal(get(1, PPPIOCGFLAGS) & (SC_DC_ERROR | SC_DC_FERROR), 0);
	assert_int_equal(peer->restarts, 0);
	ccp(false, CCP_RESETACK, 0, 0);
	assert_int_equal(peer->restarts, 1);
	assert_int_equal(call_int(1, PPPIOCSFLAGS, 0), 0);
	encrypt_all(1, MPPE_128);
	hear(1, PPP_COMP);
	assert_int_equal(get(1, PPPIOCGFLAGS) & (SC_DC_ERROR | SC_DC_FERROR), SC_DC_FERROR);
}

/* --- Deflate --- */

#define FRAME_LONGEST 65536
static const uint8_t option_deflate[] = { CI_DEFLATE, CILEN_DEFLATE, DEFLATE_MAKE_OPT(15), DEFLATE_CHK_SEQUENCE };

/* What the peer sends is inflated, and TCP headers are expanded; what is too long is not said. */
static struct ppp_deflate *inflate_all(void)
{
	static const uint8_t ack[] = { 0x80, 0xfd, CCP_CONFACK, 1, 0, 4 + CILEN_DEFLATE, CI_DEFLATE, CILEN_DEFLATE,
				       DEFLATE_MAKE_OPT(15), DEFLATE_CHK_SEQUENCE };
	struct ppp_deflate *peer = ppp_deflate_new(option_deflate, sizeof(option_deflate), true);

	assert_int_equal(call_int(1, PPPIOCSMRU, INT_MAX), 0);
	assert_int_equal(call_int(1, PPPIOCSMAXCID, 15), 0);
	assert_int_equal(call_int(1, PPPIOCSFLAGS, SC_CCP_OPEN), 0);
	assert_int_equal(set_option(option_deflate, sizeof(option_deflate), false), 0);
	kernel_line_receive(world.peers[1].line, ack, sizeof(ack));
	assert_int_equal(call_int(1, PPPIOCSFLAGS, SC_CCP_OPEN | SC_CCP_UP), 0);
	world.readers[1].count = 0;
	assert_true(ppp_deflate_begin(peer, option_deflate, sizeof(option_deflate), INT_MAX));
	return peer;
}

/* A frame of so many octets arrives deflated, but for the last ones. */
static void hear_deflated(struct ppp_deflate *peer, uint16_t protocol, size_t length, size_t without)
{
	static uint8_t frame[2 * FRAME_LONGEST], packed[sizeof(frame) + PPP_DEFLATE_MORE];
	size_t made;

	memset(frame, 'x', length);
	frame[0] = (uint8_t)(protocol >> 8);
	frame[1] = (uint8_t)protocol;
	made = ppp_deflate_pack(peer, frame, length, packed);
	assert_true(made > without);
	kernel_line_receive(world.peers[1].line, packed, made - without);
}

static void assert_inflation(unsigned int errors, int state)
{
	struct ppp_stats stats;

	assert_true(kernel_device_stats(world.ppp, 100, &stats));
	assert_int_equal(stats.p.ppp_ierrors, errors);
	assert_int_equal(get(1, PPPIOCGFLAGS) & (SC_DC_ERROR | SC_DC_FERROR), state);
}

static void what_inflates_to_the_longest_frame(void **state)
{
	struct ppp_deflate *peer = inflate_all();

	hear_deflated(peer, 0x0205, FRAME_LONGEST, 0);
	hear_deflated(peer, 0x0203, FRAME_LONGEST, 0);
	assert_read(1, 0x0205, 0x0203);
	hear_deflated(peer, PPP_IP, FRAME_LONGEST, 0);
	assert_int_equal(world.written, 1);
	assert_inflation(0, 0);
	hear_deflated(peer, PPP_VJC_UNCOMP, FRAME_LONGEST, 0);	/* inflated, but of no use */
	assert_inflation(1, 0);
	ppp_deflate_free(peer);
}

static void what_inflates_beyond_the_longest_frame(void **state)
{
	static const uint16_t protocols[] = { PPP_VJC_UNCOMP, PPP_VJC_COMP, PPP_IP, 0x0203 };

	for (unsigned int i = 0; i < ARRAY_SIZE(protocols) * 3; i++) {
		const size_t more[] = { FRAME_LONGEST, PPP_DEFLATE_MORE - 1, 1 };
		struct ppp_deflate *peer = inflate_all();

		hear_deflated(peer, protocols[i / 3], FRAME_LONGEST + more[i % 3], 0);
		assert_read(1, PPP_COMP);	/* that is how a program learns of it */
		assert_inflation(i + 1, SC_DC_ERROR | SC_DC_FERROR);
		assert_int_equal(world.written, 0);
		ppp_deflate_free(peer);
		assert_int_equal(call_int(1, PPPIOCSFLAGS, 0), 0);
	}
}

/* As the kernel's: what lacks its end would be completed by what is next. */
static void what_is_inflated_ends_as_a_packet_does(void **state)
{
	for (size_t without = 1; without < 5; without++) {
		struct ppp_deflate *peer = inflate_all();

		hear_deflated(peer, 0x0203, 600, without);
		assert_read(1, PPP_COMP);
		assert_inflation((unsigned int)without, SC_DC_ERROR | SC_DC_FERROR);
		ppp_deflate_free(peer);
		assert_int_equal(call_int(1, PPPIOCSFLAGS, 0), 0);
	}
}

/* --- counting --- */

static void idle_is_what_carries_nothing(void **state)
{
	struct peer *peer = &world.peers[1];
	struct ppp_idle64 idle64;
	struct ppp_idle32 idle32;

	assert_int_equal(call(1, PPPIOCGIDLE64, &idle64, 61000), 0);
	assert_int_equal(idle64.xmit_idle, 17179569 + 61);	/* since the kernel's clock stood at 0 */
	peer->carried = (struct kernel_carried){ .received_packets = 1, .last_received = 61500 };
	assert_int_equal(call(1, PPPIOCGIDLE64, &idle64, 62000), 0);
	assert_int_equal(idle64.recv_idle, 0);
	assert_true(idle64.xmit_idle > 17179569);
	peer->carried.sent_packets = 7;
	peer->carried.last_sent = 63000;
	assert_int_equal(call(1, PPPIOCGIDLE32, &idle32, 64499), 0);
	assert_int_equal(idle32.recv_idle, 2);
	assert_int_equal(idle32.xmit_idle, 1);
	assert_int_equal(call(1, PPPIOCGIDLE32, &idle32, 62999), 0);	/* clocks differ a little */
	assert_int_equal(idle32.xmit_idle, 0);
}

static void what_is_carried_is_counted_once(void **state)
{
	struct peer *peer = &world.peers[1];
	struct ppp_stats stats;

	peer->carried = (struct kernel_carried){ 1, 100, 2, 200, 5, 6 };
	hear(1, PPP_IPCP);
	say(1, PPP_IPCP);
	assert_true(kernel_device_stats(world.ppp, 100, &stats));
	assert_int_equal(stats.p.ppp_opackets, 2);
	assert_int_equal(stats.p.ppp_obytes, 101);
	assert_int_equal(stats.p.ppp_ipackets, 3);
	assert_int_equal(stats.p.ppp_ibytes, 202);
	peer->carried.sent_packets = 3;
	assert_int_equal(call_int(0, PPPIOCDISCONN, 0), 0);
	assert_int_equal(call_int(0, PPPIOCCONNECT, 0), 0);
	peer->carried.sent_packets = 4;
	kernel_line_settle(peer->line);
	peer_goes(1);
	assert_true(kernel_device_stats(world.ppp, 100, &stats));
	assert_int_equal(stats.p.ppp_opackets, 5);
	assert_false(kernel_device_stats(world.ppp, 101, &stats));
}

static void the_peer_goes_first(void **state)
{
	peer_goes(1);
	assert_read(0, ENDED);
	assert_read(1, 0);
	say(0, PPP_LCP);
	say(1, PPP_IPCP);
	assert_int_equal(call_int(0, PPPIOCCONNECT, 0), ENOTCONN);
	assert_int_equal(call_int(0, PPPIOCDISCONN, 0), EINVAL);
	assert_true(world.devices[0][0]);	/* the unit's */
}

static void the_unit_goes_first(void **state)
{
	close_file(1);
	assert_string_equal(world.devices[0], "");
	assert_int_equal(world.peers[1].device, -1);
	hear(1, PPP_IPCP);
	assert_read(0, PPP_IPCP);
	assert_int_equal(call_int(0, PPPIOCCONNECT, 0), ENXIO);
}

static void the_channels_file_goes_first(void **state)
{
	close_file(0);
	assert_true(world.peers[1].ipv4);	/* it is connected all the same */
	hear(1, PPP_IPCP);
	assert_read(1, PPP_IPCP);
	for (unsigned int i = 0; i < 40; i++)
		hear(1, i == 39 ? PPP_CHAP : PPP_LCP);
	assert_int_equal(call_int(2, PPPIOCATTCHAN, 1), 0);
	assert_int_equal(world.readers[2].count, 32);
	assert_int_equal(world.readers[2].log[31], PPP_CHAP);
	close_file(2);
	hear(1, PPP_LCP);	/* nobody will ever read it */
	peer_goes(1);
}

static void others_may_have_the_same_unit(void **state)
{
	assert_int_equal(call_int(2, PPPIOCATTACH, 0), 0);
	assert_int_equal(get(2, PPPIOCGUNIT), 0);
	hear(1, PPP_IPCP);
	assert_read(1, PPP_IPCP);
	close_file(2);
	assert_true(world.devices[0][0]);
	world.files[2] = kernel_file_new(world.ppp, "", &world.readers[2]);
	assert_int_equal(call_int(2, PPPIOCATTACH, 0), 0);
	close_file(1);	/* whose device it is */
	assert_string_equal(world.devices[0], "");
	assert_read(2, ENDED);
	assert_int_equal(call_int(2, PPPIOCGUNIT, 0), ENOTTY);
	say(2, PPP_IPCP);
	assert_int_equal(world.peers[1].sent_count, 0);
}

static void two_channels_of_a_unit(void **state)
{
	assert_int_equal(call_int(2, PPPIOCATTCHAN, 2), 0);
	assert_int_equal(call_int(2, PPPIOCCONNECT, 0), 0);
	assert_false(world.peers[2].ipv4);	/* the first one carries */
	hear(2, PPP_IPCP);
	assert_read(1, PPP_IPCP);
	peer_goes(1);
	assert_true(world.peers[2].ipv4);
	assert_nothing_read(1);
	close_file(1);
	assert_false(world.peers[2].ipv4);
}

static void a_bridge(void **state)
{
	assert_int_equal(call_int(0, PPPIOCATTCHAN, 1), 0);
	assert_int_equal(call_int(0, PPPIOCUNBRIDGECHAN, 0), EINVAL);
	assert_int_equal(call_int(0, PPPIOCBRIDGECHAN, NOBODY), ENXIO);
	assert_int_equal(call_int(0, PPPIOCBRIDGECHAN, 1), EALREADY);
	world.no_pairs = true;
	assert_int_equal(call_int(0, PPPIOCBRIDGECHAN, 2), EMFILE);
	assert_int_equal(call_int(0, PPPIOCUNBRIDGECHAN, 0), EINVAL);
	world.no_pairs = false;
	assert_int_equal(call_int(0, PPPIOCBRIDGECHAN, 2), 0);
	assert_int_equal(world.peers[1].frames + world.peers[2].frames, 401);
	assert_int_equal(call_int(0, PPPIOCBRIDGECHAN, 2), EALREADY);
	hear(1, PPP_LCP);
	hear(2, PPP_IP);
	assert_int_equal(world.peers[2].sent[0], PPP_LCP);
	assert_int_equal(world.peers[1].sent[0], PPP_IP);
	assert_nothing_read(0);
	assert_int_equal(call_int(1, PPPIOCNEWUNIT, -1), 0);
	assert_int_equal(call_int(0, PPPIOCCONNECT, 0), EINVAL);
	assert_int_equal(call_int(0, PPPIOCUNBRIDGECHAN, 0), 0);
	assert_int_equal(world.peers[1].frames + world.peers[2].frames, 0);
	hear(1, PPP_LCP);
	assert_read(0, PPP_LCP);
	assert_int_equal(call_int(0, PPPIOCBRIDGECHAN, 2), 0);
	peer_goes(2);
	assert_int_equal(world.peers[1].frames, 0);
	assert_int_equal(call_int(0, PPPIOCUNBRIDGECHAN, 0), EINVAL);
}

/* The file of a channel that is gone can be bridged all the same, as with the kernel. */
static void a_bridge_to_who_is_gone(void **state)
{
	assert_int_equal(call_int(0, PPPIOCATTCHAN, 1), 0);
	peer_goes(1);
	assert_int_equal(call_int(0, PPPIOCBRIDGECHAN, 2), 0);
	hear(2, PPP_LCP);
	close_file(0);
	hear(2, PPP_IP);
	assert_int_equal(call_int(1, PPPIOCATTCHAN, 2), 0);
	assert_read(1, PPP_IP);
	assert_int_equal(call_int(1, PPPIOCUNBRIDGECHAN, 0), EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)
#define CONNECTED(name) cmocka_unit_test_setup_teardown(name, connect_all, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_file_is_nothing),
		TEST(what_lacks_its_argument),
		TEST(units_have_the_first_free_number),
		TEST(no_more_devices),
		TEST(before_it_is_connected_all_is_the_channels),
		TEST(a_bridge),
		TEST(a_bridge_to_who_is_gone),
		CONNECTED(frames_of_the_link_and_of_the_network),
		CONNECTED(short_and_compressed_frames),
		CONNECTED(connecting_and_disconnecting),
		CONNECTED(packets_pass_as_the_modes_say),
		CONNECTED(flags),
		CONNECTED(what_is_taken_and_what_is_refused),
		CONNECTED(which_compressors_there_are),
		CONNECTED(ccp_begins_encryption),
		CONNECTED(nothing_begins_encryption_that_was_not_agreed_on),
		CONNECTED(encryption_that_ends),
		CONNECTED(encryption_that_is_not_up),
		CONNECTED(what_is_carried_is_counted_once),
		CONNECTED(what_cannot_be_deciphered_is_told),
		CONNECTED(what_inflates_to_the_longest_frame),
		CONNECTED(what_inflates_beyond_the_longest_frame),
		CONNECTED(what_is_inflated_ends_as_a_packet_does),
		CONNECTED(idle_is_what_carries_nothing),
		CONNECTED(the_peer_goes_first),
		CONNECTED(the_unit_goes_first),
		CONNECTED(the_channels_file_goes_first),
		CONNECTED(others_may_have_the_same_unit),
		CONNECTED(two_channels_of_a_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
