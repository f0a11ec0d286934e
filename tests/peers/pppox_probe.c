/* SPDX-License-Identifier: MIT */
/*
 * PPPoL2TP sockets, as standard input says, and what comes of each call: the same text here, of l2tpd under l2tprun,
 * and in a guest, of the kernel, means that they are the same.  A line is a call; V is a letter for a descriptor; '#'
 * starts a comment.
 *
 *	socket V [TYPE [PROTOCOL]]	of AF_PPPOX
 *	udp V LOCAL PEER [OURS THEIRS]	a UDP socket from port LOCAL to port PEER (0: not connected) of these addresses,
 *					without them on the loopback
 *	link V PEER THEIRS		connect such a UDP socket
 *	connect V LENGTH FD TUNNEL PEER-TUNNEL SESSION PEER-SESSION [PROTOCOL]	FD: a letter, - none, ! one that is not
 *	name V, peer V			getsockname(), getpeername()
 *	set V OPTION VALUE, get V OPTION [LENGTH]	of SOL_PPPOL2TP
 *	type V				SO_DOMAIN, SO_TYPE, SO_PROTOCOL
 *	ioctl V WHICH [SESSION]		channel, stats, gmru, smru, gflags, sflags, other
 *	bad V				each call with memory that is not there
 *	send V HEX, recv V, quiet V	a frame; wait for one; there is none
 *	echo V				wait for a frame, and send it back
 *	many N FD TUNNEL PEER-TUNNEL	so many sockets, one session each, opened and closed
 *	unit V [F]			a PPP interface for the socket's channel, by /dev/ppp, where F is its file
 *	compress F TRANSMIT HEX [LENGTH]	PPPIOCSCOMPRESS with this option
 *	flags F [VALUE]			set them, and what they are then
 *	write F HEX, take F		a frame of a unit; wait for one
 *	newunit F [NUMBER]		a PPP interface without a channel; file F: a file that is nothing yet
 *	maxcid F N			PPPIOCSMAXCID
 *	filter F pass|active CODE	a filter of these instructions, each of 16 hexadecimal digits; - none
 *	idle F				PPPIOCGIDLE both ways, in seconds, or `never'
 *	packet DEVICE HEX		an IPv4 packet by a raw socket
 *	capture V DEVICE		a packet socket there, for recv
 *	stats DEVICE, cstats DEVICE	SIOCGPPPSTATS, SIOCGPPPCSTATS
 *	poll V, listen V, accept V, shutdown V
 *	sh COMMAND...			by a shell
 *	line V F			the channel of a socket by /dev/ppp, of which F is the file
 *	bridge F V, unbridge F		with the channel of another socket
 *	read PATH			what a file says
 *	close V, wait MS
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <linux/filter.h>		/* these want those before them */
#include <linux/if_packet.h>
#include <linux/if_pppox.h>
#include <linux/sockios.h>
#include <linux/ppp-ioctl.h>
#include <linux/ppp_defs.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAME_MAX 4096
#define WORDS_MAX 10
#define WAIT_MS 10000
#define QUIET_MS 150
#define MANY_MAX 1000
#define NEVER 10000000			/* seconds since the kernel's clock stood at 0, at least */

static int fds[256];
static char *words[WORDS_MAX + 1];
static int count;

static long number(int word, long otherwise)
{
	return word < count ? strtol(words[word], NULL, 0) : otherwise;
}

static int fd_of(int word)
{
	return word < count ? fds[(unsigned char)*words[word]] : -1;
}

static void say(int result)
{
	if (result < 0)
		printf("%s\n", strerrorname_np(errno));
	else
		printf("ok\n");
}

static void print_octets(const uint8_t *octets, size_t length)
{
	for (size_t i = 0; i < length; i++)
		printf("%02x", octets[i]);
	printf("\n");
}

static void call_socket(void)
{
	int fd = socket(AF_PPPOX, (int)number(2, SOCK_DGRAM), (int)number(3, PX_PROTO_OL2TP));

	say(fd);
	fds[(unsigned char)*words[1]] = fd;
}

