# Two commands matter: `make demo` shows the main job, `make test` proves it. Both set up everything they need.
UV_VERSION := 0.13.9
VENV := .venv
PY := $(VENV)/bin/python
PYTHON ?= python3
BUILD ?= auto
INSTALLED := $(VENV)/.installed-$(BUILD)
# Not empty if what is compiled is not whole or not of these sources, whatever the times of the files say: then it is built again.
STALE := $(shell [ ! -e $(INSTALLED) ] || $(PY) -m complaints.runtime.compiled >/dev/null 2>&1 || echo stale)

.DEFAULT_GOAL := help
.PHONY: stale help setup demo up quick test test-all lint bench locks

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(INSTALLED) ## Make the environment (only Python 3.11+ is needed); BUILD=plain compiles nothing

stale:

$(VENV)/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python has no venv module: install python3-venv (Debian, Ubuntu) and try again"; exit 1; }
	@$(PY) -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(VENV)/.run: requirements.lock | $(VENV)/bin/uv
	@echo "installing what the pipeline runs on"
	@$(VENV)/bin/uv pip install --quiet --compile-bytecode --python $(PY) --require-hashes -r requirements.lock
	@touch $@

# If there is a C compiler, hatch_build.py compiles the modules that read and route texts, which makes them nearly twice as fast.
$(INSTALLED): $(wildcard channels/*/*.py conversation/*.py conversation/*/*.py normalizer/*.py normalizer/*/*.py router/*.py router/*/*.py router/*/*/*.py) hatch_build.py pyproject.toml $(VENV)/.run $(STALE)
	@echo "building and installing the pipeline (three to four minutes with a C compiler)"
	@LAPOR_BUILD=$(BUILD) $(VENV)/bin/uv pip install --quiet --python $(PY) --no-build-isolation --no-deps --editable .
	@$(PY) -m complaints.runtime.compiled
	@$(PY) -m compileall -q -x '/[.]venv' .
	@rm -f $(VENV)/.installed-*
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "installing what the tests need"
	@$(VENV)/bin/uv pip install --quiet --python $(PY) --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(INSTALLED) ## Run the main job end to end, in a fresh folder, and stop
	@$(VENV)/bin/lapor demo

up: $(INSTALLED) ## Start the whole pipeline on this machine and keep it running
	@$(VENV)/bin/lapor up

quick: $(VENV)/.dev $(INSTALLED) ## Run the unit and property tests, which start no server, in two to three minutes
	@$(PY) -m pytest tests/unit tests/property -m "not long" --numprocesses 2 --dist loadfile

test: lint ## Lint and run all tests but the long ones (15 minutes), on the real Kafka and the real ClickHouse engine
	@$(PY) -m pytest -m "not long" --numprocesses 3 --dist loadfile

test-all: lint ## Run the long fault and load tests too
	@$(PY) -m pytest

lint: $(VENV)/.dev $(INSTALLED) ## Check style, types, layers and the data of the law
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports
	@$(VENV)/bin/lapor rules check

bench: $(VENV)/bin/uv ## Measure, in an environment of its own; the figures go to docs/benchmarks.md by hand
	@$(PYTHON) -m venv $(VENV)-bench
	@$(VENV)/bin/uv pip install --quiet --python $(VENV)-bench --require-hashes -r requirements-bench.lock
	@LAPOR_BUILD=$(BUILD) $(VENV)/bin/uv pip install --quiet --python $(VENV)-bench --no-build-isolation --no-deps --editable .
	@$(VENV)-bench/bin/python -m benchmarks

locks: $(VENV)/bin/uv ## Resolve the dependencies anew and write the lock files
	@$(VENV)/bin/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --upgrade --group build pyproject.toml -o requirements.lock
	@$(VENV)/bin/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --extra learn --group build --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	@$(VENV)/bin/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --extra learn --group build --group bench pyproject.toml -o requirements-bench.lock
