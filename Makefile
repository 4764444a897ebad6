# Everything runs in .venv, which is made and filled once and again only when the files it depends on change.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
PIP := $(PY) -m pip --disable-pip-version-check
BACKSTORY := $(PY) -m reproductions.cli
INPUTS := pyproject.toml constraints.txt
# An environment that was made in another folder (the checkout was moved or copied) would run that folder's code.
PLACE := $(shell cat $(VENV)/place 2>/dev/null)
ifneq ($(PLACE),$(CURDIR))
$(shell rm -f $(VENV)/made)
endif
# Inside an environment nothing is installed for the user.
export PIP_USER := 0
unexport PYTHONPATH

.PHONY: help reproduce reports test test-slow lint bench verify clean
.DEFAULT_GOAL := help

help:  ## show this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 14

reproduce: $(VENV)/ready  ## run every reproduction's quick preset on embedded data (minutes)
	$(BACKSTORY) run all --preset quick

reports: $(VENV)/ready  ## run every paper preset on the real data and write reports/ (long)
	$(BACKSTORY) run all --preset paper

test: $(VENV)/ready-dev  ## run the fast tests
	$(PY) -m pytest -q -n 2 --dist worksteal

test-slow: $(VENV)/ready-dev  ## run every test, the slow ones too
	$(PY) -m pytest -q -n 2 -m "slow or not slow"

verify: $(VENV)/ready  ## run a sample of the published trials again and compare
	$(BACKSTORY) verify all

lint: $(VENV)/ready-dev  ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/ready-bench  ## time our loops beside PyTorch's and scikit-learn's
	for one in benchmarks/*.py; do $(PY) $$one --write || exit 1; done

clean:  ## remove .venv and quick reports
	rm -rf $(VENV) reports/quick reports/custom

$(VENV)/made:
	$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else "Backstory needs Python 3.11 or newer; this is %d.%d. Try: make PYTHON=python3.12" % v[:2])'
	$(PYTHON) -m venv --clear $(VENV)
	@printf '%s' '$(CURDIR)' > $(VENV)/place
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
