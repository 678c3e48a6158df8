# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034	# the files of the programs read what is set here
#
# Cases: run, judged, told of as TAP.
#
# A program's file sets NEEDS (the commands it runs) and CASES (pairs of a title and a
# function), and defines start, which starts the servers; prepare, which makes what all
# of them need; ready, which awaits them, if await_server is not enough; and END_STATUS,
# if a server makes of SIGTERM something else than 0. A case has
#
#   FAMILY ADDR HOST PORT     IPv4 or IPv6; the server's address, the same for a URL, its port
#   CLIENT                    the words before a command of the client
#   DIR                       an empty folder
#
# and fails with the first command that does.

# report ok|"not ok" NAME
report() {
	local results
	echo "$1" >>"$TMP/results"
	mapfile -t results <"$TMP/results"
	echo "$1 ${#results[@]} - $2"
}

summary() {
	local failed passed
	failed=$(grep -c '^not' "$TMP/results")
	passed=$(grep -c '^ok' "$TMP/results")
	echo "1..$((passed + failed))"
	echo "$passed passed, $failed failed"
	((failed == 0 && passed > 0))
}

# The line of the program's file that is being run; its first for what all files share.
where() {
	local i
	for ((i = 1; i < ${#BASH_SOURCE[@]}; i++)); do
		[[ ${BASH_SOURCE[i]} == "$APPS/$PROGRAM.sh" ]] || continue
		echo "$PROGRAM.sh:${BASH_LINENO[i - 1]}"
		return
	done
	echo "$PROGRAM.sh:1"
}

fail() {
	echo "$(where): $*" >"$TMP/reason"
	exit 1
}

# expect WHAT EXPECTED GOT
expect() {
	[[ $2 == "$3" ]] || fail "$1: expected '$2', got '$3'"
}

# same EXPECTED GOT: two files, or two folders, byte for byte
same() {
	local difference
	difference=$(diff -rq --no-dereference "$1" "$2" 2>&1) && return
	[[ -d $1 ]] || difference=$(cmp "$1" "$2" 2>&1 || stat -c '%n: %s bytes' "$1" "$2" 2>&1)
	fail "what arrived is not what was sent: $difference"
}

# make_data FILE BYTES
make_data() { head -c "$2" /dev/urandom >"$1"; }

# What fail has said says more.
tell_status() {
	[[ -s $TMP/reason ]] ||
		echo "$(where): status $failed of: $BASH_COMMAND" >>"$TMP/reason"
}

# Runs a function until a command fails, and says which. Not to be called where the shell
# waits for a status (if, ||, &&): it would overlook what fails.
guarded() {
	: >"$TMP/reason"
	(
		set -eE
		trap 'failed=$?; tell_status' ERR
		"$@"
	) >"$TMP/said" 2>&1
}

# judge STATUS NAME
judge() {
	if [[ $1 == 0 ]]; then
		report ok "$2"
		return
	fi
	{
		# The reason first, as others look for it there.
		cat "$TMP/reason"
		echo "what was said:"
		tail -n 40 "$TMP/said" | tr -cd '[:print:][:space:]'
		tail -n 30 "$TMP"/log/* /dev/null
		show_sockets
	} | sed 's/^/# /'
	report "not ok" "$2"
}

has_commands() {
	local name missing=()
	for name in "${NEEDS[@]}"; do
		command -v "$name" >/dev/null || missing+=("$name")
	done
	((${#missing[@]})) || return 0
	echo "# $PROGRAM.sh:1: not found: ${missing[*]}; expected on this machine, run scripts/setup"
	report "not ok" "$PROGRAM: its programs are installed"
	return 1
}

ready() { await_server; }

run_prepare() {
	[[ $(type -t prepare) == function ]] || return 0
	guarded prepare
	judged $? "what it needs is made"
}

# start is not guarded: what it starts has to be this process's own, to be waited for.
run_start() {
	SERVERS=()
	start >"$TMP/said" 2>&1
	guarded ready
	judged $? "the servers on $(stack_name "$SERVER_STACK") listen"
}

run_stop() {
	local status
	guarded end_servers
	status=$?
	[[ $status != 0 ]] || reap_servers >>"$TMP/said" || status=1
	judge $status "$PROGRAM: the servers on $(stack_name "$SERVER_STACK") end when told to"
	stop_all
}

# What is no case, and worth a line only if it fails: STATUS NAME
judged() {
	[[ $1 == 0 ]] || { judge "$1" "$PROGRAM: $2"; return 1; }
}

# prepare_case FAMILY STACK-OF-THE-CLIENT
prepare_case() {
	FAMILY=$1 CLIENT_STACK=$2
	ADDR=${ADDRESS[server-$FAMILY]}
	HOST=$ADDR
	[[ $FAMILY == IPv4 ]] || HOST="[$ADDR]"
	DIR=$TMP/$PROGRAM/case
	prefix client "$CLIENT_STACK"
	CLIENT=(timeout -k 5 "$LIMIT" "${PREFIX[@]}")
	case $SERVER_STACK/$CLIENT_STACK in
	mytcp/kernel) PLACE="server on MyTCP" ;;
	kernel/mytcp) PLACE="client on MyTCP" ;;
	mytcp/mytcp) PLACE="both on MyTCP" ;;
	*) PLACE="both on the kernel's TCP" ;;
	esac
}

run_cases() {
	local i status
	for ((i = 0; i < ${#CASES[@]}; i += 2)); do
		mkdir "$DIR"
		snapshot BEFORE
		guarded run_case "${CASES[i + 1]}"
		status=$?
		judge $status "$PROGRAM: ${CASES[i]}, $PLACE, $FAMILY"
		rm -rf "$DIR"
	done
}

run_case() {
	"$1"
	check_stacks
}
