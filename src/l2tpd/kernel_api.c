/* SPDX-License-Identifier: MIT */
/* See kernel_api.h. Here: who comes, and what l2tprun says. */
#include "l2tpd/kernel_api.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "base/log.h"
#include "datapath/datapath.h"
#include "l2tpd/kernel_internal.h"
#include "l2tpd/requirements.h"
#include "os/clock.h"
#include "os/genl.h"
#include "os/pass.h"
#include "os/sender.h"

#define ACCEPT_PAUSE_MS 500		/* without descriptors */
#define GROUP_ID 0x6c327470		/* beyond what a kernel has ever given */

void timer_within(struct event_base *loop, struct event *timer, uint64_t ms)
{
	struct timeval pause = { (time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000) }, now, due, wanted;

	event_base_gettimeofday_cached(loop, &now);
	evutil_timeradd(&now, &pause, &wanted);
	if (!event_pending(timer, EV_TIMEOUT, &due) || evutil_timercmp(&wanted, &due, <))
		event_add(timer, &pause);
}

static void supervisor_free(struct supervisor *supervisor)
{
	l2tpips_end(supervisor->api, supervisor);
	served_orphan(supervisor);
	DL_DELETE(supervisor->api->supervisors, supervisor);
	watch_end(supervisor->readable);
	watch_end(supervisor->writable);
	close(supervisor->fd);
	free(supervisor);
}

/* --- what it says --- */

