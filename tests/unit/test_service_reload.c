/* SPDX-License-Identifier: MIT */
/* Reload: the smallest change that makes a file true, or none at all. */
#include "service_world.h"

#define NAMED_TUNNEL \
	"tunnel create version=3 dest_ipaddr=peer.example.test tunnel_name=named tunnel_id=9 peer_tunnel_id=9\n"
#define FILE_ONE \
	TUNNEL("lon", "1") SESSION("lon", "office", "11") SESSION("lon", "shop", "12") \
	TUNNEL("par", "2") SESSION("par", "home", "21")

/* What a reload told the datapath: so many of each, in the order of enum datapath_null_operation. */
static void expect_operations(struct world *world, unsigned int tunnels_added, unsigned int tunnels_modified,
			      unsigned int tunnels_deleted, unsigned int sessions_added,
			      unsigned int sessions_modified, unsigned int session_batches)
{
	assert_int_equal(world_logged(world, DATAPATH_NULL_TUNNEL_ADD), tunnels_added);
	assert_int_equal(world_logged(world, DATAPATH_NULL_TUNNEL_MODIFY), tunnels_modified);
	assert_int_equal(world_logged(world, DATAPATH_NULL_TUNNEL_DELETE), tunnels_deleted);
	assert_int_equal(world_logged(world, DATAPATH_NULL_SESSION_ADD), sessions_added);
	assert_int_equal(world_logged(world, DATAPATH_NULL_SESSION_MODIFY), sessions_modified);
	assert_int_equal(world_logged(world, DATAPATH_NULL_SESSION_DELETE), session_batches);
}

static void the_first_load_makes_everything_in_order(void **state)
{
	struct world *world = *state;
	const struct datapath_null_entry *log;
	size_t count;

	datapath_null_log_begin(world->dp);
	RELOAD(world, "system modify max_tunnels=7\n" FILE_ONE);
	expect_operations(world, 2, 0, 0, 3, 0, 0);
	log = datapath_null_log(world->dp, &count);
	assert_int_equal(datapath_null_session(world->dp, log[2].session)->session_id, 11);
	assert_int_equal(datapath_null_session(world->dp, log[4].session)->session_id, 21);
	assert_string_equal(world_session(world, "par", "home").info.ifname, "l2tpeth2");
	assert_int_equal(world_tunnel(world, "lon").origin, SERVICE_ORIGIN_FILE);
	assert_int_equal(world_session(world, "lon", "shop").origin, SERVICE_ORIGIN_FILE);
	assert_int_equal(world_status(world).config.max_tunnels, 7);
}

static void what_did_not_change_is_not_touched(void **state)
{
	struct world *world = *state;
	handle tunnel, session;

	RELOAD(world, FILE_ONE NAMED_TUNNEL);
	tunnel = world_find(world, "tunnel show tunnel_name=lon");
	session = world_find(world, "session show tunnel_name=lon session_name=shop");
	datapath_null_log_begin(world->dp);
	RELOAD(world, FILE_ONE NAMED_TUNNEL);
	assert_int_equal(world_log_length(world), 0);
	/* nor when it is written in another order and with defaults spelt out */
	RELOAD(world, NAMED_TUNNEL TUNNEL("par", "2") TUNNEL("lon", "1") SESSION("lon", "shop", "12")
		      SESSION("par", "home", "21")
		      "session create tunnel_id=1 session_name=office session_id=11 peer_session_id=11 pw_type=5 mtu=auto");
	assert_int_equal(world_log_length(world), 0);
	assert_int_equal(world_find(world, "tunnel show tunnel_name=lon"), tunnel);
	assert_int_equal(world_find(world, "session show tunnel_name=lon session_name=shop"), session);
}

static void what_is_gone_from_the_file_goes(void **state)
{
	struct world *world = *state;

	RELOAD(world, FILE_ONE);
	datapath_null_log_begin(world->dp);
	RELOAD(world, TUNNEL("lon", "1"));
	expect_operations(world, 0, 0, 1, 0, 0, 1);	/* the sessions in one batch */
	assert_int_equal(datapath_null_log(world->dp, &(size_t){ 0 })->count, 2);
	assert_int_equal(world_status(world).tunnels, 1);
	assert_int_equal(world_status(world).sessions, 0);
	RELOAD(world, "");
	assert_int_equal(world_status(world).tunnels, 0);
	assert_int_equal(datapath_null_tunnels(world->dp), 0);
}

static void live_parameters_are_modified(void **state)
{
	struct world *world = *state;
	handle session;

	RELOAD(world, FILE_ONE);
	session = world_find(world, "session show tunnel_name=lon session_name=office");
	datapath_null_log_begin(world->dp);
	RELOAD(world, FILE_ONE "session modify tunnel_name=lon session_name=office mtu=1300\n"
			       "tunnel modify tunnel_name=par ttl=9 resolve_interval=7");
	expect_operations(world, 0, 1, 0, 0, 1, 0);
	assert_int_equal(world_find(world, "session show tunnel_name=lon session_name=office"), session);
	assert_int_equal(world_session(world, "lon", "office").config.mtu, 1300);
	assert_int_equal(world_tunnel(world, "par").config.ttl, 9);
	assert_int_equal(world_tunnel(world, "par").config.resolve_interval, 7);
	/* what an administrator changed meanwhile is as in the file again, and defaults return */
	DO(world, "session modify tunnel_name=lon session_name=shop mtu=1200");
	datapath_null_log_begin(world->dp);
	RELOAD(world, FILE_ONE);
	expect_operations(world, 0, 1, 0, 0, 2, 0);
	assert_int_equal(world_session(world, "lon", "shop").config.mtu, CONFIG_MTU_AUTO);
	assert_int_equal(world_tunnel(world, "par").config.ttl, CONFIG_TTL_DEFAULT);
}

