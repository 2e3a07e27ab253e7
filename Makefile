# The manual: `make` alone lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

# what runs in the tests' own process: facts, profile, conversion, RDF, rules, documentation
FAST := docs emitter facts_yaml formats hints json_ld languages messages ontology profile rdf_places types_and_terms yaml_help

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast test-further coverage docs architecture cli-reference fuzz lint format profile messages schema-org editor assets bench bench-convert bench-derive bench-draft bench-edit bench-embed bench-load bench-push \
	bench-serve bench-site bench-validate clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/runtime.stamp ## install, then run the main job on the founding release
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh docs/demo.sh

test: $(VENV)/dev.stamp ## install, then run all tests
	$(BIN)/pytest -n auto --dist worksteal $(PYTEST_ARGS)

test-fast: $(VENV)/dev.stamp ## run the tests that take no server, browser, store or build: under a minute
	$(BIN)/pytest -n auto -m "not slow and not further" $(FAST:%=tests/test_%.py) $(PYTEST_ARGS)

test-further: $(VENV)/dev.stamp ## run the combinations that make test leaves out, such as each failure with each store
	$(BIN)/pytest -n auto --dist worksteal -m further $(PYTEST_ARGS)

coverage: $(VENV)/dev.stamp ## run all tests and say how much of the code they reach, processes included
	rm -f build/coverage/*
	-$(BIN)/coverage run -m pytest -n auto $(PYTEST_ARGS)
	$(BIN)/coverage combine -q
	$(BIN)/coverage report --skip-covered --sort cover

docs: $(VENV)/dev.stamp ## build the documentation as a site in build/docs; warnings are errors
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs --quiet build

fuzz: $(VENV)/dev.stamp ## read 10,000 broken inputs at each boundary (PRESSGRAPH_FUZZ=1000 for fewer)
	PRESSGRAPH_FUZZ="$${PRESSGRAPH_FUZZ:-10000}" $(BIN)/pytest -n auto --timeout 14400 tests/fuzz \
		tests/test_shipped_rules.py::test_changes_come_to_the_same_quads_as_deriving_everything \
		tests/test_pages.py::test_fuzzed_pages_keep_the_four_guarantees_or_are_refused $(PYTEST_ARGS)

lint: $(VENV)/dev.stamp ## style, types, import layers, declared packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

format: $(VENV)/dev.stamp ## format the code and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

profile: $(VENV)/dev.stamp ## write anew from ontology and shapes: the JSON-LD context, the JSON Schema, what forms show, the table of keys
	$(BIN)/python .ci/write_forms.py
	$(BIN)/python .ci/write_keys.py
	$(BIN)/pressgraph profile context -o ontology/context.jsonld
	$(BIN)/pressgraph profile schema -o data/facts.schema.json

architecture: ## draw the rooms and their imports in ARCHITECTURE.md anew
	$(PYTHON) .ci/write_architecture.py

cli-reference: $(VENV)/dev.stamp ## write docs/cli.md anew from the commands' help
	$(BIN)/python .ci/write_cli_reference.py

messages: $(VENV)/dev.stamp ## bring the catalogues of messages up to date; TAG=fr begins another language
	$(BIN)/python .ci/write_messages.py $(TAG)

schema-org: $(VENV)/dev.stamp ## write schema.org's terms anew from the installed package
	$(BIN)/python .ci/write_schema_org.py

editor: ## build the query page's editor with npm; without it the page has a plain text area
	npm ci --ignore-scripts --prefix src/pressgraph/server/editor
	npm run build --silent --prefix src/pressgraph/server/editor

assets: editor ## build what pages take from npm: the editor, and the SPARQL engine of sites; without it they do without
	npm ci --ignore-scripts --prefix src/pressgraph/site/engine
	npm run build --silent --prefix src/pressgraph/site/engine

bench-derive: $(VENV)/dev.stamp ## measure builds of 10,000 releases with and without what follows, and an edit
	$(BIN)/python benchmarks/derive.py

bench-draft: $(VENV)/dev.stamp ## measure what rules find in texts; PRESSGRAPH_RELEASE names the founding release's, if you have it
	$(BIN)/python benchmarks/drafting/run.py
	$(BIN)/python benchmarks/drafting/recorded.py

bench-validate: $(VENV)/dev.stamp ## measure validation with both engines
	$(BIN)/python benchmarks/validate.py

bench: $(VENV)/dev.stamp bench-embed ## measure conversion against its peers, and start-up times
	$(BIN)/python benchmarks/run.py

bench-convert: $(VENV)/dev.stamp ## measure bulk conversion against its peers, from 10,000 to 5,000,000 facts
	$(BIN)/python benchmarks/convert.py

bench-load: $(VENV)/dev.stamp ## measure how long stores take to load what was converted
	$(BIN)/python benchmarks/load.py

bench-serve: $(VENV)/dev.stamp ## measure the server against 'oxigraph serve' and rdflib-endpoint (needs wrk)
	$(BIN)/python benchmarks/serve.py
	$(BIN)/python benchmarks/updates.py

bench-push: $(VENV)/dev.stamp ## measure pushes of 10,000 releases to Oxigraph and Virtuoso (needs virtuoso-t)
	$(BIN)/python benchmarks/push.py

bench-edit: $(VENV)/dev.stamp ## measure how long the editor takes to open a file and to save a fact
	$(BIN)/python benchmarks/edit.py

bench-site: $(VENV)/dev.stamp ## measure how long a site of 100, 1,000 and 10,000 things takes, and an edit
	$(BIN)/python benchmarks/sites.py

bench-embed: $(VENV)/dev.stamp ## measure how many web pages a second are edited
	$(BIN)/python benchmarks/embed.py

clean: ## remove what was built, not what you wrote
	rm -rf $(VENV) .pressgraph build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# dependency groups need a pip that is newer than the one of Python 3.11's venv
$(VENV)/runtime.stamp: pyproject.toml .ci/constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("pressgraph needs Python 3.11 or newer; try: make PYTHON=python3.12 $(or $(MAKECMDGOALS),demo)" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install -c .ci/constraints.txt pip
	$(PIP) install -c .ci/constraints.txt -e .
	touch $@

$(VENV)/dev.stamp: $(VENV)/runtime.stamp
	$(PIP) install -c .ci/constraints.txt -e '.[all]' --group dev
	touch $@
