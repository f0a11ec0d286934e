# SPDX-License-Identifier: MIT
# Completion of l2tpctl (and l2tpconfig) for bash: asks `l2tpctl --complete`, which knows every object, verb,
# parameter and value from its tables.
_l2tpctl()
{
	local line=${COMP_LINE:0:COMP_POINT} word typed
	local -a words candidates

	# bash cuts words at '=' as well: cut the line at blanks ourselves
	read -ra words <<<"$line"
	[[ $line == *[[:blank:]] ]] && words+=('')
	typed=${words[-1]}
	mapfile -t candidates < <("${words[0]}" --complete -- "${words[@]:1}" 2>/dev/null)
	COMPREPLY=()
	for word in "${candidates[@]}"; do
		[[ $word == *= ]] && compopt -o nospace
		# of name=value bash replaces only what follows the '='
		[[ $typed == *=* && $COMP_WORDBREAKS == *=* ]] && word=${word#*=}
		COMPREPLY+=("$word")
	done
}
complete -o default -F _l2tpctl l2tpctl l2tpconfig