static void fixed_parameters_make_it_anew(void **state)
{
	struct world *world = *state;
	handle tunnel, other;

	RELOAD(world, FILE_ONE);
	tunnel = world_find(world, "tunnel show tunnel_name=lon");
	other = world_find(world, "session show tunnel_name=lon session_name=office");
	datapath_null_log_begin(world->dp);
	RELOAD(world, TUNNEL("lon", "1") SESSION("lon", "office", "11")
		      "session create tunnel_name=lon session_name=shop session_id=12 peer_session_id=99\n"
		      TUNNEL("par", "2") SESSION("par", "home", "21"));
	expect_operations(world, 0, 0, 0, 2, 0, 2);	/* tried first */
	assert_int_equal(world_session(world, "lon", "shop").config.peer_session_id, 99);
	assert_int_equal(world_find(world, "session show tunnel_name=lon session_name=office"), other);
	/* a tunnel: with all its sessions */
	datapath_null_log_begin(world->dp);
	RELOAD(world, "tunnel create version=3 dest_ipaddr=192.0.2.3 tunnel_name=lon tunnel_id=1 peer_tunnel_id=1\n"
		      SESSION("lon", "office", "11") SESSION("lon", "shop", "12") TUNNEL("par", "2")
		      SESSION("par", "home", "21"));
	/* tried first: what the system takes for one of its sessions, it takes for the other one */
	expect_operations(world, 2, 0, 2, 3, 0, 1);
	assert_int_not_equal(world_find(world, "tunnel show tunnel_name=lon"), tunnel);
	assert_int_equal(service_tunnel_view(world->service, tunnel, &(struct service_tunnel_view){ 0 }), -1);
}

static void names_and_ids_may_change_hands(void **state)
{
	struct world *world = *state;

	RELOAD(world, TUNNEL("lon", "1") SESSION("lon", "a", "11") SESSION("lon", "b", "12") TUNNEL("par", "2"));
	RELOAD(world, TUNNEL("par", "1") SESSION("par", "b", "11") SESSION("par", "a", "12") TUNNEL("lon", "2"));
	assert_int_equal(world_tunnel(world, "par").config.tunnel_id, 1);
	assert_int_equal(world_tunnel(world, "lon").config.tunnel_id, 2);
	assert_int_equal(world_session(world, "par", "b").config.session_id, 11);
	assert_int_equal(world_status(world).sessions, 2);
	RELOAD(world, TUNNEL("par", "1") SESSION("par", "a", "11") SESSION("par", "b", "12"));
	assert_int_equal(world_session(world, "par", "b").config.session_id, 12);
	assert_int_equal(world_status(world).tunnels, 1);
}

static void what_an_administrator_made_stays(void **state)
{
	struct world *world = *state;

	RELOAD(world, TUNNEL("lon", "1") SESSION("lon", "office", "11"));
	DO(world, TUNNEL("rom", "3") SESSION("rom", "x", "31") SESSION("lon", "y", "13"));
	datapath_null_log_begin(world->dp);
	RELOAD(world, TUNNEL("lon", "1"));
	expect_operations(world, 0, 0, 0, 0, 0, 1);
	assert_true(world_has(world, "session show tunnel_name=rom session_name=x"));
	assert_true(world_has(world, "session show tunnel_name=lon session_name=y"));
	/* in a tunnel that is made anew it is made anew */
	RELOAD(world, "tunnel create version=3 dest_ipaddr=192.0.2.3 tunnel_name=lon tunnel_id=4 peer_tunnel_id=1\n"
		      SESSION("lon", "z", "11"));
	assert_int_equal(world_session(world, "lon", "y").origin, SERVICE_ORIGIN_ADMIN);
	assert_int_equal(world_session(world, "lon", "y").config.session_id, 13);
	assert_int_equal(world_session(world, "lon", "y").config.tunnel_id, 4);
	/* with its tunnel it goes */
	RELOAD(world, "");
	assert_int_equal(world_status(world).tunnels, 1);
	assert_int_equal(world_status(world).sessions, 1);
}

static void what_came_by_the_kernels_api_stays(void **state)
{
	struct world *world = *state;

	world_expect(world, world_execute(world, SERVICE_ORIGIN_KERNEL, TUNNEL("lon", "1") SESSION("lon", "x", "11")));
	RELOAD(world, TUNNEL("rom", "2"));
	RELOAD(world, "");
	assert_int_equal(world_status(world).tunnels, 1);
	assert_int_equal(world_tunnel(world, "lon").origin, SERVICE_ORIGIN_KERNEL);
	assert_int_equal(world_session(world, "lon", "x").origin, SERVICE_ORIGIN_KERNEL);
	/* the same in the file does not become the file's */
	RELOAD_REFUSED(world, ERROR_EXISTS, "tunnel_id", "is taken by tunnel lon", TUNNEL("lon", "1"));
}

/* Over the network to itself, or to the peer's session 0, as the kernel allows. */
static void the_kernels_api_may_do_more(void **state)
{
	static const char sessions[] =
		"tunnel create version=3 tunnel_name=self src_ipaddr=127.0.0.1 dest_ipaddr=127.0.0.1 tunnel_id=1 "
		"peer_tunnel_id=2\n" SESSION("self", "loop", "11");
	struct world *world = *state;
	unsigned int count;
	struct command *zero = world_parse(SESSION("self", "zero", "12"), &count);

	zero->config.session.peer_session_id = 0;
	REFUSED(world, ERROR_VALUE, "peer_session_id", "would lead to itself", sessions);
	DO(world, "tunnel delete tunnel_name=self");
	world_expect(world, world_execute(world, SERVICE_ORIGIN_KERNEL, sessions));
	world_expect(world, service_execute(world->service, zero, SERVICE_ORIGIN_KERNEL, world->now, NULL,
					    &world->error));
	free(zero);
}

