/* SPDX-License-Identifier: MIT */
/* The table of RFC 1661 section 4.1, with its rows as rows and its columns as columns. */
#include "ppp/automaton.h"

#define TLU AUTOMATON_TLU
#define TLD AUTOMATON_TLD
#define TLS AUTOMATON_TLS
#define TLF AUTOMATON_TLF
#define IRC AUTOMATON_IRC
#define ZRC AUTOMATON_ZRC
#define SCR AUTOMATON_SCR
#define SCA AUTOMATON_SCA
#define SCN AUTOMATON_SCN
#define STR AUTOMATON_STR
#define STA AUTOMATON_STA
#define SCJ AUTOMATON_SCJ
#define SER AUTOMATON_SER

/* actions and state, as the RFC writes them: "irc,scr/6" */
#define GO(state, actions) { (actions), (state) }
/* what cannot be */
#define NO(state) { 0, (state) }

static const struct automaton_step table[AUTOMATON_EVENTS][AUTOMATON_STATES] = {
	/* 0 Initial to 5 Stopping; 6 Req-Sent to 9 Opened */
	[AUTOMATON_UP] = {
		GO(2, 0), GO(6, IRC | SCR), NO(2), NO(3), NO(4), NO(5),
		NO(6), NO(7), NO(8), NO(9) },
	[AUTOMATON_DOWN] = {
		NO(0), NO(1), GO(0, 0), GO(1, TLS), GO(0, 0), GO(1, 0),
		GO(1, 0), GO(1, 0), GO(1, 0), GO(1, TLD) },
	[AUTOMATON_OPEN] = {
		GO(1, TLS), GO(1, 0), GO(6, IRC | SCR), GO(3, 0), GO(5, 0), GO(5, 0),
		GO(6, 0), GO(7, 0), GO(8, 0), GO(9, 0) },
	[AUTOMATON_CLOSE] = {
		GO(0, 0), GO(0, TLF), GO(2, 0), GO(2, 0), GO(4, 0), GO(4, 0),
		GO(4, IRC | STR), GO(4, IRC | STR), GO(4, IRC | STR), GO(4, TLD | IRC | STR) },
	[AUTOMATON_TO_PLUS] = {
		NO(0), NO(1), NO(2), NO(3), GO(4, STR), GO(5, STR),
		GO(6, SCR), GO(6, SCR), GO(8, SCR), NO(9) },
	[AUTOMATON_TO_MINUS] = {
		NO(0), NO(1), NO(2), NO(3), GO(2, TLF), GO(3, TLF),
		GO(3, TLF), GO(3, TLF), GO(3, TLF), NO(9) },
	[AUTOMATON_RCR_PLUS] = {
		NO(0), NO(1), GO(2, STA), GO(8, IRC | SCR | SCA), GO(4, 0), GO(5, 0),
		GO(8, SCA), GO(9, SCA | TLU), GO(8, SCA), GO(8, TLD | SCR | SCA) },
	[AUTOMATON_RCR_MINUS] = {
		NO(0), NO(1), GO(2, STA), GO(6, IRC | SCR | SCN), GO(4, 0), GO(5, 0),
		GO(6, SCN), GO(7, SCN), GO(6, SCN), GO(6, TLD | SCR | SCN) },
	[AUTOMATON_RCA] = {
		NO(0), NO(1), GO(2, STA), GO(3, STA), GO(4, 0), GO(5, 0),
		GO(7, IRC), GO(6, SCR), GO(9, IRC | TLU), GO(6, TLD | SCR) },
	[AUTOMATON_RCN] = {
		NO(0), NO(1), GO(2, STA), GO(3, STA), GO(4, 0), GO(5, 0),
		GO(6, IRC | SCR), GO(6, SCR), GO(8, IRC | SCR), GO(6, TLD | SCR) },
	[AUTOMATON_RTR] = {
		NO(0), NO(1), GO(2, STA), GO(3, STA), GO(4, STA), GO(5, STA),
		GO(6, STA), GO(6, STA), GO(6, STA), GO(5, TLD | ZRC | STA) },
	[AUTOMATON_RTA] = {
		NO(0), NO(1), GO(2, 0), GO(3, 0), GO(2, TLF), GO(3, TLF),
		GO(6, 0), GO(6, 0), GO(8, 0), GO(6, TLD | SCR) },
	[AUTOMATON_RUC] = {
		NO(0), NO(1), GO(2, SCJ), GO(3, SCJ), GO(4, SCJ), GO(5, SCJ),
		GO(6, SCJ), GO(7, SCJ), GO(8, SCJ), GO(9, SCJ) },
	[AUTOMATON_RXJ_PLUS] = {
		NO(0), NO(1), GO(2, 0), GO(3, 0), GO(4, 0), GO(5, 0),
		GO(6, 0), GO(6, 0), GO(8, 0), GO(9, 0) },
	[AUTOMATON_RXJ_MINUS] = {
		NO(0), NO(1), GO(2, TLF), GO(3, TLF), GO(2, TLF), GO(3, TLF),
		GO(3, TLF), GO(3, TLF), GO(3, TLF), GO(5, TLD | IRC | STR) },
	[AUTOMATON_RXR] = {
		NO(0), NO(1), GO(2, 0), GO(3, 0), GO(4, 0), GO(5, 0),
		GO(6, 0), GO(7, 0), GO(8, 0), GO(9, SER) },
};

struct automaton_step automaton_step(enum automaton_state state, enum automaton_event event)
{
	return table[event][state];
}
