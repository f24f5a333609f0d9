# The two commands: `make chat` and `make test`; both set everything up first.
# Needs Python 3.11 to 3.13. uv is installed into .uv/ unless it is already there.

PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
RUN := $(UV) run --frozen

.PHONY: chat test check clean

chat: .venv/.ready
	$(RUN) dateline chat --library .work/sample-library

test: .venv/.ready check
	$(RUN) pytest --cov --cov-report=term

check: .venv/.ready
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) lint-imports
	$(RUN) mypy

.venv/.ready: pyproject.toml uv.lock
	@command -v $(UV) >/dev/null || { $(PYTHON) -m venv .uv && .uv/bin/pip install --quiet "uv>=0.8"; }
	$(UV) sync --frozen --compile-bytecode  # half a minute here, ten seconds at every start
	@touch $@

clean:
	rm -rf .venv .uv .work
