/* SPDX-License-Identifier: MIT */
/*
 * PPPoL2TP sockets of the kernel's API: what connect() makes and refuses, what is remembered of a session that has
 * gone, and whose the frames of a channel are.  What each call answers is compared with a kernel's in
 * peers/kernel_pppox.
 */
#include "kernel_world.h"

/* <linux/ppp-ioctl.h> and our own PPP cannot be had together */
#define PPPIOCGL2TPSTATS 0x80487436
#define PPPIOCGCHAN 0x80047437
#define PPPIOCSMRU 0x40047452
#define PPPIOCGUNIT 0x80047456
#define PPPOL2TP_SO_RECVSEQ 2
#define PPPOL2TP_SO_SENDSEQ 3
#define PPPOL2TP_SO_REORDERTO 5
#define TID 33
#define NAME 38			/* octets of an address of version 2 over IPv4 */

/* Packed: family, protocol, pid, fd, address, ids of tunnel and session, of the peer's. */
static void fill_name(uint8_t name[NAME], int32_t fd, uint16_t tunnel, uint16_t session)
{
	const uint16_t ids[] = { tunnel, session, tunnel ? (uint16_t)(tunnel + 1) : 0,
				 session ? (uint16_t)(session + 1) : 0 };

	memset(name, 0, NAME);
	name[0] = 24;
	name[2] = 1;
	memcpy(name + 10, &fd, sizeof(fd));
	memcpy(name + 30, ids, sizeof(ids));
}

static int try_connect(struct kernel_world *kworld, int32_t fd, uint16_t tunnel, uint16_t session, bool again,
		       struct kernel_pppox **pppox)
{
	const struct kernel_pppox_asker asker = { .netns = "", .is_connected = again, .tid = TID,
						  .pid = kworld->caller.pid, .fd = fd, .owner = kworld };
	uint8_t name[NAME];

	fill_name(name, fd, tunnel, session);
	return kernel_pppox_connect(kworld->kernel, &asker, name, sizeof(name), 0, pppox);
}

static struct kernel_pppox *connected(struct kernel_world *kworld, int32_t fd, uint16_t tunnel, uint16_t session)
{
	struct kernel_pppox *pppox = NULL;

	assert_int_equal(try_connect(kworld, fd, tunnel, session, false, &pppox), 0);
	assert_int_equal(kernel_pppox_attach(pppox, 5), 0);
	return pppox;
}

/* Tunnel 1 of a socket from 192.0.2.9, and who manages it. */
static struct kernel_pppox *manager(struct kernel_world *kworld)
{
	kworld->socket = (struct kernel_socket){ .cookie = 99, .local.port = 1701, .peer.port = 1702 };
	address_parse("192.0.2.9", &kworld->socket.local.address);
	address_parse("192.0.2.8", &kworld->socket.peer.address);
	return connected(kworld, 3, 1, 0);
}

static uint32_t call(struct kernel_pppox *pppox, uint32_t command, int error)
{
	uint8_t argument[KERNEL_PPPOX_ARGUMENT_MAX] = { 0 };
	size_t length;
	uint32_t value;

	assert_int_equal(kernel_pppox_ioctl(pppox, command, argument, &length), error);
	memcpy(&value, argument, sizeof(value));
	return value;
}

static void what_connect_makes(void **state)
{
	struct kernel_world *kworld = *state;
	struct kernel_pppox *tunnel = manager(kworld), *session = connected(kworld, -1, 1, 11), *none = NULL;
	struct service_tunnel_view view;
	uint8_t name[KERNEL_PPPOX_NAME_MAX], expected[NAME];
	const int32_t tid = TID;
	size_t length;

	assert_int_equal(service_tunnel_view(kworld->world->service,
					     world_find(kworld->world, "tunnel show tunnel_name=kernel-1"), &view), 0);
	assert_int_equal(view.config.version, 2);
	assert_int_equal(view.origin, SERVICE_ORIGIN_KERNEL);
	assert_int_equal(view.sessions, 1);
	assert_int_equal(kworld->claimed_version, 2);
	assert_int_equal(kworld->claimed, 1 << 16 | 11);
	assert_int_equal(kernel_pppox_name(session, name, &length), 0);
	assert_int_equal(length, NAME);
	fill_name(expected, 3, 1, 11);
	memcpy(expected + 6, &tid, sizeof(tid));
	memcpy(expected + 14, "\2\0\6\246\300\0\2\10", 8);
	assert_memory_equal(name, expected, NAME);
	assert_int_equal(try_connect(kworld, -1, 1, 11, false, &none), EEXIST);
	assert_int_equal(try_connect(kworld, -1, 1, 12, true, &none), EBUSY);
	assert_int_equal(try_connect(kworld, -1, 5, 12, true, &none), ENOENT);
	assert_int_equal(try_connect(kworld, -1, 5, 0, false, &none), EBADF);
	kernel_pppox_free(session, 0);
	assert_int_equal(world_status(kworld->world).sessions, 0);
	assert_int_equal(kworld->claims, 0);
	kernel_pppox_free(tunnel, 0);
	assert_int_equal(world_status(kworld->world).tunnels, 1);
}

/* A second tunnel is not left behind when its maker has one already. */
static void a_tunnel_for_nothing(void **state)
{
	struct kernel_world *kworld = *state;
	struct kernel_pppox *tunnel = manager(kworld), *none = NULL;

	kworld->socket.cookie = 100;
	kworld->socket.local.port = 1800;
	assert_int_equal(try_connect(kworld, 4, 7, 0, true, &none), EBUSY);
	assert_null(none);
	assert_int_equal(world_status(kworld->world).tunnels, 1);
	kernel_pppox_free(tunnel, 0);
}

