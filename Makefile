.PHONY: install test check run docs lock

install:
	pip install -e ".[test]"

test:
	pytest

check:
	ruff check .
	ruff format --check .
	mypy

run:
	python -m assistant start

docs:
	NO_MKDOCS_2_WARNING=1 uv run -q --frozen --isolated --only-group docs mkdocs build -q

lock:
	uv lock
