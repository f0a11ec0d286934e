/* SPDX-License-Identifier: MIT */
/*
 * TCP MSS clamping: lower the MSS option of a SYN so that its answer's segments fit the device.
 */
#ifndef L2TPD_DATAPATH_USER_MSS_H
#define L2TPD_DATAPATH_USER_MSS_H

#include "datapath/user/inner.h"

/* mtu: the device's (an IP packet's octets); the MSS becomes at most what that leaves without IP and TCP
 * options (RFC 6691). The TCP checksum is adjusted unless partial_checksum (NEEDS_CSUM: it is
 * computed later); a wrong one stays wrong. Anything that is not an unfragmented TCP SYN with an
 * MSS option above that is left alone. */
void mss_clamp(uint8_t *frame, size_t length, enum frame_layer layer, uint32_t mtu, bool partial_checksum);

#endif
