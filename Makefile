# SPDX-License-Identifier: GPL-2.0
#
# MyTCP: `make help` lists what can be made.  The module's objects are in Kbuild.

MYTCP_CACHE ?= /var/cache/mytcp
export MYTCP_CACHE

# The kernels that are built for and tested on; all from scripts/setup, except
# "debug", which scripts/debug-kernel builds.
KVERS := 6.1 6.12 debug

# Where to build plain `make` for: the running kernel, or the newest there is.
ifdef KVER
KDIR := $(MYTCP_CACHE)/kernel/$(KVER)/build
endif
KDIR ?= $(or $(wildcard /lib/modules/$(shell uname -r)/build),$(lastword $(shell \
	ls -d $(MYTCP_CACHE)/kernel/[0-9]*/build /lib/modules/*/build 2>/dev/null | sort -V)))

# The module's BTF is read by nobody, and making it needs pahole and a vmlinux.
KBUILD := CONFIG_DEBUG_INFO_BTF_MODULES= $(if $(PARTIAL),PARTIAL=1 KBUILD_MODPOST_WARN=1)

KERNEL ?= 6.1

.PHONY: all modules-all $(KVERS:%=module-%) debug-kernel unit fuzz tools selftests
.PHONY: check check-vm check-apps bench demo setup sparse lint checkpatch clean help

all: need-kdir
	@flock .mytcp.lock $(MAKE) --no-print-directory -C $(KDIR) M=$(CURDIR) $(KBUILD) modules

.PHONY: need-kdir
need-kdir:
	@test -r "$(KDIR)/Makefile" || { \
		echo "make: no kernel headers in '$(KDIR)': expected those of the running" \
		     "kernel ($$(uname -r)) or of scripts/setup; run 'make setup'," \
		     "or name them with KDIR=" >&2; exit 1; }

# One directory per kernel: objects of two kernels never meet.  It holds links to
# the sources, as kbuild writes its objects beside what it compiles.
$(KVERS:%=module-%): module-%:
	@scripts/build-module $* $(KBUILD) $(if $(W),W=$(W)) $(if $(C),C=$(C))

module-debug: module-debug-kdir
.PHONY: module-debug-kdir
module-debug-kdir:
	@test -r $(MYTCP_CACHE)/kernel/debug/build/Module.symvers || scripts/debug-kernel

modules-all: $(KVERS:%=module-%)

debug-kernel:
	scripts/debug-kernel

bench:
	@scripts/bench

unit:
	$(MAKE) -C selftests/unit run

fuzz:
	$(MAKE) -s -C selftests/fuzz run SECONDS=$(or $(SECONDS),20)

tools:
	$(MAKE) -C tools
	$(MAKE) -C samples/cgroup

selftests:
	$(MAKE) -C selftests

check:
	@scripts/check

check-vm:
	@scripts/check --kernel $(KERNEL) $(TESTS)

check-apps:
	@scripts/check --apps $(KERNEL) $(APPS)

demo: setup
	@$(MAKE) --no-print-directory -s module-6.12 >/dev/null
	@$(MAKE) --no-print-directory -s -C tools
	@scripts/demo

setup:
	@scripts/setup

sparse:
	@scripts/build-module 6.1 $(KBUILD) W=1 C=2

lint:
	@scripts/lint

checkpatch:
	@scripts/checkpatch

clean:
	rm -rf build .mytcp.lock .tmp_versions modules.order Module.symvers
	rm -f whole.c whole.o mytcp.ko mytcp.o mytcp.mod mytcp.mod.c mytcp.mod.o .mytcp.*.cmd
	rm -f .Module.symvers.cmd .modules.order.cmd .module-common.o .*.o.cmd .*.o.d
	find mytcp \( -name '*.o' -o -name '.*.cmd' -o -name '.*.d' -o -name '*.mod' \) -delete
	@for d in tools selftests selftests/unit bench; do \
		if test -r $$d/Makefile; then $(MAKE) -s -C $$d clean; fi; done

help:
	@echo 'MyTCP'
	@echo '  make               mytcp.ko for the running kernel (or KDIR=, KVER=6.1|6.12|debug)'
	@echo '  make module-6.1    build/6.1/mytcp.ko; also module-6.12, module-debug; W=1 C=2 for checks'
	@echo '  make modules-all   all three; SEPARATE=1 compiles file by file, for function tracers'
	@echo '  make demo          set up, build, and show it in a test VM'
	@echo '  make check         everything: lint, unit tests, builds, VM tests on three kernels'
	@echo '  make check-vm      selftests in one VM: KERNEL=6.1|6.12|debug TESTS="NAME..."'
	@echo '  make check-apps    programs of Debian on MyTCP in one VM: KERNEL=... APPS="NAME..."'
	@echo '  make bench         what things cost beside the kernel'"'"'s TCP'
	@echo '  scripts/bench NAME one of these: perf connect flood timewait idle list fairness paths'
	@echo '  scripts/bench-curves  CUBIC, Reno and DCTCP against the curves of their RFCs, drawn'
	@echo '  scripts/lesson     a lesson of TCP, run in a VM and drawn as a ladder'
	@echo '  make unit          unit tests of mytcp/proto on this machine'
	@echo '  make fuzz          libFuzzer on the parsers of mytcp/proto'
	@echo '  make lint          layers, sizes, RFC tables, SPDX; checkpatch and sparse are separate'
	@echo '  make checkpatch    the kernel'"'"'s checkpatch on all sources'
	@echo '  make sparse        sparse and W=1 warnings'
	@echo '  make setup         packages and kernels this needs (root, Debian 12)'
	@echo '  make debug-kernel  the kernel with KASAN, lockdep, kmemleak (once, minutes)'
	@echo '  make clean         all that make has built; the cache $(MYTCP_CACHE) stays'
	@echo 'See Documentation/testing.rst.'
