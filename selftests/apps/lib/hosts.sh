# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Two hosts and a cable between them, what runs at one of them on which stack, and by
# which stack the connections there were made.
#
# A program is put on MyTCP by mytcp-run. That it really was there, and the other side on
# the kernel's TCP, is not believed but counted: see check_stacks.

NETNS=mytcp-apps
declare -A KEEPER=()	# a process at each host, by which its /proc/net can be read
declare -A ADDRESS=([server-IPv4]=10.78.0.1 [server-IPv6]=fd78::1
	[client-IPv4]=10.78.0.2 [client-IPv6]=fd78::2)

uses_mytcp() { [[ ${PLACEMENTS[*]} == *mytcp* ]]; }

# Where every user can read them: the project may lie below somebody's home.
copy_tools() {
	local name
	mkdir "$TMP/tools"
	for name in mytcp-run libmytcp-preload.so mytcp-ss; do
		cp "build/tools/$name" "$TMP/tools/" 2>/dev/null ||
			die "build/tools/$name is not there; run make -C tools"
	done
}

# The words before a command that runs it at a host (server, client) on a stack.
prefix() {
	PREFIX=(nsenter "--net=/run/netns/$NETNS-$1")
	[[ $2 != mytcp ]] || PREFIX+=("$TMP/tools/mytcp-run")
}

at_host() {
	nsenter "--net=/run/netns/$NETNS-$1" "${@:2}"
}

make_hosts() {
	local host
	for host in server client; do
		ip netns add "$NETNS-$host" || die "cannot add a network namespace"
		nsenter "--net=/run/netns/$NETNS-$host" sleep infinity &
		KEEPER[$host]=$!
		disown $!
	done
	ip link add eth0 netns "$NETNS-server" type veth peer name eth0 netns "$NETNS-client" ||
		die "cannot add a pair of veth devices"
	for host in server client; do
		ip -n "$NETNS-$host" link set lo up
		ip -n "$NETNS-$host" addr add "${ADDRESS[$host-IPv4]}/24" dev eth0
		ip -n "$NETNS-$host" addr add "${ADDRESS[$host-IPv6]}/64" dev eth0 nodad
		ip -n "$NETNS-$host" link set eth0 up
	done
	for host in server client; do
		await "the cable at the $host" cable_is_up "$host" || die "the cable has no carrier"
	done
}

cable_is_up() { ip -n "$NETNS-$1" link show dev eth0 | grep -q 'state UP'; }

# Everything that runs at them goes as well.
remove_hosts() {
	local host
	for host in server client; do
		[[ -e /run/netns/$NETNS-$host ]] || continue
		ip netns pids "$NETNS-$host" | xargs -r kill -KILL 2>/dev/null
		ip netns del "$NETNS-$host"
	done
}

processes_at() { ip netns pids "$NETNS-$1" | grep -vx "${KEEPER[$1]}"; }

# read_counters FILE: of the lines "Tcp:", one with names and one with values
read_counters() {
	local line names=() i
	COUNTER=()
	while read -r -a line; do
		[[ ${line[0]} == Tcp: ]] || continue
		if ((${#names[@]} == 0)); then
			names=("${line[@]}")
			continue
		fi
		for ((i = 1; i < ${#names[@]}; i++)); do
			COUNTER[${names[i]}]=${line[i]}
		done
	done <"$1"
}

# What both stacks have counted at both hosts, into an array: snapshot ARRAY
snapshot() {
	local -n to=$1
	local -A COUNTER
	local host stack name file
	for host in server client; do
		for stack in kernel mytcp; do
			file=/proc/${KEEPER[$host]}/net/snmp
			[[ $stack == kernel ]] || file=/proc/${KEEPER[$host]}/net/mytcp_netstat
			[[ $stack == kernel ]] || uses_mytcp || continue
			read_counters "$file"
			for name in ActiveOpens PassiveOpens InSegs; do
				# shellcheck disable=SC2034,SC2004	# another name of an array
				to[$host-$stack-$name]=${COUNTER[$name]}
			done
		done
	done
}

# count HOST STACK NAME: into COUNT, how much more stands in NOW than in BEFORE
count() {
	COUNT=$((NOW["$1-$2-$3"] - BEFORE["$1-$2-$3"]))
}

# How many connections the server's stack has opened since, as somebody's client.
opened_by_server() {
	local -A NOW
	local COUNT
	snapshot NOW
	count server "$SERVER_STACK" ActiveOpens
	echo "$COUNT"
}

# The connections of this case were the server's stack's at the server and the client's
# at the client, and the other stack has made none at either.
check_stacks() {
	local -A NOW
	local host stack due active passive segments COUNT
	snapshot NOW
	for host in server client; do
		due=$SERVER_STACK
		[[ $host == server ]] || due=$CLIENT_STACK
		for stack in kernel mytcp; do
			[[ $stack == kernel ]] || uses_mytcp || continue
			count "$host" "$stack" ActiveOpens && active=$COUNT
			count "$host" "$stack" PassiveOpens && passive=$COUNT
			count "$host" "$stack" InSegs && segments=$COUNT
			if [[ $stack != "$due" ]]; then
				((active + passive == 0)) && continue
			elif [[ $host == server ]]; then
				((passive > 0 && segments > 0)) && continue
			else
				((active > 0 && segments > 0)) && continue
			fi
			fail "at the $host $(stack_name "$stack") opened $active connections, accepted $passive and got $segments segments; expected $(
				[[ $stack == "$due" ]] && echo "those of this case" || echo "none, as the other stack had to")"
		done
	done
}

# Listening sockets: HOST STACK PORT
listeners() {
	local which=()
	[[ $2 == mytcp ]] || which=(--kernel)
	at_host "$1" "$TMP/tools/mytcp-ss" "${which[@]}" -Hltn "sport = :$3"
}

# Those of this server and its clients, for who has to find out why something failed.
show_sockets() {
	local host stack which
	local ours="sport >= :$PORT sport < :$((PORT + 10)) or dport >= :$PORT dport < :$((PORT + 10))"
	for host in server client; do
		for stack in mytcp kernel; do
			uses_mytcp || [[ $stack == kernel ]] || continue
			which=()
			[[ $stack == mytcp ]] || which=(--kernel)
			at_host "$host" "$TMP/tools/mytcp-ss" "${which[@]}" -Haiomtn "$ours" |
				head -n 40 | sed "s/^/$host, $stack: /"
		done
	done 2>&1
}
