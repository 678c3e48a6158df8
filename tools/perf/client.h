/* SPDX-License-Identifier: GPL-2.0 */
/* The client's side of a run. */
#ifndef MYTCP_PERF_CLIENT_H
#define MYTCP_PERF_CLIENT_H

#include "control.h"
#include "histogram.h"
#include "plan.h"
#include "stack.h"

/**
 * struct limits - how long a run takes
 * @seconds: until it ends, 0 if @count is what ends it
 * @count: operations, of all connections together
 * @in_turn: one operation at a time, on one connection after another
 * @cpu: where the client runs, or -1
 * @quiet: no progress line
 */
struct limits {
	double seconds;
	uint64_t count;
	bool in_turn;
	int cpu;
	bool quiet;
};

/**
 * struct outcome - what a run has shown
 * @stack: of which it was
 * @seconds: from the first operation to the end of the last
 * @operations: writes of STREAM and MAERTS, transactions, connections
 * @bytes: of the client's, sent for STREAM, received for MAERTS
 * @server_bytes: what the server has received, for MAERTS sent
 * @retransmitted: segments, by the client
 * @server_retransmitted: by the server
 * @cpu_us: of the client's process, microseconds
 * @server_cpu_us: of the server's
 * @slab: octets of slab for each connection, on the client's machine; NAN: not told,
 *	as there are too few of them
 * @settings: of a connection
 * @interrupted: by Ctrl-C
 * @latency: of each operation, but for STREAM and MAERTS
 */
struct outcome {
	enum stack stack;
	double seconds;
	uint64_t operations;
	uint64_t bytes;
	uint64_t server_bytes;
	uint64_t retransmitted;
	uint64_t server_retransmitted;
	uint64_t cpu_us;
	uint64_t server_cpu_us;
	double slab;
	struct settings settings;
	bool interrupted;
	struct histogram latency;
};

void client_run(const struct plan *plan, const struct limits *limits, struct control *c,
		const struct place *host, struct outcome *outcome);

#endif /* MYTCP_PERF_CLIENT_H */