static void what_the_file_names_too_is_the_files(void **state)
{
	struct world *world = *state;

	DO(world, TUNNEL("lon", "1") SESSION("lon", "office", "11"));
	datapath_null_log_begin(world->dp);
	RELOAD(world, TUNNEL("lon", "1") SESSION("lon", "office", "11"));
	assert_int_equal(world_log_length(world), 0);
	assert_int_equal(world_tunnel(world, "lon").origin, SERVICE_ORIGIN_FILE);
	assert_int_equal(world_session(world, "lon", "office").origin, SERVICE_ORIGIN_FILE);
	RELOAD(world, "");
	assert_int_equal(world_status(world).tunnels, 0);
}

static void what_clashes_with_an_administrators_is_refused(void **state)
{
	struct world *world = *state;

	RELOAD(world, TUNNEL("lon", "1") SESSION("lon", "office", "11"));
	DO(world, TUNNEL("rom", "3"));
	RELOAD_REFUSED(world, ERROR_EXISTS, "tunnel_id", "3 is taken by tunnel rom",
		       TUNNEL("par", "2") TUNNEL("x", "3"));
	assert_int_equal(world->failed, 1);
	assert_true(world_has(world, "session show tunnel_name=lon session_name=office"));
	assert_false(world_has(world, "tunnel show tunnel_name=par"));
}

static void one_bad_command_changes_nothing(void **state)
{
	struct world *world = *state;

	RELOAD(world, FILE_ONE);
	datapath_null_log_begin(world->dp);
	RELOAD_REFUSED(world, ERROR_EXISTS, "session_id", "11 is taken by session office of tunnel lon",
		       "system modify max_tunnels=9\n" TUNNEL("lon", "1") SESSION("lon", "office", "11")
		       SESSION("lon", "x", "11"));
	assert_int_equal(world->failed, 3);
	RELOAD_REFUSED(world, ERROR_UNKNOWN, "tunnel_name", "there is no tunnel named lon", SESSION("lon", "x", "11"));
	assert_int_equal(world->failed, 0);
	RELOAD_REFUSED(world, ERROR_SYNTAX, "", "create, modify, and unset of profiles do",
		       TUNNEL("lon", "1") "tunnel delete tunnel_name=lon");
	assert_int_equal(world->failed, 1);
	assert_int_equal(world_log_length(world), 0);
	assert_int_equal(world_status(world).config.max_tunnels, 0);
	assert_int_equal(world_status(world).sessions, 3);
}

/* Everything there is, as text: the same before and after. */
static void describe(struct world *world, char *text, size_t size)
{
	uint64_t tunnel_id = 0;
	size_t used = 0;
	handle tunnel, session;

	text[0] = '\0';
	while (service_next_tunnel(world->service, &tunnel_id, &tunnel)) {
		struct service_tunnel_view view;
		uint64_t session_id = 0;
		char peer[ADDRESS_TEXT_MAX];

		assert_int_equal(service_tunnel_view(world->service, tunnel, &view), 0);
		used += (size_t)snprintf(text + used, size - used, "%s %u %s ttl %d origin %d\n",
					 view.config.tunnel_name,
					 view.config.tunnel_id, address_format(&view.peer, peer, sizeof(peer)),
					 (int)view.config.ttl, view.origin);
		while (service_next_session(world->service, tunnel, &session_id, &session)) {
			struct service_session_view sview;

			assert_int_equal(service_session_view(world->service, session, &sview), 0);
			used += (size_t)snprintf(text + used, size - used, "  %s %u->%u %s mtu %d/%u origin %d\n",
						 sview.config.session_name, sview.config.session_id,
						 sview.config.peer_session_id, sview.info.ifname, (int)sview.config.mtu,
						 sview.info.mtu, sview.origin);
			assert_true(used < size);
		}
	}
	assert_int_equal(datapath_null_sessions(world->dp), world_status(world).sessions);
	assert_int_equal(datapath_null_tunnels(world->dp), world_status(world).tunnels);
}

#define BEFORE \
	"system modify max_sessions=50\n" FILE_ONE TUNNEL("rom", "3") SESSION("rom", "a", "31") \
	SESSION("rom", "b", "32") \
	SESSION("rom", "c", "33") "session create tunnel_name=rom session_id=34 peer_session_id=1"
/* rom is made anew, lon/shop goes, lon/office and par change, par/home is made anew, new ones come */
#define AFTER \
	"system modify max_sessions=60\n" TUNNEL("lon", "1") SESSION("lon", "office", "11") \
	"session modify tunnel_name=lon session_name=office mtu=1300 lns_mode=yes\n" \
	TUNNEL("par", "2") "tunnel modify tunnel_name=par ttl=7\n" \
	"session create tunnel_name=par session_name=home session_id=21 peer_session_id=99\n" \
	"tunnel create version=3 dest_ipaddr=192.0.2.9 tunnel_name=rom tunnel_id=3 peer_tunnel_id=3\n" \
	SESSION("rom", "a", "31") TUNNEL("new", "5") SESSION("new", "n", "51")

