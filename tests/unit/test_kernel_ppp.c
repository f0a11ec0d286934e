/* SPDX-License-Identifier: MIT */
/* What programs make of files of /dev/ppp, which frames come out where, and what goes when something goes. */
#include "kernel/ppp.h"

#include <errno.h>
#include <linux/ioctl.h>
#include <linux/ppp-comp.h>
#include <linux/ppp-ioctl.h>
#include <linux/ppp_defs.h>
#include <stdio.h>
#include <string.h>

#include "kernel/kernel.h"
#include "test.h"

#define FILES 4
#define ENDED 0x1000		/* in a file's log: each read() returns 0 */
#define NOBODY 7		/* an index of no channel */

/* What came out of a file: protocols; 0: a read() of nothing. */
struct reader {
	unsigned int log[64], count;
};

/* What a line was told. */
struct peer {
	struct kernel_line *line;
	uint16_t sent[8];
	unsigned int sent_count;
	bool ipv4, ipv6;
	int device;
	uint64_t carried;
	struct kernel_cipher send, receive;	/* bits 0: in clear */
	unsigned int restarts;
	int frames;			/* an end of a pair; 0: none */
};

static struct world {
	struct kernel_ppp *ppp;
	struct reader readers[FILES];
	struct kernel_file *files[FILES];
	struct peer peers[3];		/* of the channels 1 and 2 of namespace "" */
	char devices[4][32];		/* by descriptor - 100; "": none */
	const char *taken;		/* somebody else's device */
	bool no_pairs;
} world;

/* --- the host --- */

static int device_new(void *context, const char *netns, const char *name)
{
	if (world.taken && strcmp(world.taken, name) == 0)
		return -EEXIST;
	for (unsigned int i = 0; i < ARRAY_SIZE(world.devices); i++) {
		if (world.devices[i][0])
			continue;
		snprintf(world.devices[i], sizeof(world.devices[i]), "%.8s/%.16s", netns, name);
		return 100 + (int)i;
	}
	return -EMFILE;
}

static void device_free(void *context, int device)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(world.peers); i++)
		assert_int_not_equal(world.peers[i].device, device);
	assert_true(world.devices[device - 100][0]);
	world.devices[device - 100][0] = '\0';
}

static int pair_new(void *context, int ends[2])
{
	if (world.no_pairs)
		return EMFILE;
	ends[0] = 200;
	ends[1] = 201;
	return 0;
}

static void pair_free(void *context, const int ends[2])
{
	assert_int_equal(ends[0] + ends[1], 401);
}

static void give(void *context, void *owner, const void *octets, size_t length)
{
	const uint8_t *frame = octets;
	struct reader *reader = owner;

	reader->log[reader->count++] = length ? (unsigned int)(frame[0] << 8 | frame[1]) : 0;
}

static void end(void *context, void *owner)
{
	struct reader *reader = owner;

	reader->log[reader->count++] = ENDED;
}

static void peer_send(void *owner, const void *octets, size_t length)
{
	const uint8_t *frame = octets;
	struct peer *peer = owner;

	peer->sent[peer->sent_count++] = (uint16_t)(frame[0] << 8 | frame[1]);
}

static int peer_carry(void *owner, bool ipv4, bool ipv6, int device)
{
	struct peer *peer = owner;

	peer->ipv4 = ipv4;
	peer->ipv6 = ipv6;
	peer->device = device;
	assert_int_equal(device >= 0, ipv4 || ipv6);
	return 0;
}

static uint64_t peer_carried(void *owner)
{
	return ((struct peer *)owner)->carried;
}

static int peer_frames(void *owner, int end)
{
	((struct peer *)owner)->frames = end < 0 ? 0 : end;
	return 0;
}

static int peer_encrypt(void *owner, bool send, const struct kernel_cipher *cipher)
{
	struct peer *peer = owner;

	*(send ? &peer->send : &peer->receive) = cipher ? *cipher : (struct kernel_cipher){ 0 };
	return 0;
}

static void peer_restart(void *owner)
{
	((struct peer *)owner)->restarts++;
}

static const struct kernel_line_ops ops = { peer_send, peer_carry, peer_frames, peer_encrypt, peer_restart,
					    peer_carried };

static struct kernel_line *line(void *context, struct kernel_ppp *ppp, const char *netns, int32_t index)
{
	struct peer *peer = &world.peers[index == 1 || index == 2 ? index : 0];

	if (netns[0] || peer == world.peers)
		return NULL;
	assert_null(peer->line);	/* it is asked for once */
	peer->line = kernel_line_new(ppp, netns, index, &ops, peer);
	return peer->line;
}

/* --- the program --- */

static int begin(void **state)
{
	static const struct kernel_ppp_host host = { NULL, device_new, device_free, pair_new, pair_free, give, end,
						     line };

	world = (struct world){ .ppp = kernel_ppp_new(&host) };
	for (unsigned int i = 0; i < ARRAY_SIZE(world.peers); i++)
		world.peers[i].device = -1;
	for (unsigned int i = 0; i < FILES; i++)
		world.files[i] = kernel_file_new(world.ppp, i == FILES - 1 ? "other" : "", &world.readers[i]);
	return 0;
}

static int finish(void **state)
{
	for (unsigned int i = 0; i < FILES; i++)
		kernel_file_free(world.files[i]);
	kernel_ppp_free(world.ppp);
	for (unsigned int i = 0; i < ARRAY_SIZE(world.devices); i++)
		assert_false(world.devices[i][0]);
	return 0;
}

static void close_file(unsigned int file)
{
	kernel_file_free(world.files[file]);
	world.files[file] = NULL;
}

