# On a bare machine (Python 3.11 to 3.13, make): `make demo` and `make test` bring all else into .venv.

PYTHON ?= python3
BIN := .venv/bin
RUNTIME := .venv/.runtime
DEV := .venv/.dev
BENCH := .venv/.bench
COMPILED := build/compiled/.done

.PHONY: help demo demo-servers run install compiled test test-slow test-servers test-all check ci bench bench-search bench-export bench-paint bench-sizing bench-sizing-clones bench-tagging eval-tagging bench-ingest compose-test secrets fuzz schema kibana requirements gazetteer-check clean

help:  ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

demo: $(RUNTIME)  ## The whole pipeline on this machine, with made-up wires
	@exec $(BIN)/syriawire up --demo

run: $(RUNTIME)  ## The same with the catalogue of live feeds, in var/live
	@SYRIAWIRE_HOME=$${SYRIAWIRE_HOME:-var/live} exec $(BIN)/syriawire up

demo-servers: $(DEV)  ## The demo on Kafka, Elasticsearch and Postgres, which it starts; in var/servers
	@set -e; servers=$$($(BIN)/python -m tests.stack start); eval "$$servers"; \
	export SYRIAWIRE_LOG=$$SYRIAWIRE_TEST_KAFKA/demo SYRIAWIRE_INDEX=$$SYRIAWIRE_TEST_ELASTICSEARCH/demo \
	  SYRIAWIRE_STATE=$$SYRIAWIRE_TEST_POSTGRES SYRIAWIRE_HOME=$${SYRIAWIRE_HOME:-var/servers}; \
	exec $(BIN)/syriawire up --demo

install: $(RUNTIME)  ## Only the install

compiled: $(COMPILED)  ## The tagger as machine code, in build/compiled (docs/servers.md); needs gcc, takes a minute

$(COMPILED): $(DEV) ops/compiled.py $(wildcard lexicon/*.py processors/*.py processors/tag/*.py)
	@rm -f $@
	@$(BIN)/python -m ops.compiled build/compiled
	@touch $@

test: $(DEV)  ## Unit, golden, contract and DAG tests; no server, no network
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow and not servers"

test-slow: $(DEV)  ## Tests that start processes: supervisor, scheduler, browser, faults
	$(BIN)/python -m pytest -m "slow and not servers"

check: $(DEV)  ## Lint, types, imports, generated files, gazetteer
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m lexicon.check config/gazetteer
	$(BIN)/python -m ops.schema --check docs/schema
	$(BIN)/python -m ops.settings_page --check docs/settings.md
	$(BIN)/python -m ops.kibana.objects --check

# kafka-python leaves sockets of connections that a server has cut to the garbage collector, which may come at any test.
KAFKA_LEAVINGS := -W ignore::ResourceWarning -W ignore::pytest.PytestUnraisableExceptionWarning

test-servers: $(DEV)  ## Tests on real Kafka, Elasticsearch and Postgres, which it starts (tests/stack/README.md)
	@set -e; servers=$$($(BIN)/python -m tests.stack start); eval "$$servers"; \
	$(BIN)/python -m tests.stack status; \
	$(BIN)/python -m pytest -m servers $(KAFKA_LEAVINGS) || code=$$?; \
	$(BIN)/python -m tests.stack stop; exit $${code:-0}

test-all: test test-slow test-servers  ## Every test

ci: check test-all  ## All that must hold before anything lands

bench: $(BENCH)  ## Measure; prints tables
	$(BIN)/python -m bench.ports

bench-tagging: $(BENCH) $(COMPILED)  ## The tagger beside spaCy on the same aliases; prints a table
	$(BIN)/python -m bench.tagging

eval-tagging: $(RUNTIME)  ## Precision and recall of the tagger over tests/golden/tagging; prints a table
	$(BIN)/python -m tests.golden.tagging.evaluate

bench-ingest: $(BENCH)  ## Measure fetching and parsing of feeds; prints tables
	$(BIN)/python -m bench.ingest_parse
	$(BIN)/python -m bench.ingest_cycle

fuzz: $(DEV)  ## 100,000 damaged feeds through the parser; some ten minutes
	$(BIN)/python -m tests.fuzz.run

bench-search: $(BENCH)  ## Measure searches in 1,000,000 made-up articles (made once, half an hour); ARGS="--articles 200000"
	$(BIN)/python -m bench.search $(ARGS)

bench-export: $(BENCH)  ## Time and memory of an export of that archive; ARGS="--articles 200000"
	$(BIN)/python -m bench.export $(ARGS)

bench-paint: $(BENCH)  ## First paint of each page over that archive, in Chromium; ARGS="--articles 200000"
	$(BIN)/python -m bench.paint $(ARGS)

bench-sizing: $(BENCH)  ## Bytes an article and articles a second on Elasticsearch; ARGS="--index http://HOST:9200/PREFIX"
	$(BIN)/python -m bench.sizing $(ARGS)

bench-sizing-clones: $(BENCH)  ## Heap, start and searches of a node with 10^6 to 10^8 articles, by clones (two hours); ARGS="--copies 1 10"
	$(BIN)/python -m bench.sizing_clones $(ARGS)

schema: $(DEV)  ## Write the JSON Schema of the records and the page of settings into docs
	$(BIN)/python -m ops.schema docs/schema
	$(BIN)/python -m ops.settings_page docs/settings.md

kibana: $(RUNTIME)  ## Write config/kibana/syria-wire.ndjson out of the files beside it
	$(BIN)/python -m ops.kibana.objects

gazetteer-check: $(RUNTIME)  ## Check config/gazetteer
	$(BIN)/python -m lexicon.check config/gazetteer

requirements: $(DEV)  ## Resolve requirements/*.in anew
	for each in uv runtime dev compile bench; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-header --annotation-style line requirements/$$each.in -o requirements/$$each.txt; done

COMPOSE ?= docker compose
.PHONY: secrets compose-test

secrets:  ## Passwords, keys and certificates for docker compose, into secrets/; what is there is kept
	@mkdir -p secrets && chmod 700 secrets
	@$(COMPOSE) build --quiet prepare
	@$(COMPOSE) run --rm --no-deps --user "$$(id -u):$$(id -g)" secrets

compose-test: $(DEV)  ## docker-compose.yml for real, each container killed in turn; half an hour (tests/compose/README.md)
	$(BIN)/python -m tests.compose

clean:  ## Remove what the demos leave behind in var/, their archives too; var/live stays
	@test ! -d var || find var -mindepth 1 -maxdepth 1 ! -name live -exec rm -rf {} +

.venv/bin/uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || { \
	  echo "make: $(PYTHON) is not Python 3.11 to 3.13: call make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { \
	  echo "make: $(PYTHON) cannot make a venv: install its venv module (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(RUNTIME): .venv/bin/uv requirements/runtime.txt pyproject.toml
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/runtime.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): $(RUNTIME) requirements/dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

$(BENCH): $(DEV) requirements/bench.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/bench.txt
	@touch $@