static void a_refusal_on_the_way_is_undone(void **state)
{
	static const struct {
		enum datapath_null_operation operation;
		unsigned int successes;
		unsigned int failed;
	} cases[] = {
		{ DATAPATH_NULL_TUNNEL_MODIFY, 0, 5 }, { DATAPATH_NULL_TUNNEL_ADD, 0, 7 },
		{ DATAPATH_NULL_TUNNEL_ADD, 1, 9 }, { DATAPATH_NULL_SESSION_MODIFY, 0, 3 },
		{ DATAPATH_NULL_SESSION_ADD, 0, 6 }, { DATAPATH_NULL_SESSION_ADD, 1, 8 },
		{ DATAPATH_NULL_SESSION_ADD, 2, 10 },
		/* what was taken when it was tried */
		{ DATAPATH_NULL_TUNNEL_ADD, 2, 7 }, { DATAPATH_NULL_TUNNEL_ADD, 3, 9 },
		{ DATAPATH_NULL_SESSION_ADD, 4, 6 }, { DATAPATH_NULL_SESSION_ADD, 5, 8 },
		{ DATAPATH_NULL_SESSION_ADD, 6, 10 }, { DATAPATH_NULL_SESSION_ADD, 7, 7 },
	};
	struct world *world = *state;
	struct error no = { .code = ERROR_SYSTEM, .parameter = "interface_name", .text = "the system refuses" };
	static char before[4096], after[4096];

	RELOAD(world, BEFORE);
	DO(world, SESSION("lon", "mine", "77") SESSION("rom", "mine", "78"));
	/* so that names of devices are not in order */
	DO(world, "session delete tunnel_name=lon session_name=office\n");
	DO(world, SESSION("lon", "office", "11"));
	describe(world, before, sizeof(before));
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		datapath_null_fail(world->dp, cases[i].operation, cases[i].successes, &no);
		RELOAD_REFUSED(world, ERROR_SYSTEM, "interface_name", "the system refuses", AFTER);
		assert_int_equal(world->failed, cases[i].failed);
		describe(world, after, sizeof(after));
		assert_string_equal(after, before);
		assert_int_equal(world_status(world).config.max_sessions, 50);
	}
	RELOAD(world, AFTER);
	assert_int_equal(world_status(world).config.max_sessions, 60);
	assert_int_equal(world_session(world, "rom", "mine").config.session_id, 78);
	assert_int_equal(world_session(world, "lon", "office").config.mtu, 1300);
	RELOAD(world, BEFORE);
	assert_int_equal(world_session(world, "lon", "office").config.mtu, CONFIG_MTU_AUTO);
	assert_true(world_has(world, "session show tunnel_name=rom session_id=34"));
}

static void what_cannot_be_put_back_is_reported(void **state)
{
	struct world *world = *state;
	struct error no = { .code = ERROR_SYSTEM, .text = "refused" };

	RELOAD(world, TUNNEL("lon", "1") SESSION("lon", "a", "11") TUNNEL("par", "2") SESSION("par", "b", "12"));
	datapath_null_fail(world->dp, DATAPATH_NULL_TUNNEL_ADD, 1, &no);	/* taken when it was tried */
	/* par goes, and new is refused; then par's session is refused when it returns */
	datapath_null_fail(world->dp, DATAPATH_NULL_SESSION_ADD, 0, &no);
	RELOAD_REFUSED(world, ERROR_SYSTEM, "", "refused (and 1 could not be put back: see the log)",
		       TUNNEL("lon", "1") SESSION("lon", "a", "11") TUNNEL("new", "3"));
	assert_true(world_has(world, "tunnel show tunnel_name=par"));
	assert_false(world_has(world, "session show tunnel_name=par session_name=b"));
	assert_int_equal(datapath_null_sessions(world->dp), world_status(world).sessions);
	datapath_null_fail(world->dp, DATAPATH_NULL_SESSION_ADD, 0, NULL);
	RELOAD(world, TUNNEL("lon", "1") SESSION("lon", "a", "11") TUNNEL("par", "2") SESSION("par", "b", "12"));
}

/* No tunnel or session that existed before was deleted or changed: all deletions are of trials. */
static void expect_untouched(struct world *world, handle tunnel, handle session)
{
	const struct datapath_null_entry *log;
	size_t count;

	log = datapath_null_log(world->dp, &count);
	for (size_t i = 0; i < count; i++) {
		if (log[i].operation == DATAPATH_NULL_TUNNEL_DELETE)
			assert_int_not_equal(log[i].tunnel, tunnel);
		if (log[i].operation == DATAPATH_NULL_SESSION_DELETE) {
			assert_int_equal(log[i].count, 1);	/* only then is it known which */
			assert_int_not_equal(log[i].session, session);
		}
	}
	assert_non_null(datapath_null_session(world->dp, session));
	assert_non_null(datapath_null_tunnel(world->dp, tunnel));
}

#define OFFICE "session create tunnel_name=lon session_name=office session_id=11 peer_session_id=11 interface_name=pw0 "

