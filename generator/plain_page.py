"""The frame of pages that are one file: nothing runs in them, and nothing is asked of others."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def plain_page(title: str, style: str, body: Iterable[str], *, language: str) -> str:
    """A whole page; `title` is text, `style` a sheet, `body` lines of HTML, of which empty ones are left out."""
    lines = "\n".join(line for line in body if line)
    return f"""<!doctype html>
<html lang="{escape(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">
<title>{escape(title)}</title>
<style>{style.replace(chr(10), "")}</style>
</head>
<body>
<main>
{lines}
</main>
</body>
</html>
"""
