# Two commands for a newcomer: `make demo` compiles a real file, `make test` passes the tests.
PYTHON ?= python3
VENV ?= .venv
TESTS ?=
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test check bench engines clean

demo: $(STAMP)
	@$(BIN)/pxc compile examples/train.yaml -P lr=0.01

test: $(STAMP)
	$(BIN)/python -m pytest $(TESTS)

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# The Kubernetes control plane and CRDs of operators, in a cache outside the tree; tests against
# them skip without.
engines:
	@status=0; for part in install install-tracking install-schemas install-expressions install-airflow; do \
	  tests/engines/$$part || status=1; done; exit $$status

bench: $(STAMP)
	$(BIN)/python -m benchmarks

$(STAMP): pyproject.toml
	@echo "installing pxc into $(VENV), which takes a minute" >&2
	@$(PYTHON) -m venv $(VENV) >&2
	@{ $(BIN)/python -m pip install --quiet --upgrade "pip>=25.1" \
	  && $(BIN)/python -m pip install --quiet --editable . --group dev; } \
	  >$(VENV)/install.log 2>&1 || { cat $(VENV)/install.log >&2; exit 1; }
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info
