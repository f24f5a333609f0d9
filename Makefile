# The two commands: `make chat` and `make test`; both set everything up first.
# Needs Python 3.11 to 3.13. uv is installed into .uv/ unless it is already there.

PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
RUN := $(UV) run --frozen

# What is measured beside other systems, and where their packages go.
ARTICLES ?= ingest/samples
QUESTIONS ?= eval/samples.gold.jsonl
OUT ?= .work/bench
BENCH := UV_PROJECT_ENVIRONMENT=.venv-bench $(UV) run --frozen --no-default-groups --group bench

.PHONY: chat test check bench clean

chat: .venv/.ready
	$(RUN) dateline chat --library .work/sample-library

test: .venv/.ready check
	$(RUN) pytest --cov --cov-report=term

check: .venv/.ready
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) lint-imports
	$(RUN) mypy

bench: .venv/.ready
	$(BENCH) python -m bench $(ARTICLES) --questions $(QUESTIONS) --out $(OUT) $(BENCH_OPTIONS)

.venv/.ready: pyproject.toml uv.lock
	@command -v $(UV) >/dev/null || { $(PYTHON) -m venv .uv && .uv/bin/pip install --quiet "uv>=0.8"; }
	$(UV) sync --frozen --compile-bytecode  # half a minute here, ten seconds at every start
	@touch $@

clean:
	rm -rf .venv .venv-bench .uv .work
