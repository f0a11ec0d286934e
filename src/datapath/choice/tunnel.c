/* SPDX-License-Identifier: MIT */
/*
 * Tunnels, and which backend moves the packets of each.  A tunnel over UDP whose packets the kernel moves is in both:
 * see choice.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/choice/internal.h"

struct choice_tunnel *choice_tunnel_get(const struct choice *choice, handle h, struct error *error)
{
	struct choice_tunnel *tunnel = handle_get(&choice->tunnels, h);

	if (!tunnel)
		error_set(error, ERROR_UNKNOWN, NULL, "the datapath has no such tunnel");
	return tunnel;
}

/* --- which it shall be --- */

static int choose_kernel(struct choice *choice, struct choice_tunnel *tunnel, struct error *error)
{
	if (!choice_kernel(choice, error))
		return -1;
	tunnel->backend = CHOICE_KERNEL;
	tunnel->moved_by = "kernel: asked for";
	return 0;
}

/* Over UDP we are: our devices take segments whole, which leave whole (UDP_SEGMENT), those of the kernel's L2TP take
 * none, whatever they carry. Over IP nothing leaves whole, and each packet of ours pays two ways into the kernel more.
 * What kernel there is was asked once: a daemon does not try to load modules for each of many tunnels. */
static void choose_faster(struct choice *choice, struct choice_tunnel *tunnel,
			  const struct datapath_tunnel_config *config)
{
	tunnel->moved_by = "user: faster (offloads)";
	if (config->encap != L2TP_ENCAP_IP)
		return;
	tunnel->moved_by = "user: the kernel has no L2TP";
	if (choice->kernel_is_absent)
		return;
	choice->kernel_is_absent = !choice_kernel(choice, NULL);
	if (choice->kernel_is_absent)
		return;
	tunnel->backend = CHOICE_KERNEL;
	tunnel->moved_by = "kernel: faster over IP (no offloads there)";
	tunnel->may_move = true;
}

static int choose(struct choice *choice, struct choice_tunnel *tunnel, const struct datapath_tunnel_config *config,
		  struct error *error)
{
	tunnel->backend = CHOICE_USER;
	if (config->shadow) {
		tunnel->moved_by = "user: its socket is another program's";
		return 0;
	}
	if (config->choice == DATAPATH_KERNEL)
		return choose_kernel(choice, tunnel, error);
	if (config->choice == DATAPATH_USER)
		tunnel->moved_by = "user: asked for";
	else if (config->choice == DATAPATH_BPF)
		tunnel->moved_by = "user, with bpf: asked for";
	else
		choose_faster(choice, tunnel, config);
	return 0;
}

/* --- making one --- */

static void forget(struct choice *choice, struct choice_tunnel *tunnel, enum choice_backend backend)
{
	struct datapath *dp = choice->backends[backend];
	handle inner = tunnel->inner[backend];

	if (inner == HANDLE_NONE)
		return;
	datapath_ops(dp)->tunnel_delete(dp, inner);
	if (choice_tunnel_called(choice, backend, inner) == tunnel)
		choice->owners[backend].slots[(uint32_t)inner] = NULL;
	tunnel->inner[backend] = HANDLE_NONE;
}

static int add_to(struct choice *choice, struct choice_tunnel *tunnel, enum choice_backend backend,
		  const struct datapath_tunnel_config *config, struct error *error)
{
	struct datapath *dp = choice->backends[backend];

	if (datapath_ops(dp)->tunnel_add(dp, config, &tunnel->inner[backend], error) < 0)
		return -1;
	if (choice_tunnel_is_called(choice, backend, tunnel) == 0)
		return 0;
	forget(choice, tunnel, backend);
	return error_system(error, ENOMEM, NULL, "cannot make the tunnel");
}

/* What the kernel's is told: to bind beside the port that the other one has. */
static void beside_port(struct choice *choice, struct choice_tunnel *tunnel,
			const struct datapath_tunnel_config *config, struct datapath_tunnel_config *told)
{
	struct datapath *user = choice->backends[CHOICE_USER];
	struct datapath_tunnel_info info;

	*told = *config;
	told->port = HANDLE_NONE;
	if (tunnel->inner[CHOICE_USER] == HANDLE_NONE ||
	    datapath_ops(user)->tunnel_info(user, tunnel->inner[CHOICE_USER], &info) < 0)
		return;
	tunnel->port = info.port;
	if (info.port != HANDLE_NONE)
		told->local.port = info.local.port;
}

static int add_to_kernel(struct choice *choice, struct choice_tunnel *tunnel,
			 const struct datapath_tunnel_config *config, struct error *error)
{
	struct datapath_tunnel_config told;

	beside_port(choice, tunnel, config, &told);
	return add_to(choice, tunnel, CHOICE_KERNEL, &told, error);
}

