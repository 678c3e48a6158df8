# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# nginx, for whoever needs a web server.

# Sizes at which something is different: nothing, less than a segment, a few segments, and
# more than any buffer.
WEB_FILES=(0 1 1448 70000 4194304)

# web_files DIRECTORY: a file of each size, with its size for a name
web_files() {
	local size
	mkdir -p "$1"
	for size in "${WEB_FILES[@]}"; do
		make_data "$1/$size" "$size"
	done
}

# web_config NAME: what stands in http{} comes from standard input
web_config() {
	local dir=$TMP/$PROGRAM/$1 kind
	mkdir -p "$dir"
	{
		echo "daemon off; user root; worker_processes 1; pid $dir/pid;"
		echo "error_log $TMP/log/$1 notice; events { }"
		echo "http { access_log $TMP/log/$1.access; sendfile on; tcp_nopush on;"
		for kind in client_body proxy fastcgi uwsgi scgi; do
			echo "${kind}_temp_path $dir/$kind;"
		done
		cat
		echo "}"
	} >"$dir.conf"
}

# The words after "start_at HOST STACK NAME": web_command NAME
web_command() {
	WEB_COMMAND=(nginx -c "$TMP/$PROGRAM/$1.conf" -e "$TMP/log/$1")
}

# A server of the files below a folder, who takes new ones, too: start_web DIRECTORY
start_web() {
	web_config nginx <<-END
	server {
		listen ${ADDRESS[server-IPv4]}:$PORT;
		listen [${ADDRESS[server-IPv6]}]:$PORT;
		root $1;
		dav_methods PUT;
		client_max_body_size 0;
	}
	END
	web_command nginx
	start_server nginx "${WEB_COMMAND[@]}"
}
