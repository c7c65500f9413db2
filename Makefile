# Everything a person types: `make demo`, `make test`. Both set up what they need in .venv first.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
CLIPS ?= $(wildcard ../shared/clips/walk*.mp4 ../shared/clips/sign_book.mkv ../shared/clips/sign_sorry.mkv)

.PHONY: demo test check lint bench looks schema screenshots clean

demo: $(INSTALLED)  ## see it: service and glasses in one command (ARGS="--look comic")
	$(BIN)/overglass demo $(ARGS)

test: $(INSTALLED)  ## run the tests
	$(BIN)/pytest $(ARGS)

check: lint test  ## all that has to hold before a change lands

lint: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(INSTALLED)  ## measure every promise of README; takes about five minutes on a quiet machine
	$(BIN)/overglass bench echo
	$(BIN)/overglass bench echo --codec vp8
	$(BIN)/overglass bench echo --size 1280x720
	$(BIN)/overglass bench overload --model-ms 50
	$(BIN)/overglass bench stall
	$(BIN)/overglass bench control
	$(BIN)/overglass bench loss --loss 0.02 --rtt-ms 60
	$(BIN)/overglass bench fleet
	$(BIN)/overglass bench echo --look midnight
	$(BIN)/overglass bench looks
	$(BIN)/overglass bench registration

looks: $(INSTALLED)  ## train the package's looks anew, under two hours on two cores (ARGS="midnight oil" for some)
	PYTHONPATH=cloud $(BIN)/python -m training $(ARGS) --clips $(CLIPS)

schema: $(INSTALLED)  ## export the JSON Schemas of messages and device profiles after a change of either
	$(BIN)/python -m overglass_protocol.export_schema
	$(BIN)/python -m overglass_simulators.devices.export_schema

screenshots: $(INSTALLED)  ## make the page's pictures in docs anew; needs Chromium and ../shared
	$(BIN)/python -m tests.end_to_end.screenshots docs

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis dist

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "overglass: needs Python 3.11 or newer; run: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv \
	  || { echo "overglass: cannot make a virtual environment; run: apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
