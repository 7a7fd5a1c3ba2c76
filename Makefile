# Everything a newcomer needs: `make run` and `make test`, from a fresh clone with Python 3.11 or newer.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help run test test-all bench bench-matching lint lint-style lint-format lint-types lint-imports lint-templates lint-migrations format assets

help:
	@echo "make run       the demo on http://127.0.0.1:8000 (PORT=... for another port)"
	@echo "make test      the tests, at most 10 minutes"
	@echo "make test-all  the longer tier too, about 18 minutes on 2 cores"
	@echo "make bench     list, open, create and search beside a minimal application, on both databases"
	@echo "make bench-matching  how well known children are found, on both databases (MATCHING=\"--people 1000000\" for more)"
	@echo "make lint      style, types, import rules, templates, migrations equal models"
	@echo "make format    writes the style that make lint asks for"
	@echo "make assets    rebuilds the committed CSS and JavaScript (needs Node)"

run: $(VENV)/.installed
	@exec $(BIN)/python scripts/serve.py

test: $(VENV)/.installed-dev
	@$(BIN)/python scripts/run_tests.py

test-all: $(VENV)/.installed-dev
	@$(BIN)/python scripts/run_tests.py --long

bench: $(VENV)/.installed-dev
	@$(BIN)/python -m benchmarks.run $(BENCH)

bench-matching: $(VENV)/.installed-dev
	@$(BIN)/python -m benchmarks.matching $(MATCHING)

lint: lint-style lint-format lint-types lint-imports lint-templates lint-migrations

lint-style: $(VENV)/.installed-dev
	@$(BIN)/ruff check --output-format concise .

lint-format: $(VENV)/.installed-dev
	@$(BIN)/ruff format --check .

lint-types: $(VENV)/.installed-dev
	@$(BIN)/mypy

lint-imports: $(VENV)/.installed-dev
	@PYTHONPATH=. $(BIN)/lint-imports

lint-templates: $(VENV)/.installed-dev
	@$(BIN)/djlint --lint templates

lint-migrations: $(VENV)/.installed-dev
	@$(BIN)/python scripts/check_migrations.py

format: $(VENV)/.installed-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

assets:
	cd frontend && npm ci && npm run build

# The stamps say which list was installed last: a changed list installs again.
$(VENV)/.installed: requirements.txt | $(BIN)/python
	@echo "Installing what the application needs ..."
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt requirements-data.txt requirements.txt | $(BIN)/python
	@echo "Installing what the tests need ..."
	@$(PIP) -r requirements-dev.txt
	@$(PIP) --no-deps -r requirements-data.txt
	@touch $(VENV)/.installed $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; try make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)
