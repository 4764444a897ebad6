# Everything runs in .venv, which is made and filled once and again only when the files it depends on change.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INPUTS := pyproject.toml constraints.txt

.PHONY: help reproduce reports test test-slow lint bench clean
.DEFAULT_GOAL := help

help:  ## show this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 14

reproduce: $(VENV)/ready  ## run every reproduction's quick preset on embedded data (minutes)
	$(BIN)/backstory run all --preset quick

reports: $(VENV)/ready  ## run every paper preset on the real data and write reports/ (long)
	$(BIN)/backstory run all --preset paper

test: $(VENV)/ready-dev  ## run the fast tests
	$(BIN)/python -m pytest -q -n 2

test-slow: $(VENV)/ready-dev  ## run every test, the slow ones too
	$(BIN)/python -m pytest -q -n 2 -m "slow or not slow"

lint: $(VENV)/ready-dev  ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/ready-bench  ## time our loops beside PyTorch's and scikit-learn's
	$(BIN)/python benchmarks/online_pass.py --write
	$(BIN)/python benchmarks/lms.py --write
	$(BIN)/python benchmarks/small_nets.py --write
	$(BIN)/python benchmarks/minibatch.py --write
	$(BIN)/python benchmarks/ordered_cost.py --write
	$(BIN)/python benchmarks/alvinn.py --write
	$(BIN)/python benchmarks/images.py --write

clean:  ## remove .venv and quick reports
	rm -rf $(VENV) reports/quick reports/custom

$(VENV)/made:
	$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else "Backstory needs Python 3.11 or newer; this is %d.%d. Try: make PYTHON=python3.12" % v[:2])'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/ready: $(VENV)/made $(INPUTS)
	$(PIP) install -q -e . -c constraints.txt
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready
	$(PIP) install -q -e '.[dev]' -c constraints.txt
	@touch $@

$(VENV)/ready-bench: $(VENV)/ready
	$(PIP) install -q -e '.[bench]' -c constraints.txt
	@touch $@
