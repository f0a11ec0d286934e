/* SPDX-License-Identifier: MIT */
/* See tracepoint.h. Where a trace point's fields lie in what it writes is told by its file `format` in tracefs. */
#include "os/tracepoint.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "os/file.h"

#define RING_PAGES 8			/* a power of two: some 400 records of the size of L2TP's */
#define FORMAT_MAX 65536		/* octets of the file; they have some 500 */
#define RECORD_MAX 256			/* a larger one is passed over */

struct field {
	uint32_t offset, size;		/* size 0: there is none */
};

/* Where they lie in what one of the points writes. */
struct layout {
	uint32_t id;			/* which is in the first two octets of it */
	struct field text, numbers[TRACEPOINT_NUMBERS];
};

struct tracepoints {
	const struct tracepoint *points;
	struct layout layouts[TRACEPOINTS_MAX];
	unsigned int count;
	struct perf_event_mmap_page **rings;	/* of processors; all points write there, behind this page */
	unsigned int ring_count;
	int *fds;
	unsigned int fd_count;
};

/* What the kernel writes for one, behind its header. */
struct sample {
	uint32_t size;			/* of what follows: the point's */
	uint8_t octets[];
};

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* --- what they write --- */

/* Its line is "field:char name[32];	offset:8;	size:32;	signed:0;". */
static struct field find_field(const char *format, const char *name)
{
	size_t length = strlen(name);
	struct field field = { 0 };
	const char *at = format;

	while ((at = strstr(at, name))) {
		bool is_whole = at > format && at[-1] == ' ' && (at[length] == ';' || at[length] == '[');

		at += length;
		if (!is_whole)
			continue;
		at += strcspn(at, ";");
		if (sscanf(at, "; offset:%u; size:%u;", &field.offset, &field.size) == 2)
			return field;
	}
	return (struct field){ 0 };
}

static bool read_format(const char *format, const struct tracepoint *point, struct layout *layout)
{
	const char *id = strstr(format, "ID: ");

	if (!id || sscanf(id, "ID: %u", &layout->id) != 1)
		return false;
	layout->text = find_field(format, point->text);
	if (!layout->text.size)
		return false;
	for (int i = 0; i < TRACEPOINT_NUMBERS && point->numbers[i]; i++) {
		layout->numbers[i] = find_field(format, point->numbers[i]);
		if (layout->numbers[i].size != sizeof(uint32_t))
			return false;
	}
	return true;
}

