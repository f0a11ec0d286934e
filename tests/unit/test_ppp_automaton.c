/* SPDX-License-Identifier: MIT */
/* The automaton's table against that of RFC 1661 section 4.1, as it is printed there. */
#include <stdio.h>
#include <string.h>

#include "ppp/automaton.h"

#include "test.h"

static const struct {
	enum automaton_event event;
	const char *cells[AUTOMATON_STATES];	/* "actions/state"; "-": cannot be */
} rows[] = {
	{ AUTOMATON_UP, { "2", "irc,scr/6", "-", "-", "-", "-", "-", "-", "-", "-" } },
	{ AUTOMATON_DOWN, { "-", "-", "0", "tls/1", "0", "1", "1", "1", "1", "tld/1" } },
	{ AUTOMATON_OPEN, { "tls/1", "1", "irc,scr/6", "3", "5", "5", "6", "7", "8", "9" } },
	{ AUTOMATON_CLOSE, { "0", "tlf/0", "2", "2", "4", "4", "irc,str/4", "irc,str/4", "irc,str/4",
			     "tld,irc,str/4" } },
	{ AUTOMATON_TO_PLUS, { "-", "-", "-", "-", "str/4", "str/5", "scr/6", "scr/6", "scr/8", "-" } },
	{ AUTOMATON_TO_MINUS, { "-", "-", "-", "-", "tlf/2", "tlf/3", "tlf/3", "tlf/3", "tlf/3", "-" } },
	{ AUTOMATON_RCR_PLUS, { "-", "-", "sta/2", "irc,scr,sca/8", "4", "5", "sca/8", "sca,tlu/9", "sca/8",
				"tld,scr,sca/8" } },
	{ AUTOMATON_RCR_MINUS, { "-", "-", "sta/2", "irc,scr,scn/6", "4", "5", "scn/6", "scn/7", "scn/6",
				 "tld,scr,scn/6" } },
	{ AUTOMATON_RCA, { "-", "-", "sta/2", "sta/3", "4", "5", "irc/7", "scr/6", "irc,tlu/9", "tld,scr/6" } },
	{ AUTOMATON_RCN, { "-", "-", "sta/2", "sta/3", "4", "5", "irc,scr/6", "scr/6", "irc,scr/8", "tld,scr/6" } },
	{ AUTOMATON_RTR, { "-", "-", "sta/2", "sta/3", "sta/4", "sta/5", "sta/6", "sta/6", "sta/6",
			   "tld,zrc,sta/5" } },
	{ AUTOMATON_RTA, { "-", "-", "2", "3", "tlf/2", "tlf/3", "6", "6", "8", "tld,scr/6" } },
	{ AUTOMATON_RUC, { "-", "-", "scj/2", "scj/3", "scj/4", "scj/5", "scj/6", "scj/7", "scj/8", "scj/9" } },
	{ AUTOMATON_RXJ_PLUS, { "-", "-", "2", "3", "4", "5", "6", "6", "8", "9" } },
	{ AUTOMATON_RXJ_MINUS, { "-", "-", "tlf/2", "tlf/3", "tlf/2", "tlf/3", "tlf/3", "tlf/3", "tlf/3",
				 "tld,irc,str/5" } },
	{ AUTOMATON_RXR, { "-", "-", "2", "3", "4", "5", "6", "7", "8", "ser/9" } },
};

static const struct {
	unsigned int action;
	const char *name;
} actions[] = {
	{ AUTOMATON_TLD, "tld" }, { AUTOMATON_TLS, "tls" }, { AUTOMATON_IRC, "irc" }, { AUTOMATON_ZRC, "zrc" },
	{ AUTOMATON_SCR, "scr" }, { AUTOMATON_STR, "str" }, { AUTOMATON_SCA, "sca" }, { AUTOMATON_SCN, "scn" },
	{ AUTOMATON_STA, "sta" }, { AUTOMATON_SCJ, "scj" }, { AUTOMATON_SER, "ser" }, { AUTOMATON_TLU, "tlu" },
	{ AUTOMATON_TLF, "tlf" },
};

/* In the order in which the RFC's cells have them. */
static void write_cell(struct automaton_step step, char *out, size_t size)
{
	const char *separator = "";

	*out = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
		if (step.actions & actions[i].action) {
			strncat(out, separator, size - strlen(out) - 1);
			strncat(out, actions[i].name, size - strlen(out) - 1);
			separator = ",";
		}
	snprintf(out + strlen(out), size - strlen(out), "%s%d", *out ? "/" : "", step.next);
}

static void test_table(void **state)
{
	assert_int_equal(ARRAY_SIZE(rows), AUTOMATON_EVENTS);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (unsigned int s = 0; s < AUTOMATON_STATES; s++) {
			char cell[64], same[8];

			write_cell(automaton_step(s, rows[i].event), cell, sizeof(cell));
			snprintf(same, sizeof(same), "%u", s);
			assert_string_equal(cell, strcmp(rows[i].cells[s], "-") ? rows[i].cells[s] : same);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_table) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
