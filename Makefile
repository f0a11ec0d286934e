# SPDX-License-Identifier: MIT
# A thin shell around Meson: `make help` lists the targets. Each first sees to the Debian
# packages it needs (tools/need): as root it installs them, otherwise it names them.

BUILD  ?= build
PREFIX ?= /usr/local
TIME   ?= 60
SEED   ?= 1
N      ?= 10000
MAKEFLAGS += --no-print-directory
# silent, but for a status line on a terminal
NINJA := ninja $(shell [ -t 2 ] || echo --quiet)
ifdef V
NINJA = ninja -v
endif

# Meson tells much when it looks at its files again: only when it fails is that of use
all: $(BUILD)/build.ninja
	@ninja -C $(BUILD) build.ninja >$(BUILD).log 2>&1 || { cat $(BUILD).log; exit 1; }
	@rm -f $(BUILD).log
	@$(NINJA) -C $(BUILD)

help:
	@echo 'make                 build into $(BUILD)/ (V=1 shows the commands)'
	@echo 'make demo [KEEP=1]   two hosts, their pseudowires, and what they carry (root)'
	@echo 'make test [T=REGEX]  every test, or those whose names match (root)'
	@echo 'make bench           measure, and print the ratios with their marks (root)'
	@echo 'make fuzz [TIME=60]  each fuzz target for TIME seconds'
	@echo 'make sim [SEED=1 N=10000]  control protocol, PPP, and all of it, over N bad networks, the first from SEED'
	@echo 'make asan            build with sanitisers; unit tests and corpora there'
	@echo 'make install         [PREFIX=/usr/local] [DESTDIR=]'
	@echo 'make format | lint | clean'

$(BUILD)/build.ninja: | need-build
	@meson setup --prefix $(PREFIX) $(BUILD) >$(BUILD).log || { cat $(BUILD).log; exit 1; }
	@rm -f $(BUILD).log

build-asan/build.ninja: | need-build
	@meson setup -Db_sanitize=address,undefined build-asan >build-asan.log || { cat build-asan.log; exit 1; }
	@rm -f build-asan.log

build-fuzz/build.ninja: | need-build need-fuzz
	@CC=clang meson setup -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false build-fuzz >build-fuzz.log || \
		{ cat build-fuzz.log; exit 1; }
	@rm -f build-fuzz.log

need-build:
	@tools/need build unit

need-%:
	@tools/need $*

build-asan: build-asan/build.ninja
	@$(NINJA) -C build-asan

demo:
	@[ "$$(id -u)" = 0 ] || { \
		echo 'demo: must be root, to make network namespaces and devices: sudo make demo' >&2; exit 1; }
	@tools/need demo
	@$(MAKE) all
	@KEEP=$(KEEP) BUILD=$(BUILD) bash tests/demo.sh

test: need-build
	@tools/need build unit structure net peers
	@$(MAKE) all build-asan
	@BUILD=$(BUILD) tests/run $(T)

bench: need-bench all
	@BUILD=$(BUILD) bash tests/bench/bench.sh

fuzz: build-fuzz/build.ninja
	@$(NINJA) -C build-fuzz
	@tests/fuzz/fuzz $(TIME)

sim: build-asan
	@build-asan/tests/sim/control $(SEED) $(N) $(if $(V),verbose)
	@build-asan/tests/sim/ppp $(SEED) $(N) $(if $(V),verbose)
	@build-asan/tests/sim/service $(SEED) $(N) $(if $(V),verbose)

asan: build-asan
	@tools/need structure
	@BUILD=$(BUILD) tests/run '^(unit|fuzz|sim)/'

install: $(BUILD)/build.ninja
	@meson configure --prefix $(PREFIX) $(BUILD)
	@$(MAKE) all
	@DESTDIR=$(DESTDIR) meson install -C $(BUILD) --no-rebuild --quiet
	@tools/installed $(PREFIX) $(DESTDIR)

# the lines that differ from the last commit: tables aligned by hand stay as they are
format: need-format
	@git clang-format --force --extensions c,h

lint: need-lint
	@tools/lint

clean:
	rm -rf build build-asan build-fuzz

.PHONY: all help demo test bench fuzz sim asan install format lint clean build-asan need-build
