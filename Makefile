# Two commands matter: `make demo` shows the main job, `make test` proves it. Both set up everything they need.
UV_VERSION := 0.13.9
VENV := .venv
PY := $(VENV)/bin/python
PYTHON ?= python3
INSTALL := $(VENV)/bin/uv pip install --quiet --link-mode hardlink

# Bytecode is kept, whatever the user's variables say, and in the environment: without it each process compiles a second of source.
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(VENV)/bytecode
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo up quick test test-all lint bench compile size locks

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.run ## Make the environment (only Python 3.11+ is needed)

$(VENV)/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 ..."; exit 1; }
	@echo "making the environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { echo "Python has no venv module: install python3-venv (Debian, Ubuntu) and try again"; exit 1; }
	@$(PY) -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(VENV)/.run: requirements.lock pyproject.toml hatch_build.py | $(VENV)/bin/uv
	@echo "installing what the pipeline runs on"
	@$(VENV)/bin/uv pip install --python $(PY) --require-hashes -r requirements.lock 2>&1 | grep -v "^ [+]"
	@$(INSTALL) --python $(PY) --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "installing what the tests need"
	@$(INSTALL) --python $(PY) --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.run ## Run the main job end to end, in a fresh folder, and stop
	@$(VENV)/bin/lapor demo

up: $(VENV)/.run ## Start the whole pipeline on this machine and keep it running
	@$(VENV)/bin/lapor up

quick: $(VENV)/.dev ## Run the unit and property tests, which start no server, in two to three minutes
	@$(PY) -m pytest tests/unit tests/property -m "not long" --numprocesses 2 --dist loadfile

test: $(VENV)/.dev ## Lint and run all tests but the long ones, on the real Kafka and the real ClickHouse engine
	@$(PY) -m pytest --collect-only -qq >/dev/null & $(MAKE) --no-print-directory lint && wait  # the processes load what one has compiled
	@$(PY) -m pytest -m "not long" --ignore tests/fault --numprocesses 4 --dist loadfile --no-loadscope-reorder
	@$(PY) -m pytest -m "not long" tests/fault --numprocesses 3 --dist loadfile

test-all: lint ## Run the long fault and load tests too
	@$(PY) -m pytest

lint: $(VENV)/.dev ## Check style, types, layers and the data of the law
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports
	@$(VENV)/bin/lapor rules check

compile: $(VENV)/.dev ## Install the pipeline into $(VENV)-compiled with what reads texts compiled (needs a C compiler; under a minute)
	@$(PYTHON) -m venv --clear --without-pip $(VENV)-compiled
	@$(INSTALL) --python $(VENV)-compiled --require-hashes -r requirements.lock
	@LAPOR_BUILD=compiled $(VENV)/bin/uv build --quiet --wheel --no-build-isolation --python $(PY) --out-dir $(VENV)-compiled/wheels
	@$(INSTALL) --python $(VENV)-compiled --no-deps $(VENV)-compiled/wheels/*.whl

bench: $(VENV)/.run ## Measure, in an environment of its own; the figures go to docs/benchmarks.md by hand
	@$(PYTHON) -m venv $(VENV)-bench
	@$(INSTALL) --python $(VENV)-bench --require-hashes -r requirements-bench.lock
	@$(INSTALL) --python $(VENV)-bench --no-build-isolation --no-deps --editable .
	@$(VENV)-bench/bin/python -m benchmarks

size: $(VENV)/.dev ## Print how large the program, its tests and its pages are (benchmarks/size.toml has what is recorded)
	@$(PY) -m benchmarks.size

locks: $(VENV)/bin/uv ## Resolve the dependencies anew and write the lock files
	@$(VENV)/bin/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --upgrade --group build pyproject.toml -o requirements.lock
	@$(VENV)/bin/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --extra learn --extra dashboard --group build --group compile --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	@$(VENV)/bin/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --extra learn --group build --group bench pyproject.toml -o requirements-bench.lock
