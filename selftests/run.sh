#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# selftests/run.sh - run the built test programs, as root, inside a VM
#
# Usage: selftests/run.sh [--module PATH/mytcp.ko] [--stack mytcp|kernel]
#                         [--icount-only | --no-icount] [--share I/N] [--again N]
#                         [TEST...]
#
#   --module       the module to load, and to unload at the end
#   --stack        run against the kernel's own TCP instead, as a reference
#   --icount-only  the VM has virtual time: run what is in icount.list
#   --no-icount    run everything else (the default)
#   --share        of these programs every Nth, beginning with the Ith: for N
#                  machines that share the work
#   --again        up to N programs in which tests fail get a second chance, at the
#                  end: on a busy machine a timer of real time may run out between two
#                  steps of a test. What fails twice fails.
#   TEST           names of programs, with or without .c; default: all
#
# MYTCP_TEST_ONLY=WORD selects the tests with WORD in their name,
# MYTCP_TEST_FAMILY=ipv4|ipv6 one family, "turns" or "swapped" one or the other for each,
# MYTCP_TEST_PCAP=DIRECTORY keeps what travelled over each wire, for tcpdump or any
# other analyser.
#
# The programs are built before, by make -C selftests; MYTCP_TEST_BUILD names
# another directory than selftests/build. Needs nothing but a POSIX shell and
# busybox. Prints TAP:
#
#   # selftests/handshake_basic.c
#   ok 1 handshake_basic handshake.ipv4.passive_open_in_three_segments
#
# and as the last line "N passed, N failed", with ", N skipped" if there are such;
# above it a line "# skipped: PROGRAM NAME: WHY" for each that could not run. Those that
# were not selected are not listed. The status is 0 if none failed.

here=$(cd "$(dirname "$0")" && pwd)
build=${MYTCP_TEST_BUILD:-$here/build}
module=
stack=mytcp
icount=0
tests=
share=1 shares=1
again=0 later=	# programs that may be run twice; those that will be
limit=${MYTCP_TEST_LIMIT:-900}	# seconds a program may take

die() { echo "Bail out! run.sh: $*"; exit 1; }

while [ $# -gt 0 ]; do
	case $1 in
	--module) module=${2:?--module needs a path}; shift ;;
	--stack) stack=${2:?--stack needs a name}; shift ;;
	--icount-only) icount=1; limit=1000000 ;;
	--no-icount) icount=0 ;;
	--share)
		share=${2%/*} shares=${2#*/}
		case $2 in
		[1-9]/[1-9]) [ "$share" -le "$shares" ] || die "--share $2: no such share" ;;
		*) die "--share needs I/N, as in 1/2, not '$2'" ;;
		esac
		shift ;;
	--again) again=${2:?--again needs a number}; shift ;;
	-*) die "unknown option $1" ;;
	*) t=${1##*/}; tests="$tests ${t%.c}" ;;
	esac
	shift
done

count=0 passed=0 failed=0 skipped=0 lacking=0
out=$(mktemp) unable=$(mktemp)
trap 'rm -f "$out" "$unable"' EXIT

# What todo.list says is not there yet; only MyTCP has such a list.
missing() {
	[ "$stack" = mytcp ] || return 1
	awk -F'\t' -v name="$1" '$1 == name { print $2; found = 1 }
		END { exit !found }' "$here/todo.list"
}

result() {			# ok|"not ok", name
	count=$((count + 1))
	todo=
	if [ "$1" = ok ]; then
		passed=$((passed + 1))
	elif todo=$(missing "$2"); then
		skipped=$((skipped + 1)) lacking=$((lacking + 1))
	else
		failed=$((failed + 1))
	fi
	echo "$1 $count $2${todo:+ # TODO $todo}"
}

in_virtual_time() {
	sed 's/#.*//' "$here/icount.list" | grep -qx "$1[[:space:]]*"
}

wanted() {
	if [ -n "$tests" ]; then
		case " $tests " in *" $1 "*) ;; *) return 1 ;; esac
	fi
	if in_virtual_time "$1"; then
		[ $icount = 1 ]
	else
		[ $icount = 0 ]
	fi
}

# Of a test that was skipped the harness says the name only when it begins.
skip() {			# program, name, why
	count=$((count + 1)) skipped=$((skipped + 1))
	echo "ok $count $1 $2 # SKIP $3"
	[ "$3" = "not selected" ] || echo "# skipped: $1 $2: $3" >>"$unable"
}

# Renumbers a program's results and puts its name in front of the test's.
show_results() {
	name=
	while IFS= read -r line; do
		case $line in
		"#  RUN "*)
			name=${line#"#  RUN"} name=${name% ...} name=${name##* }
			echo "$line" ;;
		"ok "*"# SKIP"*)
			why=${line#*# SKIP}
			skip "$1" "$name" "${why#"${why%%[! ]*}"}" ;;
		"ok "*)
			line=${line#ok }
			result ok "$1 ${line#* }" ;;
		"not ok "*)
			line=${line#not ok }
			result "not ok" "$1 ${line#* }" ;;
		"TAP version"* | 1..*) ;;
		*) echo "$line" ;;
		esac
	done <"$out"
}

