# Two commands matter: `make speak` and `make test`. Each sets up what it needs on a fresh machine, then does its job.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
VENV := .venv
BIN := $(VENV)/bin
PEERS := $(VENV)-peers
TEXT ?= Hello. This is utterd, and these words were made on this machine.
OUT ?=

# The first Python that really runs and is new enough: version managers leave stubs on the PATH that do not.
PYTHON ?= $(shell for p in python3.12 python3.11 python3 python; do \
	"$$p" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null && { echo "$$p"; break; }; done)

.PHONY: help speak test dev check bench bench-peers voice voice-report voice-variants clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

speak: $(VENV)/.installed $(VENV)/.portaudio ## speak TEXT="…" (to the file OUT=… if given, or if there is no loudspeaker)
	@$(BIN)/python -m bench.first_words $(if $(OUT),--output "$(OUT)") -- "$(TEXT)"

test: $(VENV)/.dev ## install what the tests need, then run them all
	@sh tests/rig/install.sh
	$(BIN)/python -m pytest -n 2 --dist loadfile

dev: $(VENV)/.dev ## an editable install with the tools, and links for the type checker

check: $(VENV)/.dev ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(VENV)/.dev ## measure on this machine (bench/README.md says what and how)
	$(BIN)/python -m bench

bench-peers: $(PEERS)/.installed ## Kokoro beside kokoro-onnx and sherpa-onnx (QUICK=1: a few minutes)
	@if [ "$$(uname)" = Linux ]; then sh tests/rig/install.sh gcc libc6-dev; fi
	$(PEERS)/bin/python -m bench.peers $(if $(QUICK),--quick)

voice: $(VENV)/.dev ## train the starter voice from nothing and write bundles/starter; goes on where it was interrupted
	@if [ "$$(uname)" = Linux ]; then sh tests/rig/install.sh flite1-dev gcc libc6-dev; fi
	$(BIN)/python -m training make

voice-report: $(VENV)/.dev ## judge the starter voice beside its teachers: tables, and spectrograms in build/voice/report
	@if [ "$$(uname)" = Linux ]; then sh tests/rig/install.sh flite1-dev gcc libc6-dev; fi
	@mkdir -p build/voice/report
	$(BIN)/python -m training.judge --plots build/voice/report --json build/voice/report/figures.json \
		--markdown build/voice/report/figures.md

voice-variants: $(VENV)/.dev ## other precisions and widths of the trained voice, judged (training/README.md)
	$(BIN)/python -m training variants

clean: ## remove everything that make made
	rm -rf $(VENV) $(PEERS) .dev .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info build dist

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "utterd needs Python 3.11 or 3.12, with venv; none was found (set PYTHON=…)" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install -qq --disable-pip-version-check --upgrade "pip>=25.1" "setuptools>=77"
	$(BIN)/python -m pip install -qq --disable-pip-version-check --editable .
	@$(BIN)/python -m compileall -q client config launchd systemd # so that the command starts quickly from the first time on
	@touch $@

$(VENV)/.dev: $(VENV)/.installed
	$(BIN)/python -m pip install -qq --disable-pip-version-check --group dev
	@mkdir -p .dev/utterd && for room in bundles client config daemon launchd stages systemd; do \
		ln -sfn "../../$$room" ".dev/utterd/$$room"; done
	@touch $@

# The peers' and torch's packages stay out of the way of everything else. kokoro, of which only the model is wanted,
# would bring misaki[en] and spaCy.
$(PEERS)/.installed: pyproject.toml
	@test -n "$(PYTHON)" || { echo "utterd needs Python 3.11 or 3.12, with venv; none was found (set PYTHON=…)" >&2; exit 2; }
	test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install -qq --disable-pip-version-check --upgrade "pip>=25.1" "setuptools>=77"
	$(PEERS)/bin/python -m pip install -qq --disable-pip-version-check --editable . --group peers
	$(PEERS)/bin/python -m pip install -qq --disable-pip-version-check --no-deps kokoro==0.9.4
	@touch $@

# PortAudio comes inside the package on macOS; on Linux it is the system's.
$(VENV)/.portaudio: $(VENV)/.installed
	@if [ "$$(uname)" = Linux ]; then sh tests/rig/install.sh libportaudio2; fi
	@touch $@
