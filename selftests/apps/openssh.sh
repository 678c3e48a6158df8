# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034	# lib/report.sh reads NEEDS and CASES
# OpenSSH: login, and scp of 32 MiB.

NEEDS=(sshd ssh ssh-keygen scp)
CASES=(
	"login" login
	"scp of 32 MiB" copy
)

prepare() {
	local key
	for key in host user; do
		ssh-keygen -q -t ed25519 -N '' -C "$key" -f "$TMP/openssh/$key"
	done
	make_data "$TMP/openssh/file" $((32 << 20))
	# For what has no privileges; the place is fixed when sshd is built.
	mkdir -p /run/sshd
}

# Whoever runs this logs in, by a key.
start() {
	cat >"$TMP/openssh/sshd_config" <<-END
	ListenAddress ${ADDRESS[server-IPv4]}:$PORT
	ListenAddress [${ADDRESS[server-IPv6]}]:$PORT
	HostKey $TMP/openssh/host
	AuthorizedKeysFile $TMP/openssh/user.pub
	# All above must not be writable for others, but /tmp is.
	StrictModes no
	PermitRootLogin prohibit-password
	PasswordAuthentication no
	KbdInteractiveAuthentication no
	UsePAM no
	UseDNS no
	PidFile none
	# Cheap ones, as a processor that is emulated pays for them.
	Ciphers aes128-gcm@openssh.com
	KexAlgorithms curve25519-sha256
	TCPKeepAlive yes
	ClientAliveInterval 30
	Subsystem sftp internal-sftp
	END
	cat >"$TMP/openssh/ssh_config" <<-END
	IdentityFile $TMP/openssh/user
	IdentitiesOnly yes
	UserKnownHostsFile $TMP/openssh/known
	GlobalKnownHostsFile none
	StrictHostKeyChecking accept-new
	LogLevel ERROR
	BatchMode yes
	END
	start_server sshd /usr/sbin/sshd -D -e -f "$TMP/openssh/sshd_config"
}

# Data in, data out, and the status of the command.
login() {
	local status=0
	make_data "$DIR/in" 300000
	"${CLIENT[@]}" ssh -F "$TMP/openssh/ssh_config" -p "$PORT" "$(id -un)@$ADDR" \
		'tee /dev/stderr; exit 7' <"$DIR/in" >"$DIR/out" 2>"$DIR/err" || status=$?
	[[ $status == 7 ]] || tail -c 1000 "$DIR/err"
	expect "status of the command" 7 "$status"
	same "$DIR/in" "$DIR/out"
	same "$DIR/in" "$DIR/err"
}

copy() {
	"${CLIENT[@]}" scp -q -F "$TMP/openssh/ssh_config" -P "$PORT" "$TMP/openssh/file" \
		"$(id -un)@$HOST:$DIR/file"
	same "$TMP/openssh/file" "$DIR/file"
}
