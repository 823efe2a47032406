"""Messages in scripts: calls `_("…")` with one literal in double quotes, for Babel and for `scripts/compile.py`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

MESSAGE = re.compile(r"""(?<![\w$.])_\(\s*("(?:\\.|[^"\\\n])*")\s*,?\s*\)""")


def extract_messages(
    file: BinaryIO, keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Line, function and message of each call, as Babel wants it (Babel 2.14, "Writing Extraction Methods").

    Babel's own reader of JavaScript loses its way in regular expressions that hold quotes.
    """
    text = file.read().decode("utf-8")
    for match in MESSAGE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, "_", json.loads(match[1]), []
