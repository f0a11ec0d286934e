/* SPDX-License-Identifier: MIT */
/*
 * Programs and peers at /dev/ppp: files become units and lines, which connect, compress and go, in any order, while
 * frames come from everywhere.  Whatever it is, nobody is called who has gone, devices and filters end as often as they
 * begin, and nothing is read or written beyond its end.
 *
 * An input: what happens next, to whom, and with what.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/ioctl.h>
#include <linux/ppp-comp.h>
#include <linux/ppp-ioctl.h>
#include <linux/ppp_defs.h>
#include <string.h>

#include "input.h"
#include "kernel/kernel.h"
#include "kernel/ppp.h"
#include "kernel/ppp_deflate.h"
#include "wire/vj.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof(*(array)))
#define FILES 4
#define PEERS 3
#define DEVICES 3
#define FILTERS 8
#define FRAME_MAX 140000		/* twice as long as any may be */
#define BEFORE_DEVICES 100		/* numbers that are descriptors of devices: from here on ... */
#define BEFORE_FILTERS 200		/* ... of filters */

struct peer {
	struct kernel_line *line;
	int device;			/* that it carries for; -1: none */
	struct ppp_deflate *deflate;	/* with which it sends; NULL: it has none yet */
	struct vj *vj;
};

static struct world {
	struct input input;
	struct kernel_ppp *ppp;
	struct kernel_file *files[FILES];
	struct peer peers[PEERS];
	bool devices[DEVICES], watched[DEVICES], filters[FILTERS];
	uint8_t refusals;		/* a bit for each host function that has nothing left */
	unsigned int seen;		/* of all octets that come out */
} world;

enum { NO_DEVICE = 1, NO_FILTER = 2, NO_PAIR = 4, NO_LINE = 8, NO_CARRY = 16, NOT_PASSED = 32 };

static void look_at(const void *octets, size_t length)
{
	for (size_t i = 0; i < length; i++)
		world.seen += ((const uint8_t *)octets)[i];
}

/* --- the host --- */

static int device_new(void *context, const char *netns, const char *name)
{
	must(strlen(name) < 16);
	for (int i = 0; i < DEVICES && !(world.refusals & NO_DEVICE); i++) {
		if (world.devices[i])
			continue;
		world.devices[i] = true;
		world.watched[i] = false;
		return BEFORE_DEVICES + i;
	}
	return -EMFILE;
}

static bool *device_of(int device, bool *all)
{
	must(device >= BEFORE_DEVICES && device < BEFORE_DEVICES + DEVICES && world.devices[device - BEFORE_DEVICES]);
	return &all[device - BEFORE_DEVICES];
}

static void must_not_be_carried(int device)
{
	for (int i = 0; i < PEERS; i++)
		must(world.peers[i].device != device);
}

static void device_free(void *context, int device)
{
	must_not_be_carried(device);
	*device_of(device, world.devices) = false;
}

static void device_watch(void *context, int device, bool on)
{
	must_not_be_carried(device);
	must(*device_of(device, world.watched) != on);
	*device_of(device, world.watched) = on;
}

static void device_write(void *context, int device, const void *packet, size_t length)
{
	(void)device_of(device, world.devices);
	look_at(packet, length);
}

static int filter_new(void *context, const void *code, uint16_t count)
{
	look_at(code, count * sizeof(struct sock_filter));
	for (int i = 0; i < FILTERS && !(world.refusals & NO_FILTER); i++) {
		if (world.filters[i])
			continue;
		world.filters[i] = true;
		return BEFORE_FILTERS + i;
	}
	return -ENOMEM;
}

static bool *filter_of(int filter)
{
	must(filter >= BEFORE_FILTERS && filter < BEFORE_FILTERS + FILTERS && world.filters[filter - BEFORE_FILTERS]);
	return &world.filters[filter - BEFORE_FILTERS];
}

static void filter_free(void *context, int filter)
{
	*filter_of(filter) = false;
}

static bool filter_passes(void *context, int filter, const uint8_t *octets, size_t length)
{
	(void)filter_of(filter);
	must(length >= 4);
	look_at(octets, length);
	return !(world.refusals & NOT_PASSED);
}

static uint64_t now(void *context)
{
	return 1;
}

static int pair_new(void *context, int ends[2])
{
	ends[0] = 1;
	ends[1] = 2;
	return world.refusals & NO_PAIR ? EMFILE : 0;
}

static void pair_free(void *context, const int ends[2])
{
}

static void give(void *context, void *owner, const void *octets, size_t length)
{
	must(*(struct kernel_file **)owner != NULL);
	look_at(octets, length);
}

static void end(void *context, void *owner)
{
	must(*(struct kernel_file **)owner != NULL);
}