/* Returns the length. */
static socklen_t fill_name(struct sockaddr_storage *name, int port_word, int address_word)
{
	const char *address = address_word < count ? words[address_word] : "127.0.0.1";
	struct sockaddr_in6 *name6 = (void *)name;
	struct sockaddr_in *name4 = (void *)name;
	uint16_t port = htons((uint16_t)number(port_word, 0));

	memset(name, 0, sizeof(*name));
	if (inet_pton(AF_INET6, address, &name6->sin6_addr) == 1) {
		name6->sin6_family = AF_INET6;
		name6->sin6_port = port;
		return sizeof(*name6);
	}
	name4->sin_family = AF_INET;
	name4->sin_port = port;
	inet_pton(AF_INET, address, &name4->sin_addr);
	return sizeof(*name4);
}

static void call_udp(void)
{
	struct sockaddr_storage name;
	socklen_t length = fill_name(&name, 2, 4);
	int fd = socket(name.ss_family, SOCK_DGRAM, 0), failed = bind(fd, (struct sockaddr *)&name, length);

	length = fill_name(&name, 3, 5);
	if (!failed && number(3, 0))
		failed = connect(fd, (struct sockaddr *)&name, length);
	say(failed);
	fds[(unsigned char)*words[1]] = fd;
}

static void call_link(void)
{
	struct sockaddr_storage name;
	socklen_t length = fill_name(&name, 2, 3);

	say(connect(fd_of(1), (struct sockaddr *)&name, length));
}

/* --- connect() --- */

static int tunnel_fd(const char *word)
{
	return *word == '-' ? -1 : *word == '!' ? 999 : fds[(unsigned char)*word];
}

#define FILL(address)                                                   \
	do {                                                            \
		(address).fd = tunnel_fd(words[first]);                 \
		(address).s_tunnel = (__typeof__((address).s_tunnel))number(first + 1, 0);   \
		(address).d_tunnel = (__typeof__((address).s_tunnel))number(first + 2, 0);   \
		(address).s_session = (__typeof__((address).s_tunnel))number(first + 3, 0);  \
		(address).d_session = (__typeof__((address).s_tunnel))number(first + 4, 0);  \
	} while (0)

static int connect_to(int fd, socklen_t length, int first)
{
	union {
		struct sockaddr_pppol2tp v2;
		struct sockaddr_pppol2tpv3 v3;
		struct sockaddr_pppol2tpin6 v2in6;
		struct sockaddr_pppol2tpv3in6 v3in6;
		uint8_t octets[128];
	} name;

	memset(&name, 0, sizeof(name));
	if (length == sizeof(name.v3))
		FILL(name.v3.pppol2tp);
	else if (length == sizeof(name.v2in6))
		FILL(name.v2in6.pppol2tp);
	else if (length == sizeof(name.v3in6))
		FILL(name.v3in6.pppol2tp);
	else
		FILL(name.v2.pppol2tp);
	name.v2.sa_family = AF_PPPOX;
	name.v2.sa_protocol = (unsigned int)number(first + 5, PX_PROTO_OL2TP);
	return connect(fd, (struct sockaddr *)&name, length);
}

static void call_many(void)
{
	int open[MANY_MAX], made = 0;
	char session[16];

	words[6] = words[7] = session;
	count = 8;
	for (int i = 0; i < number(1, 0) && i < MANY_MAX; i++) {
		snprintf(session, sizeof(session), "%d", i + 1000);
		open[i] = socket(AF_PPPOX, SOCK_DGRAM, PX_PROTO_OL2TP);
		words[5] = session;
		words[6] = session;
		count = 7;
		made += connect_to(open[i], sizeof(struct sockaddr_pppol2tp), 2) == 0;
	}
	for (int i = 0; i < number(1, 0) && i < MANY_MAX; i++)
		close(open[i]);
	printf("%d\n", made);
}

/* --- names and options --- */

