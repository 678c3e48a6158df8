#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# selftests/apps/run.sh - unmodified programs of Debian, with MyTCP in the place of TCP
#
# Usage: selftests/apps/run.sh [--kernel-module PATH/mytcp.ko] [--stack kernel] [PROGRAM...]
#
#   --kernel-module  the module to load, and to unload at the end
#   --stack kernel   the kernel's own TCP at both ends instead, as a reference
#   PROGRAM          names of the files beside this one, without .sh; default: all
#
# As root, inside a VM, after scripts/setup, which installs the programs, and make -C
# tools. Two network namespaces are two hosts, with a cable between them: a server at one
# end and a client at the other, over IPv4 and IPv6, with MyTCP at the server, at the
# client and at both. What a case has to do with which stack the counters of both tell:
# see lib/hosts.sh.
#
# Prints TAP and, as the last line, "N passed, N failed". Below a case that fails stand
# what was expected, what the programs say, and the sockets there are.
# MYTCP_TEST_LIMIT=SECONDS is how long a client may take, 300 unless said otherwise.

set -uo pipefail
APPS=$(dirname "$(readlink -f "$0")")
cd "$APPS/../.." || exit
PATH=$PATH:/usr/sbin:/sbin
LIMIT=${MYTCP_TEST_LIMIT:-300}

# shellcheck source=selftests/apps/lib/hosts.sh
. "$APPS/lib/hosts.sh"
# shellcheck source=selftests/apps/lib/server.sh
. "$APPS/lib/server.sh"
# shellcheck source=selftests/apps/lib/report.sh
. "$APPS/lib/report.sh"

die() { echo "Bail out! apps/run.sh: $*"; exit 1; }

module='' programs=()
PLACEMENTS=(mytcp/kernel mytcp/mytcp kernel/mytcp)	# server/client
while (($#)); do
	case $1 in
	--kernel-module) module=${2:?--kernel-module needs a path}; shift ;;
	--stack)
		[[ ${2-} == kernel ]] || die "--stack knows the kernel's TCP, not '${2-}'"
		PLACEMENTS=(kernel/kernel)
		shift ;;
	-*) die "unknown option $1; see the head of this file" ;;
	*) programs+=("$(basename "$1" .sh)") ;;
	esac
	shift
done

TMP=''
# shellcheck disable=SC2317	# called by the trap
cleanup() {
	remove_hosts
	[[ -z $TMP ]] || rm -rf "$TMP"
}

load_module() {
	uses_mytcp || return 0
	grep -q '^mytcp ' /proc/modules && return
	[[ -n $module ]] || die "mytcp is not loaded and --kernel-module is not given"
	insmod "$module" || die "insmod $module failed: $(dmesg | tail -n 3)"
}

# Whatever a program has done to its sockets: without hosts there is none left.
unload_module() {
	local end=$((SECONDS + LIMIT)) why=''
	[[ -n $module ]] && uses_mytcp || return 0
	until why=$(rmmod mytcp 2>&1); do
		((SECONDS < end)) || break
		sleep 0.2
	done
	[[ -z $why ]] || echo "# $why"
	report "$([[ -z $why ]] || echo not\ )ok" "run: the module can be unloaded"
}

# The servers once for each stack, and then all cases for each placement that has it.
run_program() {
	local server family place status
	mkdir -m 755 "$TMP/$PROGRAM"
	run_prepare
	status=$?
	((status == 0)) || return
	for server in mytcp kernel; do
		[[ " ${PLACEMENTS[*]}" == *" $server/"* ]] || continue
		SERVER_STACK=$server
		PORT=$((PORT + 10))
		run_start
		status=$?
		((status == 0)) || { stop_all; continue; }
		for family in IPv4 IPv6; do
			for place in "${PLACEMENTS[@]}"; do
				[[ $place == "$server"/* ]] || continue
				prepare_case "$family" "${place#*/}"
				run_cases
			done
		done
		run_stop
	done
}

main() {
	local program begin
	local -A BEFORE
	[[ $EUID == 0 ]] || die "needs root, for the namespaces and the module"
	((${#programs[@]})) || for program in "$APPS"/*.sh; do
		[[ $program == */run.sh ]] || programs+=("$(basename "$program" .sh)")
	done
	for program in "${programs[@]}"; do
		[[ -r $APPS/$program.sh ]] || die "there is no selftests/apps/$program.sh"
	done
	trap cleanup EXIT
	trap 'exit 130' INT TERM
	TMP=$(mktemp -d /tmp/mytcp-apps.XXXXXX)
	chmod 755 "$TMP"		# a server may be another user
	mkdir "$TMP/log"
	: >"$TMP/results"
	load_module
	copy_tools
	make_hosts

	echo "TAP version 13"
	PORT=7000
	for program in "${programs[@]}"; do
		begin=$SECONDS
		# A process of its own, as each defines the same names.
		(
			PROGRAM=$program
			# shellcheck source=/dev/null
			. "$APPS/$program.sh"
			if has_commands; then run_program; fi
		)
		echo "# $program took $((SECONDS - begin)) s"
		PORT=$((PORT + 100))
		rm -rf "${TMP:?}/$program" "$TMP"/log/*
	done
	remove_hosts
	unload_module
	summary
}

main
exit
