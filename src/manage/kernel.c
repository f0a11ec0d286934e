/* SPDX-License-Identifier: MIT */
/*
 * The texts in which the kernel tells of its tunnels, of those that programs have made through its API: piece by piece,
 * so that their number costs nobody else anything.
 */
#include "manage/methods.h"

static bool begin(struct call *call, json_t **error)
{
	const struct manage_host *host = call->host;
	struct error failure = { 0 };
	struct command command;

	if (!call_command(call, &command, error))
		return false;
	if (host->kernel_text_begin)
		call->own = host->kernel_text_begin(host->context, command.config.kernel.netns,
						    call->method->verb == CONFIG_KERNEL_PPPOL2TP, &failure);
	else
		error_set(&failure, ERROR_UNSUPPORTED, NULL, "there is no such API here");
	if (!call->own)
		*error = call_failed(&failure);
	return call->own;
}

static enum call_step kernel_step(struct call *call, struct emit *result, json_t **error)
{
	char text[CALL_REPLY_OCTETS + MANAGE_KERNEL_PIECE];
	size_t length = 0, more = 1;

	if (!call->own && !begin(call, error))
		return CALL_LAST;
	while (more && length < CALL_REPLY_OCTETS) {
		more = call->host->kernel_text_next(call->own, text + length);
		length += more;
	}
	text[length] = '\0';
	emit_string_member(result, "text", text);
	return more ? CALL_REPLY : CALL_LAST;
}

static void kernel_end(struct call *call)
{
	if (call->own)
		call->host->kernel_text_end(call->own);
}

static const struct method methods[] = {
	{ "KernelPppol2tp", ROLE_READ, "(config: KernelConfig)", "(text: string)",
	  "Tell of the tunnels of version 2 that programs have made through the kernel's API, in the form of the\n"
	  "kernel's file /proc/net/pppol2tp: the texts of all replies together. Call it with `more`.",
	  CONFIG_KERNEL, CONFIG_KERNEL_PPPOL2TP, .step = kernel_step, .more = true, .end = kernel_end },
	{ "KernelTunnels", ROLE_READ, "(config: KernelConfig)", "(text: string)",
	  "Tell of all tunnels that programs have made so, in the form of the kernel's file l2tp/tunnels in debugfs.",
	  CONFIG_KERNEL, CONFIG_KERNEL_TUNNELS, .step = kernel_step, .more = true, .end = kernel_end },
	{ .name = NULL },
};

const struct method_table methods_kernel = { .methods = methods };
