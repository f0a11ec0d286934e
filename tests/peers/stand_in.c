/* SPDX-License-Identifier: MIT */
/*
 * What xl2tpd starts instead of pppd where the kernel has no PPP: our own engine on xl2tpd's pty, in asynchronous
 * HDLC-like framing, joined to a TUN device pppN.  xl2tpd and what it makes of our frames are the peer under test;
 * that our engine meets itself is what unit tests do better.
 *
 * It is called as pppd is, and knows of pppd's options those that the tests need (options[]), on the command line and
 * in the file that `file` names.  There `auth` is meant by each require-*.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "hdlc.h"
#include "ppp/ppp.h"

#define PACKET_MAX 2000
#define PROTOCOL_IPV4 0x0021
#define PROTOCOL_IPV6 0x0057
#define PROTOCOL_LCP 0xc021
#define METHODS (PPP_PAP | PPP_CHAP_MD5 | PPP_MSCHAPV2 | PPP_EAP)
#define LINE_MAX_OCTETS 256

static struct stand_in {
	struct ppp *ppp;
	handle link;
	int pty, tun;
	struct hdlc_decoder decoder;
	struct ppp_info info;		/* when the last event came */
	struct ppp_settings settings;
	struct address local, remote;
	char user[PPP_NAME_MAX], password[PPP_SECRET_MAX], name[IF_NAMESIZE];
	bool is_over;
} my = {
	.settings = {
		.mru = 1500, .accm = 0, .use_magic = true, .use_pfc = true, .use_acfc = true, .our_methods = METHODS,
		.local_name = "stand-in", .auth_timeout = 20000, .ipv4 = true, .ipv6 = true,
		.lcp = { 1000, 10, 2, 5 }, .ipcp = { 1000, 10, 2, 5 }, .pap = { 1000, 10, 2, 5 },
		.chap = { 1000, 10, 2, 5 },
	},
};
static volatile sig_atomic_t is_told_to_end;

static void be_told(int signal)
{
	is_told_to_end = 1;
}

static void die(const char *what)
{
	fprintf(stderr, "stand-in: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static void randomize(void *octets, size_t length)
{
	if (getrandom(octets, length, 0) != (ssize_t)length)
		die("getrandom");
}

/* --- options --- */

static void set_user(const char *value) { snprintf(my.user, sizeof(my.user), "%s", value); }
static void set_password(const char *value) { snprintf(my.password, sizeof(my.password), "%s", value); }
static void set_name(const char *value)
{
	snprintf(my.settings.local_name, sizeof(my.settings.local_name), "%s", value);
}
static void set_mru(const char *value) { my.settings.mru = (uint16_t)atoi(value); }
static void set_mtu(const char *value) { my.settings.mtu = (uint16_t)atoi(value); }
static void set_asyncmap(const char *value) { my.settings.accm = (uint32_t)strtoul(value, NULL, 16); }
static void set_interval(const char *value) { my.settings.echo_interval = (uint32_t)atoi(value) * 1000; }
static void set_failures(const char *value) { my.settings.echo_failures = (uint32_t)atoi(value); }
static void require_pap(const char *value) { my.settings.peer_methods = PPP_PAP; }
static void require_chap(const char *value) { my.settings.peer_methods = PPP_CHAP_MD5; }
static void require_mschapv2(const char *value) { my.settings.peer_methods = PPP_MSCHAPV2; }
static void require_eap(const char *value) { my.settings.peer_methods = PPP_EAP; }
static void read_file(const char *path);

static const struct option {
	const char *name;
	bool has_value;
	void (*set)(const char *value);
} options[] = {
	{ "file", true, read_file }, { "user", true, set_user }, { "password", true, set_password },
	{ "name", true, set_name }, { "mru", true, set_mru }, { "mtu", true, set_mtu },
	{ "asyncmap", true, set_asyncmap }, { "lcp-echo-interval", true, set_interval },
	{ "lcp-echo-failure", true, set_failures }, { "require-pap", false, require_pap },
	{ "require-chap", false, require_chap }, { "require-mschap-v2", false, require_mschapv2 },
	{ "require-eap", false, require_eap },
};

/* "LOCAL:REMOTE", of which either may be empty */
static bool set_addresses(const char *word)
{
	const char *colon = strchr(word, ':');
	char local[ADDRESS_TEXT_MAX] = "";

	if (!colon || (size_t)(colon - word) >= sizeof(local))
		return false;
	memcpy(local, word, (size_t)(colon - word));
	address_parse(local, &my.local);
	address_parse(colon + 1, &my.remote);
	return true;
}

/* Returns how many words it took: those unknown are said, and nothing else. */
static int set_option(const char *word, const char *value)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (strcmp(word, options[i].name) == 0) {
			if (options[i].has_value && !value)
				return 1;
			options[i].set(value);
			return 1 + options[i].has_value;
		}
	if (!set_addresses(word))
		fprintf(stderr, "stand-in: not read: %s\n", word);
	return 1;
}

static void read_file(const char *path)
{
	char line[LINE_MAX_OCTETS];
	FILE *file = fopen(path, "re");

	if (!file)
		die(path);
	while (fgets(line, sizeof(line), file)) {
		char *rest, *word = strtok_r(line, " \t\n", &rest);

		if (word && word[0] != '#')
			set_option(word, strtok_r(NULL, " \t\n", &rest));
	}
	fclose(file);
}

/* --- the pty and the device --- */

static void make_raw(int pty)
{
	struct termios modes;

	if (tcgetattr(pty, &modes) != 0)
		die("the standard input is no terminal");
	cfmakeraw(&modes);
	if (tcsetattr(pty, TCSANOW, &modes) != 0 || fcntl(pty, F_SETFL, O_NONBLOCK) != 0)
		die("tcsetattr");
}

static int make_device(void)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI, .ifr_name = "ppp%d" };
	int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (tun < 0 || ioctl(tun, TUNSETIFF, &request) != 0)
		die("/dev/net/tun");
	memcpy(my.name, request.ifr_name, sizeof(my.name));
	return tun;
}

