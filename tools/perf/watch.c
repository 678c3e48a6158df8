// SPDX-License-Identifier: GPL-2.0
/*
 * The main thread during a run; see watch.h. It sleeps but for the progress line, of
 * which there is none unless stderr is a terminal: in virtual time it would be measured.
 */
#include "watch.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "error.h"
#include "usage.h"

#define PROGRESS_MS	200
#define GRACE_MS	5000	/* for those who work, after they shall end */

static int signals = -1;

/**
 * watch_signals() - from now on Ctrl-C is heard by watch_run() only
 *
 * Before any thread is started, as each inherits what it does not hear.
 */
void watch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (signals < 0)
		fail("no signalfd: %m");
}

static void show(struct watch *w, const char *what, double seconds)
{
	double done = atomic_load(&w->done);
	double part = w->seconds ? seconds / w->seconds : w->count ? done / w->count : 0;

	fprintf(stderr, "\r%s: %3.0f %%, %.1f s, %.0f done\033[K", what,
		part > 1 ? 100 : part * 100, seconds, done);
}

static void hear_signal(struct watch *w)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (w->interrupted)
		exit(130);	/* twice: now */
	w->interrupted = true;
	atomic_store(&w->stop, true);
}

/* Milliseconds until something is to be done; -1 for ever. */
static int patience(const struct watch *w, bool shown, double now, double stopped)
{
	double until = shown ? PROGRESS_MS : 1e9;

	if (stopped)
		until = until < GRACE_MS ? until : GRACE_MS;
	else if (w->seconds && (w->seconds - now) * 1e3 < until)
		until = (w->seconds - now) * 1e3;
	return until >= 1e9 ? -1 : until < 0 ? 0 : (int)until + 1;
}

/**
 * watch_run() - until all who work have ended
 * @w: the run, whose workers have begun
 * @what: its name, for the progress line
 *
 * Return: false if some do not end though they should.
 */
bool watch_run(struct watch *w, const char *what)
{
	struct pollfd fds[2] = { { .fd = signals, .events = POLLIN },
				 { .fd = w->finished, .events = POLLIN } };
	bool shown = !w->quiet && isatty(STDERR_FILENO);
	double start = now_ns() / 1e9, now = 0, stopped = 0;
	uint64_t ended;

	while (w->workers && (!stopped || now - stopped < GRACE_MS / 1e3)) {
		poll(fds, 2, patience(w, shown, now, stopped));
		now = now_ns() / 1e9 - start;
		if (fds[0].revents)
			hear_signal(w);
		if (fds[1].revents && read(w->finished, &ended, sizeof(ended)) > 0)
			w->workers -= ended;
		if (w->seconds && now >= w->seconds)
			atomic_store(&w->stop, true);
		if (!stopped && atomic_load(&w->stop))
			stopped = now;
		if (shown)
			show(w, what, now);
	}
	if (shown)
		fprintf(stderr, "\r\033[K");
	return !w->workers;
}
