# Kinora's commands. Each makes what it needs in .venv by itself and is quick when nothing changed.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 5000
MINUTES ?= 10
DATA ?= data
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench bench-bulk soak models notebook samples clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 18

# The stamps are newer than the files they were made from as long as nothing changed.
$(BIN)/python:
	$(PYTHON) -m venv .venv

.venv/serving: backend/requirements.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet -r backend/requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

.venv/everything: backend/requirements.txt backend/requirements-train.txt backend/requirements-dev.txt .venv/serving
	$(BIN)/python -m pip install --quiet -r backend/requirements-dev.txt
	@touch $@

run: .venv/serving  ## serve the REST API and the page (HOST=127.0.0.1 PORT=5000)
	$(BIN)/kinora serve --host $(HOST) --port $(PORT)

test: .venv/everything  ## run all tests
	$(BIN)/python -m pytest

lint: .venv/everything  ## check style and common faults
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: .venv/everything  ## rewrite the code in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/everything  ## print the figures of speed, and of borders in time lines
	$(BIN)/python benchmarks/bench_reading.py
	$(BIN)/python benchmarks/bench_training.py
	$(BIN)/python benchmarks/bench_recognition.py
	$(BIN)/python benchmarks/bench_borders.py
	$(BIN)/python benchmarks/bench_server.py

bench-bulk: .venv/everything  ## print the files a second of kinora bulk, locally and on Ray
	$(BIN)/python benchmarks/bench_bulk.py

soak: .venv/everything  ## load a server with all kinds of requests (MINUTES=10)
	$(BIN)/python benchmarks/soak_server.py $(MINUTES)

models: .venv/everything  ## train the shipped models anew, from the data sets in DATA=data
	$(BIN)/python models/make_models.py $(DATA)

notebook: .venv/everything  ## run the notebook's script and keep its outputs
	$(BIN)/python notebooks/make_notebook.py

samples: .venv/serving  ## render the clips and images in samples/ anew
	$(BIN)/python samples/make_samples.py

clean:  ## remove everything that make made
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .bench build dist backend/*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