static void print_name(const uint8_t *octets, socklen_t length)
{
	const struct sockaddr_pppol2tp *name = (const void *)octets;
	uint8_t copy[128];

	memcpy(copy, octets, sizeof(copy));
	/* the process that made it: this one, or another */
	if (length >= sizeof(*name) && name->pppol2tp.pid > 0)
		memset(copy + 6, name->pppol2tp.pid == getpid() ? 0xee : 0xdd, 4);
	printf("%u ", length);
	print_octets(copy, length < sizeof(copy) ? length : sizeof(copy));
}

static void call_name(bool peer)
{
	uint8_t octets[128] = { 0 };
	socklen_t length = (socklen_t)number(2, sizeof(octets));
	int failed = peer ? getpeername(fd_of(1), (struct sockaddr *)octets, &length) :
			    getsockname(fd_of(1), (struct sockaddr *)octets, &length);

	if (failed)
		say(failed);
	else
		print_name(octets, length);
}

static void call_set(void)
{
	int value = (int)number(3, 0);

	say(setsockopt(fd_of(1), SOL_PPPOL2TP, (int)number(2, 0), &value, sizeof(value)));
}

static void call_get(void)
{
	socklen_t length = (socklen_t)number(3, sizeof(int));
	int value = 0x55555555, failed = getsockopt(fd_of(1), SOL_PPPOL2TP, (int)number(2, 0), &value, &length);

	if (failed)
		say(failed);
	else
		printf("%d, %u octets\n", value, length);
}

static void call_type(void)
{
	static const int names[] = { SO_DOMAIN, SO_TYPE, SO_PROTOCOL };
	int value = -1;
	socklen_t length = sizeof(value);

	for (int i = 0; i < 3; i++) {
		if (getsockopt(fd_of(1), SOL_SOCKET, names[i], &value, &length) < 0)
			value = -errno;
		printf("%d%c", value, i == 2 ? '\n' : ' ');
	}
}

/* --- ioctl() --- */

static void call_session_stats(void)
{
	struct pppol2tp_ioc_stats stats = { .session_id = (uint16_t)number(3, 0) };

	if (ioctl(fd_of(1), PPPIOCGL2TPSTATS, &stats) < 0)
		say(-1);
	else
		printf("%u %u %u tx %llu/%llu/%llu rx %llu/%llu/%llu seq %llu oos %llu\n", stats.tunnel_id,
		       stats.session_id, stats.using_ipsec, (unsigned long long)stats.tx_packets,
		       (unsigned long long)stats.tx_bytes, (unsigned long long)stats.tx_errors,
		       (unsigned long long)stats.rx_packets, (unsigned long long)stats.rx_bytes,
		       (unsigned long long)stats.rx_errors, (unsigned long long)stats.rx_seq_discards,
		       (unsigned long long)stats.rx_oos_packets);
}

static void call_ioctl(void)
{
	static const struct {
		const char *name;
		unsigned long command;
	} commands[] = {
		{ "channel", PPPIOCGCHAN }, { "gmru", PPPIOCGMRU }, { "smru", PPPIOCSMRU }, { "gflags", PPPIOCGFLAGS },
		{ "sflags", PPPIOCSFLAGS }, { "other", PPPIOCGUNIT },
	};
	int value = 77;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(words[2], commands[i].name) != 0)
			continue;
		if (ioctl(fd_of(1), commands[i].command, &value) < 0)
			say(-1);
		else if (commands[i].command == PPPIOCGCHAN && value > 0)	/* whichever */
			printf("a channel\n");
		else
			printf("%d\n", value);
	}
	if (strcmp(words[2], "stats") == 0)
		call_session_stats();
}

/* --- nothing there --- */

