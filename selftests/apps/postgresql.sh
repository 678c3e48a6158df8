# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034	# lib/report.sh reads NEEDS and CASES
# PostgreSQL: the server, and psql over TCP.

# Debian keeps the programs of each version apart.
for bin in /usr/lib/postgresql/*/bin; do PATH=$bin:$PATH; done

NEEDS=(initdb postgres psql setpriv)
CASES=(
	"rows in and out" copy_rows
	"keepalive set at both ends" set_keepalive
	"notified, and cancelled" interrupt
)

# It refuses to be root.
AS_POSTGRES=(setpriv --reuid postgres --regid postgres --init-groups env "HOME=$TMP/postgresql")

prepare() {
	chown postgres "$TMP/postgresql"
	echo secret >"$TMP/postgresql/password"
	"${AS_POSTGRES[@]}" initdb --no-sync --no-locale -E UTF8 -U tester -A scram-sha-256 \
		--pwfile "$TMP/postgresql/password" "$TMP/postgresql/data"
	echo "host all tester all scram-sha-256" >>"$TMP/postgresql/data/pg_hba.conf"
	seq 20000 | sed 's/.*/&\tsome text of row &/' >"$TMP/postgresql/rows"
	chmod 644 "$TMP/postgresql/rows"
}

start() {
	start_server postgresql "${AS_POSTGRES[@]}" postgres -D "$TMP/postgresql/data" -p "$PORT" \
		-c "listen_addresses=${ADDRESS[server-IPv4]},${ADDRESS[server-IPv6]}" \
		-c "unix_socket_directories=$TMP/postgresql" -c fsync=off -c shared_buffers=8MB \
		-c max_connections=20 -c autovacuum=off
}

# It listens before it is ready.
ready() {
	await_server
	await "the database" grep -q 'ready to accept connections' "$TMP/log/postgresql"
}

client() {
	"${CLIENT[@]}" env PGPASSWORD=secret psql -X -q -At -v ON_ERROR_STOP=1 \
		"host=$ADDR port=$PORT user=tester dbname=postgres keepalives_idle=33 tcp_user_timeout=$((LIMIT * 1000))" "$@"
}

copy_rows() {
	client -c 'DROP TABLE IF EXISTS t; CREATE TABLE t (n int, text text)' \
		-c "\\copy t FROM '$TMP/postgresql/rows'" -c "\\copy (SELECT * FROM t ORDER BY n) TO '$DIR/got'" \
		-c 'SELECT count(*), sum(n) FROM t' >"$DIR/said"
	expect "count and sum" "20000|200010000" "$(<"$DIR/said")"
	same "$TMP/postgresql/rows" "$DIR/got"
}

# SHOW asks the socket.
set_keepalive() {
	client -c 'SET tcp_keepalives_idle=77; SET tcp_keepalives_interval=7' \
		-c 'SET tcp_keepalives_count=3; SET tcp_user_timeout=54321' \
		-c 'SHOW tcp_keepalives_idle' -c 'SHOW tcp_keepalives_interval' \
		-c 'SHOW tcp_keepalives_count' -c 'SHOW tcp_user_timeout' >"$DIR/said"
	expect "what the server's socket says" "77 7 3 54321" "$(xargs <"$DIR/said")"
}

# One session is told by another; and what it waits for ends on a second connection.
interrupt() {
	local session status=0
	client -c 'LISTEN news' -c 'SELECT pg_sleep(3600)' >"$DIR/said" 2>&1 &
	session=$!
	await "the session that sleeps" sleeps
	client -c "NOTIFY news, 'hello'"
	kill -INT "$(client_process)"
	wait "$session" || status=$?
	expect "status of the session" 1 "$status"
	grep -qx 'ERROR:  canceling statement due to user request' "$DIR/said"
	grep -q '^Asynchronous notification "news" with payload "hello"' "$DIR/said"
}

sleeps() {
	[[ $(client -c "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(3600)' AND wait_event = 'PgSleep'") == 1 ]]
}

client_process() { pgrep -f 'psql .*pg_sleep\(3600\)' | tail -n 1; }
