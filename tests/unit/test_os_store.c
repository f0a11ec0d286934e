/* SPDX-License-Identifier: MIT */
/*
 * The store in a file: what comes back after it was closed, after its daemon was killed and after the disk was full,
 * and which files are not taken.
 */
#include "os/store.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "test.h"

static char folder[64], path[96];
static struct os_store *opened;
static struct aaa_store store;
static char logged[8192];
static char loaded[4096];

static void keep_line(const struct log_record *record)
{
	snprintf(logged + strlen(logged), sizeof(logged) - strlen(logged), "%s\n", record->text);
}

static void must_open(void)
{
	struct error error = { 0 };

	if (os_store_open(path, &opened, &error) < 0)
		fail_msg("%s", error.text);
	store = os_store_functions(opened);
}

static int begin(void **state)
{
	snprintf(folder, sizeof(folder), "/tmp/l2tpd-store-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/state.sqlite", folder);
	logged[0] = '\0';
	log_set_sink(keep_line, LOG_LEVEL_INFO);
	opened = NULL;
	return 0;
}

static int end(void **state)
{
	char command[128];

	os_store_close(opened);
	opened = NULL;
	log_set_sink(NULL, LOG_LEVEL_INFO);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static void save(const char *pool, const char *prefix, const char *user, bool in_use, uint64_t order)
{
	struct aaa_store_lease lease = { pool, user, { .length = 0 }, in_use, order };

	assert_true(prefix_parse(prefix, &lease.prefix));
	assert_int_equal(store.lease_save(store.context, &lease), 0);
}

static void print_lease(void *argument, const struct aaa_store_lease *lease)
{
	char prefix[PREFIX_TEXT_MAX];

	snprintf(loaded + strlen(loaded), sizeof(loaded) - strlen(loaded), "%s %s %s %d %llu\n", lease->pool,
		 prefix_format(&lease->prefix, prefix, sizeof(prefix)), lease->user, lease->in_use,
		 (unsigned long long)lease->order);
	if (argument)
		store.lease_remove(store.context, lease->pool, &lease->prefix);
}

static const char *leases(const char *pool, bool remove_them)
{
	loaded[0] = '\0';
	assert_int_equal(store.lease_load(store.context, pool, print_lease, remove_them ? loaded : NULL), 0);
	return loaded;
}

static void print_record(void *argument, uint64_t id, const uint8_t *octets, size_t length)
{
	snprintf(loaded + strlen(loaded), sizeof(loaded) - strlen(loaded), "%llu %zu %02x\n", (unsigned long long)id,
		 length, length ? octets[length - 1] : 0);
}

static const char *records(void)
{
	loaded[0] = '\0';
	assert_int_equal(store.record_load(store.context, print_record, NULL), 0);
	return loaded;
}

static void save_record(uint64_t id, const void *octets, size_t length)
{
	assert_int_equal(store.record_save(store.context, id, octets, length), 0);
}

static void reopen(void)
{
	os_store_close(opened);
	must_open();
}

static void leases_come_back(void **state)
{
	must_open();
	save("p", "192.0.2.2", "a b", false, 7);
	save("p", "192.0.2.1", "\xff'\"", true, 3);
	save("p", "2001:db8::/56", "", false, 4);
	save("q", "192.0.2.1", "c", true, INT64_MAX);
	save("p", "192.0.2.3", "gone", true, 9);
	store.lease_remove(store.context, "p", &(struct prefix){ { AF_INET, .bytes = { 192, 0, 2, 3 } }, 32 });
	save("p", "192.0.2.2", "a b", false, 8);
	store.commit(store.context);
	for (int i = 0; i < 2; i++) {
		assert_string_equal(leases("p", false),
				    "p 2001:db8::/56  0 4\np 192.0.2.2 a b 0 8\np 192.0.2.1 \xff'\" 1 3\n");
		assert_string_equal(leases("q", false), "q 192.0.2.1 c 1 9223372036854775807\n");
		assert_string_equal(leases("none", false), "");
		reopen();
	}
	/* who loads may remove */
	leases("p", true);
	assert_string_equal(leases("p", false), "");
	assert_string_equal(store.trouble(store.context), "");
}

static void records_come_back(void **state)
{
	static uint8_t large[100000] = { [99999] = 0xab };

	must_open();
	save_record(UINT64_C(1) << 62, "\0\x01", 2);
	save_record(2, large, sizeof(large));
	save_record(3, "", 0);
	save_record(4, "x", 1);
	save_record(2, "\x7f", 1);
	save_record(1, large, sizeof(large));
	store.record_remove(store.context, 4);
	store.record_remove(store.context, 99);
	store.commit(store.context);
	reopen();
	assert_string_equal(records(), "1 100000 ab\n2 1 7f\n3 0 00\n4611686018427387904 2 01\n");
}

static void closing_commits(void **state)
{
	struct stat status;

	must_open();
	for (uint64_t id = 0; id < 20000; id++)
		save_record(id, "x", 1);
	os_store_close(opened);
	must_open();
	for (uint64_t id = 1; id < 19999; id++)
		store.record_remove(store.context, id);
	assert_string_equal(records(), "0 1 78\n19999 1 78\n");
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
}

static void refused(const char *expected)
{
	struct error error = { 0 };
	struct os_store *other;
	char text[256];

	assert_int_equal(os_store_open(path, &other, &error), -1);
	assert_null(other);
	snprintf(text, sizeof(text), expected, path);
	assert_string_equal(error.text, text);
}

static void one_daemon_a_file(void **state)
{
	must_open();
	refused("another l2tpd uses %s: give each its own state_file");
	os_store_close(opened);
	must_open();
}

static void write_file(const char *text, size_t length)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fwrite(text, 1, length, file);
	assert_int_equal(fclose(file), 0);
}