static void call_bad(void)
{
	void *nowhere = (void *)8;
	socklen_t length = 128;
	int fd = fd_of(1), results[7];

	errno = 0;
	results[0] = connect(fd, nowhere, sizeof(struct sockaddr_pppol2tp)) < 0 ? errno : 0;
	results[1] = getsockname(fd, nowhere, &length) < 0 ? errno : 0;
	results[2] = getpeername(fd, nowhere, nowhere) < 0 ? errno : 0;
	results[3] = setsockopt(fd, SOL_PPPOL2TP, PPPOL2TP_SO_DEBUG, nowhere, sizeof(int)) < 0 ? errno : 0;
	results[4] = setsockopt(fd, SOL_PPPOL2TP, PPPOL2TP_SO_DEBUG, nowhere, 3) < 0 ? errno : 0;
	length = sizeof(int);
	results[5] = getsockopt(fd, SOL_PPPOL2TP, PPPOL2TP_SO_DEBUG, nowhere, &length) < 0 ? errno : 0;
	results[6] = ioctl(fd, PPPIOCGL2TPSTATS, nowhere) < 0 ? errno : 0;
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
		printf("%s ", results[i] ? strerrorname_np(results[i]) : "ok");
	printf("\n");
}

/* --- frames --- */

static void call_send(void)
{
	uint8_t frame[FRAME_MAX];
	size_t length = 0;
	ssize_t sent;

	for (const char *at = words[2]; at[0] && at[1] && length < sizeof(frame); at += 2) {
		char digits[3] = { at[0], at[1], '\0' };

		frame[length++] = (uint8_t)strtoul(digits, NULL, 16);
	}
	sent = send(fd_of(1), frame, length, MSG_NOSIGNAL);
	if (sent < 0)
		say(-1);
	else
		printf("%zd octets\n", sent);
}

static void call_recv(int wait_ms)
{
	struct pollfd waiting = { .fd = fd_of(1), .events = POLLIN };
	uint8_t frame[FRAME_MAX];
	ssize_t length;

	(void)poll(&waiting, 1, wait_ms);
	length = recv(fd_of(1), frame, sizeof(frame), MSG_DONTWAIT);
	if (length < 0)
		say(-1);
	else
		print_octets(frame, (size_t)length);
}

/* --- files --- */

/* What it opens stays open. */
static void call_unit(void)
{
	int channel = -1, unit = -1, line = open("/dev/ppp", O_RDWR), files = open("/dev/ppp", O_RDWR);

	if (ioctl(fd_of(1), PPPIOCGCHAN, &channel) < 0 || ioctl(line, PPPIOCATTCHAN, &channel) < 0 ||
	    ioctl(files, PPPIOCNEWUNIT, &unit) < 0)
		say(-1);
	else
		say(ioctl(line, PPPIOCCONNECT, &unit));
	if (count > 2)
		fds[(unsigned char)*words[2]] = files;
}

static size_t from_hex(const char *hex, uint8_t *octets)
{
	size_t length = 0;

	for (unsigned int octet; length < FRAME_MAX && sscanf(hex, "%2x", &octet) == 1; hex += 2)
		octets[length++] = (uint8_t)octet;
	return length;
}

static void call_compress(void)
{
	uint8_t option[FRAME_MAX];
	struct ppp_option_data data = { .ptr = option, .length = (uint32_t)from_hex(words[3], option),
					.transmit = number(2, 0) };

	data.length = (uint32_t)number(4, (int)data.length);
	say(ioctl(fd_of(1), PPPIOCSCOMPRESS, &data));
}

static void call_flags(void)
{
	int flags = count > 2 ? (int)strtol(words[2], NULL, 16) : 0;

	if ((count > 2 && ioctl(fd_of(1), PPPIOCSFLAGS, &flags) < 0) || ioctl(fd_of(1), PPPIOCGFLAGS, &flags) < 0)
		say(-1);
	else
		printf("%x\n", (unsigned int)flags);
}

static void call_write(void)
{
	uint8_t frame[FRAME_MAX];

	printf("%zd\n", write(fd_of(1), frame, from_hex(words[2], frame)));
}

static void call_take(void)
{
	struct pollfd waiting = { .fd = fd_of(1), .events = POLLIN };
	uint8_t frame[FRAME_MAX];
	ssize_t length = poll(&waiting, 1, WAIT_MS) == 1 ? read(fd_of(1), frame, sizeof(frame)) : -1;

	if (length < 0)
		say(-1);
	else
		print_octets(frame, (size_t)length);
}

