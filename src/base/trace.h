/* SPDX-License-Identifier: MIT */
/*
 * Trace: lines about one tunnel, session or peer while it is looked at, by category.  Each object has
 * a mask of categories (its trace_flags); where the mask lacks the category the macro costs one test,
 * and neither about nor the values of the line are evaluated.  What is asked for is always written,
 * whichever log level is wanted; the sink limits the rate of all of it together.
 *
 * Numbers and names are OpenL2TP's.
 */
#ifndef L2TPD_BASE_TRACE_H
#define L2TPD_BASE_TRACE_H

#include <stdint.h>

#include "base/log.h"

#define TRACE_PROTOCOL (1u << 0)	/* what the peer and the network say */
#define TRACE_FSM (1u << 1)		/* states and what changes them */
#define TRACE_API (1u << 2)		/* who asks us for what */
#define TRACE_AVP (1u << 3)		/* which values control messages have */
#define TRACE_AVP_HIDE (1u << 4)	/* which of them are hidden */
#define TRACE_AVP_DATA (1u << 5)	/* their octets */
#define TRACE_FUNC (1u << 6)		/* what the engine of the control protocol tells */
#define TRACE_TRANSPORT (1u << 7)	/* how control messages are carried */
#define TRACE_DATA (1u << 8)		/* packets */
#define TRACE_SYSTEM (1u << 9)		/* what we ask of the operating system */
#define TRACE_PPP (1u << 10)		/* what PPP negotiates */

#define TRACE_ALL 2047u			/* as OpenL2TP writes it: whatever there is */

/* "fsm"; "" for what is no single category. The words that may be written are in config/trace_flags.c. */
const char *trace_name(uint32_t category);

/* A mask as it is written: "protocol,fsm", "none", "all"; returns out. */
#define TRACE_TEXT_MAX 128
const char *trace_format(uint32_t mask, char out[TRACE_TEXT_MAX]);

/* mask: the object's; category: one of the above; about: expression of a const struct log_about *, or NULL. */
#define trace(mask, category, about, ...)                               \
	do {                                                            \
		if (__builtin_expect(((mask) & (category)) != 0, 0))    \
			trace_line(category, about, __VA_ARGS__);       \
	} while (0)

void trace_line(uint32_t category, const struct log_about *about, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* For whom limits himself: dropped lines came before this one. */
void trace_line_dropped(uint32_t category, const struct log_about *about, uint32_t dropped, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
