/* SPDX-License-Identifier: MIT */
/*
 * Sequence numbers of arriving packets: next, ahead or old.
 */
#include "datapath/user/sequence.h"

#include "wire/data_header.h"

void sequence_jump(struct sequence *sequence, uint32_t number)
{
	sequence->started = true;
	sequence->expected = (number + 1) & DATA_SEQUENCE_MASK;
	sequence->old_run = 0;
}

/* Has the peer begun anew? */
static bool continues_old_run(struct sequence *sequence, uint32_t number)
{
	if (sequence->old_run == 0 || number != sequence->old_next)
		sequence->old_run = 0;
	sequence->old_next = (number + 1) & DATA_SEQUENCE_MASK;
	return sequence->old_run++ == SEQUENCE_RESYNC_RUN;
}

enum sequence_verdict sequence_arrive(struct sequence *sequence, uint32_t number)
{
	int32_t distance = sequence->started ? data_sequence_distance(number, sequence->expected) : 0;

	if (distance > 0) {
		sequence->old_run = 0;
		return SEQUENCE_AHEAD;
	}
	if (distance < 0 && !continues_old_run(sequence, number))
		return SEQUENCE_OLD;
	sequence_jump(sequence, number);
	return SEQUENCE_NEXT;
}
