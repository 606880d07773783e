.PHONY: install test check run

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
