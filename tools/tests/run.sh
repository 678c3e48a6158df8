#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# tests/run.sh OUT - tests of mytcp-run, mytcp-ss and mytcp-perf that need no module
#
# OUT holds the built tools.  Ends with a line "N passed, N failed".

set -uo pipefail

cd "$(dirname "$0")" || exit
OUT=$1
T=$OUT/tests
passed=0 failed=0

# The lines "ok - WHAT" and "not ok - WHAT" of a test.
count() {
	local line
	while read -r line; do
		printf '%s\n' "$line"
		case $line in
		'ok '*) passed=$((passed + 1)) ;;
		'not ok '*) failed=$((failed + 1)) ;;
		esac
	done
}

# same WHAT EXPECTED GOT
same() {
	if [[ $2 == "$3" ]]; then
		count <<<"ok - $1"
	else
		count <<<"not ok - $1"
		diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") | sed 's/^/#   /'
	fi
}

preloaded() {
	LD_PRELOAD="$OUT/libmytcp-preload.so $T/fake-kernel.so" "$@"
}

test_preload() {
	local warning='the kernel has no MyTCP, using its own TCP' kind
	for kind in present threads-present; do
		count < <(preloaded "$T/preload-test" "$kind" 2>&1)
	done
	for kind in missing threads-missing; do
		# 93: EPROTONOSUPPORT
		count < <(FAKE_ERRNO=93 preloaded "$T/preload-test" "$kind" 2>"$T/stderr")
		same "one warning on stderr ($kind)" 1 "$(grep -c "$warning" "$T/stderr")"
	done
	# 13: EACCES
	count < <(FAKE_ERRNO=13 preloaded "$T/preload-test" denied 2>&1)
}

# only client|server|"" SUBJECT FAMILY CONNECTS LISTENS: run-probe.c on the fake kernel
only() {
	local which=$1
	shift
	count < <({ MYTCP_RUN_ONLY=$which preloaded "$T/run-probe" "$@" 2>"$T/stderr" ||
		echo "not ok - status $?"; } | sed "s/ - / - run-probe $* (only: $which): /")
}

test_only() {
	local subject family
	for family in 4 6; do
		for subject in life others options held threads; do
			only '' "$subject" $family mytcp mytcp
			only client "$subject" $family mytcp kernel
			only server "$subject" $family kernel mytcp
		done
	done
	only server held 4 kernel mytcp
	same "a listener whose port is held: one warning" 1 \
		"$(grep -c 'another process or descriptor still has it' "$T/stderr")"
	FAKE_ERRNO=93 only server life 4 kernel kernel
	same "--server-only without MyTCP: one warning" 1 "$(grep -c . "$T/stderr")"
	only nonsense life 4 mytcp mytcp
}

# What this machine's kernel says, if it has no MyTCP.
test_fallback() {
	local mode
	[[ ! -e /proc/net/mytcp ]] || {
		echo "# skipped: mytcp-run without the module, which is loaded here"
		return
	}
	for mode in --log="$T/log" --client-only --server-only; do
		count < <("$OUT/mytcp-run" "$mode" sh -c \
			"$T/run-probe life 4 kernel kernel; $T/run-probe life 6 kernel kernel" \
			2>"$T/stderr")
		same "mytcp-run $mode without the module: one warning for two programs" 1 \
			"$(grep -c 'warning: no MyTCP socket .*; load the module: insmod' "$T/stderr")"
		same "and nothing else" 1 "$(grep -c . "$T/stderr")"
		same "and the status of the program" 7 \
			"$("$OUT/mytcp-run" "$mode" sh -c 'exit 7' 2>/dev/null; echo $?)"
	done
}

