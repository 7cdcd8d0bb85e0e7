# Nothing but Python 3.11+, git and a compiler is needed. State lives in var/, packages in .venv/; .venv-replay/ holds the
# tools that exports are tested with.
PYTHON ?= python3
VENV := .venv
REPLAY := .venv-replay
BENCH := var/bench
UV_VERSION := 0.13.8
INSTALLED := $(VENV)/.installed
PINNED := $(VENV)/.pinned
REPLAYED := $(REPLAY)/.installed
TESTS := $(VENV)/bin/pytest --dist loadfile --no-loadscope-reorder

# Without bytecode each process compiles what it imports: a test worker 3 s of 10, each command 1 s.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo stop check test explore lint style types pins quick bench speed lock

help:  ## say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 8

demo: $(INSTALLED)  ## start everything, crawl the demo sites (or SITES="demo-trs …"), show the result
	@$(VENV)/bin/gongkai demo $(SITES)

stop:  ## stop what demo and `gongkai up` started
	@if [ -x $(VENV)/bin/gongkai ]; then $(VENV)/bin/gongkai down; else echo "nothing was started here"; fi

check: $(INSTALLED)  ## check style and types, and run the tests that need no services
	@$(MAKE) --no-print-directory --jobs=4 --output-sync=target style types pins quick

test: $(INSTALLED) $(REPLAYED)  ## run all tests
	@$(TESTS) -n 3

quick: $(INSTALLED)
	@HYPOTHESIS_PROFILE=check $(TESTS) -n 3 -m "not service"

explore: $(INSTALLED)  ## run the tests over generated inputs with inputs never drawn before
	@HYPOTHESIS_PROFILE=explore $(TESTS) -n 2 -m "generated and not service"

lint: style types pins  ## check style and types

style: $(INSTALLED)
	@$(VENV)/bin/ruff check
	@$(VENV)/bin/ruff format --check

types: $(INSTALLED)
	@$(VENV)/bin/mypy

# Asks the package index, so only after a change of what it compares.
pins: $(PINNED)
$(PINNED): $(INSTALLED) pyproject.toml requirements-production.txt $(wildcard tests/replay/*) tests/pins.py
	@$(VENV)/bin/python -m tests.pins
	@touch $@

bench: $(BENCH)/.installed  ## compare extraction with its peers over CORPUS=DIR, write docs/accuracy.md
	@test -d "$(CORPUS)" || { echo "name a labelled set: make bench CORPUS=DIR (labels.jsonl and pages/)" >&2; exit 1; }
	@$(BENCH)/bin/python -m bench.extraction $(CORPUS)

speed: $(BENCH)/.installed  ## compare a whole crawl with Scrapy and trafilatura, write docs/speed.md
	@$(VENV)/bin/python -m bench.pipeline --write

$(BENCH)/.installed: $(INSTALLED) pyproject.toml
	@$(VENV)/bin/uv venv --quiet --clear --python $(VENV)/bin/python $(BENCH)
	@$(VENV)/bin/uv pip install --quiet --python $(BENCH)/bin/python --group bench
	@touch $@

lock: $(INSTALLED)  ## pin the packages of pyproject.toml anew
	@$(VENV)/bin/python -m tests.pins --write

$(INSTALLED): requirements.txt requirements-dev.txt pyproject.toml
	@echo "installing packages into $(VENV) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "gongkai needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "python3 -m venv failed: install your system's venv package (Debian: python3-venv)" >&2; exit 1; }
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(VENV)/bin/uv pip install --quiet --compile-bytecode --python $(VENV)/bin/python --require-hashes -r requirements.txt -r requirements-dev.txt
	@$(VENV)/bin/uv pip install --quiet --compile-bytecode --python $(VENV)/bin/python --no-deps -e .
	@touch $@

$(REPLAYED): tests/replay/requirements.txt tests/replay/schemas.txt $(INSTALLED)
	@$(VENV)/bin/uv venv --quiet --clear --python $(VENV)/bin/python $(REPLAY)
	@$(VENV)/bin/uv pip install --quiet --python $(REPLAY)/bin/python --require-hashes -r tests/replay/requirements.txt
	@$(VENV)/bin/uv pip install --quiet --python $(REPLAY)/bin/python --require-hashes --no-deps -r tests/replay/schemas.txt
	@touch $@