# What hangs tells where, and is ended: a test is a process group of its own,
# which outlives its program.
show_hung() {
	pids=$(pgrep -f "^$build/$1\$") || return
	for pid in $pids; do
		for f in syscall stack net/mytcp net/tcp; do
			# Of TIME_WAIT (06) there may be thousands.
			awk -v of="# $pid $f:" '$4 != "06" { print of, $0 }' \
				/proc/"$pid"/$f
		done
	done
	kill -KILL $pids
}

# A test failed, and nothing worse happened; what it said is kept as comments.
postponed() {
	[ $status = 1 ] && [ "$again" -gt 0 ] && grep -q '^not ok' "$out" || return
	again=$((again - 1))
	later="$later $1"
	sed 's/^/# once: /' "$out"
}

run_program() {
	echo "# selftests/$1.c"
	read -r began _ </proc/uptime
	timeout "$limit" "$build/$1" >"$out" 2>&1
	status=$?
	read -r ended _ </proc/uptime
	echo "# $1 took $((${ended%.*} - ${began%.*})) s"
	postponed "$1" && return
	[ $status -ne 124 ] || show_hung "$1"
	planned=$(sed -n 's/^1\.\.//p' "$out" | head -n 1)
	before=$((passed + failed + skipped))
	bad=$((failed + lacking))
	show_results "$1"
	ran=$((passed + failed + skipped - before))
	if [ "$ran" != "${planned:-none}" ]; then
		result "not ok" "$1 ended after $ran of ${planned:-?} tests (status $status)"
	elif [ $status -ne 0 ] && [ "$bad" = $((failed + lacking)) ]; then
		result "not ok" "$1 exits with status $status"
	fi
	objects=$(in_use)
	[ "$objects" = "$left" ] || echo "# $objects objects of the module are in use"
	left=$objects
}

in_use() { awk '/^mytcp/ { n += $2 } END { print n + 0 }' /proc/slabinfo; }
left=0

loaded() { grep -q '^mytcp ' /proc/modules; }

load() {
	for m in tun veth dummy sch_netem; do
		modprobe -q $m 2>/dev/null
	done
	[ -c /dev/net/tun ] || die "there is no /dev/net/tun"
	[ "$stack" = mytcp ] || return
	loaded && return
	[ -n "$module" ] || die "mytcp is not loaded and --module is not given"
	insmod "$module" || die "insmod $module failed"
}

# Objects in use in the module's slabs. The shrinking hands back what the
# CPUs keep for themselves and /proc/slabinfo would count as used.
slab_objects() {
	for s in /sys/kernel/slab/mytcp*; do
		[ -w "$s/shrink" ] && echo 1 >"$s/shrink"
	done
	in_use
}

# The namespaces of the tests die in the background, and orphans may take their
# time: nine FINs, if nobody answers. Where the handshake had no round trip to
# measure, the machine being slow, they begin 3 s apart: that is nine minutes.
unload() {
	[ "$stack" = mytcp ] || return
	echo "# end of the run"
	tries=600
	while objects=$(slab_objects); [ "$objects" != 0 ] && [ $tries -gt 0 ]; do
		sleep 1
		tries=$((tries - 1))
	done
	if [ "$objects" = 0 ]; then
		result ok "run no object is left in the slabs"
	else
		{ grep '^mytcp' /proc/slabinfo
		  sed 1d /proc/net/mytcp
		  ps -e -o pid,ppid,args | grep "[/]${build##*/}/"; } | sed 's/^/# /'
		result "not ok" "run no object is left in the slabs ($objects are)"
	fi
	while ! rmmod mytcp 2>"$out" && [ $tries -gt 0 ]; do
		sleep 1
		tries=$((tries - 1))
	done
	if loaded; then
		sed 's/^/# /' "$out"
		result "not ok" "run the module can be unloaded"
	else
		result ok "run the module can be unloaded"
	fi
}

export MYTCP_TEST_STACK="$stack" MYTCP_TEST_ICOUNT=$icount MYTCP_TEST_DIR="$here"
# where the modules of samples/ are
[ -z "$module" ] || export MYTCP_TEST_SAMPLES="${module%/*}/samples"
export PATH="$here/../build/tools:$PATH"
for t in $tests; do
	[ -x "$build/$t" ] || die "there is no program $build/$t"
done
echo "TAP version 13"
load
nth=0
for p in "$build"/*; do
	name=${p##*/}
	[ -f "$p" ] && [ -x "$p" ] || continue
	wanted "$name" || continue
	nth=$((nth + 1))
	[ $(((nth - share) % shares)) = 0 ] && run_program "$name"
done
again=0
for name in $later; do
	run_program "$name"
done
unload
echo "1..$count"
cat "$unable"
if [ $skipped -gt 0 ]; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
[ $failed -eq 0 ]