/* --- lines --- */

static void must_be_there(void *owner)
{
	must(((struct peer *)owner)->line != NULL);
}

static void line_send(void *owner, const void *frame, size_t length)
{
	must_be_there(owner);
	must(length >= 2);
	look_at(frame, length);
}

static int line_carry(void *owner, bool ipv4, bool ipv6, int device)
{
	must_be_there(owner);
	must((device >= 0) == (ipv4 || ipv6));
	if (device >= 0)
		must(!*device_of(device, world.watched));
	if (device >= 0 && world.refusals & NO_CARRY)
		return ENOMEM;
	((struct peer *)owner)->device = device;
	return 0;
}

static int line_frames(void *owner, int end)
{
	must_be_there(owner);
	return 0;
}

static int line_encrypt(void *owner, bool send, const struct kernel_cipher *cipher)
{
	must_be_there(owner);
	if (cipher)
		must(cipher->bits == 40 || cipher->bits == 128);
	return 0;
}

static void line_restart(void *owner)
{
	must_be_there(owner);
}

static bool line_carried(void *owner, struct kernel_carried *carried)
{
	must_be_there(owner);
	*carried = (struct kernel_carried){ 1, 2, 3, 4, 5, 6 };
	return true;
}

static struct kernel_line *line(void *context, struct kernel_ppp *ppp, const char *netns, int32_t index)
{
	static const struct kernel_line_ops ops = { line_send, line_carry, line_frames, line_encrypt, line_restart,
						    line_carried };
	struct peer *peer = index >= 0 && index < PEERS ? &world.peers[index] : NULL;

	if (!peer || world.refusals & NO_LINE)
		return NULL;
	must(!peer->line);
	peer->device = -1;
	peer->line = kernel_line_new(ppp, netns, index, &ops, peer);
	return peer->line;
}

/* --- frames --- */

static uint8_t frame[FRAME_MAX];

/* Of the length that the input says, or a very long one. */
static size_t make_frame(void)
{
	static const uint16_t protocols[] = { PPP_IP, PPP_IPV6, PPP_VJC_COMP, PPP_VJC_UNCOMP, PPP_COMP, PPP_CCP,
					      PPP_LCP, PPP_IPCP, PPP_IPX, PPP_CCPFRAG, 0x0203, 0x2145 };
	uint16_t protocol = protocols[next(&world.input) % ARRAY_SIZE(protocols)];
	size_t length = 2 + next(&world.input);

	for (size_t i = 2; i < length; i++)
		frame[i] = next(&world.input);
	frame[0] = (uint8_t)(protocol >> 8);
	frame[1] = (uint8_t)protocol;
	if (length < 250)
		return length;
	memset(frame + length, next(&world.input), 66500 - length);
	return 65400 + next(&world.input) + 4u * next(&world.input);
}

/* octets: of its own length, so that reading past the end is found. */
static void arrive(const struct peer *peer, const uint8_t *octets, size_t length)
{
	uint8_t *copy = malloc(length ? length : 1);

	must(copy);
	memcpy(copy, octets, length);
	kernel_line_receive(peer->line, copy, length);
	free(copy);
}

static void hear(struct peer *peer)
{
	size_t length = make_frame();

	if (peer->line)
		arrive(peer, frame + (next(&world.input) % 8 == 0), length - 1);
}

/* What a peer sends that does as it was agreed on. */
static void hear_compressed(struct peer *peer)
{
	static uint8_t out[FRAME_MAX + PPP_DEFLATE_MORE];
	size_t length = make_frame(), packed = length - 2;
	enum vj_kind kind = vj_compress(peer->vj, frame + 2, &packed, next(&world.input) % 2, out);

	if (frame[1] == PPP_IP && kind != VJ_PLAIN) {
		frame[1] = kind == VJ_COMPRESSED ? PPP_VJC_COMP : PPP_VJC_UNCOMP;
		memcpy(frame + 2, out, packed);
		length = 2 + packed;
	}
	packed = peer->deflate ? ppp_deflate_pack(peer->deflate, frame, length, out) : 0;
	if (peer->line)
		arrive(peer, packed ? out : frame, packed ? packed : length);
}

/* --- programs --- */

static void call(struct kernel_file *file, struct kernel_ioctl *ioctl)
{
	(void)kernel_file_ioctl(file, ioctl, 2);
	must(ioctl->length <= sizeof(ioctl->octets));
	look_at(ioctl->octets, ioctl->length);
}

