# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2153	# lib/report.sh reads NEEDS and CASES
# nginx: static files by sendfile, and a reverse proxy that keeps its connections.

# shellcheck source=selftests/apps/lib/web.sh
. "$APPS/lib/web.sh"

NEEDS=(nginx curl)
CASES=(
	"static files with sendfile" fetch_files
	"reverse proxy with keepalive" fetch_through_proxy
)

REQUESTS=12

prepare() {
	web_files "$TMP/nginx/www"
}

# What lies behind the proxy runs at the client's host, on the client's stack.
start() {
	local stack
	start_web "$TMP/nginx/www"
	start_proxy
	for stack in $(stacks_behind); do
		start_behind "$stack"
	done
}

# The client's stacks of those placements that have this server's.
stacks_behind() {
	printf '%s\n' "${PLACEMENTS[@]}" | sed -n "s,^$SERVER_STACK/,,p"
}

start_behind() {
	web_config "$1" <<-END
	server {
		listen ${ADDRESS[client-IPv4]}:$(behind_port "$1");
		listen [${ADDRESS[client-IPv6]}]:$(behind_port "$1");
		root $TMP/nginx/www;
	}
	END
	web_command "$1"
	start_at client "$1" "$1" "${WEB_COMMAND[@]}"
}

behind_port() { [[ $1 == kernel ]] && echo $((PORT + 2)) || echo $((PORT + 3)); }

# The way through the proxy to each address of those behind: /mytcp-IPv6/...
start_proxy() {
	local name stack family address
	{
		echo "server { listen ${ADDRESS[server-IPv4]}:$((PORT + 1));"
		echo "listen [${ADDRESS[server-IPv6]}]:$((PORT + 1)); proxy_http_version 1.1;"
		echo "proxy_set_header Connection '';"
		for name in mytcp-IPv4 mytcp-IPv6 kernel-IPv4 kernel-IPv6; do
			echo "location /$name/ { proxy_pass http://$name/; }"
		done
		echo "}"
		for name in mytcp-IPv4 mytcp-IPv6 kernel-IPv4 kernel-IPv6; do
			stack=${name%-*} family=${name#*-}
			address=${ADDRESS[client-$family]}
			[[ $family == IPv4 ]] || address="[$address]"
			echo "upstream $name { server $address:$(behind_port "$stack"); keepalive 4; }"
		done
	} | web_config proxy
	web_command proxy
	start_server proxy "${WEB_COMMAND[@]}"
}

ready() {
	local stack
	await_server
	await "the proxy" listens_at server "$SERVER_STACK" $((PORT + 1)) 2
	for stack in $(stacks_behind); do
		await "nginx behind the proxy" listens_at client "$stack" "$(behind_port "$stack")" 2
	done
}

fetch_files() {
	local size
	for size in "${WEB_FILES[@]}"; do
		"${CLIENT[@]}" curl -sS --fail --globoff -o "$DIR/got" "http://$HOST:$PORT/$size"
		[[ $size != 0 ]] || touch "$DIR/got"
		same "$TMP/nginx/www/$size" "$DIR/got"
	done
}

# On one connection of the client's, and one of the proxy's.
fetch_through_proxy() {
	local i arguments=() way=http://$HOST:$((PORT + 1))/$CLIENT_STACK-$FAMILY
	for ((i = 1; i <= REQUESTS; i++)); do
		arguments+=(-o "$DIR/$i" "$way/70000")
	done
	"${CLIENT[@]}" curl -sS --fail --globoff "${arguments[@]}" -o "$DIR/large" "$way/4194304"
	for ((i = 1; i <= REQUESTS; i++)); do
		same "$TMP/nginx/www/70000" "$DIR/$i"
	done
	same "$TMP/nginx/www/4194304" "$DIR/large"
	expect "connections of the proxy's for $((REQUESTS + 1)) requests" 1 "$(opened_by_server)"
}
