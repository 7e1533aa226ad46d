# `make` alone prints the targets. Everything is set up by the target that needs it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-tests demo up status down test test-all lint generate new-pack benchmark clean

PYTHON := .venv/bin/python
DA_TOOLS := .venv/bin/da-tools

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing: system packages, .venv (quick when nothing is)
	@scripts/setup.sh

setup-tests:
	@scripts/setup.sh --for-tests

demo: setup ## Start real servers and watch one tenant's YAML change fire an alert for that tenant alone
	@$(DA_TOOLS) stack demo

up: setup ## Start the same platform and leave it running for exploring
	@$(DA_TOOLS) stack up

status: setup ## Say what runs, on which address, and what fires
	@$(DA_TOOLS) stack status

down: setup ## Stop the platform that `make up` started
	@$(DA_TOOLS) stack down

test: setup-tests lint ## Run every test: unit, property, promtool, contract, real servers
	@$(PYTHON) -m pytest -m "not stack and not slow" --numprocesses 3 --dist loadfile $(ARGS)
	@$(PYTHON) -m pytest -m "stack and not slow" --ignore tests/outages --numprocesses 3 --dist loadfile $(ARGS)  # apart from those above: a scrape that waits for a busy core is lost
	@$(PYTHON) -m pytest -m "stack and not slow" --numprocesses 2 --dist loadfile tests/outages $(ARGS)  # on a clock ten times as fast

test-all: test ## Run what takes minutes as well: every way to lose both exporters, on every Prometheus that is here
	@$(PYTHON) -m pytest -m slow $(ARGS)  # one at a time: ten servers each, on a clock ten times as fast

lint: setup ## Check style and types
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m ruff format --check
	@$(PYTHON) -m mypy

generate: setup ## Write again everything that is generated from rule-packs/*/pack.yaml
	@$(DA_TOOLS) rule-packs generate --root .

new-pack: setup ## Write rule-packs/NAME/pack.yaml, ten lines to start from: make new-pack NAME=nginx
	@$(DA_TOOLS) rule-packs new $(NAME) --root . $(ARGS)

benchmark: setup ## Measure against peers (ARGS=--json, "--html FILE", --scaling-curve, --under-load, "--tenants N", --full)
	@$(PYTHON) -m bench $(ARGS)

clean: ## Delete .venv, .state and caches (the running platform is stopped first)
	@if [ -x $(DA_TOOLS) ]; then $(DA_TOOLS) stack down; fi
	rm -rf .venv .state .hypothesis .mypy_cache .pytest_cache .ruff_cache dist