# A program that runs as another user than who calls it.
test_set_user_id() {
	local dir
	if [[ $EUID != 0 ]] || ! command -v setpriv >/dev/null; then
		echo "# skipped: set-user-ID programs, which root makes, and setpriv(1) calls"
		return
	fi
	dir=$(mktemp -d)
	cp "$OUT/mytcp-run" "$OUT/libmytcp-preload.so" "$T/run-probe" "$dir"
	chmod 755 "$dir" "$dir"/*
	chmod u+s "$dir/run-probe"
	count < <(cd "$dir" && setpriv --reuid 65534 --regid 65534 --clear-groups \
		./mytcp-run ./run-probe rights 4 kernel kernel 2>"$T/stderr")
	chmod u+s "$dir/mytcp-run"
	same "mytcp-run refuses to be set-user-ID" "1 mytcp-run: error: it must not be set-user-ID" \
		"$(cd "$dir" && setpriv --reuid 65534 --regid 65534 --clear-groups \
			./mytcp-run touch ran 2>"$T/stderr"
		echo $? "$(grep -o '.*must not be set-user-ID' "$T/stderr")")"
	same "and runs nothing" no "$([[ -e $dir/ran ]] && echo yes || echo no)"
	rm -r "$dir"
}

# A file that got descriptor 2 must not get the warning.
test_lost_stderr() {
	FAKE_ERRNO=93 preloaded bash -c "exec 2>'$T/precious'; exec $T/preload-test missing" \
		>/dev/null 2>&1
	same "stderr at the start of the program gets the warning" 1 "$(grep -c warning "$T/precious")"
	FAKE_ERRNO=93 preloaded bash -c "exec 2>'$T/precious'; exec 3<>/dev/tcp/127.0.0.1/9" \
		>/dev/null 2>&1
	same "a later file at descriptor 2 does not" 0 "$(grep -c 'has no MyTCP' "$T/precious")"
}

test_run() {
	same "mytcp-run: status of the program" 7 \
		"$("$OUT/mytcp-run" sh -c 'exit 7' 2>/dev/null; echo $?)"
	same "mytcp-run: options after PROGRAM are its own" "--log -x" \
		"$("$OUT/mytcp-run" echo --log -x 2>/dev/null)"
	same "mytcp-run: a program that does not exist" 127 \
		"$("$OUT/mytcp-run" "$T/nothing" 2>/dev/null; echo $?)"
	same "mytcp-run: what is no program" 126 \
		"$("$OUT/mytcp-run" /etc/passwd 2>/dev/null; echo $?)"
	same "mytcp-run: an earlier LD_PRELOAD stays behind ours" \
		"$OUT/libmytcp-preload.so:$T/fake-kernel.so" \
		"$(LD_PRELOAD=$T/fake-kernel.so "$OUT/mytcp-run" printenv LD_PRELOAD 2>/dev/null)"
	same "mytcp-run: no program given is a mistake" 64 \
		"$("$OUT/mytcp-run" 2>/dev/null; echo $?)"
	same "mytcp-run: --client-only and --server-only" 64 \
		"$("$OUT/mytcp-run" --client-only --server-only true 2>/dev/null; echo $?)"
	same "mytcp-run: what is said inside another one counts" client \
		"$("$OUT/mytcp-run" -s "$OUT/mytcp-run" -c printenv MYTCP_RUN_ONLY 2>/dev/null)"
	same "mytcp-run: and what is not said" "" \
		"$("$OUT/mytcp-run" -s "$OUT/mytcp-run" printenv MYTCP_RUN_ONLY 2>/dev/null)"
	rm -f "$T/log"
	LD_PRELOAD=$T/fake-kernel.so "$OUT/mytcp-run" "--log=$T/log" \
		sh -c "cd /; $T/preload-test present" >/dev/null
	same "mytcp-run --log=FILE: lines of a grandchild" 4 \
		"$(grep -c 'preload-test\[[0-9]*\]: descriptor [0-9]* is a MyTCP socket' "$T/log")"
}

# mistake WHAT STATUS WORDS ARGUMENT...: ends with STATUS, and stderr has WORDS.
mistake() {
	local what=$1 status=$2 words=$3 got
	shift 3
	got=$("$OUT/mytcp-ss" "$@" 2>&1 >/dev/null; echo "status $?")
	case $got in
	*"$words"*"status $status") count <<<"ok - $what" ;;
	*)
		count <<<"not ok - $what"
		sed 's/^/#   /' <<<"$got"
		;;
	esac
}

test_ss() {
	local ss="$OUT/mytcp-ss --from table.txt"
	same "mytcp-ss -tan" "$(<ss-all.txt)" "$($ss -tan)"
	same "mytcp-ss -tln" "$(<ss-listening.txt)" "$($ss -tln)"
	same "mytcp-ss: connected ones, ports by name" "$(<ss-names.txt)" "$($ss)"
	same "mytcp-ss -oH, a file filtered by address" "$(<ss-timers.txt)" \
		"$($ss -noH state all dst 10.77.0.0/16)"
	same "mytcp-ss -6" "LISTEN 0 0 [::1]:80 [::]:*" "$($ss -lnH -6)"
	same "mytcp-ss -s" "$(<ss-summary.txt)" "$($ss -s)"
	same "mytcp-ss --netstat -an" "$(<netstat.txt)" "$($ss --netstat -an)"
}

# Where the mistake is, what was expected, and the status of the man page.
test_ss_mistakes() {
	mistake "mytcp-ss: a file of something else" 1 'expected the columns of /proc/net/tcp' \
		--from netstat.txt
	mistake "mytcp-ss: a file that is not there" 1 'No such file' --from "$T/nothing"
	mistake "mytcp-ss: a file has no TCP_INFO" 1 '-i asks the running kernel' \
		-i --from table.txt
	mistake "mytcp-ss: an unknown option" 64 "invalid option -- 'x'" -x
	mistake "mytcp-ss: -K and -E" 64 'expected one of them' -K -E
	mistake "mytcp-ss: an unknown state" 64 "got 'bogus'" state bogus
	mistake "mytcp-ss: no port of that name" 64 "got 'nosuch'"$'\n  sport = nosuch\n          ^' \
		sport = nosuch
	mistake "mytcp-ss: no address" 64 "got '1.2.3.4/33'" src 1.2.3.4/33
	mistake "mytcp-ss: addresses have no order" 64 'have no order' 'src < 1.2.3.4'
	mistake "mytcp-ss: a missing parenthesis" 64 "expected ')'" '( sport = :80'
	mistake "mytcp-ss: a state behind the expression" 64 'states come before' \
		sport = :80 state all
	[[ -e /proc/net/mytcp ]] || {
		mistake "mytcp-ss: the module is not loaded" 1 'load it with: insmod mytcp.ko' -a
		mistake "mytcp-ss -E: the module is not loaded" 1 'load it with: insmod mytcp.ko' -E
	}
}

test_ss_kernel() {
	count < <("$T/filter-test" 2>&1)
	if unshare -n true 2>/dev/null && command -v ss >/dev/null; then
		count < <(unshare -n ./ss-compare.py "$OUT/mytcp-ss" 2>&1 || echo "not ok - ss-compare")
	else
		echo "# skipped: mytcp-ss --kernel beside ss needs root, for a namespace, and iproute2"
	fi
}

# With -p, on the kernel's own table: a process of this test listens.
test_owners() {
	local port=28765 listener line
	python3 -c "import socket, sys
listener = socket.create_server(('127.0.0.1', $port))
print('ready', flush=True)
sys.stdin.read()" <"$T/hold" >"$T/ready" &
	listener=$!
	exec 9>"$T/hold"
	read -r line <"$T/ready"
	line=$("$OUT/mytcp-ss" -tlnp --from /proc/net/tcp 2>/dev/null | grep ":$port ")
	same "mytcp-ss -p: the process that listens" 1 \
		"$(grep -c "users:((\"python3[^\"]*\",pid=$listener,fd=3))" <<<"$line")"
	line=$("$OUT/mytcp-ss" --netstat -anp --from /proc/net/tcp 2>/dev/null | grep ":$port ")
	same "mytcp-ss --netstat -p: PID/Program name" 1 \
		"$(grep -c "LISTEN  *$listener/python3" <<<"$line")"
	exec 9>&-
	wait "$listener"
}

# perf WORDS ARGUMENT...: on a kernel that seems to have MyTCP; what was printed has WORDS.
perf() {
	local words=$1 got status
	shift
	got=$(LD_PRELOAD=$T/fake-kernel.so timeout 60 "$OUT/mytcp-perf" "$@" 2>&1)
	status=$?
	if [[ $status == 0 && $got == *"$words"* ]]; then
		count <<<"ok - mytcp-perf $*"
	else
		count <<<"not ok - mytcp-perf $*"
		printf '# status %d, expected %s in:\n' "$status" "$words"
		sed 's/^/#   /' <<<"$got"
	fi
}

test_perf() {
	local test model size
	count < <("$T/perf-test" 2>&1)
	for test in STREAM MAERTS RR CRR; do
		for model in blocking epoll; do
			for size in 1 1000,1 70000; do
				perf "in 2 pairs of runs" -t $test -f both -n 50 -r 2 -m $size \
					--server $model -q
			done
			perf "4 connections" -t $test -f tcp,unix -n 50 -P 4 --server $model
		done
	done
	perf "in 3 pairs of runs" -t CONNECT -n 200
	perf "8 connections in turn, IPv6" -t RR -f mytcp -6 -P 8 --in-turn -n 100
	perf "1 run of each, 0.1 s" -t RR -f tcp -l 0.1
	perf "SO_RCVBUF 40000" -t STREAM -f mytcp -b 20000 -n 10 -D
}

# Every figure is there and what it should be; a mean lies among the percentiles.
test_perf_json() {
	LD_PRELOAD=$T/fake-kernel.so "$OUT/mytcp-perf" -t RR -m 100,200 -n 300 -j >"$T/perf.json"
	count < <(python3 - "$T/perf.json" 2>&1 <<-'END' || echo "not ok - mytcp-perf -j"
	import json, sys
	all = json.load(open(sys.argv[1]))
	assert [s["stack"] for s in all["stacks"]] == ["tcp", "mytcp"]
	assert (all["test"], all["request"], all["response"]) == ("RR", 100, 200)
	for stack in all["stacks"]:
	    assert len(stack["runs"]) == all["rounds"] == 3
	    assert stack["operations"] == sum(r["operations"] for r in stack["runs"]) == 900
	    t = stack["latency_us"]
	    assert t["least"] <= t["p50"] <= t["p90"] <= t["p99"] <= t["p99.9"] <= t["most"]
	    assert t["least"] <= t["mean"] <= t["most"]
	    assert abs(stack["us_per_operation"] * stack["operations_per_second"] - 1e6) < 1
	ratio = all["time_ratio"]
	assert ratio["least"] <= ratio["mean"] <= ratio["most"]
	print("ok - mytcp-perf -j: figures that fit together")
	END
	)
}

# perf_mistake WHAT STATUS WORDS ARGUMENT...
perf_mistake() {
	local what=$1 status=$2 words=$3 got
	shift 3
	got=$(timeout 20 "$OUT/mytcp-perf" "$@" 2>&1 >/dev/null; echo "status $?")
	if [[ $got == *"$words"*"status $status" ]]; then
		count <<<"ok - mytcp-perf: $what"
	else
		count <<<"not ok - mytcp-perf: $what"
		sed 's/^/#   /' <<<"$got"
	fi
}

test_perf_mistakes() {
	perf_mistake "an unknown test" 64 "got 'SING'" -t SING
	perf_mistake "an unknown stack" 64 "got 'tcp,sctp'" -f tcp,sctp
	perf_mistake "a stack twice" 64 "each once" -f tcp,tcp
	perf_mistake "no time" 64 'expected seconds' -l 0
	perf_mistake "no number" 64 "got '1x'" -n 1x
	perf_mistake "CONNECT of how many" 64 'say how many with -n' -t CONNECT
	perf_mistake "turns without transactions" 64 '--in-turn is for RR' --in-turn
	perf_mistake "fewer operations than connections" 1 'too few' -f tcp -t RR -n 2 -P 3
	perf_mistake "no server there" 1 'start one there: mytcp-perf -L' -f tcp -H 127.0.0.1 -p 1
	perf_mistake "no such congestion control" 1 'no congestion control of this name' \
		-f tcp -C none -n 1
	perf_mistake "no such CPU" 1 'no CPU 1023' -f tcp -T 1023 -n 1
	perf_mistake "nor at the server" 1 'the server has no CPU 1023' -f tcp -T 0,1023 -n 1
	[[ -e /proc/net/mytcp ]] || perf_mistake "the module is not loaded" 1 \
		'this kernel has no MyTCP; load it (insmod mytcp.ko)' -f mytcp -n 1
}

# A server of its own, two clients of it one after the other, and a stranger.
test_perf_server() {
	local port=28766 server line
	"$OUT/mytcp-perf" -L -H 127.0.0.1 -p $port >"$T/ready" &
	server=$!
	read -r line <"$T/ready"
	same "mytcp-perf -L says when it listens" "mytcp-perf: listening on port $port" "$line"
	perf "1 run of each, 20 operations" -H 127.0.0.1 -p $port -f tcp -t RR -n 20
	perf "1 run of each, 30 operations" -H 127.0.0.1 -p $port -f unix -t CRR -n 30
	exec 3<>/dev/tcp/127.0.0.1/$port
	echo 'GET / HTTP/1.1' >&3
	same "mytcp-perf -L: what a stranger is told" \
		"error the server does not understand 'GET / HTTP/1.1'; is it of another version?" \
		"$(head -n 1 <&3)"
	exec 3>&-
	perf "1 run of each, 10 operations" -H 127.0.0.1 -p $port -f tcp -t STREAM -n 10
	same "mytcp-perf -L: a second one at the port" 1 \
		"$("$OUT/mytcp-perf" -L -H 127.0.0.1 -p $port 2>&1 | grep -c 'does another server run')"
	kill $server
	wait $server 2>/dev/null
}

# What was measured is printed; the progress line, which needs a terminal, says it began.
test_perf_interrupted() {
	LD_PRELOAD=$T/fake-kernel.so python3 - "$OUT/mytcp-perf" >"$T/interrupted" 2>&1 <<-'END'
	import os, pty, signal, sys
	pid, terminal = pty.fork()
	if not pid:
	    os.execv(sys.argv[1], [sys.argv[1], "-t", "RR", "-f", "both", "-l", "100", "-r", "2"])
	text = b""
	while b"RR, kernel's TCP" not in text:
	    text += os.read(terminal, 4096)
	os.kill(pid, signal.SIGINT)
	try:
	    while (piece := os.read(terminal, 4096)):
	        text += piece
	except OSError:
	    pass
	print(text.decode().replace("\r", "\n"))
	print("status", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
	END
	same "mytcp-perf: Ctrl-C ends it as its end does" 1 "$(grep -c '^status 0$' "$T/interrupted")"
	same "and prints what was measured" 1 \
		"$(grep -cE "^kernel's TCP +[1-9]" "$T/interrupted")"
	same "but of no stack that had no turn" 0 "$(grep -c '^MyTCP ' "$T/interrupted")"
}

rm -f "$T/hold" "$T/ready"
mkfifo "$T/hold" "$T/ready"
test_preload
test_only
test_fallback
test_set_user_id
test_lost_stderr
test_run
test_ss
test_ss_mistakes
test_ss_kernel
test_owners
test_perf
test_perf_json
test_perf_mistakes
test_perf_server
test_perf_interrupted
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