static void what_runs_is_not_touched_by_a_refused_reload(void **state)
{
	static const char *const refused[] = {
		TUNNEL("lon", "1") OFFICE "bridge=nobridge",
		TUNNEL("lon", "1") "session create tunnel_name=lon session_id=12 peer_session_id=12 bridge=nobridge",
		"tunnel create version=3 dest_ipaddr=192.0.2.2 tunnel_name=lon tunnel_id=1 peer_tunnel_id=1 ttl=9 "
		"src_ipaddr=192.0.2.77\n" OFFICE,
		"tunnel create version=3 dest_ipaddr=192.0.2.3 tunnel_name=par tunnel_id=1 peer_tunnel_id=1\n"
		"session create tunnel_name=par session_id=11 peer_session_id=11 interface_name=pw0",
	};
	struct world *world = *state;
	struct error no = { .code = ERROR_SYSTEM, .parameter = "bridge", .text = "the system refuses" };
	const struct datapath_null_entry *log;
	handle tunnel, session;
	size_t count;

	datapath_null_log_begin(world->dp);
	RELOAD(world, TUNNEL("lon", "1") OFFICE);
	log = datapath_null_log(world->dp, &count);
	tunnel = log[0].tunnel;
	session = log[1].session;
	for (unsigned int i = 0; i < ARRAY_SIZE(refused); i++) {
		enum datapath_null_operation operation = i == 2 ? DATAPATH_NULL_TUNNEL_ADD : DATAPATH_NULL_SESSION_ADD;

		datapath_null_log_begin(world->dp);
		datapath_null_fail(world->dp, operation, 0, &no);
		RELOAD_REFUSED(world, ERROR_SYSTEM, "bridge", "the system refuses", refused[i]);
		assert_int_equal(world->failed, i != 2);
		expect_untouched(world, tunnel, session);
		assert_int_equal(datapath_null_tunnels(world->dp), 1);
		assert_int_equal(datapath_null_sessions(world->dp), 1);
		assert_string_equal(datapath_null_session(world->dp, session)->ifname, "pw0");
	}
}

/* What the file wants is an administrator's, and office is in the way of nothing: not one operation. */
static void what_administrators_hold_is_seen_before_anything_goes(void **state)
{
#define LON_ELSEWHERE "tunnel create version=3 dest_ipaddr=192.0.2.3 tunnel_name=lon tunnel_id=1 peer_tunnel_id=1\n"
	static const struct {
		const char *text, *parameter, *part;
		unsigned int failed;
	} cases[] = {
		{ TUNNEL("lon", "1") "session create tunnel_name=lon session_name=office session_id=11 "
		  "peer_session_id=11 interface_name=mine0", "interface_name", "taken by session m of tunnel mine", 1 },
		{ TUNNEL("lon", "1") SESSION("lon", "x", "31"), "session_id", "taken by session adm of tunnel lon", 1 },
		{ TUNNEL("lon", "1") SESSION("lon", "x", "5"), "session_id", "nothing would tell them apart", 1 },
		{ TUNNEL("new", "7") SESSION("new", "x", "1"), "tunnel_id", "taken by tunnel mine", 0 },
		{ LON_ELSEWHERE SESSION("lon", "x", "31"), "session_id", "taken by session x of tunnel lon", 0 },
		{ LON_ELSEWHERE "session create tunnel_name=lon session_name=x session_id=40 peer_session_id=1 "
		  "interface_name=adm0", "interface_name", "taken by session x of tunnel lon", 0 },
		{ LON_ELSEWHERE
		  "tunnel create version=3 dest_ipaddr=192.0.2.3 tunnel_name=ams tunnel_id=8 peer_tunnel_id=8\n"
		  SESSION("ams", "x", "32"), "session_id", "nothing would tell them apart", 0 },
	};
	struct world *world = *state;

	RELOAD(world, TUNNEL("lon", "1") OFFICE);
	DO(world, SESSION("lon", "adm", "31") TUNNEL("mine", "7")
	   "session create tunnel_name=lon session_name=adm2 session_id=32 peer_session_id=1 interface_name=adm0\n"
	   "session create tunnel_name=mine session_name=m session_id=5 peer_session_id=5 interface_name=mine0");
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		datapath_null_log_begin(world->dp);
		RELOAD_REFUSED(world, ERROR_EXISTS, cases[i].parameter, cases[i].part, cases[i].text);
		assert_int_equal(world->failed, cases[i].failed);
		assert_int_equal(world_log_length(world), 0);
	}
	/* what goes is in nobody's way */
	RELOAD(world, LON_ELSEWHERE "session create tunnel_name=lon session_name=x session_id=11 peer_session_id=1 "
		      "interface_name=pw0");
}

static void those_without_name_and_id_are_known_by_the_rest(void **state)
{
#define NAMELESS(peer, id) "tunnel create version=3 dest_ipaddr=" peer " peer_tunnel_id=" id "\n"
	struct world *world = *state;

	RELOAD(world, NAMELESS("192.0.2.3", "1") NAMELESS("192.0.2.3", "1") NAMELESS("192.0.2.4", "1")
		      TUNNEL("lon", "1") "session create tunnel_id=1 peer_session_id=5\n"
		      "session create tunnel_id=1 peer_session_id=6\nsession create tunnel_id=1 peer_session_id=7\n");
	datapath_null_log_begin(world->dp);
	RELOAD(world, TUNNEL("lon", "1") "session create tunnel_id=1 peer_session_id=7\n"
		      "session create tunnel_id=1 peer_session_id=5\nsession create tunnel_id=1 peer_session_id=6\n"
		      NAMELESS("192.0.2.4", "1") NAMELESS("192.0.2.3", "1") NAMELESS("192.0.2.3", "1"));
	assert_int_equal(world_log_length(world), 0);
	RELOAD(world, TUNNEL("lon", "1") "session create tunnel_id=1 peer_session_id=7\n"
		      "session create tunnel_id=1 peer_session_id=5\nsession create tunnel_id=1 peer_session_id=8\n"
		      NAMELESS("192.0.2.3", "1") NAMELESS("192.0.2.3", "2"));
	expect_operations(world, 2, 0, 3, 2, 0, 2);
	assert_int_equal(world_status(world).tunnels, 3);
}