static int find_layout(const char *system, const struct tracepoint *point, struct layout *layout, struct error *error)
{
	static const char *const places[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	char path[128], *format = NULL;
	bool is_known;
	size_t length;

	for (size_t i = 0; i < sizeof(places) / sizeof(*places) && !format; i++) {
		snprintf(path, sizeof(path), "%s/events/%s/%s/format", places[i], system, point->name);
		if (os_file_read(path, FORMAT_MAX, &format, &length, NULL) < 0)
			format = NULL;
	}
	if (!format)
		return error_set(error, ERROR_SYSTEM, NULL, "this kernel's trace point %s:%s is not to be found: "
				 "`mount -t tracefs none %s` shows them, where it has any", system, point->name,
				 places[0]);
	is_known = read_format(format, point, layout);
	free(format);
	return is_known ? 0 : error_set(error, ERROR_SYSTEM, NULL, "this kernel's trace point %s:%s tells other things "
					"than we know", system, point->name);
}

/* --- opening --- */

static int open_one(uint32_t id, int cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr), .config = id, .sample_period = 1,
		.sample_type = PERF_SAMPLE_RAW,
	};

	return (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

static int open_ring(struct tracepoints *traced, int fd)
{
	void *pages = mmap(NULL, (1 + RING_PAGES) * page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (pages == MAP_FAILED)
		return -1;
	traced->rings[traced->ring_count++] = pages;
	return 0;
}

/* 1: there is no such processor now. */
static int open_processor(struct tracepoints *traced, int cpu)
{
	int first = -1;

	for (unsigned int i = 0; i < traced->count; i++) {
		int fd = open_one(traced->layouts[i].id, cpu);

		if (fd < 0)
			return errno == ENODEV ? 1 : -1;
		traced->fds[traced->fd_count++] = fd;
		if (first >= 0 && ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, first) < 0)
			return -1;
		if (first < 0 && open_ring(traced, fd) < 0)
			return -1;
		first = first < 0 ? fd : first;
	}
	return 0;
}

static int open_all(struct tracepoints *traced, const char *system, struct error *error)
{
	int processors = get_nprocs_conf();

	for (unsigned int i = 0; i < traced->count; i++)
		if (find_layout(system, &traced->points[i], &traced->layouts[i], error) < 0)
			return -1;
	traced->rings = calloc((size_t)processors, sizeof(*traced->rings));
	traced->fds = calloc((size_t)processors * traced->count, sizeof(*traced->fds));
	if (!traced->rings || !traced->fds)
		return error_system(error, ENOMEM, NULL, "cannot trace");
	for (int cpu = 0; cpu < processors; cpu++)
		if (open_processor(traced, cpu) < 0)
			return error_system(error, errno, NULL, "the kernel does not let us trace (perf_event_open: it "
					    "wants CAP_PERFMON or CAP_SYS_ADMIN)");
	return 0;
}

struct tracepoints *tracepoints_open(const char *system, const struct tracepoint *points, unsigned int count,
				     struct error *error)
{
	struct tracepoints *traced = calloc(1, sizeof(*traced));

	if (!traced) {
		error_system(error, ENOMEM, NULL, "cannot trace");
		return NULL;
	}
	traced->points = points;
	traced->count = count > TRACEPOINTS_MAX ? TRACEPOINTS_MAX : count;
	if (open_all(traced, system, error) == 0)
		return traced;
	tracepoints_close(traced);
	return NULL;
}

void tracepoints_close(struct tracepoints *traced)
{
	if (!traced)
		return;
	for (unsigned int i = 0; i < traced->ring_count; i++)
		munmap(traced->rings[i], (1 + RING_PAGES) * page_size());
	for (unsigned int i = 0; i < traced->fd_count; i++)
		close(traced->fds[i]);
	free(traced->rings);
	free(traced->fds);
	free(traced);
}

/* --- reading --- */

static void copy_out(const struct perf_event_mmap_page *ring, uint64_t position, void *to, size_t length)
{
	const uint8_t *octets = (const uint8_t *)ring + page_size();
	size_t size = RING_PAGES * page_size(), begin = position % size;
	size_t until_end = length < size - begin ? length : size - begin;

	memcpy(to, octets + begin, until_end);
	memcpy((uint8_t *)to + until_end, octets, length - until_end);
}

/* A field, of this size at most, that is not beyond the end. */
static bool take(const struct sample *sample, struct field field, void *to, size_t size)
{
	size = field.size < size ? field.size : size;
	if ((uint64_t)field.offset + size > sample->size)
		return false;
	memcpy(to, sample->octets + field.offset, size);
	return true;
}

static bool understand(const struct tracepoints *traced, const struct sample *sample, struct tracepoint_record *record)
{
	const struct layout *layout = traced->layouts;
	uint16_t id;

	memset(record, 0, sizeof(*record));
	if (!take(sample, (struct field){ 0, sizeof(id) }, &id, sizeof(id)))
		return false;
	while (record->point < traced->count && layout->id != id)
		layout = &traced->layouts[++record->point];
	if (record->point == traced->count || !take(sample, layout->text, record->text, sizeof(record->text) - 1))
		return false;
	for (int i = 0; i < TRACEPOINT_NUMBERS; i++)
		if (!take(sample, layout->numbers[i], &record->numbers[i], sizeof(record->numbers[i])))
			return false;
	return true;
}

/* Other records say that the kernel had no room, and for how many. */
static bool read_record(const struct tracepoints *traced, const struct perf_event_mmap_page *ring, uint64_t at,
			const struct perf_event_header *header, struct tracepoint_record *record)
{
	_Alignas(struct sample) uint8_t octets[RECORD_MAX];
	const struct sample *sample = (const struct sample *)(const void *)octets;
	size_t length = header->size - sizeof(*header);

	if (header->type != PERF_RECORD_SAMPLE || length < sizeof(*sample) || length > sizeof(octets))
		return false;
	copy_out(ring, at + sizeof(*header), octets, length);
	return sample->size <= length - sizeof(*sample) && understand(traced, sample, record);
}

static bool next_of(const struct tracepoints *traced, struct perf_event_mmap_page *ring,
		    struct tracepoint_record *record)
{
	uint64_t end = __atomic_load_n(&ring->data_head, __ATOMIC_ACQUIRE), at = ring->data_tail;
	struct perf_event_header header;
	bool found = false;

	while (!found && end - at >= sizeof(header)) {
		copy_out(ring, at, &header, sizeof(header));
		if (header.size < sizeof(header) || header.size > end - at)
			break;		/* it cannot be */
		found = read_record(traced, ring, at, &header, record);
		at += header.size;
	}
	__atomic_store_n(&ring->data_tail, found ? at : end, __ATOMIC_RELEASE);
	return found;
}

bool tracepoints_next(struct tracepoints *traced, struct tracepoint_record *record)
{
	for (unsigned int i = 0; i < traced->ring_count; i++)
		if (next_of(traced, traced->rings[i], record))
			return true;
	return false;
}

void tracepoints_skip(struct tracepoints *traced)
{
	for (unsigned int i = 0; i < traced->ring_count; i++)
		__atomic_store_n(&traced->rings[i]->data_tail,
				 __atomic_load_n(&traced->rings[i]->data_head, __ATOMIC_ACQUIRE), __ATOMIC_RELEASE);
}