static void what_is_remembered(void **state)
{
	struct kernel_world *kworld = *state;
	struct kernel_pppox *tunnel = manager(kworld), *session = connected(kworld, -1, 1, 11);
	uint8_t name[KERNEL_PPPOX_NAME_MAX];
	size_t length;
	int32_t value;

	assert_int_equal(kernel_pppox_set(session, PPPOL2TP_SO_REORDERTO, 10, 0), 0);
	kernel_socket_closed(kworld->kernel, 99, 0);
	assert_int_equal(kworld->detached, 2);
	assert_int_equal(world_status(kworld->world).tunnels, 0);
	assert_int_equal(kernel_pppox_name(session, name, &length), 0);
	assert_int_equal(kernel_pppox_get(session, PPPOL2TP_SO_REORDERTO, &value), 0);
	assert_int_equal(value, 12);
	assert_int_equal(kernel_pppox_set(session, PPPOL2TP_SO_SENDSEQ, 1, 0), 0);
	assert_int_equal(call(session, PPPIOCGL2TPSTATS, 0), 11 << 16 | 1);
	assert_int_equal(call(tunnel, PPPIOCGCHAN, 0), UINT32_MAX);
	kernel_pppox_free(session, 0);
	kernel_pppox_free(tunnel, 0);
}

static void what_an_administrator_deletes(void **state)
{
	struct kernel_world *kworld = *state;
	struct kernel_pppox *tunnel = manager(kworld), *session = connected(kworld, -1, 1, 11);
	int32_t value;

	assert_int_equal(world_execute(kworld->world, SERVICE_ORIGIN_ADMIN,
				       "session delete tunnel_name=kernel-1 session_id=11"), 0);
	assert_int_equal(kernel_pppox_get(session, PPPOL2TP_SO_RECVSEQ, &value), 0);
	assert_int_equal(kworld->detached, 1);
	kernel_pppox_free(connected(kworld, -1, 1, 11), 0);
	kernel_pppox_free(session, 0);
	kernel_pppox_free(tunnel, 0);
}

static void not_connected(void **state)
{
	(void)call(NULL, PPPIOCGCHAN, ENOTCONN);
	(void)call(NULL, PPPIOCSMRU, ENOTCONN);
	(void)call(NULL, PPPIOCGUNIT, ENOTTY);
}

/* --- channels --- */

static unsigned int heard, ended;

static void hear(void *context, const uint8_t *frame, size_t length)
{
	assert_memory_equal(frame, "\xc0\x21\1\1", 4);
	heard++;
}

static void gone(void *context)
{
	ended++;
}

/* A frame from the peer of the session that was made last. */
static void arrive(struct kernel_world *kworld)
{
	uint8_t octets[] = { 0xff, 0x03, 0xc0, 0x21, 1, 1 };
	struct datapath_message message = { .octets = octets, .length = sizeof(octets) };
	size_t count;
	const struct datapath_null_entry *log = datapath_null_log(kworld->world->dp, &count);

	for (size_t i = 0; i < count; i++)
		if (log[i].operation == DATAPATH_NULL_SESSION_ADD)
			message.session = log[i].session;
	assert_true(datapath_null_message(kworld->world->dp, &message));
	service_receive(kworld->world->service, 0);
}

static void whose_a_channel_is(void **state)
{
	const struct kernel_channel_user user = { .context = *state, .frame = hear, .gone = gone };
	struct kernel_world *kworld = *state;
	struct kernel_pppox *tunnel, *session;
	struct kernel_channel *channel;
	uint32_t index;

	datapath_null_log_begin(kworld->world->dp);
	tunnel = manager(kworld);
	session = connected(kworld, -1, 1, 11);
	arrive(kworld);		/* nobody's: it is the socket's */
	index = call(session, PPPIOCGCHAN, 0);
	channel = kernel_channel_find(kworld->kernel, "", index);
	assert_int_equal(call(session, PPPIOCGCHAN, 0), index);
	assert_non_null(channel);
	assert_null(kernel_channel_find(kworld->kernel, "red", index));
	assert_null(kernel_channel_find(kworld->kernel, "", index + 1));
	assert_null(kernel_channel_find(kworld->kernel, "", 0));
	for (int i = 0; i < 40; i++)
		arrive(kworld);
	heard = ended = 0;
	assert_int_equal(kernel_channel_take(channel, &user), 0);
	assert_int_equal(heard, 32);
	arrive(kworld);
	assert_int_equal(heard, 33);
	assert_int_equal(kernel_channel_take(channel, &user), EBUSY);
	ask(kworld, by_ids(L2TP_CMD_SESSION_DELETE, 1, 11), 0);
	assert_int_equal(ended, 0);
	kernel_pppox_free(session, 0);
	assert_int_equal(ended, 1);
	assert_null(kernel_channel_find(kworld->kernel, "", index));
	kernel_pppox_free(tunnel, 0);
}

static const struct CMUnitTest tests[] = {
	TEST(what_connect_makes),
	TEST(a_tunnel_for_nothing),
	TEST(what_is_remembered),
	TEST(what_an_administrator_deletes),
	TEST(not_connected),
	TEST(whose_a_channel_is),
};

int main(void)
{
	return cmocka_run_group_tests(tests, NULL, NULL);
}
