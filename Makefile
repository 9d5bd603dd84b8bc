# `make scan` and `make test` each work as the first command on a fresh clone: Python 3.11+, pip and
# make are all they need. Everything is installed into .venv; the stamp files in it remember what
# has been installed for which pyproject.toml, so that a second run starts at once.

PYTHON ?= python3
VENV := .venv
FOLDER := seeds
BASE := main
ARGS :=

RUN := $(VENV)/bin/python -m
PIP := $(RUN) pip --quiet --quiet --disable-pip-version-check --no-input

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help scan test test-all setup fmt lint types arch cov docs quality bench bench-peers bench-smoke bench-compare bench-stages model ci clean

help: ## print this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

scan: $(VENV)/.run ## find copies and filler in FOLDER=seeds; options in ARGS="--fail-on error"
	@$(RUN) dedupe scan $(ARGS) -- "$(FOLDER)"

test: $(VENV)/.test ## the tests, without the slow ones; options in ARGS="-k name"
	@$(RUN) pytest -m "not slow" $(ARGS)

test-all: $(VENV)/.test ## every test
	@$(RUN) pytest $(ARGS)

setup: $(VENV)/.dev ## the environment with all development tools
	@echo "Ready: . $(VENV)/bin/activate"

fmt: $(VENV)/.dev ## format the code
	@$(RUN) ruff check --quiet --select I --fix .
	@$(RUN) ruff format .

lint: $(VENV)/.dev ## ruff (all rules minus a reasoned list), format, spelling
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(VENV)/bin/codespell

types: $(VENV)/.dev ## mypy --strict on package, tests and benchmarks
	@$(RUN) mypy

arch: $(VENV)/.test ## the import contracts
	@$(VENV)/bin/lint-imports --no-logo --no-cache

cov: $(VENV)/.dev ## branch coverage; KERNELS=1 runs the kernels once more as plain Python, so that they count
	@$(RUN) coverage erase
	@$(RUN) coverage run -m pytest --quiet -m "not slow" $(ARGS)
	@if [ -n "$(KERNELS)" ]; then \
	  NUMBA_DISABLE_JIT=1 $(RUN) coverage run --append -m pytest --quiet -m "not slow" tests/unit tests/kernels; fi
	@$(RUN) coverage report

docs: $(VENV)/.test ## run the examples of README and docs
	@$(RUN) pytest --quiet tests/meta/test_readme.py tests/meta/test_docs.py tests/meta/test_ci.py

quality: $(VENV)/.run ## precision, recall and plagdet against known truth
	@$(RUN) benchmarks.quality $(ARGS)

bench: $(VENV)/.run ## speed, with `wc` in the same run; groups or tasks in ARGS="growth adversarial"
	@$(RUN) benchmarks.speed $(ARGS)

bench-smoke: $(VENV)/.run ## results of the small benchmarks, no times
	@$(RUN) benchmarks.speed smoke --check

bench-compare: $(VENV)/.run ## two revisions in one run: BASE=REV, tasks in ARGS="mixed"
	@$(RUN) benchmarks.compare "$(BASE)" $(ARGS)

bench-stages: $(VENV)/.run ## every stage alone beside its limit; a corpus in ARGS="mixed"
	@$(RUN) benchmarks.stages $(ARGS)

bench-peers: $(VENV)/.run ## speed and quality beside other deduplicators, each in an environment of its own
	@$(RUN) benchmarks.peers $(ARGS)

model: $(VENV)/.run ## train the filler model and count the stems again, from DEDUPE_DATA
	@$(RUN) dedupe.make_model $(ARGS)
	@$(RUN) dedupe.make_rarity

ci: ## what CI runs: test, lint, types, arch, docs, bench-smoke
	@.ci/run

clean: ## remove the environment, caches and built files
	rm -rf $(VENV) build dist .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ------------------------------------------------------------------------------------- environment

# A Python without ensurepip (Debian without python3-venv) still makes a venv; its own pip then
# puts one inside.
$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "dedupe needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Making $(VENV) ..." >&2
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
	  $(PYTHON) -m venv --clear $(VENV); \
	else \
	  $(PYTHON) -m venv --clear --without-pip $(VENV) && \
	  $(PYTHON) -m pip --python $(VENV)/bin/python --quiet --quiet --disable-pip-version-check install pip; \
	fi || { echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@touch $@

# Each stamp also touches the smaller ones: what a larger install covers is not installed again.
$(VENV)/.run: STAMPS = .run
$(VENV)/.test: EXTRA = [test]
$(VENV)/.test: STAMPS = .run .test
$(VENV)/.dev: EXTRA = [dev]
$(VENV)/.dev: STAMPS = .run .test .dev

$(VENV)/.run $(VENV)/.test $(VENV)/.dev: pyproject.toml $(VENV)/.created
	@echo "Installing dedupe-articles$(EXTRA) into $(VENV) ..." >&2
	@$(PIP) install --editable '.$(EXTRA)'
	@cd $(VENV) && touch $(STAMPS)
