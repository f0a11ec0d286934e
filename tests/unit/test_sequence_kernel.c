/* SPDX-License-Identifier: MIT */
/*
 * The kernel's rules for sequence numbers: what it was seen to do with these numbers.
 */
#include "datapath/user/sequence_kernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define V2 0xffffu
#define V3 0xffffffu
#define TIMEOUT 100

/* A session, as receive_kernel.c has it; the counters are the kernel's. */
struct line {
	struct sequence_kernel *order;
	uint32_t mask, timeout;
	uint64_t now;
	char delivered[256];		/* numbers, in their order; - for a packet without */
	unsigned int packets, errors, discards, out_of_order;
};

static struct line *line_new(uint32_t mask, uint32_t timeout)
{
	static struct line line;

	line = (struct line){ .order = sequence_kernel_new(mask), .mask = mask, .timeout = timeout, .now = 1000 };
	assert_non_null(line.order);
	return &line;
}

static void deliver(struct line *line, const uint8_t *frame, size_t length)
{
	size_t used = strlen(line->delivered);

	snprintf(line->delivered + used, sizeof(line->delivered) - used, "%.*s ", (int)length, (const char *)frame);
	line->packets++;
}

static void discard(struct line *line)
{
	line->discards++;
	line->errors++;
}

static void drain(struct line *line)
{
	enum sequence_kernel_taken taken;
	uint8_t *frame;
	size_t length;

	while ((taken = sequence_kernel_take(line->order, line->now, &frame, &length)) != SEQUENCE_KERNEL_NONE)
		taken == SEQUENCE_KERNEL_DELIVER ? deliver(line, frame, length) : discard(line);
	sequence_kernel_release(line->order);
}

static void hold(struct line *line, const char *frame, bool numbered, uint32_t number)
{
	struct sequence_kernel_packet packet = {
		.frame = (const uint8_t *)frame, .length = strlen(frame), .numbered = numbered, .number = number,
		.expires = line->now + (line->timeout ? line->timeout : 1000),
	};
	bool out_of_order;

	assert_non_null(sequence_kernel_hold(line->order, &packet, line->timeout, &out_of_order));
	line->out_of_order += out_of_order;
	drain(line);
}

static void arrive(struct line *line, uint32_t number)
{
	char frame[16];

	snprintf(frame, sizeof(frame), "%u", number);
	switch (sequence_kernel_arrive(line->order, number, line->timeout)) {
	case SEQUENCE_KERNEL_PASS:
		deliver(line, (uint8_t *)frame, strlen(frame));
		break;
	case SEQUENCE_KERNEL_HOLD:
		hold(line, frame, true, number);
		break;
	case SEQUENCE_KERNEL_OUTSIDE:
		line->errors++;
		break;
	case SEQUENCE_KERNEL_DISCARD:
		discard(line);
		break;
	}
}

static void arrive_all(struct line *line, const uint32_t *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		arrive(line, numbers[i]);
}
#define ARRIVE(line, ...) arrive_all(line, (const uint32_t[]){ __VA_ARGS__ }, \
				     sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

static void arrive_unnumbered(struct line *line)
{
	if (sequence_kernel_empty(line->order))
		deliver(line, (const uint8_t *)"-", 1);
	else
		hold(line, "-", false, 0);
}

static void expect(const struct line *line, const char *delivered, unsigned int errors, unsigned int discards,
		   unsigned int out_of_order)
{
	assert_string_equal(line->delivered, delivered);
	assert_int_equal(line->errors, errors);
	assert_int_equal(line->discards, discards);
	assert_int_equal(line->out_of_order, out_of_order);
}

static void end(struct line *line)
{
	sequence_kernel_free(line->order);
}

static const uint32_t masks[] = { V2, V3 };
#define FOR_EACH_MASK(mask) for (const uint32_t *mask = masks; mask < masks + 2; mask++)

/* --- without reordering --- */