static int call(unsigned int file, uint32_t command, void *argument, uint64_t now)
{
	struct kernel_ioctl ioctl = { .command = command };
	int failed;

	if (_IOC_DIR(command) & _IOC_WRITE) {
		ioctl.length = _IOC_SIZE(command);
		memcpy(ioctl.octets, argument, ioctl.length);
	}
	failed = kernel_file_ioctl(world.files[file], &ioctl, now);
	assert_int_equal(ioctl.length != 0, !failed && _IOC_DIR(command) & _IOC_READ);
	if (ioctl.length)
		memcpy(argument, ioctl.octets, ioctl.length);
	return failed;
}

static int call_int(unsigned int file, uint32_t command, int value)
{
	return call(file, command, &value, 0);
}

static int get(unsigned int file, uint32_t command)
{
	int value = -1;

	assert_int_equal(call(file, command, &value, 0), 0);
	return value;
}

static int set_mode(unsigned int file, int protocol, enum NPmode mode)
{
	struct npioctl wanted = { protocol, mode };

	return call(file, PPPIOCSNPMODE, &wanted, 0);
}

static void hear(unsigned int peer, uint16_t protocol)
{
	const uint8_t frame[] = { (uint8_t)(protocol >> 8), (uint8_t)protocol, 1, 2 };

	kernel_line_receive(world.peers[peer].line, frame, sizeof(frame));
}

/* It is not told any more that it shall carry nothing. */
static void peer_goes(unsigned int peer)
{
	kernel_line_gone(world.peers[peer].line);
	world.peers[peer].device = -1;
}

static void say(unsigned int file, uint16_t protocol)
{
	const uint8_t frame[] = { (uint8_t)(protocol >> 8), (uint8_t)protocol, 3 };

	kernel_file_write(world.files[file], frame, sizeof(frame));
}

#define assert_read(file, ...)                                                                              \
	do {                                                                                                \
		static const unsigned int expected[] = { __VA_ARGS__ };                                    \
		assert_int_equal(world.readers[file].count, ARRAY_SIZE(expected));                          \
		assert_memory_equal(world.readers[file].log, expected, sizeof(expected));                   \
		world.readers[file].count = 0;                                                              \
	} while (0)
#define assert_nothing_read(file) assert_int_equal(world.readers[file].count, 0)

/* As pppd does it: file 0 the channel 1, file 1 the unit. */
static int connect_all(void **state)
{
	begin(state);
	assert_int_equal(call_int(0, PPPIOCATTCHAN, 1), 0);
	assert_int_equal(call_int(1, PPPIOCNEWUNIT, -1), 0);
	assert_int_equal(call_int(0, PPPIOCCONNECT, 0), 0);
	return 0;
}

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
	assert_false(world.peers[1].ipv4);	/* there is nothing that could compress */
}

static void what_is_taken_and_what_is_refused(void **state)
{
	uint8_t filter[64] = { 0 };

	assert_int_equal(call_int(1, PPPIOCSMRU, 1400), 0);
	assert_int_equal(call_int(1, PPPIOCSDEBUG, 7), 0);
	assert_int_equal(get(1, PPPIOCGDEBUG), 7);
	assert_int_equal(call_int(1, PPPIOCSMAXCID, 15), EINVAL);
	assert_int_equal(call_int(1, PPPIOCSMRRU, 1500), ENOTTY);
	assert_int_equal(call(1, _IOW('t', 71, uint8_t[16]), filter, 0), ENOTTY);	/* PPPIOCSPASS */
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
	static const uint8_t deflate[] = { CI_DEFLATE, CILEN_DEFLATE, 0x78, 0 };
	uint8_t mppe[CCP_MAX_OPTION_LENGTH] = { OPTION_MPPE(1, MPPE_128) };

	assert_int_equal(set_option(deflate, sizeof(deflate), false), EINVAL);
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

static void encryption_that_ends_leaves_nothing_in_clear(void **state)
{
	const struct peer *peer = &world.peers[1];

	encrypt_all(1, MPPE_128);
	ccp(true, CCP_CONFREQ, 1, MPPE_128);
	assert_false(peer->ipv4 || peer->ipv6);
	assert_int_equal(peer->send.bits, 0);
	assert_int_equal(peer->receive.bits, 128);
	set_key(true, 9);
	ccp(true, CCP_TERMREQ, 1, MPPE_128);
	assert_int_equal(peer->receive.bits, 0);
	assert_false(peer->ipv4);
	assert_int_equal(call_int(1, PPPIOCSFLAGS, 0), 0);
	assert_true(peer->ipv4);
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

static void idle_is_what_carries_nothing(void **state)
{
	struct ppp_idle64 idle64;
	struct ppp_idle32 idle32;

	assert_int_equal(call(1, PPPIOCGIDLE64, &idle64, 61000), 0);
	assert_int_equal(idle64.xmit_idle, 61);
	world.peers[1].carried = 5;
	assert_int_equal(call(1, PPPIOCGIDLE64, &idle64, 62000), 0);
	assert_int_equal(idle64.recv_idle, 0);
	assert_int_equal(call(1, PPPIOCGIDLE32, &idle32, 64500), 0);
	assert_int_equal(idle32.recv_idle, 2);
	assert_int_equal(idle32.xmit_idle, 2);
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
		CONNECTED(encryption_that_ends_leaves_nothing_in_clear),
		CONNECTED(what_cannot_be_deciphered_is_told),
		CONNECTED(idle_is_what_carries_nothing),
		CONNECTED(the_peer_goes_first),
		CONNECTED(the_unit_goes_first),
		CONNECTED(the_channels_file_goes_first),
		CONNECTED(others_may_have_the_same_unit),
		CONNECTED(two_channels_of_a_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