static void call_int(struct kernel_file *file)
{
	static const uint32_t commands[] = { PPPIOCNEWUNIT, PPPIOCATTACH, PPPIOCATTCHAN, PPPIOCCONNECT, PPPIOCDISCONN,
					     PPPIOCBRIDGECHAN, PPPIOCUNBRIDGECHAN, PPPIOCSFLAGS, PPPIOCGFLAGS,
					     PPPIOCSMRU, PPPIOCSMAXCID, PPPIOCGIDLE32, PPPIOCGIDLE64, PPPIOCGUNIT,
					     PPPIOCSDEBUG, PPPIOCGDEBUG, PPPIOCDETACH };
	struct kernel_ioctl ioctl = { .command = commands[next(&world.input) % ARRAY_SIZE(commands)], .length = 4 };
	int32_t value = (int8_t)next(&world.input);
	uint8_t shift = next(&world.input);

	value = (int32_t)((uint32_t)value << shift % 24);
	memcpy(ioctl.octets, &value, sizeof(value));
	call(file, &ioctl);
}

static void call_other(struct kernel_file *file)
{
	static const uint32_t commands[] = { PPPIOCSNPMODE, PPPIOCGNPMODE, PPPIOCSCOMPRESS };
	struct kernel_ioctl ioctl = { .command = commands[next(&world.input) % ARRAY_SIZE(commands)] };

	ioctl.length = next(&world.input) % (sizeof(ioctl.octets) + 1);
	for (size_t i = 0; i < ioctl.length; i++)
		ioctl.octets[i] = next(&world.input);
	call(file, &ioctl);
}

static void call_filter(struct kernel_file *file)
{
	struct kernel_ioctl ioctl = { .length = sizeof(struct sock_fprog) };
	uint8_t what = next(&world.input);
	struct sock_fprog program = { .len = what % 4 };

	ioctl.command = what & 0x80 ? PPPIOCSPASS : PPPIOCSACTIVE;
	memcpy(ioctl.octets, &program, sizeof(program));
	ioctl.code_length = what & 0x40 ? 3 : program.len * sizeof(struct sock_filter);
	ioctl.code = calloc(1, ioctl.code_length ? ioctl.code_length : 1);
	call(file, &ioctl);
	free((void *)(uintptr_t)ioctl.code);
}

static void set(struct kernel_file *file, uint32_t command, int32_t value)
{
	struct kernel_ioctl ioctl = { .command = command, .length = sizeof(value) };

	memcpy(ioctl.octets, &value, sizeof(value));
	call(file, &ioctl);
}

static void set_option(struct kernel_file *file, const uint8_t *option, size_t length, bool transmit)
{
	struct ppp_option_data data = { .length = (uint32_t)length, .transmit = transmit };
	struct kernel_ioctl ioctl = { .command = PPPIOCSCOMPRESS, .length = sizeof(data) + length };

	memcpy(ioctl.octets, &data, sizeof(data));
	memcpy(ioctl.octets + sizeof(data), option, length);
	call(file, &ioctl);
}

/* Of one direction, by an option and what is only the program's behind it. */
static void negotiate(struct kernel_file *file, const struct peer *peer, const uint8_t *option, size_t length,
		      bool transmit)
{
	uint8_t ack[32] = { 0x80, 0xfd, CCP_CONFACK, 1, 0, (uint8_t)(4 + option[1]) };

	memcpy(ack + 6, option, option[1]);
	set(file, PPPIOCSFLAGS, SC_CCP_OPEN);
	set_option(file, option, length, transmit);
	if (transmit)
		kernel_file_write(file, ack, 6u + option[1]);
	else if (peer->line)
		arrive(peer, ack, 6u + option[1]);
	set(file, PPPIOCSFLAGS, SC_CCP_OPEN | SC_CCP_UP | SC_COMP_TCP);
}

/* As pppd does it: what this peer sends, or what it is sent, is compressed from now on. */
static void agree(struct kernel_file *file, struct peer *peer)
{
	static const uint8_t deflate[] = { CI_DEFLATE, CILEN_DEFLATE, DEFLATE_MAKE_OPT(9), DEFLATE_CHK_SEQUENCE };
	uint8_t how = next(&world.input);
	const uint8_t mppe[CILEN_MPPE + KERNEL_CIPHER_KEY] = { CI_MPPE, CILEN_MPPE, how >> 3 & 1, 0, 0, 0x40 };

	set(file, PPPIOCSMRU, how & 2 ? INT32_MAX : 1500);
	if (how & 4)
		negotiate(file, peer, mppe, sizeof(mppe), how & 1);
	else
		negotiate(file, peer, deflate, sizeof(deflate), how & 1);
	ppp_deflate_free(peer->deflate);
	peer->deflate = ppp_deflate_new(deflate, sizeof(deflate), true);
	must(peer->deflate && ppp_deflate_begin(peer->deflate, deflate, sizeof(deflate), INT32_MAX));
}