/* Where there is no room for an answer nothing is read until there is. */
static void tell(struct supervisor *supervisor, const struct kernel_attached *told)
{
	if (send(supervisor->fd, told, sizeof(*told), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0 || errno != EAGAIN)
		return;
	supervisor->owed = *told;
	event_del(supervisor->readable);
	event_add(supervisor->writable, NULL);
}

static void supervisor_writable(evutil_socket_t fd, short what, void *context)
{
	struct supervisor *supervisor = context;
	struct kernel_attached owed = supervisor->owed;

	event_add(supervisor->readable, NULL);
	tell(supervisor, &owed);
}

/* To whom there is no room it is not told: it does without. */
static void tell_socket(const struct supervisor *supervisor, uint64_t inode, bool is_tunnels)
{
	struct kernel_attached told = { .error = is_tunnels ? 0 : ENOENT, .length = sizeof(inode) };

	memcpy(told.octets, &inode, sizeof(inode));
	(void)send(supervisor->fd, &told, sizeof(told), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void supervisors_tell_socket(const struct kernel_api *api, uint64_t inode, bool is_tunnels)
{
	const struct supervisor *supervisor;

	DL_FOREACH(api->supervisors, supervisor)
		tell_socket(supervisor, inode, is_tunnels);
}

static void tell_all_sockets(const struct supervisor *supervisor)
{
	const struct taken_socket *taken;

	DL_FOREACH(supervisor->api->sockets, taken)
		if (taken->inode)
			tell_socket(supervisor, taken->inode, true);
}

/* --- what is done, by kind: 0 or errno for the program. A descriptor that is taken over becomes -1. --- */

static int attach_program(struct supervisor *supervisor, const struct kernel_attach *attach, int *fds, size_t count,
			  struct kernel_attached *told)
{
	int failed = program_new(supervisor, attach, fds);

	memset(fds, -1, count * sizeof(*fds));
	return failed;
}

static int set_option(struct supervisor *supervisor, const struct kernel_attach *attach, int *fds, size_t count,
		      struct kernel_attached *told)
{
	struct program *program = program_find(supervisor, attach->client);

	if (!program)
		return ENOTCONN;
	if (kernel_client_option(program->client, attach->option, attach->value))
		return 0;
	return setsockopt(program->proxy, SOL_NETLINK, attach->option, &attach->value, sizeof(attach->value)) < 0 ?
		       errno : 0;
}

static int bind_program(struct supervisor *supervisor, const struct kernel_attach *attach, int *fds, size_t count,
			struct kernel_attached *told)
{
	struct program *program = program_find(supervisor, attach->client);

	return program ? program_bind(program, attach->port_id, told) : ENOTCONN;
}

static int connect_program(struct supervisor *supervisor, const struct kernel_attach *attach, int *fds, size_t count,
			   struct kernel_attached *told)
{
	struct program *program = program_find(supervisor, attach->client);

	return program ? program_connect(program, attach) : ENOTCONN;
}

static int attach_pppox(struct supervisor *supervisor, const struct kernel_attach *attach, int *fds, size_t count,
			struct kernel_attached *told)
{
	return pppox_connect(supervisor, attach, fds, count);
}

static int call(struct supervisor *supervisor, const struct kernel_attach *attach, int *fds, size_t count,
		struct kernel_attached *told)
{
	struct opened *opened = opened_find(supervisor, attach->client);
	struct program *program = program_find(supervisor, attach->client);

	if (program)
		return attach->option == KERNEL_CALL_NAME ? program_name(program, told) : EOPNOTSUPP;
	return opened ? opened_call(opened, attach, count ? fds[0] : -1, told) : pppox_call(supervisor, attach, told);
}

static int attach_ppp(struct supervisor *supervisor, const struct kernel_attach *attach, int *fds, size_t count,
		      struct kernel_attached *told)
{
	return opened_new(supervisor, attach, fds);
}

static int ask_device(struct supervisor *supervisor, const struct kernel_attach *attach, int *fds, size_t count,
		      struct kernel_attached *told)
{
	return opened_device(supervisor->api, attach, fds[0], told);
}

static int fill_view(struct supervisor *supervisor, const struct kernel_attach *attach, int *fds, size_t count,
		     struct kernel_attached *told)
{
	return view_write(supervisor->api, attach, fds);
}

static int attach_l2tpip(struct supervisor *supervisor, const struct kernel_attach *attach, int *fds, size_t count,
			 struct kernel_attached *told)
{
	int failed = attach->kind == KERNEL_ATTACH_L2TPIP ? l2tpip_new(supervisor, attach, fds) :
							    l2tpip_again(supervisor, attach->client, fds[0]);

	memset(fds, -1, count * sizeof(*fds));
	return failed;
}

static int bind_l2tpip(struct supervisor *supervisor, const struct kernel_attach *attach, int *fds, size_t count,
		       struct kernel_attached *told)
{
	return l2tpip_bind(supervisor, attach->client, (uint32_t)attach->option);
}

static int close_l2tpip(struct supervisor *supervisor, const struct kernel_attach *attach, int *fds, size_t count,
			struct kernel_attached *told)
{
	return l2tpip_closed(supervisor, attach->client);
}

static int move_l2tpip(struct supervisor *supervisor, const struct kernel_attach *attach, int *fds, size_t count,
		       struct kernel_attached *told)
{
	return l2tpip_moved(supervisor, attach->client);
}

static int look_at_socket(struct supervisor *supervisor, const struct kernel_attach *attach, int *fds, size_t count,
			  struct kernel_attached *told)
{
	sockets_moved(supervisor->api, attach->cookie, attach->value);
	return 0;
}

static const struct order {
	int (*obey)(struct supervisor *supervisor, const struct kernel_attach *attach, int *fds, size_t count,
		    struct kernel_attached *told);
	size_t least, most;		/* descriptors that come with it */
} orders[] = {
	[KERNEL_ATTACH_NETLINK] = { attach_program, KERNEL_ATTACH_FDS, KERNEL_ATTACH_FDS },
	[KERNEL_ATTACH_OPTION] = { set_option, 0, 0 },
	[KERNEL_ATTACH_PPPOX] = { attach_pppox, KERNEL_PPPOX_FD_TUNNEL, KERNEL_PPPOX_FDS },
	[KERNEL_ATTACH_CALL] = { call, 0, 1 },
	[KERNEL_ATTACH_PPP] = { attach_ppp, KERNEL_PPP_FDS, KERNEL_PPP_FDS },
	[KERNEL_ATTACH_PPP_DEVICE] = { ask_device, 1, 1 },
	[KERNEL_ATTACH_VIEW] = { fill_view, 2, 2 },
	[KERNEL_ATTACH_L2TPIP] = { attach_l2tpip, 2, 2 },
	[KERNEL_ATTACH_L2TPIP_BIND] = { bind_l2tpip, 0, 0 },
	[KERNEL_ATTACH_L2TPIP_AGAIN] = { attach_l2tpip, 1, 1 },
	[KERNEL_ATTACH_L2TPIP_CLOSED] = { close_l2tpip, 0, 0 },
	[KERNEL_ATTACH_MOVED] = { look_at_socket, 0, 0 },
	[KERNEL_ATTACH_BIND] = { bind_program, 0, 0 },
	[KERNEL_ATTACH_CONNECT] = { connect_program, 0, 0 },
	[KERNEL_ATTACH_L2TPIP_MOVED] = { move_l2tpip, 0, 0 },
};

static int carry_out(struct supervisor *supervisor, const struct kernel_attach *attach, struct os_passed *passed,
		     struct kernel_attached *told)
{
	const struct order *order;

	if (attach->version != KERNEL_ATTACH_VERSION || attach->kind >= sizeof(orders) / sizeof(*orders) ||
	    !orders[attach->kind].obey)
		return EPROTONOSUPPORT;
	order = &orders[attach->kind];
	if (passed->cut)
		return EMFILE;
	if (passed->count < order->least || passed->count > order->most)
		return EPROTO;
	return order->obey(supervisor, attach, passed->fds, passed->count, told);
}

static void obey(struct supervisor *supervisor, const struct kernel_attach *attach, struct os_passed *passed)
{
	struct kernel_attached told = { .client = attach->client, .family_id = supervisor->api->family_id,
					.group_id = GROUP_ID };

	told.error = carry_out(supervisor, attach, passed, &told);
	if (told.error && attach->kind == KERNEL_ATTACH_NETLINK)
		log_limited(&supervisor->api->refused, os_clock_ms(), LOG_LEVEL_WARNING,
			    "kernel API: cannot serve a program under l2tprun: %s", strerror(told.error));
	os_pass_close(passed);
	if (attach->kind != KERNEL_ATTACH_MOVED || attach->value)
		tell(supervisor, &told);
}

/* False: it has ended, or speaks another language. */
static bool read_one(struct supervisor *supervisor)
{
	struct kernel_attach attach = { .version = 0 };
	struct os_passed passed;
	ssize_t length = os_pass_receive(supervisor->fd, &attach, sizeof(attach), &passed, MSG_DONTWAIT);

	_Static_assert(KERNEL_ATTACH_FDS_MAX <= OS_PASS_MAX, "all have room");
	if (length < 0)
		return errno == EAGAIN || errno == EINTR;
	if (length != sizeof(attach) || attach.length > sizeof(attach.octets)) {
		os_pass_close(&passed);
		return false;
	}
	obey(supervisor, &attach, &passed);
	return true;
}

static void supervisor_readable(evutil_socket_t fd, short what, void *context)
{
	struct supervisor *supervisor = context;

	struct kernel_api *api = supervisor->api;

	if (!read_one(supervisor))
		supervisor_free(supervisor);
	api->changed(api->context);	/* a socket may have gone, and its tunnel with it */
}

/* Programs only see that they may not. */
static void tell_of_rights(struct kernel_api *api)
{
	if (api->told || requirements_see_programs())
		return;
	api->told = true;
	log_warning("l2tprun is here, but its programs may do nothing, as it cannot be seen what they may: that takes "
		    "CAP_SYS_PTRACE, which root has, and the systemd unit grants");
}

/* The socket stays readable: without a pause the loop would spin. */
static void accept_failed(struct kernel_api *api)
{
	static const struct timeval pause = { 0, ACCEPT_PAUSE_MS * 1000 };

	log_limited(&api->refused, os_clock_ms(), LOG_LEVEL_WARNING, "kernel API: cannot accept l2tprun: %s",
		    strerror(errno));
	event_del(api->arrival);
	event_add(api->accept_again, &pause);
}

static void accept_again(evutil_socket_t fd, short what, void *context)
{
	struct kernel_api *api = context;

	event_add(api->arrival, NULL);
}

static void sent(evutil_socket_t fd, short what, void *context)
{
	programs_sent(context);
}

/* What nobody needs before the first l2tprun comes. */
static bool prepare(struct kernel_api *api)
{
	struct kernel_host host = { .context = api, .group_id = GROUP_ID };

	if (api->kernel)
		return true;
	kernel_host_fill(&host);
	if (!api->sender)
		api->sender = os_sender_new();
	if (api->sender && !api->sent)
		api->sent = event_new(api->loop, os_sender_fd(api->sender), EV_READ | EV_PERSIST, sent, api);
	if (!api->ppp && !opened_begin(api))
		return false;
	if (!api->sent || event_add(api->sent, NULL) < 0 || os_genl_free_id(&host.family_id) < 0)
		return false;
	api->family_id = host.family_id;
	api->kernel = kernel_new(api->service, &host);
	return api->kernel;
}

static bool watch_supervisor(struct supervisor *supervisor)
{
	struct event_base *loop = supervisor->api->loop;

	supervisor->readable = event_new(loop, supervisor->fd, EV_READ | EV_PERSIST, supervisor_readable, supervisor);
	supervisor->writable = event_new(loop, supervisor->fd, EV_WRITE, supervisor_writable, supervisor);
	return supervisor->readable && supervisor->writable && event_add(supervisor->readable, NULL) == 0;
}

static void arrived(evutil_socket_t listening, short what, void *context)
{
	struct kernel_api *api = context;
	struct supervisor *supervisor;
	/* cppcheck-suppress nullPointer ; the socket's mode says that it is root */
	int fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			accept_failed(api);
		return;
	}
	supervisor = calloc(1, sizeof(*supervisor));
	if (!supervisor || !prepare(api)) {
		log_limited(&api->refused, os_clock_ms(), LOG_LEVEL_WARNING,
			    "kernel API: cannot serve l2tprun: out of memory or descriptors");
		free(supervisor);
		close(fd);
		return;
	}
	tell_of_rights(api);
	*supervisor = (struct supervisor){ .api = api, .fd = fd };
	DL_APPEND(api->supervisors, supervisor);
	if (watch_supervisor(supervisor))
		tell_all_sockets(supervisor);
	else
		supervisor_free(supervisor);
}

void kernel_api_datapath_event(struct kernel_api *api, const struct datapath_event *event)
{
	if (api && api->kernel && event->kind == DATAPATH_EVENT_SEQUENCE)
		kernel_datapath_event(api->kernel, event);
}

/* --- beginning and end --- */

static void look(evutil_socket_t fd, short what, void *context)
{
	spaces_look(context);
}

static void move(evutil_socket_t fd, short what, void *context)
{
	sockets_look(context);
}

static bool begin(struct kernel_api *api)
{
	api->arrival = event_new(api->loop, api->listener.fd, EV_READ | EV_PERSIST, arrived, api);
	api->accept_again = event_new(api->loop, -1, 0, accept_again, api);
	api->look = event_new(api->loop, -1, 0, look, api);
	api->move = event_new(api->loop, -1, 0, move, api);
	return api->arrival && api->accept_again && api->look && api->move && event_add(api->arrival, NULL) == 0;
}

struct kernel_api *kernel_api_open(struct event_base *loop, struct service *service, const char *path,
				   void (*changed)(void *context), void *context, struct error *error)
{
	struct kernel_api *api = calloc(1, sizeof(*api));

	if (!api) {
		error_system(error, ENOMEM, NULL, "cannot offer the kernel's API");
		return NULL;
	}
	*api = (struct kernel_api){ .loop = loop, .service = service, .changed = changed, .context = context };
	if (os_listen(path, SOCK_SEQPACKET, 0600, &api->listener, error) < 0) {
		free(api);
		return NULL;
	}
	if (begin(api))
		return api;
	error_set(error, ERROR_SYSTEM, NULL, "cannot offer the kernel's API: out of memory or descriptors");
	kernel_api_close(api);
	return NULL;
}

/* What programs that are gone have asked for is carried out. */
static void end_sender(struct kernel_api *api)
{
	if (!api->sender)
		return;
	os_sender_finish(api->sender);
	programs_sent(api);
	watch_end(api->sent);
	os_sender_free(api->sender);
}

void kernel_api_close(struct kernel_api *api)
{
	struct supervisor *supervisor, *next;

	if (!api)
		return;
	served_free_all(api);
	DL_FOREACH_SAFE(api->supervisors, supervisor, next)
		supervisor_free(supervisor);
	end_sender(api);
	spaces_free(api);
	kernel_free(api->kernel);
	kernel_ppp_free(api->ppp);
	sockets_free(api);
	watch_end(api->arrival);
	watch_end(api->accept_again);
	watch_end(api->look);
	watch_end(api->move);
	os_listen_close(&api->listener);
	free(api);
}
