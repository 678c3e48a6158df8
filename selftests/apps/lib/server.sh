# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Servers: started, awaited, stopped.

SERVERS=()	# their process numbers

# await WHAT COMMAND...: until it succeeds, with a look at whether the servers live
await() {
	local end=$((SECONDS + LIMIT)) what=$1 pid
	shift
	until "$@"; do
		for pid in "${SERVERS[@]}"; do
			kill -0 "$pid" 2>/dev/null || fail "waiting for $what: a server has ended"
		done
		((SECONDS < end)) || fail "waiting for $what: not there after $LIMIT s"
		sleep 0.05
	done
}

# start_at HOST STACK NAME COMMAND...: in the background; what it says is in log/NAME
start_at() {
	local name=$3
	prefix "$1" "$2"
	shift 3
	"${PREFIX[@]}" "$@" </dev/null >>"$TMP/log/$name" 2>&1 &
	SERVERS+=($!)
}

start_server() { start_at server "$SERVER_STACK" "$@"; }

# It listens with so many sockets, and at that stack: HOST STACK PORT NUMBER
listens_at() { [[ $(listeners "$1" "$2" "$3" | wc -l) == "$4" ]]; }

# One socket for each family, unless said otherwise.
await_server() {
	await "$PROGRAM on $(stack_name "$SERVER_STACK"), port $PORT" \
		listens_at server "$SERVER_STACK" "$PORT" "${1:-2}"
}

stack_name() { [[ $1 == kernel ]] && echo "the kernel's TCP" || echo MyTCP; }

nobody_runs() { [[ -z $(processes_at server)$(processes_at client) ]]; }

# As an administrator would.
end_servers() {
	local end=$((SECONDS + LIMIT)) host
	((${#SERVERS[@]} == 0)) || kill -TERM "${SERVERS[@]}" ||
		fail "a server has ended before it was told to"
	until nobody_runs; do
		((SECONDS < end)) || fail "told to end $LIMIT s ago, still there:
$(for host in server client; do processes_at $host; done | xargs ps -o pid,stat,wchan:20,args)"
		sleep 0.05
	done
	[[ -z $(listeners server "$SERVER_STACK" "$PORT") ]] ||
		fail "a socket still listens at port $PORT, without a process"
}

# What they died of: a signal, or what END_STATUS says that a program makes of it. Only
# the shell that has started them can tell.
reap_servers() {
	local pid status bad=0
	for pid in "${SERVERS[@]}"; do
		wait "$pid"
		status=$?
		[[ $status == 143 || $status == "${END_STATUS:-0}" ]] && continue
		echo "$PROGRAM.sh:1: a server has ended with status $status, expected ${END_STATUS:-0} or 143 (SIGTERM)" \
			>>"$TMP/reason"
		bad=1
	done
	return $bad
}

# Without asking.
stop_all() {
	local host
	for host in server client; do
		processes_at "$host" | xargs -r kill -KILL 2>/dev/null
	done
	wait
	SERVERS=()
}
