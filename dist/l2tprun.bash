# SPDX-License-Identifier: MIT
# Completion of l2tprun for bash: its options, as --help tells them, and then a program with what that one takes.
_l2tprun()
{
	local word=${COMP_WORDS[COMP_CWORD]} i=1

	while ((i < COMP_CWORD)); do
		case ${COMP_WORDS[i]} in
		-s | --socket) ((i += 2)) ;;
		-*) ((i++)) ;;
		*) break ;;
		esac
	done
	if ((i < COMP_CWORD)) && declare -F _command_offset >/dev/null; then
		_command_offset "$i"
	elif ((i > COMP_CWORD)); then
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	elif [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" --help | grep -oE -- '--[a-z-]+')" -- "$word")
	else
		mapfile -t COMPREPLY < <(compgen -c -- "$word")
	fi
}
complete -o default -F _l2tprun l2tprun
