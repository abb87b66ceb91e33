# Every verb first makes what is missing; a second time that takes under a second.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
# An environment of its own for the checks that look at a production-like configuration.
PRODUCTION := SITE_URL=https://lms.example FILES_URL=https://files.lms.example DEBUG=0 DEMO=0 \
	ALLOWED_HOSTS=lms.example SECRET_KEY=only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz \
	FIELD_KEYS=b25seS1mb3ItdGhpcy1jaGVjay0wMTIzNDU2Nzg5YWI= INDEX_KEY=only-for-this-check

.PHONY: run stop demo test test-postgres e2e check bench fix messages ready ready-dev
.DEFAULT_GOAL := run

ready:
	@$(PYTHON) scripts/bootstrap.py
ready-dev:
	@$(PYTHON) scripts/bootstrap.py dev

# The demo city is the default of this verb only; DEMO=0 starts an empty installation.
run: DEMO ?= 1
run: ready          ## the whole product on http://localhost:8000 until Ctrl-C
	@exec env PORT=$(PORT) DEMO=$(DEMO) $(BIN)/python -m scripts.run # a signal to the shell is ours
stop: ready         ## ends a running installation, or what a killed one has left
	@$(BIN)/python -m scripts.run stop
demo: ready         ## the demo city into an empty database
	@DEMO=1 $(BIN)/python manage.py prepare

test: ready-dev     ## the suite on SQLite, the job tests with a real broker and worker
	$(BIN)/python -m scripts.suites sqlite $(ARGS)
test-postgres: ready-dev ## the same on a private PostgreSQL
	$(BIN)/python -m scripts.suites postgres $(ARGS)
e2e: ready-dev      ## the browser tests
	$(BIN)/python -m scripts.suites browser $(ARGS)
bench: ready-dev    ## figures and their floors, see docs/performance.md
	$(BIN)/python -m bench $(ARGS)

check: ready-dev    ## everything that is not a test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 --check {} +
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python scripts/messages.py check
	$(BIN)/python scripts/vendor_assets.py check

fix: ready-dev      ## what machines can put right by themselves
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	-find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 {} +
messages: ready-dev ## new strings into the catalogues
	$(BIN)/python scripts/messages.py extract