static int tunnel_begin(struct choice *choice, struct choice_tunnel *tunnel,
			const struct datapath_tunnel_config *config, struct error *error)
{
	bool by_kernel;

	if (choose(choice, tunnel, config, error) < 0)
		return -1;
	by_kernel = tunnel->backend == CHOICE_KERNEL;
	if ((!by_kernel || config->encap == L2TP_ENCAP_UDP) &&
	    add_to(choice, tunnel, CHOICE_USER, config, error) < 0)
		return -1;
	if (by_kernel && add_to_kernel(choice, tunnel, config, error) < 0 &&
	    choice_tunnel_move(choice, tunnel, error) < 0)
		return -1;
	tunnel->self = handle_add(&choice->tunnels, tunnel);
	return tunnel->self == HANDLE_NONE ? error_system(error, ENOMEM, NULL, "cannot make the tunnel") : 0;
}

/* Nobody asked for the kernel: what it cannot do is no reason to refuse anything. */
int choice_tunnel_move(struct choice *choice, struct choice_tunnel *tunnel, struct error *error)
{
	if (!tunnel->may_move)
		return -1;
	tunnel->may_move = false;
	if (tunnel->inner[CHOICE_USER] == HANDLE_NONE &&
	    add_to(choice, tunnel, CHOICE_USER, &tunnel->config, error) < 0)
		return -1;
	forget(choice, tunnel, CHOICE_KERNEL);
	tunnel->backend = CHOICE_USER;
	tunnel->moved_by = "user: the kernel's L2TP cannot do it";
	return 0;
}

static void tunnel_free(struct choice *choice, struct choice_tunnel *tunnel)
{
	/* the kernel's lets go of the port first */
	forget(choice, tunnel, CHOICE_KERNEL);
	forget(choice, tunnel, CHOICE_USER);
	handle_remove(&choice->tunnels, tunnel->self);
	free(tunnel);
}

int choice_tunnel_add(struct datapath *dp, const struct datapath_tunnel_config *config, handle *result,
		      struct error *error)
{
	struct choice *choice = choice_of(dp);
	struct choice_tunnel *tunnel = calloc(1, sizeof(*tunnel));

	if (!tunnel)
		return error_system(error, ENOMEM, NULL, "cannot make the tunnel");
	tunnel->config = *config;
	if (tunnel_begin(choice, tunnel, config, error) < 0) {
		tunnel_free(choice, tunnel);
		return -1;
	}
	*result = tunnel->self;
	return 0;
}

/* --- the rest --- */

static int modify_in(struct choice *choice, const struct choice_tunnel *tunnel, enum choice_backend backend,
		     const struct datapath_tunnel_config *config, unsigned int fields, struct error *error)
{
	struct datapath *dp = choice->backends[backend];
	handle inner = tunnel->inner[backend];

	return inner == HANDLE_NONE ? 0 : datapath_ops(dp)->tunnel_modify(dp, inner, config, fields, error);
}

int choice_tunnel_modify(struct datapath *dp, handle h, const struct datapath_tunnel_config *config,
			 unsigned int fields, struct error *error)
{
	struct choice *choice = choice_of(dp);
	struct choice_tunnel *tunnel = choice_tunnel_get(choice, h, error);
	struct datapath_tunnel_config told;

	if (!tunnel || modify_in(choice, tunnel, CHOICE_USER, config, fields, error) < 0)
		return -1;
	beside_port(choice, tunnel, config, &told);
	if (modify_in(choice, tunnel, CHOICE_KERNEL, &told, fields, error) < 0) {
		(void)modify_in(choice, tunnel, CHOICE_USER, &tunnel->config, fields, NULL);
		return -1;
	}
	datapath_tunnel_take(&tunnel->config, config, fields);
	return 0;
}

void choice_tunnel_delete(struct datapath *dp, handle h)
{
	struct choice *choice = choice_of(dp);
	struct choice_tunnel *tunnel = choice_tunnel_get(choice, h, NULL);

	if (tunnel)
		tunnel_free(choice, tunnel);
}

/* The port is the user's; what was counted, and the path, is known to whoever moves the packets. */
int choice_tunnel_info(struct datapath *dp, handle h, struct datapath_tunnel_info *info)
{
	struct choice *choice = choice_of(dp);
	const struct choice_tunnel *tunnel = choice_tunnel_get(choice, h, NULL);
	struct datapath *user = choice->backends[CHOICE_USER], *moving;
	struct datapath_tunnel_info ports;

	if (!tunnel)
		return -1;
	moving = choice->backends[tunnel->backend];
	if (datapath_ops(moving)->tunnel_info(moving, tunnel->inner[tunnel->backend], info) < 0)
		return -1;
	if (moving == user || tunnel->inner[CHOICE_USER] == HANDLE_NONE ||
	    datapath_ops(user)->tunnel_info(user, tunnel->inner[CHOICE_USER], &ports) < 0)
		return 0;
	info->port = ports.port;
	info->local = ports.local;
	if (!info->path_mtu)
		info->path_mtu = ports.path_mtu;
	return 0;
}

const char *choice_moved_by(struct datapath *dp, handle h)
{
	const struct choice_tunnel *tunnel = choice_tunnel_get(choice_of(dp), h, NULL);

	return tunnel ? tunnel->moved_by : NULL;
}
