# The verbs of this project; `make help` lists them. All of them live in .venv, which they make and keep up to date.
#
#   PYTHON=...  the Python (3.11 or later) that .venv is made with; otherwise the first one found
#   ARGS=...    passed to `orgatlas serve` or to pytest: make serve ARGS="--port 8080", make test ARGS="-k wheel"

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help install lint test build serve screenshots release lock assets clean FORCE
MAKEFLAGS += --no-print-directory --no-builtin-rules

export PYTHON
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_USER := 0
unexport PYTHONHOME PYTHONPATH

# -P: what is imported is what is installed, never what happens to lie in the current folder. Commands of .venv are
# called through its Python, since the first line of a script cannot hold every path.
PY := .venv/bin/python -P
# Only pinned files, each with its hash. owlready2 comes as source: it is built with the pinned setuptools as well.
PIP_PINNED := $(PY) -m pip install -qq --require-hashes --no-build-isolation

help: ## Lists the verbs
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 20

install: .venv/dev.stamp build/installed.stamp ## Makes .venv with the project and everything its development needs

lint: install ## Format, lint, types and import floors
	$(PY) -m ruff format --check --quiet .
	$(PY) -m ruff check --quiet .
	$(PY) -m mypy --no-error-summary
	$(PY) .venv/bin/lint-imports --no-logo

test: lint ## Lint, then all tests; as root on Debian, gets Java and a browser for them first
	@.ci/machine
	$(PY) -m pytest $(ARGS)

build: install ## Makes the sdist and the wheel in dist/
	rm -rf dist
	SOURCE_DATE_EPOCH="$$(git log -1 --format=%ct 2>/dev/null || echo 315532800)" $(PY) -m build --no-isolation

screenshots: install ## Takes the pictures of the README from the running pages
	$(PY) docs/screenshots.py

serve: .venv/run.stamp build/installed.stamp ## Serves the atlas on http://127.0.0.1:8000
	@exec $(PY) .venv/bin/orgatlas serve $(ARGS)

release: ## Tests, builds and tags the version of pyproject.toml
	@test -z "$$(git status --porcelain)" || { echo "release: commit or put away these changes first:" >&2; git status --short >&2; exit 1; }
	@grep -qF "## [$(VERSION)]" CHANGELOG.md || { echo "release: CHANGELOG.md has no section for $(VERSION)" >&2; exit 1; }
	@$(MAKE) test
	@$(MAKE) build
	git tag -a "v$(VERSION)" -m "Orgatlas $(VERSION)"
	@echo "Next: git push origin v$(VERSION), then upload what is in dist/."

VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)

lock: install ## Pins the dependencies anew, newest with ARGS=--upgrade (with Python 3.11, the oldest supported)
	@$(PY) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "lock: needs a .venv of Python 3.11: PYTHON=python3.11 make lock")'
	$(PIP_COMPILE) -o requirements/build.txt requirements/build.in
	$(PIP_COMPILE) -c requirements/build.txt -o requirements/run.txt pyproject.toml
	$(PIP_COMPILE) -c requirements/build.txt -c requirements/run.txt --extra dev -o requirements/dev.txt pyproject.toml

PIP_COMPILE = CUSTOM_COMPILE_COMMAND="make lock" $(PY) -m piptools compile --quiet $(ARGS) --generate-hashes \
	--strip-extras --allow-unsafe --no-build-isolation --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

assets: ## Makes the map of the pages anew from web/map (for maintainers: needs Node 20 or later)
	cd web/map && npm ci --ignore-scripts --no-audit --no-fund --silent && npm run --silent build

clean: ## Removes everything that make made
	rm -rf .venv build dist orgatlas.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis web/map/node_modules

# Each stamp is newer than what it was made from; a second `make test` finds them all fresh.

# A virtual environment is made anew when the folder was moved or copied, or when its Python is gone.
.venv/made-in: FORCE
	@if [ "$$(cat $@ 2>/dev/null)" = "$$(pwd -P)" ] && $(PY) -c '' 2>/dev/null && \
	    { [ -z "$$PYTHON" ] || [ "$$PYTHON" = "$$(cat .venv/made-with)" ]; }; then exit 0; fi; \
	case "$$(pwd -P)" in *[:$$]*) \
	    echo "Python's own tools cannot work in a folder with : or \$$ in its path; rename $$(pwd -P)" >&2; exit 1;; esac; \
	if [ -n "$$PYTHON" ]; then set -- "$$PYTHON"; else set -- python3 python3.14 python3.13 python3.12 python3.11 python; fi; \
	for python in "$$@"; do \
	    "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
	    echo "Making .venv with $$("$$python" --version)"; \
	    rm -rf .venv; "$$python" -m venv .venv && echo "$$PYTHON" > .venv/made-with && pwd -P > $@; exit; \
	done; \
	echo "Orgatlas needs Python 3.11 or later with its venv module (on Debian and Ubuntu: the package python3-venv)." >&2; \
	if [ -n "$$PYTHON" ]; then echo "PYTHON=$$PYTHON is not one." >&2; \
	else echo "None was found; name yours with: make PYTHON=/path/to/python3 ..." >&2; fi; \
	exit 1

.venv/build.stamp: requirements/build.txt .venv/made-in
	@echo "Installing the pinned packages"
	@$(PIP_PINNED) -r $<
	@touch $@

.venv/run.stamp: requirements/run.txt .venv/build.stamp
	@$(PIP_PINNED) -r $<
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/build.stamp
	@$(PIP_PINNED) -r $<
	@touch $@

# The project is installed as a tree of links under build/, one a file: a file that came or went needs another install.
build/sources.txt: FORCE
	@mkdir -p build
	@find api graph ontology queries shapes atlas.toml -type f ! -name '*.py[co]' ! -name '.*' ! -name '*~' 2>/dev/null | LC_ALL=C sort > $@.new
	@if cmp -s $@.new $@; then rm -f $@.new; else mv -f $@.new $@; fi

build/installed.stamp: pyproject.toml build/sources.txt .venv/build.stamp
	@echo "Installing orgatlas"
	@$(PY) -m pip install -qq --no-index --no-deps --no-build-isolation --config-settings editable_mode=strict --editable .
	@touch $@
