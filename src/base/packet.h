/* SPDX-License-Identifier: MIT */
/*
 * How long the headers of packets are, in octets: those of IPv4 and TCP without options.
 */
#ifndef L2TPD_BASE_PACKET_H
#define L2TPD_BASE_PACKET_H

#define ETHERNET_HEADER 14
#define VLAN_TAG 4
#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define TCP_HEADER 20
#define UDP_HEADER 8

#endif
