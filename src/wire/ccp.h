/* SPDX-License-Identifier: MIT */
/*
 * CCP's option of MPPE (RFC 3078 section 2), which says whether packets depend on those before, and how many bits keys
 * have: several in a request, one of them in what is acknowledged.
 *
 *	Type 18 | Length 6 | bits 32
 */
#ifndef L2TPD_WIRE_CCP_H
#define L2TPD_WIRE_CCP_H

#define CCP_MPPE 18
#define CCP_MPPE_VALUE 4		/* octets of its value */

#define CCP_MPPE_STATELESS 0x01000000u
#define CCP_MPPE_56 0x00000080u
#define CCP_MPPE_128 0x00000040u
#define CCP_MPPE_40 0x00000020u

#endif