/* One ioctl of the device; value NULL: request has it already. */
static void set_device(int sock, unsigned long what, struct ifreq *request, const struct address *value)
{
	struct endpoint endpoint;
	struct sockaddr_storage sockaddr;

	snprintf(request->ifr_name, sizeof(request->ifr_name), "%s", my.name);
	if (value) {
		endpoint = (struct endpoint){ .address = *value };
		endpoint_to_sockaddr(&endpoint, &sockaddr);
		memcpy(&request->ifr_addr, &sockaddr, sizeof(struct sockaddr_in));
	}
	if (ioctl(sock, what, request) != 0)
		die("the device");
}

static void set_device_up(void)
{
	struct ifreq request = { .ifr_flags = IFF_UP };
	int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	set_device(sock, SIOCSIFFLAGS, &request, NULL);
	set_device(sock, SIOCSIFADDR, &request, &my.info.local);
	set_device(sock, SIOCSIFDSTADDR, &request, &my.info.peer);
	request.ifr_mtu = my.info.peer_mru < 1500 ? my.info.peer_mru : 1500;
	set_device(sock, SIOCSIFMTU, &request, NULL);
	close(sock);
}

static void send_frame(const uint8_t *frame, size_t length, uint32_t accm)
{
	uint8_t line[HDLC_ENCODED_MAX(PACKET_MAX)];
	size_t octets = hdlc_encode(frame, length, accm, line);
	struct pollfd pty = { .fd = my.pty, .events = POLLOUT };

	for (size_t sent = 0; sent < octets;) {
		ssize_t done = write(my.pty, line + sent, octets - sent);

		if (done < 0 && errno != EAGAIN)
			return;
		if (done < 0)
			poll(&pty, 1, -1);
		else
			sent += (size_t)done;
	}
}

/* A packet of the device, of either version, to the line */
static void send_packet(void)
{
	uint8_t frame[PACKET_MAX] = { 0xff, 0x03 };
	ssize_t length = read(my.tun, frame + 4, sizeof(frame) - 4);
	bool is_ipv4 = frame[4] >> 4 == 4;

	if (length <= 0 || !(is_ipv4 ? my.info.ipv4 : my.info.ipv6))
		return;
	frame[3] = is_ipv4 ? PROTOCOL_IPV4 : PROTOCOL_IPV6;
	send_frame(frame, (size_t)length + 4, my.info.peer_accm);
}

/* The protocol of a frame, and where what it carries begins */
static unsigned int protocol_of(const uint8_t *frame, size_t length, size_t *start)
{
	size_t at = length >= 2 && frame[0] == 0xff && frame[1] == 0x03 ? 2 : 0;

	*start = at + (at < length && frame[at] & 1 ? 1 : 2);
	if (*start > length)
		return 0;
	return frame[at] & 1 ? frame[at] : (unsigned int)frame[at] << 8 | frame[at + 1];
}

