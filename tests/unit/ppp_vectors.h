/* SPDX-License-Identifier: MIT */
/*
 * Known answers for who proves a name over PPP, and for MPPE: of RFC 2433 appendix B, RFC 2759 section 9.2 and
 * RFC 3079 sections 2.5 and 3.5 (without the misprints of that), frames computed independently of this project.
 * Octets in hexadecimal.
 */
#ifndef L2TPD_TESTS_UNIT_PPP_VECTORS_H
#define L2TPD_TESTS_UNIT_PPP_VECTORS_H

/* --- PAP: identifier 1, "user", "pass" --- */
#define PAP_REQUEST "0101000e04757365720470617373"
#define PAP_ACK_HI "02010007026869"

/* --- CHAP with MD5: "secret", identifier 23, names "lns" and "user" --- */
#define MD5_SECRET "secret"
#define MD5_CHALLENGE "00112233445566778899aabbccddeeff"
#define CHAP_MD5_RESPONSE "31fed2ad12f810f0d37b5bbe33f61007"
#define CHAP_MD5_CHALLENGE_PACKET "011700181000112233445566778899aabbccddeeff6c6e73"
#define CHAP_MD5_RESPONSE_PACKET "021700191031fed2ad12f810f0d37b5bbe33f6100775736572"

/* --- EAP with MD5: identifier 9; identity: identifier 8 --- */
#define EAP_MD5_RESPONSE "87ccad7fc26b26ed4e18ec82dfcceb54"
#define EAP_MD5_REQUEST_PACKET "01090016041000112233445566778899aabbccddeeff"
#define EAP_MD5_RESPONSE_PACKET "02090016041087ccad7fc26b26ed4e18ec82dfcceb54"
#define EAP_IDENTITY_USER "020800090175736572"

/* --- MS-CHAP --- */
#define V1_CHALLENGE "102db5df085d3041"
static const struct mschapv1_vector {
	const char *password, *hash, *response;
} mschapv1_vectors[] = {
	{ "MyPw", "fc156af7edcd6c0edde3337d427f4eac", "4e9d3c8f9cfd385d5bf4d3246791956ca4c351ab409a3d61" },
	{ "clientPass", "44ebba8d5312b8d611474411f56989ae", "54f22ac5aa6c5cbf7e60531821852087d681f1cc9e1bb36e" },
};
/* of "clientPass", with the LAN Manager response too */
#define V1_RESPONSE "edbac3d1b2bc24bda687a4ebde1f18943f4a329d5c372a8f54f22ac5aa6c5cbf7e60531821852087d681f1cc9e1bb36e01"
#define V1_LM_HASH "76a152936096d7830e2390227404afd2"

#define V2_USER "User"
#define V2_USER_OF_DOMAIN "DOM\\User"
#define V2_PASSWORD "clientPass"
#define V2_CHALLENGE "5b5d7c7d7b3f2f3e3c2c602132262628"
#define V2_PEER_CHALLENGE "21402324255e262a28295f2b3a337c7e"
#define V2_CHALLENGE_HASH "d02e4386bce91226"
#define V2_CHALLENGE_HASH_WITH_DOMAIN "5c0d58967cc338a6"
#define V2_HASH "44ebba8d5312b8d611474411f56989ae"
#define V2_HASH_HASH "41c00c584bd2d91c4017a2a12fa59f3f"
#define V2_NT_RESPONSE "82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df"
#define V2_RESPONSE "21402324255e262a28295f2b3a337c7e000000000000000082309ecd8d708b5ea08faa3981cd83544233114a3d85d6df00"
#define V2_SUCCESS "S=407A5589115FD0D6209F510FE9C04566932CDA56"

/* --- keys --- */
#define V1_SESSION_40 "d1269e538cec4a08"
#define V1_SESSION_56 "d10801538cec4a08"
#define V1_START_128 "a8947850cfc0acc1d1789fb62ddcddb0"
#define V1_SESSION_128 "59d159bc09f76f1da2a86a28ffec0b1e"
#define V2_SERVER_SEND_START "8b7cdc149b993a1ba118cb153f56dccb"
#define V2_SERVER_RECEIVE_START "d5f0e9521e3ea9589645e86051c82226"

/* What the server of V2_USER sends: protocol and IPv4 header. Packets begin with MPPE's header. */
#define MPPE_PLAIN "002145000014000000004001f7e7c0000201c0000202"
#define MPPE_TEST_MESSAGE "test message"
static const struct mppe_vector {
	unsigned int bits;
	const char *send_session, *receive_session;
	const char *test_message;	/* by RC4 with send_session */
	const char *keys[3];		/* without state, of each packet */
	const char *stateless[3];
	const char *stateful[2];	/* the first with the A bit */
} mppe_vectors[] = {
	{ 40, "d1269ec49fa62e3e", "d1269ed2ae999038", "929137917e5803d668d75898",
	  { "d1269ece4d98d181", "d1269edeefbd8aff", "d1269eb1a7fcb215" },
	  { "90009edc946694fa408f375e9d44a36fd14515e2c510d3f0", "9001f2031b6c4ded91fabb5e7ff2f8d2b455b96677a690c4",
	    "9002370ac53ee3df788f8fd12e3d63702750889a10d020b1" },
	  { "9000e6d501e55e2166a51bb67ffcc45fb638fb073aa5e045", "100171eef9dfe75023e98c04db78120c9c8a663de363d348" } },
	{ 56, "d15c00c49fa62e3e", "d16a9bd2ae999038", "3f106833fa448da842bc57b8",
	  { "d16182a2ab481407", "d178cc274f63faf1", "d1894870daab684a" },
	  { "900068dab65ba56f87590f82a5144d6395a5fd60fdaec898", "9001b23cb706b0a3aab569ac1ec270dda44648d3c23bc1b9",
	    "90028d3ccab7c9d22cc63c3edde718dda29b3a91108807da" },
	  { "90004b545e47da3de8db31dd70dc4780737b3ba2533ece21", "1001093e5c0f08d9ac4e8eaf36e835e0761c15f74a45fabc" } },
	{ 128, "405cb2247a7956e6e211007ae27b22d4", "49d11d0f0cc6befba2a9b4b688f91eee", "81848317df68846272fb5abe",
	  { "726f10500e2b54135b1b74d7682f0471", "2805bc7869bec825573a7803e95a3acd",
	    "58128c36cabd54968139fd94b5883d4a" },
	  { "90007058132be07b58bad366c92488b355ba6bf1f8d347f7", "9001353ca429a625ee5c42dd5b967a75304202b2f5711f59",
	    "9002ccd975db31adcb5fd449e5120508cdccaa787f42b460" },
	  { "9000f5c0b563ff11e111019a7dda682522b8dd6af0ba0f24", "10014f43f083e9d87dac8756559cb6695493db886bf9de3b" } },
};

#endif