/* What was renamed live is found by the id that the file gives, and named as in the file again. */
static void what_was_renamed_is_found_again(void **state)
{
	struct world *world = *state;
	handle tunnel, session, unnamed;
	static const char file[] = FILE_ONE "session create tunnel_name=par session_id=22 peer_session_id=22\n";

	RELOAD(world, file);
	tunnel = world_find(world, "tunnel show tunnel_name=lon");
	session = world_find(world, "session show tunnel_name=lon session_name=shop");
	unnamed = world_find(world, "session show tunnel_name=par session_id=22");
	datapath_null_log_begin(world->dp);
	DO(world, "tunnel modify tunnel_id=1 tunnel_name=x\nsession modify tunnel_id=1 session_id=12 session_name=y\n"
		  "session modify tunnel_id=2 session_id=22 session_name=z");
	RELOAD(world, file);
	assert_int_equal(world_log_length(world), 0);
	assert_int_equal(world_find(world, "tunnel show tunnel_name=lon"), tunnel);
	assert_int_equal(world_find(world, "session show tunnel_name=lon session_name=shop"), session);
	assert_false(world_has(world, "tunnel show tunnel_name=x"));
	assert_false(world_has(world, "session show tunnel_name=par session_name=z"));
	assert_true(world_has(world, "session show tunnel_name=par session_id=22"));
	assert_string_equal(world_session(world, "lon", "office").config.tunnel_name, "lon");

	/* the file says another name, beside other changes: one who was renamed already stays so */
	DO(world, "tunnel modify tunnel_id=1 tunnel_name=rom");
	RELOAD(world, TUNNEL("rom", "1") SESSION("rom", "office", "11") SESSION("rom", "shop", "12") "session modify "
		      "tunnel_id=1 session_name=shop mtu=1300\n" TUNNEL("bern", "2") SESSION("bern", "home", "21")
		      "session create tunnel_name=bern session_name=z session_id=22 peer_session_id=22\n");
	expect_operations(world, 0, 0, 0, 0, 1, 0);
	assert_int_equal(world_find(world, "tunnel show tunnel_name=rom"), tunnel);
	assert_int_equal(world_find(world, "session show tunnel_name=bern session_name=z"), unnamed);
	assert_string_equal(world_session(world, "rom", "shop").config.tunnel_name, "rom");

	/* names that change hands, with the ids: all as the file says, whatever that takes */
	RELOAD(world, TUNNEL("bern", "1") SESSION("bern", "shop", "11") SESSION("bern", "office", "12")
		      TUNNEL("rom", "2"));
	assert_int_equal(world_tunnel(world, "bern").config.tunnel_id, 1);
	assert_int_equal(world_tunnel(world, "rom").config.tunnel_id, 2);
	assert_int_equal(world_session(world, "bern", "shop").config.session_id, 11);
	assert_int_equal(world_status(world).sessions, 2);
}

/* The datapath refuses after the renaming: it is undone with the rest. */
static void renaming_is_undone(void **state)
{
	struct world *world = *state;
	struct error no = { .code = ERROR_SYSTEM, .text = "no" };
	char before[4096], after[4096];

	RELOAD(world, FILE_ONE);
	DO(world, "tunnel modify tunnel_id=1 tunnel_name=x\nsession modify tunnel_id=1 session_id=12 session_name=y");
	describe(world, before, sizeof(before));
	for (unsigned int nth = 0; nth < 3; nth++) {	/* the trial, office, more */
		datapath_null_fail(world->dp, DATAPATH_NULL_SESSION_ADD, nth, &no);
		if (!world_reload(world, TUNNEL("lon", "1") SESSION("lon", "shop", "12")
				  "session create tunnel_name=lon session_name=office session_id=11 peer_session_id=9\n"
				  "session create tunnel_name=lon session_name=more session_id=13 peer_session_id=9\n"))
			fail_msg("not refused: %u", nth);
		describe(world, after, sizeof(after));
		assert_string_equal(after, before);
		assert_string_equal(world_session(world, "x", "office").config.tunnel_name, "x");
		assert_string_equal(world_session(world, "x", "y").config.tunnel_name, "x");
	}
}

/* The file gave neither name nor id, so that nothing there contradicts a name. */
static void a_new_name_does_not_estrange_the_nameless(void **state)
{
	struct world *world = *state;
	static const char file[] = NAMELESS("192.0.2.3", "1") TUNNEL("lon", "1")
		"session create tunnel_id=1 peer_session_id=5\nsession create tunnel_id=1 peer_session_id=6\n";
	uint64_t tunnel_id = 1, session_id = 0;
	handle tunnel, session, lon;
	char text[256];

	RELOAD(world, file);
	lon = world_find(world, "tunnel show tunnel_name=lon");
	assert_true(service_next_tunnel(world->service, &tunnel_id, &tunnel));
	assert_true(service_next_session(world->service, lon, &session_id, &session));
	snprintf(text, sizeof(text), "tunnel modify tunnel_id=%u tunnel_name=x\n"
		 "session modify tunnel_id=1 session_id=%u session_name=y", (uint32_t)tunnel_id, (uint32_t)session_id);
	DO(world, text);
	datapath_null_log_begin(world->dp);
	RELOAD(world, file);
	RELOAD(world, file);
	assert_int_equal(world_log_length(world), 0);
	assert_int_equal(world_find(world, "tunnel show tunnel_name=x"), tunnel);
	assert_int_equal(world_find(world, "session show tunnel_name=lon session_name=y"), session);
}

