/* SPDX-License-Identifier: MIT */
/*
 * The room kernel answers, over a datapath that moves nothing: no l2tpd, no l2tprun.  Whether a tunnel's socket would
 * bind and connect is found out by doing so; those that did stay open, as the tunnels'.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "datapath/null/null.h"
#include "kernel/kernel.h"
#include "service/service.h"

#include "netlink_probe.h"

#define PORT_ID 1000
#define DISCARD_PORT 9		/* of RFC 863: to connect to where there is no port; nothing is sent */

static struct kernel *kernel;
static struct kernel_client *clients[PROBE_SOCKETS];

static int bind_to(int fd, const struct kernel_wanted *wanted)
{
	const bool is_ip = wanted->encap == CONFIG_ENCAP_IP;
	struct endpoint local = wanted->local, peer = wanted->peer;
	struct sockaddr_storage address;
	socklen_t length;

	if (is_ip) {
		local.port = 0;
		peer.port = DISCARD_PORT;
	}
	length = endpoint_to_sockaddr(&local, &address);
	if (bind(fd, (const struct sockaddr *)&address, length) < 0)
		return errno;
	length = endpoint_to_sockaddr(&peer, &address);
	if (peer.port && connect(fd, (const struct sockaddr *)&address, length) < 0)
		return errno;
	return 0;
}

static void read_ends(int fd, sa_family_t family, struct kernel_socket *found)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &length) == 0)
		endpoint_from_sockaddr(&address, &found->local);
	length = sizeof(address);
	found->peer = (struct endpoint){ .address.family = family };
	if (getpeername(fd, (struct sockaddr *)&address, &length) == 0)
		endpoint_from_sockaddr(&address, &found->peer);
}

static int probe(void *context, const struct kernel_wanted *wanted, struct kernel_socket *found)
{
	int fd = socket(wanted->local.address.family, SOCK_DGRAM | SOCK_CLOEXEC, 0), wrong;

	if (fd < 0)
		return errno;
	wrong = bind_to(fd, wanted);
	if (wrong) {
		close(fd);
		return wrong;
	}
	read_ends(fd, wanted->local.address.family, found);
	if (wanted->encap != CONFIG_ENCAP_IP)
		return 0;
	found->local.port = found->peer.port = 0;
	close(fd);
	return 0;
}

static int take_socket(void *context, const char *netns, int32_t pid, int fd, enum config_encap encap,
		       struct kernel_socket *found)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return errno;
	return S_ISSOCK(status.st_mode) ? EPROTONOSUPPORT : ENOTSOCK;
}

static void drop_socket(void *context, uint64_t cookie)
{
}

bool probe_open(unsigned int number, uint32_t *port)
{
	*port = PORT_ID + number;
	clients[number] = kernel_client_new(kernel, "", *port, NULL);
	return clients[number];
}

bool probe_send(unsigned int number, const struct probe_message *message)
{
	const struct kernel_caller caller = { .admin = true, .pid = getpid() };

	kernel_client_request(clients[number], &caller, message->octets, message->length, 0);
	return true;
}

bool probe_receive(unsigned int number, bool expected, struct probe_message *message)
{
	const void *octets;

	if (!kernel_client_next(clients[number], &octets, &message->length))
		return false;
	memcpy(message->octets, octets, message->length);
	kernel_client_taken(clients[number]);
	return true;
}

bool probe_option(unsigned int number, int option, int value)
{
	kernel_client_option(clients[number], option, value);
	return true;
}

int main(void)
{
	const struct kernel_host host = {
		.family_id = 0x3f0, .group_id = 77, .probe = probe, .take_socket = take_socket,
		.drop_socket = drop_socket,
	};
	struct datapath *dp = datapath_null_new();
	struct service *service = dp ? service_new(dp, NULL) : NULL;
	int status;

	kernel = service ? kernel_new(service, &host) : NULL;
	if (!kernel)
		return 2;
	status = probe_run();
	kernel_free(kernel);
	service_free(service);
	datapath_ops(dp)->close(dp);
	return status;
}
