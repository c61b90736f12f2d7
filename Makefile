# SPDX-License-Identifier: Apache-2.0
#
# A thin front to the CMake presets; `make help` lists the targets.  Everything
# is built under build/, the programs in build/bin.

JOBS ?= $(shell nproc)
export TINYC_JOBS = $(JOBS)

.PHONY: build debug asan demo test test-asan bench format lint setup \
	setup-test setup-bench install clean help

build: setup  ## build the programs (the default)
	cmake --preset release $(CMAKE_OPTIONS)
	cmake --build --preset release -j $(JOBS)

debug asan: setup  ## build without optimisation, or with ASan and UBSan
	cmake --preset $@
	cmake --build --preset $@ -j $(JOBS)

demo: build  ## compile a trained model, run it on the host
	examples/mnist/run.sh

test: setup-test build  ## run every test
	ctest --preset release -j $(JOBS) \
	  --output-junit "$(CURDIR)/build/tests.xml"

test-asan: setup-test asan  ## run every test under ASan and UBSan
	ctest --preset asan -j $(JOBS) --output-junit "$(CURDIR)/build/asan.xml"

bench: setup-bench build  ## run the benchmarks
	tools/bench.sh

format:  ## format all C and C++ files
	tools/lint/format.sh

lint: setup-test build  ## clang-format and clang-tidy, as errors
	tools/lint/format.sh --check
	tools/lint/tidy.sh

setup:  ## install the Debian packages that building needs
	tools/setup/apt.sh apt-build.txt

setup-test: setup  ## also what only tests need, and the Python environment
	tools/setup/apt.sh apt-test.txt
	tools/setup/venv.sh requirements-test.txt

setup-bench: setup-test
	tools/setup/venv.sh requirements-bench.txt

install: build  ## install under PREFIX
	cmake --install build/release --prefix "$(PREFIX)"

clean:  ## remove everything that was built
	rm -rf build

help:  ## print this list
	@sed -n 's/^\([a-z -]*\):.*  ## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | \
	  expand -t 14
