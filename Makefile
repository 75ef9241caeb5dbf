# Two commands: `make demo` shows noteweb at work on the notes shipped here, `make test` checks it.
# Each makes .venv where it is missing.

PYTHON ?= python3
BIN := .venv/bin
# The demo and the tests use the shipped model; nothing may look for a model on the network.
export HF_HUB_OFFLINE := 1

.PHONY: demo test lint readers bench clean

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

test: lint readers
	$(BIN)/python -m pytest -n logical --cov --cov-report=term:skip-covered --cov-fail-under=95

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

# Programs from npm that read exported graphs; without npm or a network their tests are skipped.
readers:
	@if ! command -v npm >/dev/null; then echo "no npm: tests that need it are skipped"; \
	elif [ tests/readers/node_modules/.noteweb -nt tests/readers/package.json ]; then :; \
	elif cd tests/readers && timeout 600 npm install --silent --no-audit --no-fund \
		--no-package-lock --ignore-scripts --fetch-retries=1; then touch node_modules/.noteweb; \
	else rm -rf node_modules; echo "npm cannot install the readers: their tests are skipped"; fi

bench: .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[bench]'
	$(BIN)/noteweb bench speed --vault notes
	$(BIN)/python tests/bench/speed.py

clean:
	rm -rf .venv tests/readers/node_modules .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage notes/.noteweb

.venv/installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@
