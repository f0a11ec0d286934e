/* SPDX-License-Identifier: MIT */
/* A world for programs that open /dev/ppp: devices, channels, and what comes out of files. */
#ifndef L2TPD_TESTS_UNIT_KERNEL_PPP_WORLD_H
#define L2TPD_TESTS_UNIT_KERNEL_PPP_WORLD_H

#include <errno.h>
#include <linux/filter.h>
#include <linux/ioctl.h>
#include <linux/ppp-comp.h>
#include <linux/ppp-ioctl.h>
#include <linux/ppp_defs.h>
#include <stdio.h>
#include <string.h>

#include "kernel/kernel.h"
#include "kernel/ppp.h"
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
	struct kernel_carried carried;
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
	bool watched[4];
	const char *taken;		/* somebody else's device */
	bool no_pairs;
	uint64_t now;
	unsigned int written;		/* packets to devices */
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
		world.watched[i] = false;
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

/* One reader at a time. */
static void device_watch(void *context, int device, bool on)
{
	assert_int_not_equal(world.watched[device - 100], on);
	world.watched[device - 100] = on;
	for (unsigned int i = 0; i < ARRAY_SIZE(world.peers); i++)
		assert_int_not_equal(world.peers[i].device, device);
}

static void device_write(void *context, int device, const void *packet, size_t length)
{
	assert_true(world.devices[device - 100][0]);
	world.written++;
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
	assert_false(device >= 0 && world.watched[device - 100]);
	return 0;
}

static bool peer_carried(void *owner, struct kernel_carried *carried)
{
	*carried = ((struct peer *)owner)->carried;
	return true;
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

static uint64_t now(void *context)
{
	return world.now;
}

/* --- the program --- */

static int begin(void **state)
{
	static const struct kernel_ppp_host host = {
		.device_new = device_new, .device_free = device_free, .device_watch = device_watch,
		.device_write = device_write, .now = now, .pair_new = pair_new, .pair_free = pair_free, .give =
		give, .end = end, .line = line
	};

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
	world.peers[peer].device = -1;
	kernel_line_gone(world.peers[peer].line);
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

#endif