/* An administrator's is not the file's, and an id that chance gave is no name. */
static void only_the_files_own_is_renamed(void **state)
{
	struct world *world = *state;
	static const char file[] = "tunnel create version=3 tunnel_name=lon dest_ipaddr=192.0.2.2 peer_tunnel_id=1\n";
	char text[512];
	handle lon;

	DO(world, TUNNEL("mine", "7"));
	RELOAD_REFUSED(world, ERROR_EXISTS, "tunnel_id", "tunnel_id 7 is taken by tunnel mine", TUNNEL("other", "7"));
	RELOAD(world, file);
	lon = world_find(world, "tunnel show tunnel_name=lon");
	snprintf(text, sizeof(text), "%stunnel create version=3 tunnel_name=rom tunnel_id=%u dest_ipaddr=192.0.2.2 "
		 "peer_tunnel_id=1", file, world_tunnel(world, "lon").config.tunnel_id);
	RELOAD(world, text);
	assert_int_not_equal(world_find(world, "tunnel show tunnel_name=rom"), lon);
}

static void an_id_that_chance_gave_is_kept(void **state)
{
	struct world *world = *state;
	uint32_t tunnel_id, session_id;
	static const char before[] =
		"tunnel create version=3 tunnel_name=lon dest_ipaddr=192.0.2.2 peer_tunnel_id=1\n"
		"session create tunnel_name=lon session_name=a peer_session_id=1";
	static const char after[] =
		"tunnel create version=3 tunnel_name=lon dest_ipaddr=192.0.2.3 peer_tunnel_id=1\n"
		"session create tunnel_name=lon session_name=a peer_session_id=1 mtu=1300";

	RELOAD(world, before);
	tunnel_id = world_tunnel(world, "lon").config.tunnel_id;
	session_id = world_session(world, "lon", "a").config.session_id;
	datapath_null_log_begin(world->dp);
	RELOAD(world, before);
	assert_int_equal(world_log_length(world), 0);
	RELOAD(world, after);
	assert_int_equal(world_tunnel(world, "lon").config.tunnel_id, tunnel_id);
	assert_int_equal(world_session(world, "lon", "a").config.session_id, session_id);
	assert_int_equal(world_session(world, "lon", "a").config.mtu, 1300);
}

static void an_id_that_chance_gave_is_left_to_who_asks_for_it(void **state)
{
	struct world *world = *state;
	static const char before[] =
		"tunnel create version=3 tunnel_name=lon dest_ipaddr=192.0.2.2 peer_tunnel_id=1\n"
		"session create tunnel_name=lon session_name=a peer_session_id=1\n" TUNNEL("par", "7");
	uint32_t id;
	char after[1024];

	RELOAD(world, before);
	id = world_session(world, "lon", "a").config.session_id;
	snprintf(after, sizeof(after),
		 "%ssession create tunnel_name=lon session_name=b session_id=%u peer_session_id=2", before, id);
	RELOAD(world, after);
	assert_int_equal(world_session(world, "lon", "b").config.session_id, id);
	assert_int_not_equal(world_session(world, "lon", "a").config.session_id, id);
	id = world_tunnel(world, "lon").config.tunnel_id;
	snprintf(after, sizeof(after),
		 "%stunnel create version=3 tunnel_name=rom tunnel_id=%u dest_ipaddr=192.0.2.2 peer_tunnel_id=1",
		 before, id);
	RELOAD(world, after);
	assert_int_equal(world_tunnel(world, "rom").config.tunnel_id, id);
	assert_int_not_equal(world_tunnel(world, "lon").config.tunnel_id, id);
	assert_true(world_has(world, "session show tunnel_name=lon session_name=a"));
}

static void an_address_that_was_found_is_kept(void **state)
{
	struct world *world = *state;
	struct service_tunnel_view view;
	struct service_request request;
	struct address address;

	RELOAD(world, NAMED_TUNNEL);
	address_parse("192.0.2.7", &address);
	assert_true(service_next_request(world->service, &request));
	service_resolved(world->service, request.tunnel, &address, 1, NULL, world->now);
	datapath_null_log_begin(world->dp);
	RELOAD(world, NAMED_TUNNEL SESSION("named", "a", "1"));
	expect_operations(world, 0, 0, 0, 1, 0, 0);
	assert_false(service_next_request(world->service, &request));
	view = world_tunnel(world, "named");
	assert_true(address_equal(&view.peer, &address));
}

static void a_lost_device_comes_back(void **state)
{
	struct world *world = *state;
	struct datapath_event event = { .kind = DATAPATH_EVENT_DEVICE_GONE };
	size_t count;

	datapath_null_log_begin(world->dp);
	RELOAD(world, TUNNEL("lon", "1") SESSION("lon", "a", "11") SESSION("lon", "b", "12"));
	event.session = datapath_null_log(world->dp, &count)[1].session;
	service_datapath_event(world->service, &event, world->now);
	assert_non_null(strstr(world_session(world, "lon", "a").reason, "or system reload"));
	assert_false(world_session(world, "lon", "a").info.carrier);
	datapath_null_log_begin(world->dp);
	RELOAD(world, TUNNEL("lon", "1") SESSION("lon", "a", "11") SESSION("lon", "b", "12"));
	assert_true(world_session(world, "lon", "a").info.carrier);
	expect_operations(world, 0, 0, 0, 2, 0, 2);
	assert_string_equal(world_session(world, "lon", "a").reason, "");
}

