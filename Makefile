# Every target has a sentence; `make` alone lists them.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: help install test check golden bench bench-search bench-mirror site serve catalogues scripts clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

$(BIN)/canoa: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --editable '.[dev]'
	@touch $@

install: $(BIN)/canoa ## make .venv with Canoa and what its developers need

test: install ## run the tests (Chromium from the system is used where it is found)
	$(BIN)/python -m pytest -n auto --dist loadfile

check: install ## ruff, mypy --strict and the import rule; tsc and oxlint for the scripts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/oxlint --config theme/scripts/oxlint.json theme/scripts tests/theme
	@if command -v tsc >/dev/null; then tsc -p theme/scripts; else echo "tsc is missing: the scripts' types were not checked"; fi

scripts: install ## compile theme/scripts into theme/compiled
	$(BIN)/python theme/scripts/compile.py

golden: install ## rewrite the golden files; read the diff before you commit
	$(BIN)/python -m pytest tests/pages tests/content tests/site --golden

site: install ## build the sample course into build/site
	$(BIN)/canoa build

serve: install ## build it and open it in the browser
	$(BIN)/canoa serve

catalogues: install ## carry new texts to the translations and compile them
	@mkdir -p build
	$(BIN)/pybabel --quiet extract -F babel.cfg -k N_ -k translate -k say --no-location --sort-output --project canoa -o build/canoa.pot .
	$(BIN)/pybabel --quiet update -D canoa -i build/canoa.pot -d generator/locale --no-fuzzy-matching --ignore-pot-creation-date --ignore-obsolete
	$(BIN)/pybabel compile -D canoa -d generator/locale --statistics

bench: install ## time builds beside Hugo, Zensical and Material (SIZES, PEERS; see bench/README.md)
	$(BIN)/python bench/build.py run $(if $(SIZES),--sizes $(SIZES)) $(if $(PEERS),--peers $(PEERS)) $(BENCH)

bench-search: install ## measure finding beside Pagefind and Material, in a real browser (BENCH='--pages 1000')
	$(BIN)/python -m bench.search $(BENCH)

bench-mirror: install ## measure releases and mirrors beside rsync (BENCH=--small for a few pages)
	$(BIN)/python -m bench.mirror $(BENCH)

clean: ## remove what builds and tests leave
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache
