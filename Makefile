# One command runs it: `make run`. It needs Python 3.11 or newer and make; the rest goes into .venv.

.DEFAULT_GOAL := help
.PHONY: help run phone ring preflight test bench chaos rolling strangers mutants fuzz check format pins menu pictures words browser \
	promtool emulate voice venv requirements requirements-dev

PY := .venv/bin/python
ARGS ?=

# Compiled once: a service of four processes, and tests that start hundreds of them, would each do it again.
export PYTHONDONTWRITEBYTECODE :=

# The Python that makes .venv: PYTHON if given, else the first that is new enough.
candidates = $(or $(PYTHON),python3 python3.11 python3.12 python3.13 python3.14)
new_enough = import sys; sys.exit(sys.version_info < (3, 11))
base_python = $(shell for p in $(candidates); do "$$p" -c '$(new_enough)' 2>/dev/null && echo "$$p" && break; done)
has_ensurepip = $(shell $(base_python) -c 'import ensurepip, venv' 2>/dev/null && echo yes)

# A .venv is whole if it was finished (.venv/made) and its Python still runs; somebody else's, if its pip works.
whole_venv = $(shell $(PY) -c '$(new_enough)' 2>/dev/null \
	&& { test -e .venv/made || $(PY) -m pip --version >/dev/null 2>&1; } && touch .venv/made && echo yes)

no_python = Python 3.11 or newer is needed: apt-get install python3 python3-venv, or PYTHON=/path/to/python3.12 make run
no_venv = $(base_python) cannot make a .venv: apt-get install $(notdir $(base_python))-venv