static void system_parameters_follow_the_file(void **state)
{
	struct world *world = *state;

	RELOAD(world, "system modify max_tunnels=5");
	DO(world, "system modify max_sessions=6");
	RELOAD(world, "system modify max_tunnels=8");
	assert_int_equal(world_status(world).config.max_tunnels, 8);
	assert_int_equal(world_status(world).config.max_sessions, 6);	/* the administrator's */
	RELOAD(world, "");
	assert_int_equal(world_status(world).config.max_tunnels, 0);
	assert_int_equal(world_status(world).config.max_sessions, 6);
	/* limits and denials hold where they stand in the file, as at the first load */
	RELOAD(world, TUNNEL("a", "1") TUNNEL("b", "2") "system modify max_tunnels=1 deny_local_tunnel_creates=yes");
	RELOAD(world, TUNNEL("a", "1") TUNNEL("b", "2") "system modify max_tunnels=1 deny_local_tunnel_creates=yes");
	assert_int_equal(world_status(world).tunnels, 2);
	RELOAD_REFUSED(world, ERROR_LIMIT, "max_tunnels", "1 exist, which is the limit",
		       "system modify max_tunnels=1\n" TUNNEL("a", "1") TUNNEL("b", "2"));
	assert_int_equal(world->failed, 2);
}

static void limits_count_what_administrators_made(void **state)
{
	struct world *world = *state;

	DO(world, TUNNEL("x", "7") TUNNEL("y", "8") SESSION("x", "s", "1"));
	RELOAD_REFUSED(world, ERROR_LIMIT, "max_tunnels", "there would be 4, and the limit is 3",
		       "system modify max_tunnels=3\n" TUNNEL("a", "1") TUNNEL("b", "2"));
	assert_int_equal(world->failed, 3);
	RELOAD_REFUSED(world, ERROR_LIMIT, "max_sessions", "there would be 3, and the limit is 2",
		       "system modify max_sessions=2\n" TUNNEL("a", "1") SESSION("a", "s", "2") SESSION("a", "t", "3"));
	assert_int_equal(world_status(world).tunnels, 2);
	RELOAD(world, "system modify max_tunnels=4\n" TUNNEL("a", "1") TUNNEL("b", "2"));
	/* a limit below what there is takes nothing away */
	RELOAD(world, "system modify max_tunnels=2\n" TUNNEL("a", "1") TUNNEL("b", "2"));
	RELOAD(world, "system modify max_tunnels=2\n" TUNNEL("a", "1"));
	assert_int_equal(world_status(world).tunnels, 3);
}

/* Those of types whose turn did not come are not taken for new ones. */
static void too_many_profiles_take_none_away(void **state)
{
	struct world *world = *state;
	char text[64 * 2048], *end = text;

	DO(world, "tunnel profile create profile_name=t1 version=3 ttl=5\n"
		  "tunnel create tunnel_name=lon peer_tunnel_id=1 dest_ipaddr=192.0.2.2 profile_name=t1\n");
	for (unsigned int i = 0; i < 4000; i++) {
		snprintf(text, sizeof(text), "peer profile create profile_name=p%u", i);
		DO(world, text);
	}
	for (unsigned int i = 0; i < 200; i++)
		end += sprintf(end, "peer profile create profile_name=q%u\n", i);
	RELOAD_REFUSED(world, ERROR_LIMIT, "profile_name", "4201 peer profiles, and 4096 is the most", text);
	assert_int_equal(world_tunnel(world, "lon").config.ttl, 5);
	DO(world, "tunnel create tunnel_name=par peer_tunnel_id=1 dest_ipaddr=192.0.2.2 profile_name=t1\n"
		  "tunnel create tunnel_name=ams version=3 peer_tunnel_id=1 dest_ipaddr=192.0.2.2\n");
	assert_int_equal(world_tunnel(world, "par").config.ttl, 5);
}

/* What goes is in nobody's way. */
static void many_profiles_are_exchanged(void **state)
{
	static char text[64 * 3000];

	for (unsigned int round = 0; round < 2; round++) {
		char *end = text;

		for (unsigned int i = 0; i < 3000; i++)
			end += sprintf(end, "peer profile create profile_name=%c%u\n", "pq"[round], i);
		RELOAD(*state, text);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_load_makes_everything_in_order),
		TEST(what_did_not_change_is_not_touched),
		TEST(what_is_gone_from_the_file_goes),
		TEST(live_parameters_are_modified),
		TEST(fixed_parameters_make_it_anew),
		TEST(names_and_ids_may_change_hands),
		TEST(what_an_administrator_made_stays),
		TEST(what_came_by_the_kernels_api_stays),
		TEST(the_kernels_api_may_do_more),
		TEST(what_the_file_names_too_is_the_files),
		TEST(what_clashes_with_an_administrators_is_refused),
		TEST(one_bad_command_changes_nothing),
		TEST(a_refusal_on_the_way_is_undone),
		TEST(what_cannot_be_put_back_is_reported),
		TEST(what_runs_is_not_touched_by_a_refused_reload),
		TEST(what_administrators_hold_is_seen_before_anything_goes),
		TEST(those_without_name_and_id_are_known_by_the_rest),
		TEST(what_was_renamed_is_found_again),
		TEST(renaming_is_undone),
		TEST(a_new_name_does_not_estrange_the_nameless),
		TEST(only_the_files_own_is_renamed),
		TEST(an_id_that_chance_gave_is_kept),
		TEST(an_id_that_chance_gave_is_left_to_who_asks_for_it),
		TEST(an_address_that_was_found_is_kept),
		TEST(a_lost_device_comes_back),
		TEST(system_parameters_follow_the_file),
		TEST(limits_count_what_administrators_made),
		TEST(too_many_profiles_take_none_away),
		TEST(many_profiles_are_exchanged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
