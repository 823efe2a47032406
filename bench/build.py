"""Starts the benchmark: `python bench/build.py --help`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent.parent)  # the package is one folder up
    sys.exit(import_module("bench.command").main())