static void execute(const char *commands)
{
	sqlite3 *sqlite;

	assert_int_equal(sqlite3_open(path, &sqlite), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sqlite, commands, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(sqlite);
}

static void files_of_others(void **state)
{
	static char text[8192];

	memset(text, 'x', sizeof(text));
	write_file(text, sizeof(text));
	refused("%s is damaged (file is not a database): move it away to start with an empty one");
	unlink(path);
	execute("CREATE TABLE t (a); PRAGMA application_id = 7");
	refused("%s is a database of another program");
	unlink(path);
	must_open();
	os_store_close(opened);
	opened = NULL;
	execute("PRAGMA user_version = 2");
	refused("%s is of a newer l2tpd (its version is 2, not 1): move it away, or use that one");
	execute("PRAGMA user_version = 1");
	must_open();
	/* a daemon that is told to use what it cannot does not make it worse */
	os_store_close(opened);
	opened = NULL;
	snprintf(path, sizeof(path), "/proc/none/state.sqlite");
	refused("cannot make /proc/none/state.sqlite-lock: No such file or directory");
	snprintf(path, sizeof(path), "%s", folder);
	refused("cannot open the state file %s: Is a directory");
	strcat(folder, "*");
}

/* Pages in the middle are overwritten. */
static void a_damaged_file(void **state)
{
	char noise[4096];
	struct stat status;
	struct error error;
	int fd;

	must_open();
	for (uint64_t id = 0; id < 5000; id++)
		save_record(id, "some octets that fill the pages", 30);
	os_store_close(opened);
	opened = NULL;
	memset(noise, 0xaa, sizeof(noise));
	fd = open(path, O_WRONLY);
	fstat(fd, &status);
	assert_true(status.st_size > 10 * 4096);
	for (off_t at = 4096; at + 4096 <= status.st_size; at += 8192)
		assert_int_equal(pwrite(fd, noise, sizeof(noise), at), sizeof(noise));
	close(fd);
	assert_int_equal(os_store_open(path, &opened, &error), -1);
	assert_non_null(strstr(error.text, "is damaged"));
	assert_non_null(strstr(error.text, "move it away to start with an empty one"));
}

static void a_folder_is_made(void **state)
{
	snprintf(path, sizeof(path), "%s/l2tpd/state.sqlite", folder);
	must_open();
	save_record(1, "x", 1);
	reopen();
	assert_string_equal(records(), "1 1 78\n");
}

/* Pairs, for ever; says how many it knows to be on disk. */
static void save_until_killed(int fd)
{
	must_open();
	for (uint64_t id = 0;; id += 2) {
		store.record_save(store.context, id, (uint8_t *)"a", 1);
		store.record_save(store.context, id + 1, (uint8_t *)"b", 1);
		if (id)
			store.record_remove(store.context, id - 2);
		store.commit(store.context);
		if (id % 64 == 0 && os_store_flush(opened) && write(fd, &id, sizeof(id)) < 0)
			_exit(1);
	}
}

struct counting {
	uint64_t count, last;
};

static void count_record(void *argument, uint64_t id, const uint8_t *octets, size_t length)
{
	struct counting *counting = argument;

	counting->count++;
	counting->last = id;
}

/* Each time it is killed somewhere, what was said to be kept is there, and no batch by halves: of k pairs all odd ids
 * are there, and the last even one. */
static void the_daemon_is_killed(void **state)
{
	for (int round = 0; round < 10; round++) {
		struct counting counting = { 0, 0 };
		uint64_t known = 0, more;
		int ends[2], status;
		pid_t child;

		assert_int_equal(pipe(ends), 0);
		child = fork();
		if (child == 0)
			save_until_killed(ends[1]);
		close(ends[1]);
		for (int i = 0; i < 3 + round && read(ends[0], &more, sizeof(more)) == sizeof(more); i++)
			known = more;
		usleep((useconds_t)(round * 700));
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		while (read(ends[0], &more, sizeof(more)) == sizeof(more))
			known = more;
		close(ends[0]);
		must_open();
		assert_int_equal(store.record_load(store.context, count_record, &counting), 0);
		assert_true(counting.last >= known + 1);
		assert_int_equal(counting.last % 2, 1);
		assert_int_equal(counting.count, (counting.last + 1) / 2 + 1);
		os_store_close(opened);
		opened = NULL;
		unlink(path);
	}
}

/* --- a full disk, in a mount namespace of its own --- */

static void fill_disk(void)
{
	char name[128];
	static char block[4096];
	int fd;

	snprintf(name, sizeof(name), "%s/ballast", folder);
	fd = open(name, O_WRONLY | O_CREAT, 0600);
	while (write(fd, block, sizeof(block)) > 0)
		;
	while (write(fd, block, 1) > 0)
		;
	close(fd);
}

static void free_disk(void)
{
	char name[128];

	snprintf(name, sizeof(name), "%s/ballast", folder);
	assert_int_equal(unlink(name), 0);
}

static bool wait_readable(void)
{
	struct pollfd poll_fd = { os_store_fd(opened), POLLIN, 0 };

	return poll(&poll_fd, 1, 3 * OS_STORE_RETRY) == 1;
}

static void on_a_full_disk(void)
{
	static uint8_t large[60000];
	uint64_t id = 100;

	must_open();
	save_record(1, "x", 1);
	assert_true(os_store_flush(opened));
	fill_disk();
	while (*store.trouble(store.context) == '\0') {
		store.record_save(store.context, id++, large, sizeof(large));
		os_store_flush(opened);
		assert_true(id < 1000);
	}
	assert_non_null(strstr(logged, "state.sqlite: database or disk is full; leases and accounting records wait"));
	assert_int_equal(store.record_save(store.context, 2, (uint8_t *)"y", 1), -1);
	store.commit(store.context);
	/* what is there can be read, and the daemon goes on */
	assert_true(strncmp(records(), "1 1 78\n", 7) == 0);
	free_disk();
	assert_true(wait_readable());
	assert_string_equal(store.trouble(store.context), "");
	assert_non_null(strstr(logged, "state.sqlite is written again"));
	assert_int_equal(store.record_save(store.context, 3, (uint8_t *)"z", 1), 0);
	assert_true(os_store_flush(opened));
	for (uint64_t i = 100; i < id; i++)
		store.record_remove(store.context, i);
	reopen();
	assert_string_equal(records(), "1 1 78\n2 1 79\n3 1 7a\n");
}

static void the_disk_is_full(void **state)
{
	if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", folder, "tmpfs", 0, "size=512k") < 0) {
		print_message("# must be root, to mount a small disk\n");
		skip();
	}
	on_a_full_disk();
	os_store_close(opened);
	opened = NULL;
	/* from the start */
	unlink(path);
	fill_disk();
	refused("%s cannot be used: database or disk is full");
	assert_int_equal(umount2(folder, MNT_DETACH), 0);
}