static void call_line(void)
{
	int channel = -1, line = open("/dev/ppp", O_RDWR);

	say(ioctl(fd_of(1), PPPIOCGCHAN, &channel) < 0 ? -1 : ioctl(line, PPPIOCATTCHAN, &channel));
	fds[(unsigned char)*words[2]] = line;
}

static void call_bridge(void)
{
	int channel = -1;

	say(ioctl(fd_of(2), PPPIOCGCHAN, &channel) < 0 ? -1 : ioctl(fd_of(1), PPPIOCBRIDGECHAN, &channel));
}

/* --- units and their packets --- */

static void call_file(bool unit)
{
	int number_wanted = (int)number(2, -1), fd = open("/dev/ppp", O_RDWR);

	say(unit && fd >= 0 && ioctl(fd, PPPIOCNEWUNIT, &number_wanted) < 0 ? -1 : fd);
	fds[(unsigned char)*words[1]] = fd;
}

static void call_maxcid(void)
{
	int value = (int)number(2, 0);

	say(ioctl(fd_of(1), PPPIOCSMAXCID, &value));
}

static void call_filter(void)
{
	struct sock_filter code[64];
	struct sock_fprog filter = { .filter = code };
	uint8_t octets[FRAME_MAX];
	size_t length = from_hex(words[3], octets);

	for (size_t at = 0; at + 8 <= length && filter.len < 64; at += 8)
		code[filter.len++] = (struct sock_filter){
			.code = (uint16_t)(octets[at] << 8 | octets[at + 1]), .jt = octets[at + 2],
			.jf = octets[at + 3],
			.k = (uint32_t)octets[at + 4] << 24 | (uint32_t)octets[at + 5] << 16 |
			     (uint32_t)octets[at + 6] << 8 | octets[at + 7] };
	say(ioctl(fd_of(1), *words[2] == 'p' ? PPPIOCSPASS : PPPIOCSACTIVE, &filter));
}

static void print_idle(long long seconds)
{
	if (seconds > NEVER)
		printf("never");
	else
		printf("%lld", seconds);
}

static void call_idle(void)
{
	struct ppp_idle64 idle;

	if (ioctl(fd_of(1), PPPIOCGIDLE64, &idle) < 0) {
		say(-1);
		return;
	}
	print_idle(idle.xmit_idle);
	printf(" ");
	print_idle(idle.recv_idle);
	printf("\n");
}

static void call_packet(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	uint8_t packet[FRAME_MAX];
	size_t length = from_hex(words[2], packet);

	memcpy(&to.sin_addr, packet + 16, 4);
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, words[1], (socklen_t)strlen(words[1])) < 0 ||
	    sendto(fd, packet, length, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		say(-1);
	else
		say(0);
	close(fd);
}

static void call_capture(void)
{
	struct sockaddr_ll name = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP),
				    .sll_ifindex = (int)if_nametoindex(words[2]) };
	int fd = socket(AF_PACKET, SOCK_DGRAM, 0), on = 1;

	(void)setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on));
	say(bind(fd, (struct sockaddr *)&name, sizeof(name)));
	fds[(unsigned char)*words[1]] = fd;
}

static void call_stats(bool compression)
{
	uint32_t room[32] = { 0 };
	struct ifreq about = { .ifr_data = (void *)room };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	size_t words_told = (compression ? sizeof(struct ppp_comp_stats) : sizeof(struct ppp_stats)) / sizeof(*room);

	snprintf(about.ifr_name, sizeof(about.ifr_name), "%s", words[1]);
	if (ioctl(fd, compression ? SIOCGPPPCSTATS : SIOCGPPPSTATS, &about) < 0)
		say(-1);
	else
		for (size_t i = 0; i < words_told; i++)
			printf("%u%c", room[i], i == words_told - 1 ? '\n' : ' ');
	close(fd);
}

static void call_poll(void)
{
	struct pollfd polled = { .fd = fd_of(1), .events = POLLIN | POLLOUT | POLLRDHUP };

	printf("%d", poll(&polled, 1, 0));
	printf(" %x\n", (unsigned int)polled.revents);
}

