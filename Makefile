# Two commands: `make demo` shows noteweb at work on the notes shipped here, `make test` checks it.
# Each makes .venv where it is missing.

PYTHON ?= python3
BIN := .venv/bin
# The demo and the tests use the shipped model; nothing may look for a model on the network.
export HF_HUB_OFFLINE := 1

.PHONY: demo test lint bench clean

demo: .venv/installed
	$(BIN)/noteweb index --vault notes
	@printf '\n$$ noteweb query "is scaling hiding that we do not understand training?"\n'
	@$(BIN)/noteweb query "is scaling hiding that we do not understand training?" --vault notes -k 3
	@printf '\n$$ noteweb related "Double descent past the interpolation threshold"\n'
	@$(BIN)/noteweb related "Double descent past the interpolation threshold" --vault notes -k 3 --explain
	@printf '\n$$ noteweb path "Superposition of features" "Reward proxies and Goodhart"\n'
	@$(BIN)/noteweb path "Superposition of features" "Reward proxies and Goodhart" --vault notes
	@printf '\n$$ noteweb graph\n'
	@$(BIN)/noteweb graph --vault notes

test: lint
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered --cov-fail-under=95

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[bench]'
	$(BIN)/python tests/bench/speed.py

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage notes/.noteweb

.venv/installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@