static unsigned int times_logged(const char *words)
{
	unsigned int times = 0;

	for (const char *at = logged; (at = strstr(at, words)); at++)
		times++;
	return times;
}

/* More than is kept waiting: it is lost, and told once, however much it is. */
static void too_much_waits(void **state)
{
	static uint8_t large[1 << 20];

	if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", folder, "tmpfs", 0, "size=512k") < 0) {
		print_message("# must be root, to mount a small disk\n");
		skip();
	}
	must_open();
	for (uint64_t id = 0; id < 140; id++) {		/* what the thread has in hand does not wait */
		store.record_save(store.context, id, large, sizeof(large));
		store.commit(store.context);
		store.trouble(store.context);
	}
	os_store_flush(opened);
	store.trouble(store.context);
	assert_int_equal(times_logged("too much waits to be written"), 1);
	os_store_close(opened);
	opened = NULL;
	must_open();
	assert_string_equal(records(), "");
	os_store_close(opened);
	opened = NULL;
	assert_int_equal(umount2(folder, MNT_DETACH), 0);
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(leases_come_back),
		CASE(records_come_back),
		CASE(closing_commits),
		CASE(one_daemon_a_file),
		CASE(files_of_others),
		CASE(a_damaged_file),
		CASE(a_folder_is_made),
		CASE(the_daemon_is_killed),
		CASE(the_disk_is_full),
		CASE(too_much_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