static void check(uint32_t mask, const char *delivered, unsigned int errors, unsigned int discards,
		  const uint32_t *numbers, size_t count)
{
	struct line *line = line_new(mask, 0);

	arrive_all(line, numbers, count);
	expect(line, delivered, errors, discards, 0);
	assert_true(sequence_kernel_empty(line->order));
	end(line);
}
#define CHECK(mask, delivered, errors, discards, ...) \
	check(mask, delivered, errors, discards, (const uint32_t[]){ __VA_ARGS__ }, \
	      sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

static void test_in_order_only(void **state)
{
	FOR_EACH_MASK(mask) {
		CHECK(*mask, "0 1 2 3 4 ", 0, 0, 0, 1, 2, 3, 4);
		CHECK(*mask, "0 1 ", 1, 1, 0, 2, 1);
		CHECK(*mask, "0 7 8 ", 5, 5, 0, 2, 3, 4, 5, 6, 7, 8);
		/* a run that is broken begins anew */
		CHECK(*mask, "0 ", 9, 9, 0, 2, 3, 4, 5, 6, 20, 21, 22, 23);
		CHECK(*mask, "0 ", 6, 6, 0, 2, 3, 3, 4, 5, 6);
		/* but what is next does not break it */
		CHECK(*mask, "0 1 7 ", 5, 5, 0, 2, 3, 4, 1, 5, 6, 7);
		/* nor does one outside the window, which is no discard */
		CHECK(*mask, "0 1 2 9 ", 6, 5, 0, 1, 2, 4, 5, 0, 6, 7, 8, 9);
	}
}

static void test_first_is_next(void **state)
{
	FOR_EACH_MASK(mask) {
		CHECK(*mask, "17 18 ", 1, 0, 17, 18, 17);
		CHECK(*mask, "17 ", 1, 1, 17, 19);
	}
}

/* Before the first packet 0 is the expected number. */
static void test_window(void **state)
{
	CHECK(V2, "32766 ", 0, 0, 32766);
	CHECK(V2, "", 1, 0, 32767);
	CHECK(V2, "", 1, 0, 65535);
	CHECK(V3, "8388606 ", 0, 0, 8388606);
	CHECK(V3, "", 1, 0, 8388607);
	CHECK(V3, "", 1, 0, 16777215);
	/* it moves: 9 is expected */
	CHECK(V3, "8 ", 1, 1, 8, 8 + 8388607);
	CHECK(V3, "8 ", 1, 0, 8, 9 + 8388607);
	CHECK(V2, "8 ", 1, 1, 8, 8 + 32767);
	CHECK(V2, "8 ", 1, 0, 8, 9 + 32767);
	/* and numbers begin again behind the last */
	CHECK(V2, "30000 60000 65535 0 ", 15, 15, 30000, 59995, 59996, 59997, 59998, 59999, 60000,
	      65530, 65531, 65532, 65533, 65534, 65535, 0, 2, 3, 4, 5, 6);
}

/* --- with reordering --- */

static void test_reordered(void **state)
{
	FOR_EACH_MASK(mask) {
		struct line *line = line_new(*mask, TIMEOUT);

		ARRIVE(line, 0, 2, 1);
		expect(line, "0 1 2 ", 0, 0, 1);
		ARRIVE(line, 6, 5, 4);
		expect(line, "0 1 2 ", 0, 0, 3);
		ARRIVE(line, 3);
		expect(line, "0 1 2 3 4 5 6 ", 0, 0, 4);
		ARRIVE(line, 5);
		expect(line, "0 1 2 3 4 5 6 ", 1, 0, 4);	/* behind: outside */
		end(line);
	}
}

/* Only another packet brings it to light that one has waited too long. */
static void test_expired(void **state)
{
	FOR_EACH_MASK(mask) {
		struct line *line = line_new(*mask, TIMEOUT);

		ARRIVE(line, 0, 2);
		line->now += TIMEOUT + 50;
		expect(line, "0 ", 0, 0, 0);
		ARRIVE(line, 3);
		expect(line, "0 3 ", 1, 1, 0);
		end(line);
		line = line_new(*mask, TIMEOUT);
		ARRIVE(line, 0, 2, 3);
		line->now += TIMEOUT;			/* just not yet */
		ARRIVE(line, 5);
		expect(line, "0 ", 0, 0, 0);
		line->now++;
		ARRIVE(line, 7);
		expect(line, "0 5 ", 2, 2, 0);		/* 5 is next, 7 is not */
		end(line);
	}
}

/* A second copy of what waits is dropped when its time has come, and what comes meanwhile waits for that. */
static void test_twice(void **state)
{
	struct line *line = line_new(V3, TIMEOUT);

	ARRIVE(line, 0, 2, 2, 1);
	expect(line, "0 1 2 ", 0, 0, 1);
	ARRIVE(line, 3, 4);
	expect(line, "0 1 2 ", 0, 0, 1);
	line->now += TIMEOUT + 1;
	ARRIVE(line, 5);
	expect(line, "0 1 2 5 ", 3, 3, 1);
	end(line);
}

/* The order is that of the bare numbers: at the wrap what comes late blocks, as it does in the kernel. */
static void test_wrap(void **state)
{
	struct line *line = line_new(V3, TIMEOUT);

	ARRIVE(line, 8388606);
	line->timeout = 0;
	ARRIVE(line, 16777208, 16777209, 16777210, 16777211, 16777212, 16777213);
	expect(line, "8388606 16777213 ", 5, 5, 0);
	line->timeout = TIMEOUT;
	ARRIVE(line, 16777215, 0);
	expect(line, "8388606 16777213 ", 5, 5, 1);	/* 0 stands before 16777215 */
	ARRIVE(line, 16777214);
	expect(line, "8388606 16777213 ", 5, 5, 2);	/* and now waits for itself */
	line->now += TIMEOUT + 1;
	ARRIVE(line, 1);
	expect(line, "8388606 16777213 1 ", 8, 8, 3);
	end(line);
}

static void test_unnumbered_wait_behind(void **state)
{
	struct line *line = line_new(V3, TIMEOUT);

	ARRIVE(line, 0);
	arrive_unnumbered(line);
	ARRIVE(line, 2);
	arrive_unnumbered(line);
	expect(line, "0 - ", 0, 0, 0);
	ARRIVE(line, 1);
	expect(line, "0 - 1 2 - ", 0, 0, 1);
	ARRIVE(line, 4);
	arrive_unnumbered(line);
	line->now += TIMEOUT + 1;
	arrive_unnumbered(line);
	expect(line, "0 - 1 2 - - ", 2, 2, 1);
	ARRIVE(line, 77);
	expect(line, "0 - 1 2 - - 77 ", 2, 2, 1);
	end(line);
}

/* The timeout may be taken away while packets wait: then what is next stands behind them. */
static void test_timeout_taken_away(void **state)
{
	struct line *line = line_new(V3, TIMEOUT);

	ARRIVE(line, 0, 2);
	line->timeout = 0;
	ARRIVE(line, 1);
	expect(line, "0 ", 0, 0, 0);
	line->now += TIMEOUT + 1;
	ARRIVE(line, 1);
	expect(line, "0 1 ", 1, 1, 0);
	assert_false(sequence_kernel_empty(line->order));	/* the second 1 */
	line->now += 1001;
	arrive_unnumbered(line);
	expect(line, "0 1 - ", 2, 2, 0);
	end(line);
}

/* More than may wait: the first gives way, and the next one is next. */
static void test_bound(void **state)
{
	struct line *line = line_new(V3, TIMEOUT);

	ARRIVE(line, 0);
	for (uint32_t i = 0; i < SEQUENCE_KERNEL_HELD_MAX; i++)
		arrive(line, 2 + 2 * i);
	expect(line, "0 ", 0, 0, 0);
	arrive(line, 1);	/* not this one, although it stands first */
	expect(line, "0 1 2 ", 0, 0, 1);
	arrive(line, 9999);
	arrive(line, 9998);
	expect(line, "0 1 2 6 ", 1, 1, 2);
	end(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_order_only), cmocka_unit_test(test_first_is_next),
		cmocka_unit_test(test_window), cmocka_unit_test(test_reordered),
		cmocka_unit_test(test_expired), cmocka_unit_test(test_twice), cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_unnumbered_wait_behind), cmocka_unit_test(test_timeout_taken_away),
		cmocka_unit_test(test_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
