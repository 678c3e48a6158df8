#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# selftests/stress_reload.sh - load, use and unload the module, again and again
#
# Usage: selftests/stress_reload.sh PATH/mytcp.ko [CYCLES]
#
# As root, inside a VM, with the test programs and the tools built (MYTCP_TEST_BUILD names
# another directory than selftests/build). 200 cycles unless said otherwise.
# Each leaves TIME_WAIT entries behind, asks the module to go while sockets are
# open, which it must refuse, and then unloads it, after which no object, no
# setting and no file of it may be left. Before and after, mytcp-run falls back to the
# kernel's TCP. Prints TAP, and as the last line
# "N passed, N failed".

here=$(cd "$(dirname "$0")" && pwd)
build=${MYTCP_TEST_BUILD:-$here/build}
module=${1:?the path of the module is missing}
cycles=${2:-${MYTCP_TEST_CYCLES:-200}}

die() {
	echo "# $*"
	echo "not ok 1 stress_reload $cycles cycles (failed in cycle $n)"
	echo "0 passed, 1 failed"
	exit 1
}

# What would show that something outlived the module. The kernel itself leaves
# the link behind that a cache has which shares its slabs with others.
left_behind() {
	ls -d /proc/net/mytcp* /proc/sys/net/mytcp /sys/module/mytcp 2>/dev/null
	for cache in /sys/kernel/slab/mytcp*; do
		[ -d "$cache" ] && [ ! -L "$cache" ] && echo "$cache"
	done
	grep '^mytcp' /proc/slabinfo
}

# Objects that are freed after a grace period keep nothing: rmmod waits itself.
# A socket that is on its way out may hold the module for a moment.
unload() {
	tries=50
	while ! rmmod mytcp 2>"$out"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || die "rmmod: $(cat "$out")"
		sleep 0.1
	done
}

# A cache of objects that are freed under RCU is taken down in the background.
expect_nothing_left() {
	tries=50
	while left=$(left_behind); [ -n "$left" ]; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || die "left behind: $left"
		sleep 0.1
	done
}

# Without the module a program gets the kernel's TCP, and one warning.
expect_fallback() {
	tools=$here/../build/tools
	"$tools/mytcp-run" sh -c "'$tools/tests/run-probe' life 4 kernel kernel && exit 7" \
		>"$out" 2>&1
	status=$?
	[ "$status" = 7 ] && [ "$(grep -c 'warning: no MyTCP' "$out")" = 1 ] || {
		sed 's/^/# /' "$out"
		die "mytcp-run without the module: status $status, expected 7, and one warning"
	}
}

out=$(mktemp)
trap 'rm -f "$out"' EXIT
echo "TAP version 13"
echo "1..1"
n=0
modprobe -q tun 2>/dev/null
ip link set lo up
if grep -q '^mytcp ' /proc/modules; then
	rmmod mytcp || die "mytcp is loaded already, and in use"
fi
expect_fallback
while [ $n -lt "$cycles" ]; do
	n=$((n + 1))
	insmod "$module" || die "insmod failed"
	MYTCP_TEST_HERE=1 "$build/stress_reload" >"$out" 2>&1 || {
		sed 's/^/# /' "$out"
		die "the traffic failed"
	}
	time_wait=$(grep -c ' 06 ' /proc/net/mytcp)
	[ "$time_wait" -ge 3 ] ||
		die "only $time_wait TIME_WAIT entries were left to unload with"
	unload
	expect_nothing_left
	[ $((n % 20)) -eq 0 ] && echo "# $n cycles"
done
expect_fallback
echo "ok 1 stress_reload $cycles cycles"
echo "1 passed, 0 failed"
