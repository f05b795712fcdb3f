# Everything that this project does, from one place. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT_OFFSET ?= 0
BROKER ?= tansu
TRANSLATED := shared services/feedback services/actions services/notifier
PO := $(foreach d,$(TRANSLATED),$(d)/web/translations/hi/LC_MESSAGES/messages.po)

.PHONY: help
help: ## List all commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- environment -----------------------------------------------------------------------------------------

$(VENV)/.local: requirements/local.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Name another one with make PYTHON=…")'
	@echo "Creating the environment in $(VENV) (about 100 MB are fetched, once) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "The venv module is missing (on Debian and Ubuntu: apt-get install python3-venv)."; exit 1; }
	@$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on --require-hashes -r requirements/local.txt
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.local requirements/dev.txt
	@echo "Adding what tests and checks need …"
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.translations: $(VENV)/.local $(PO)
	@for d in $(TRANSLATED); do $(BIN)/pybabel -q compile -d $$d/web/translations || exit 1; done
	@touch $@

.PHONY: env
env: $(VENV)/.local $(VENV)/.translations ## Create the environment that `make run` needs

.PHONY: dev
dev: $(VENV)/.dev $(VENV)/.translations ## Create the environment that tests and checks need

# --- run -------------------------------------------------------------------------------------------------

.PHONY: run
run: env ## Run the whole system on this machine (BROKER=kafka, PORT_OFFSET=1000)
	@exec $(BIN)/python -m deploy.local --broker $(BROKER) --port-offset $(PORT_OFFSET)

.PHONY: demo
demo: env ## Walk one submission through a running system, step by step with times
	@PUBLIC_URL=http://127.0.0.1:$$((8000 + $(PORT_OFFSET))) $(BIN)/python -m deploy.local.demo

.PHONY: clean-data
clean-data: ## Remove all data and logs of the local system
	@rm -rf var/mongo var/mail var/log var/metrics var/caddy var/kafka var/secret-key
	@echo "var/ holds no data any more"

# --- test and check --------------------------------------------------------------------------------------

.PHONY: test
test: dev ## Run all tests on real MongoDB and the local broker
	@$(BIN)/pytest

.PHONY: test-kafka
test-kafka: dev ## Run the integration, chaos and end-to-end tests on Apache Kafka (needs Java 17+ and Maven)
	@BROKER=kafka $(BIN)/pytest tests/contract/test_broker_contract.py tests/integration tests/chaos tests/e2e

.PHONY: lint
lint: dev ## Check style and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

.PHONY: types
types: dev ## Check types
	@$(BIN)/mypy

.PHONY: bench
bench: dev ## Measure throughput and latency beside a reference, in one run
	@$(BIN)/python -m tests.bench --broker $(BROKER)

# --- generated files -------------------------------------------------------------------------------------

.PHONY: docs
docs: env ## Generate docs/events.md, docs/asyncapi.json and docs/schemas/
	@$(BIN)/sankalp write-contracts docs

.PHONY: translations
translations: env ## Extract all texts and update the translation files
	@for d in $(TRANSLATED); do \
	  $(BIN)/pybabel -q extract -F babel.cfg -k _l -k lazy_gettext --no-location --sort-output --no-wrap --project=Sankalp -o $$d/web/translations/messages.pot $$d && \
	  $(BIN)/pybabel -q update -i $$d/web/translations/messages.pot -d $$d/web/translations -l hi --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date || exit 1; \
	done
	@echo "Now translate what is empty in */web/translations/hi/LC_MESSAGES/messages.po"

.PHONY: lock
lock: dev ## Pin and hash the requirements anew
	@$(BIN)/python -m pip install --quiet uv
	@for f in runtime local dev; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url requirements/$$f.in -o requirements/$$f.txt || exit 1; \
	done
