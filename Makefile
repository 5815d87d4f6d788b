# Thin on purpose: `make demo` and `make test` work on a fresh machine with Python 3.11-3.13.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: install demo test

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[train,review,postgresql,suspects,cluster,dev]"
	touch $@

demo: install
	$(BIN)/signalread analyze corpora/examples/enkat.csv corpora/examples/anteckningar --out demo-run --force

test: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto
