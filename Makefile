# Two commands do everything on a machine that has Swift: `make demo` and `make test`.

SHELL := /bin/bash
BUILD := swift build --configuration release
# Tests run optimised and share the release build; `--disable-testable-imports` keeps its compiler flags the same.
TEST := swift test --configuration release --disable-testable-imports
PALATE := .build/release/palate
VENV := .venv
INPUTS := 1000000
ROUNDS := 100
SEED := 1
RACES := Concurrent|RecentEvent|StreamedRecord|AttributedSum|Impression|Parallel|InnerProductIndex|SymmetricMatrix|RequestFrame|ImportPipeline|ImportJob
PYTHON := $(VENV)/bin/python

ifeq ($(shell uname -s),Darwin)
export PKG_CONFIG_PATH := $(shell brew --prefix openblas 2>/dev/null)/lib/pkgconfig:$(PKG_CONFIG_PATH)
endif

.PHONY: help build demo serve test unit-test end-to-end-test fuzz crash race lint format generate dependencies clean

help: ## Show this list.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-16s %s\n", $$1, $$2 }'

build: dependencies ## Build the palate binary.
	$(BUILD) --product palate

demo: build ## Run the walk-through on MovieLens, from ratings to recommendations.
	$(PALATE) demo

serve: build ## Start the service on 127.0.0.1:8686.
	$(PALATE) serve

test: unit-test end-to-end-test ## Build and run every test.

unit-test: dependencies
	$(TEST)

end-to-end-test: build $(VENV)/.installed
	$(PYTHON) -m pytest -q Tests/EndToEnd

fuzz: build $(VENV)/.installed ## Send INPUTS (a million) arbitrary and nearly right requests to every route.
	$(PYTHON) Tests/Fuzz/fuzz.py --inputs $(INPUTS) --seed $(SEED)

crash: build $(VENV)/.installed ## Kill a server that takes records ROUNDS (100) times, and look for all it acknowledged.
	$(PYTHON) Tests/Crash/crash.py --rounds $(ROUNDS) --seed $(SEED)

race: dependencies ## Run the tests of what happens at once under Thread Sanitizer.
	swift test --sanitize thread --scratch-path .build-thread-sanitizer --filter '$(RACES)'

lint: $(VENV)/.installed ## Check formatting and that generated code is current.
	swift format lint --strict --recursive Package.swift Sources Tests
	$(PYTHON) Tools/check-imports.py
	$(PYTHON) Tools/generate-personalize-api.py --check
	$(PYTHON) Tools/generate-compatibility-table.py --check

format: ## Format the Swift sources.
	swift format --in-place --recursive Package.swift Sources Tests

generate: $(VENV)/.installed ## Generate the wire shapes and the table of compatibility anew.
	$(PYTHON) Tools/generate-personalize-api.py
	$(PYTHON) Tools/generate-compatibility-table.py

dependencies: ## Install the system packages that are missing.
	@./Tools/install-dependencies.sh

$(VENV)/.installed: Tests/EndToEnd/requirements.txt
	@./Tools/install-dependencies.sh python
	python3 -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -r Tests/EndToEnd/requirements.txt
	@touch $@

clean: ## Remove what was built.
	rm -rf .build $(VENV)