static void open_or_close(struct kernel_file **file, uint8_t how)
{
	struct kernel_file *was = *file;

	if (!was) {
		*file = kernel_file_new(world.ppp, "", file);
		return;
	}
	if (how % 4)	/* most live longer */
		return;
	*file = NULL;
	kernel_file_free(was);
}

static void write_frame(struct kernel_file *file)
{
	size_t length = make_frame();

	kernel_file_write(file, frame, length - next(&world.input) % 3);
}

static void device_packet(uint8_t device)
{
	size_t length = make_frame();

	device %= DEVICES;
	if (world.devices[device] && world.watched[device])
		kernel_device_packet(world.ppp, BEFORE_DEVICES + device, frame, length);
}

static void ask_about(uint8_t device)
{
	struct ppp_comp_stats compression;
	struct ppp_stats stats;

	(void)kernel_device_stats(world.ppp, BEFORE_DEVICES + device % (DEVICES + 1), &stats);
	(void)kernel_device_compression(world.ppp, BEFORE_DEVICES + device % (DEVICES + 1), &compression);
}

static void peer_goes(struct peer *peer)
{
	struct kernel_line *was = peer->line;

	kernel_line_settle(was);
	peer->line = NULL;
	peer->device = -1;
	kernel_line_gone(was);
}

/* --- what happens --- */

static void happens_to_peer(struct peer *peer, uint8_t what)
{
	switch (what % 4) {
	case 0:
		if (peer->line && next(&world.input) % 4 == 0)
			peer_goes(peer);
		break;
	case 1:
		hear(peer);
		break;
	default:
		hear_compressed(peer);
	}
}

static void file_does(struct kernel_file *file, uint8_t what)
{
	switch (what % 8) {
	case 0:
		write_frame(file);
		break;
	case 1:
		call_other(file);
		break;
	case 2:
		call_filter(file);
		break;
	case 3:
		agree(file, &world.peers[next(&world.input) % PEERS]);
		break;
	default:
		call_int(file);
	}
}

static void step(void)
{
	uint8_t what = next(&world.input), who = next(&world.input);

	switch (what % 8) {
	case 0:
		open_or_close(&world.files[who % FILES], who / FILES);
		break;
	case 1:
		device_packet(who);
		break;
	case 2:
		ask_about(who);
		break;
	case 3:
		world.refusals = who & 0x40 ? who & 0x3f : 0;
		break;
	case 4:
	case 5:
		happens_to_peer(&world.peers[who % PEERS], who / PEERS);
		break;
	default:
		if (world.files[who % FILES])
			file_does(world.files[who % FILES], who / FILES);
	}
}

/* The first two files are connected, as pppd has them. */
static void begin(void)
{
	static const struct kernel_ppp_host host = {
		.device_new = device_new, .device_free = device_free, .device_watch = device_watch,
		.device_write = device_write, .filter_new = filter_new, .filter_free = filter_free,
		.filter_passes = filter_passes, .now = now, .pair_new = pair_new, .pair_free = pair_free,
		.give = give, .end = end, .line = line,
	};
	static const struct { int file; uint32_t command; int32_t value; } calls[] = {
		{ 0, PPPIOCATTCHAN, 0 }, { 1, PPPIOCNEWUNIT, -1 }, { 0, PPPIOCCONNECT, 0 }, { 1, PPPIOCSMAXCID, 3 },
	};

	world.ppp = kernel_ppp_new(&host);
	for (int i = 0; i < PEERS; i++) {
		world.peers[i].device = -1;
		world.peers[i].vj = vj_new(4, 4);
	}
	for (int i = 0; i < 2; i++)
		world.files[i] = kernel_file_new(world.ppp, "", &world.files[i]);
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		struct kernel_ioctl ioctl = { .command = calls[i].command, .length = 4 };

		memcpy(ioctl.octets, &calls[i].value, 4);
		must(kernel_file_ioctl(world.files[calls[i].file], &ioctl, 1) == 0);
	}
}

static void finish(void)
{
	for (int i = 0; i < FILES; i++) {
		struct kernel_file *was = world.files[i];

		world.files[i] = NULL;
		kernel_file_free(was);
	}
	for (int i = 0; i < PEERS; i++) {
		if (world.peers[i].line)
			peer_goes(&world.peers[i]);
		ppp_deflate_free(world.peers[i].deflate);
		vj_free(world.peers[i].vj);
	}
	kernel_ppp_free(world.ppp);
	for (int i = 0; i < DEVICES; i++)
		must(!world.devices[i]);
	for (int i = 0; i < FILTERS; i++)
		must(!world.filters[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	world = (struct world){ .input = { data, size } };
	begin();
	while (world.input.left)
		step();
	finish();
	return 0;
}
