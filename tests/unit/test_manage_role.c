/* SPDX-License-Identifier: MIT */
/* Who may do what: users, primary and supplementary groups, absent groups. */
#include "manage/role.h"

#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

#define ADMIN 50
#define READ 60

static enum role decide(uid_t uid, gid_t first, gid_t second, gid_t admin, gid_t read)
{
	const struct role_groups allowed = { admin, read };
	const gid_t groups[] = { first, second };

	return role_decide(uid, 7, groups, 2, &allowed);
}

static void roles(void **state)
{
	assert_int_equal(decide(0, 0, 0, 0, 0), ROLE_CHANGE);
	assert_int_equal(decide(7, 1, 2, 0, 0), ROLE_CHANGE);		/* the daemon's own user */
	assert_int_equal(decide(8, 1, 2, ADMIN, READ), ROLE_NONE);
	assert_int_equal(decide(8, ADMIN, 2, ADMIN, READ), ROLE_CHANGE);
	assert_int_equal(decide(8, 1, ADMIN, ADMIN, READ), ROLE_CHANGE);
	assert_int_equal(decide(8, 1, READ, ADMIN, READ), ROLE_READ);
	assert_int_equal(decide(8, READ, ADMIN, ADMIN, READ), ROLE_CHANGE);	/* the higher one */
	assert_int_equal(decide(8, ADMIN, READ, ADMIN, READ), ROLE_CHANGE);
}

/* A group that does not exist has the id 0, which is root's group: its members get nothing. */
static void absent_groups_have_no_members(void **state)
{
	assert_int_equal(decide(8, 0, 0, 0, 0), ROLE_NONE);
	assert_int_equal(decide(8, 0, ADMIN, 0, READ), ROLE_NONE);
	assert_int_equal(decide(8, 0, ADMIN, ADMIN, 0), ROLE_CHANGE);
}

static void a_peer_is_who_connected(void **state)
{
	const struct role_groups nobody = { 0, 0 };
	struct caller caller;
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	caller = role_of_peer(ends[0], &nobody);
	assert_int_equal(caller.pid, getpid());
	assert_int_equal(caller.uid, getuid());
	assert_int_equal(caller.role, ROLE_CHANGE);
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(role_of_peer(-1, &nobody).role, ROLE_NONE);	/* who cannot be told is nobody */
}

static void roles_have_names(void **state)
{
	assert_string_equal(role_name(ROLE_NONE), "none");
	assert_string_equal(role_name(ROLE_READ), "read");
	assert_string_equal(role_name(ROLE_CHANGE), "change");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roles),
		cmocka_unit_test(absent_groups_have_no_members),
		cmocka_unit_test(a_peer_is_who_connected),
		cmocka_unit_test(roles_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