static void receive_frame(const uint8_t *frame, size_t length)
{
	size_t start;
	unsigned int protocol = protocol_of(frame, length, &start);

	if ((protocol == PROTOCOL_IPV4 && my.info.ipv4) || (protocol == PROTOCOL_IPV6 && my.info.ipv6)) {
		/* EIO: it is not up yet */
		if (write(my.tun, frame + start, length - start) < 0 && errno != EIO)
			fprintf(stderr, "stand-in: a packet is lost: %s\n", strerror(errno));
		return;
	}
	ppp_receive(my.ppp, my.link, frame, length, now());
}

/* --- the engine --- */

static void judge(const struct credentials *credentials)
{
	struct credentials_verdict verdict;

	memset(&verdict, 0, sizeof(verdict));
	ppp_verify(credentials, (const uint8_t *)my.password, strlen(my.password), &verdict);
	ppp_verdict(my.ppp, my.link, &verdict, NULL, now());
}

static void begin_network(void)
{
	struct ppp_network network = {
		.ipv4 = true, .ipv6 = true, .local = my.local, .peer = my.remote,
		.local_may_change = my.local.family == AF_UNSPEC, .peer_may_choose = my.remote.family == AF_UNSPEC,
	};

	ppp_network(my.ppp, my.link, &network, now());
}

static void heed(const struct ppp_event *event)
{
	if (event->kind != PPP_EVENT_DOWN)
		ppp_info(my.ppp, my.link, &my.info);
	switch (event->kind) {
	case PPP_EVENT_CREDENTIALS:
		judge(event->credentials);
		break;
	case PPP_EVENT_NETWORK:
		begin_network();
		break;
	case PPP_EVENT_IPV4_UP:
		set_device_up();
		fprintf(stderr, "stand-in: %s is up\n", my.name);
		break;
	case PPP_EVENT_DOWN:
		fprintf(stderr, "stand-in: down: %s\n", event->text);
		my.is_over = true;
		break;
	default:
		break;
	}
}

/* All that the engine has to tell and to send */
static void attend(void)
{
	struct ppp_event event;
	struct ppp_frame frame;

	while (ppp_next_event(my.ppp, &event))
		heed(&event);
	while (ppp_next_frame(my.ppp, &frame)) {
		size_t start;
		bool is_lcp = protocol_of(frame.octets, frame.length, &start) == PROTOCOL_LCP;

		send_frame(frame.octets, frame.length, is_lcp ? HDLC_ACCM_ALL : my.info.peer_accm);
	}
}

static bool read_pty(void)
{
	uint8_t octets[4096];
	ssize_t length = read(my.pty, octets, sizeof(octets));

	if (length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR))
		return false;
	for (ssize_t i = 0; i < length; i++)
		if (hdlc_decode(&my.decoder, octets[i])) {
			receive_frame(my.decoder.frame, my.decoder.length);
			attend();
		}
	return true;
}

static int patience(void)
{
	uint64_t deadline = ppp_deadline(my.ppp), time = now();

	if (deadline == PPP_NEVER || deadline > time + 1000)
		return 1000;
	return deadline > time ? (int)(deadline - time) : 0;
}

static void run(void)
{
	bool is_ending = false;

	while (!my.is_over) {
		struct pollfd files[] = { { my.pty, POLLIN, 0 }, { my.tun, POLLIN, 0 } };

		attend();
		poll(files, 2, patience());
		if (files[0].revents && !read_pty())
			return;
		if (files[1].revents & POLLIN)
			send_packet();
		while (ppp_expire(my.ppp, now()))
			attend();
		if (is_told_to_end && !is_ending) {
			is_ending = true;
			ppp_close(my.ppp, my.link, "told to end", now());
		}
	}
	attend();
}

int main(int argc, char **argv)
{
	struct ppp_open open = { .settings = &my.settings, .user_name = my.user };
	struct error error;

	for (int i = 1; i < argc;)
		i += set_option(argv[i], i + 1 < argc ? argv[i + 1] : NULL);
	signal(SIGTERM, be_told);
	signal(SIGINT, be_told);
	my.pty = STDIN_FILENO;
	make_raw(my.pty);
	my.tun = make_device();
	my.info.peer_accm = HDLC_ACCM_ALL;
	my.ppp = ppp_new(randomize);
	open.password = (const uint8_t *)my.password;
	open.password_length = strlen(my.password);
	if (!my.ppp || ppp_open(my.ppp, &open, &my.link, now(), &error) != 0)
		die("the engine");
	run();
	ppp_free(my.ppp);
	return 0;
}