# $(call install,FILE,STAMPS): pip runs only when FILE differs from the copy kept of it. RECORD is what pip writes last:
# a package without one was cut short, and pip would take it for installed.
pip = $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes
install = cmp -s $(1) .venv/$(1) || { \
	echo "Installing $(1) into .venv; this takes about a minute."; \
	for it in .venv/lib/python*/site-packages/*.dist-info; do test -e "$$it/RECORD" || rm -rf "$$it"; done; \
	$(pip) -r $(1) $(foreach file,$(2),&& cp $(file) .venv/$(file)); }

help: ## this table
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

run: requirements ## starts everything: web, worker, clock, and Redis if you have none
	@exec $(PY) -m ivr.supervisor

phone: requirements ## calls the line from this terminal; more with ARGS=--help
	@exec $(PY) -m flask --app wsgi phone $(ARGS)

ring: requirements-dev voice ## answers a softphone on this machine, with sound: call the address that it prints
	@exec $(PY) -m testing.sip $(ARGS)

preflight: requirements ## checks that all is ready for callers, a line a check
	@exec $(PY) -m ivr.commands.preflight $(ARGS)

test: requirements-dev browser promtool emulate voice ## runs the tests; some of them with ARGS=tests/supervisor/test_supervise.py
	@exec $(PY) -m pytest $(ARGS)

chaos: requirements-dev ## calls the running service 2,100 times with each database while its parts break; 16 minutes
	@exec $(PY) -m chaos $(ARGS)

rolling: requirements-dev ## restarts two hosts behind nginx, one after the other, under 20 calls a second; 5 minutes
	@exec $(PY) -m chaos.fleet $(ARGS)

mutants: requirements-dev ## takes safeguards out of a copy: what does no test notice? a quarter of an hour; some with ARGS="--only clock"
	@exec $(PY) -m testing.mutants $(ARGS)

bench: requirements-dev ## times it all beside its peers, under ten minutes; some of it with ARGS=webhook, more with ARGS=--help
	@exec $(PY) -m bench $(ARGS)

strangers: requirements-dev ## calls the running service 200 times with each database while strangers do their worst; 3 minutes
	@exec $(PY) -m chaos.siege $(ARGS)

fuzz: requirements-dev ## for about half an hour: anything to every route, every way of a call; some with ARGS="-k signed"
	@exec $(PY) -m pytest --hypothesis-profile=long tests/test_fuzz.py tests/test_any_keys.py \
		tests/test_odd_rows.py tests/web/preview/test_transcripts.py $(ARGS)

check: requirements-dev ## format, lint, types, and known holes in what we depend on
	@$(PY) -m ruff format --check
	@$(PY) -m ruff check
	@$(PY) -m mypy
	@$(PY) .ci/audit.py

format: requirements-dev ## puts the code in form
	@$(PY) -m ruff format
	@$(PY) -m ruff check --fix

pins: requirements-dev ## compiles both requirements files from their .in
	@for name in requirements requirements-dev; do \
		$(PY) -m uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-header \
			--no-emit-index-url --no-emit-find-links $(ARGS) $$name.in -o $$name.txt || exit 1; \
	done

# The tests of the desk want a browser, best the one without windows, which needs half the time, and a font for Hindi:
# installed where that may be done, named where it may not.
browser:
	@has() { command -v "$$1" >/dev/null; }; hindi() { fc-list 2>/dev/null | grep -qi deva; }; \
	{ has chromium-headless-shell && hindi; } || \
	{ test "$$(id -u)" = 0 && has apt-get && echo "Installing a headless Chromium and a font for Hindi." \
		&& apt-get update -qq >/dev/null \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
			chromium-headless-shell fonts-lohit-deva fontconfig >/dev/null; } || \
	{ { has chromium || has chromium-browser || has google-chrome; } && hindi; } || \
	echo "No browser for the tests of the desk: apt-get install chromium-headless-shell fonts-lohit-deva fontconfig"

# The tests of the carrier's REST API ask a stand-in that runs on Node: installed where npm is, named where it is not.
EMULATE := tests/carrier/twilio/emulate
emulate:
	@cmp -s $(EMULATE)/package-lock.json $(EMULATE)/node_modules/.made || \
	{ command -v node >/dev/null && command -v npm >/dev/null \
		&& echo "Installing the carrier's stand-in for tests." && cd $(EMULATE) \
		&& npm ci --silent --no-audit --no-fund --ignore-scripts >/dev/null 2>&1 \
		&& cp package-lock.json node_modules/.made; } || \
	echo "No stand-in for the carrier's REST API: it needs Node 20, npm and a network: apt-get install nodejs npm"

# Real calls are spoken: installed where that may be done, named where it may not.
voice:
	@command -v espeak-ng >/dev/null || \
	{ test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "Installing a voice for calls on this machine." \
		&& apt-get update -qq >/dev/null \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends espeak-ng >/dev/null; } || \
	echo "No voice for calls on this machine: apt-get install espeak-ng"

# The tests of ops/ want Prometheus' own judge of rules. Only that program is taken out of its package, which would start
# a server; into .venv, which needs no right but to read the lists of packages.
promtool: venv
	@command -v promtool >/dev/null || test -x .venv/bin/promtool || { command -v apt-get >/dev/null && cd .venv \
		&& { test "$$(id -u)" != 0 || apt-get update -qq >/dev/null; } \
		&& rm -rf promtool && mkdir promtool && chmod 755 promtool && cd promtool \
		&& apt-get download -qq prometheus >/dev/null 2>&1 && dpkg-deb -x *.deb . \
		&& mv usr/bin/promtool ../bin/ && cd .. && rm -rf promtool && echo "Took promtool out of Debian's prometheus."; } || \
	echo "No promtool for the tests of ops/: apt-get install prometheus"

pictures: requirements-dev browser ## takes the pictures of the README anew, into docs/pictures
	@$(PY) -m tests.browser.pictures

menu: venv ## writes docs/menu.md anew from the menu's table
	@$(PY) -m ivr.line.paths.diagram > docs/menu.new && mv docs/menu.new docs/menu.md

words: requirements-dev ## collects the desk's words for translation; then fill in ivr/web/translations/hi.po
	@.venv/bin/pybabel -q extract -F ivr/web/translations/babel.cfg --no-location --sort-output --omit-header \
		-k _ -k later -o .venv/desk.pot ivr
	@.venv/bin/pybabel -q update -i .venv/desk.pot -o ivr/web/translations/hi.po -l hi --omit-header --no-fuzzy-matching --ignore-obsolete

requirements: venv
	@$(call install,requirements.txt,requirements.txt)

requirements-dev: venv
	@$(call install,requirements-dev.txt,requirements-dev.txt requirements.txt)

venv:
	@$(if $(whole_venv),:,$(if $(base_python),,$(error $(no_python)))$(if $(has_ensurepip),,$(error $(no_venv)))\
		echo "Making .venv with $(base_python)." && $(base_python) -m venv --clear .venv && touch .venv/made)
