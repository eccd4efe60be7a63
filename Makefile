# make report NAME=APELLIDO_NOMBRE [DATA=sample|auto|real]   the report, from nothing
# make test                                                  the whole test suite
# make bench [ONLY=mnist,page] [FULL=1] [ROUNDS=3]           benchmarks; needs REPORTGEN_DATA_ROOT
# make check, make coverage, make docs                       see CONTRIBUTING.md

SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
NAME ?= APELLIDO_NOMBRE
DATA ?= sample
BIN := $(VENV)/bin
# Files stay whole, for what their tests share; as listed, the long ones come early.
SIDE_BY_SIDE := --numprocesses=logical --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

.PHONY: report test check coverage docs clean-env

report: $(VENV)/installed
	$(BIN)/reportgen build --name "$(NAME)" --data $(DATA)

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

check: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

coverage: $(VENV)/installed-dev
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest tests/engine tests/submission tests/report tests/commands
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

docs: $(VENV)/installed-dev
	$(BIN)/python -m sphinx --fail-on-warning docs docs/_build

bench: $(VENV)/installed-bench
	ONLY="$(ONLY)" FULL="$(FULL)" ROUNDS="$(ROUNDS)" $(BIN)/python -m tests.benchmarks

$(VENV)/installed: setup.cfg pyproject.toml
	PYTHON="$(PYTHON)" .ci/system-packages
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/pip install --quiet --editable '.[test,dev,docs]'
	@touch $@

$(VENV)/installed-bench: $(VENV)/installed
	$(BIN)/pip install --quiet --editable '.[bench]'
	@touch $@

clean-env:
	rm -rf $(VENV)
