/* SPDX-License-Identifier: MIT */
/* Sockets by their inode numbers, and what becomes of those that are closed. */
#include "l2tprun/clients.h"

#include <string.h>

#include "l2tprun/caller.h"
#include "test.h"

static void add(struct clients *clients, uint64_t inode, uint64_t number)
{
	struct client client = { .inode = inode, .number = number };

	assert_non_null(clients_add(clients, &client));
}

static uint64_t number_of(const struct clients *clients, uint64_t inode)
{
	struct clients copy = *clients;
	const struct client *client = clients_find(&copy, inode);

	return client ? client->number : 0;
}

static void found(void **state)
{
	struct clients clients = { .by_inode = NULL };

	assert_null(clients_find(&clients, 10));
	add(&clients, 10, 1);
	add(&clients, 11, 2);
	assert_int_equal(number_of(&clients, 10), 1);
	assert_int_equal(number_of(&clients, 11), 2);
	add(&clients, 10, 3);	/* the number is used anew */
	assert_int_equal(number_of(&clients, 10), 3);
	assert_int_equal(HASH_COUNT(clients.by_inode), 2);
	clients_remove(&clients, clients_find(&clients, 10));
	clients_remove(&clients, NULL);
	assert_int_equal(number_of(&clients, 10), 0);
	clients_free(&clients);
}

static void sweep(struct clients *clients, const char *text)
{
	FILE *list = fmemopen((void *)(uintptr_t)text, strlen(text), "r");

	assert_non_null(list);
	clients_sweep(clients, list);
	fclose(list);
}

static void closed(void **state)
{
	struct clients clients = { .by_inode = NULL };

	for (unsigned int i = 1; i < CLIENTS_SWEEP_MIN; i++)
		add(&clients, i, i);
	assert_false(clients_want_sweep(&clients));
	add(&clients, CLIENTS_SWEEP_MIN, 1);
	assert_true(clients_want_sweep(&clients));
	sweep(&clients, "Num       RefCount Protocol Flags    Type St Inode Path\n"
			"ffff888000000000: 00000002 00000000 00000000 0005 03    17\n"
			"ffff888000000001: 00000003 00000000 00010000 0001 01  9999 /run/x 18\n"
			"ffff888000000002: 00000003 00000000 00010000 0005 01   200 @\n"
			"ffff888000000003: 00000003 00000000 00010000");
	assert_int_equal(HASH_COUNT(clients.by_inode), 2);
	assert_int_equal(number_of(&clients, 17), 17);
	assert_int_equal(number_of(&clients, 200), 200);
	assert_false(clients_want_sweep(&clients));
	clients_free(&clients);
}

/* When all are open it is not done again for each new one. */
static void swept_rarely(void **state)
{
	struct clients clients = { .by_inode = NULL };
	char list[CLIENTS_SWEEP_MIN * 16] = "";
	size_t used = 0;

	for (unsigned int i = 1; i <= CLIENTS_SWEEP_MIN; i++) {
		add(&clients, i, i);
		used += (size_t)snprintf(list + used, sizeof(list) - used, "x x x x x x %u\n", i);
	}
	sweep(&clients, list);
	assert_int_equal(HASH_COUNT(clients.by_inode), CLIENTS_SWEEP_MIN);
	for (unsigned int i = 1; i < CLIENTS_SWEEP_MIN; i++) {
		add(&clients, 1000 + i, i);
		assert_false(clients_want_sweep(&clients));
	}
	add(&clients, 5000, 1);
	assert_true(clients_want_sweep(&clients));
	clients_free(&clients);
}

static void rights(void **state)
{
	struct caller_rights rights;

	assert_true(caller_parse_status("Name:\tx\nUid:\t7\t0\t5\t6\nTgid:\t700\nNStgid:\t700\nNSpid:\t701\n"
					"CapInh:\t0000000000000000\n"
					"CapEff:\t000001ffffffffff\nCapBnd:\t0\n", &rights));
	assert_int_equal(rights.pid, 700);
	assert_int_equal(rights.uid, 7);
	assert_int_equal(rights.file_uid, 6);
	assert_int_equal(rights.process, 700);
	assert_true(rights.capabilities == 0x1ffffffffff);
	assert_true(caller_parse_status("Uid:\t0\t0\t0\t0\nNStgid:\t700\t31\t2\nCapEff:\t0000000000001000\n", &rights));
	assert_int_equal(rights.pid, 2);
	assert_int_equal(rights.process, 700);
	assert_int_equal(rights.capabilities, 0x1000);
	/* who calls itself as a line is called */
	for (const char *const *name = (const char *const[]){ "Uid:", "CapEff:", "NStgid:", NULL }; *name; name++) {
		char status[128];

		snprintf(status, sizeof(status), "Name:\t%s\nUid:\t7\t0\t5\t6\nNStgid:\t700\nCapEff:\t1000\n", *name);
		assert_true(caller_parse_status(status, &rights));
	}
	assert_false(caller_parse_status("NStgid:\t700\nCapEff:\t1\n", &rights));
	assert_false(caller_parse_status("Uid:\t0\nNStgid:\t700\n", &rights));
	assert_false(caller_parse_status("Uid:\t0\nCapEff:\t1\n", &rights));
	assert_false(caller_parse_status("Uid:\t0\nName:\tNStgid:1 CapEff:1\n", &rights));
	assert_false(caller_parse_status("Uid:\t0\nNStgid:\t\nCapEff:\t1\n", &rights));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found),
		cmocka_unit_test(closed),
		cmocka_unit_test(swept_rarely),
		cmocka_unit_test(rights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