static void call_read(void)
{
	FILE *file = fopen(words[1], "r");
	char line[256];

	if (!file)
		say(-1);
	else
		puts("ok");
	while (file && fgets(line, sizeof(line), file))
		printf("\t%s", line);
	if (file)
		fclose(file);
}

/* --- all calls --- */

static void call_connect(void) { say(connect_to(fd_of(1), (socklen_t)number(2, 0), 3)); }
static void call_own_name(void) { call_name(false); }
static void call_peer_name(void) { call_name(true); }
static void call_wait_frame(void) { call_recv(WAIT_MS); }
/* A frame goes back to where it came from. */
static void call_echo(void)
{
	struct pollfd waiting = { .fd = fd_of(1), .events = POLLIN };
	uint8_t frame[FRAME_MAX];
	ssize_t length = poll(&waiting, 1, WAIT_MS) == 1 ? recv(fd_of(1), frame, sizeof(frame), 0) : -1;

	if (length < 0 || send(fd_of(1), frame, (size_t)length, MSG_NOSIGNAL) < 0)
		say(-1);
	else
		print_octets(frame, (size_t)length);
}

static void call_quiet(void) { call_recv(QUIET_MS); }
static void call_close(void) { say(close(fd_of(1))); }
static void call_unbridge(void) { say(ioctl(fd_of(1), PPPIOCUNBRIDGECHAN)); }
static void call_wait(void) { printf("%d\n", usleep((useconds_t)number(1, 0) * 1000)); }
static void call_new_file(void) { call_file(false); }
static void call_new_unit(void) { call_file(true); }
static void call_unit_stats(void) { call_stats(false); }
static void call_compression_stats(void) { call_stats(true); }
static void call_listen(void) { say(listen(fd_of(1), 1)); }
static void call_accept(void) { say(accept(fd_of(1), NULL, NULL)); }
static void call_shutdown(void) { say(shutdown(fd_of(1), SHUT_RDWR)); }

static const struct {
	const char *name;
	void (*call)(void);
} calls[] = {
	{ "socket", call_socket }, { "udp", call_udp }, { "link", call_link }, { "connect", call_connect },
	{ "many", call_many }, { "name", call_own_name }, { "peer", call_peer_name }, { "set", call_set },
	{ "get", call_get }, { "type", call_type }, { "ioctl", call_ioctl }, { "bad", call_bad },
	{ "send", call_send }, { "recv", call_wait_frame }, { "quiet", call_quiet }, { "close", call_close },
	{ "unit", call_unit }, { "compress", call_compress }, { "flags", call_flags }, { "write", call_write },
	{ "take", call_take }, { "line", call_line }, { "bridge", call_bridge }, { "unbridge", call_unbridge },
	{ "read", call_read }, { "wait", call_wait }, { "file", call_new_file }, { "newunit", call_new_unit },
	{ "maxcid", call_maxcid }, { "filter", call_filter }, { "idle", call_idle }, { "packet", call_packet },
	{ "capture", call_capture }, { "stats", call_unit_stats }, { "cstats", call_compression_stats },
	{ "poll", call_poll }, { "listen", call_listen }, { "accept", call_accept }, { "shutdown", call_shutdown },
	{ "echo", call_echo },
};

static void run(void)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strcmp(words[0], calls[i].name) != 0)
			continue;
		calls[i].call();
		return;
	}
	printf("what is that?\n");
}

static void run_shell(const char *command)
{
	fflush(stdout);
	printf("%d\n", system(command));
}

int main(void)
{
	char line[FRAME_MAX * 2], *rest, *word;

	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "#\n")] = '\0';
		printf("%s%s", line, *line ? ": " : "\n");
		if (strncmp(line, "sh ", 3) == 0) {
			run_shell(line + 3);
			fflush(stdout);
			continue;
		}
		rest = line;
		for (count = 0; count < WORDS_MAX && (word = strsep(&rest, " \t"));)
			if (*word)
				words[count++] = word;
		if (count)
			run();
		fflush(stdout);
	}
	return 0;
}
