"""Compile the scripts: `make scripts` writes `theme/compiled`, which sites are made from.

Names become short and comments vanish, a quarter of the bytes on the wire; a message `_("…")` becomes the string
`"¦…¦"`, in whose place a build puts the translation.  The result is committed, as catalogues are, so that nobody needs
the compiler to build a site, and every build gives the same bytes; a test says when it is stale.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import minify
from generator.theme.messages import MESSAGE

SOURCES = Path(__file__).parent
COMPILED = SOURCES.parent / "compiled"
BUNDLES = {
    "store": ("keeper", "store"),
    "hub": ("keeper", "spare", "hub"),
    "busca": ("terms", "fill", "search", "combobox"),
    "carry": ("size", "taking", "carry"),
    "zip": ("digest", "zip"),
    "check": ("digest", "image", "check"),
    "copy": ("fill", "size", "copy"),
}
"""Scripts of a site that are made of several files; every other file is a script of its own."""
PARTS = ("keeper", "fill", "size", "terms", "search", "combobox", "digest", "image", "taking")
"""Files that are in bundles only."""
FOR_TESTS = re.compile(r"^[ \t]*// test:begin\n.*?// test:end\n", re.DOTALL | re.MULTILINE)
CALL = re.compile(r"(?<![\w$.])_\(")
MARK = "¦"


def compiled_scripts() -> dict[str, str]:
    """File name → compiled script, of all scripts."""
    names = sorted({*BUNDLES, *(file.stem for file in SOURCES.glob("*.js") if file.stem not in PARTS)})
    return {f"{name}.js": compile_script(BUNDLES.get(name, (name,))) for name in names}


def compile_script(parts: tuple[str, ...]) -> str:
    """One script of a site from its source files.

    Raises `ValueError` for a call of `_` that is not a message: it could not be translated.
    """
    source = "\n".join(FOR_TESTS.sub("", (SOURCES / f"{part}.js").read_text("utf-8")) for part in parts)
    marked = MESSAGE.sub(lambda match: f'"{MARK}{match[1][1:-1]}{MARK}"', source)
    if CALL.search(marked):
        raise ValueError(f"{parts[-1]}.js: write a message as one literal in double quotes")
    return str(minify.string("application/javascript", marked)) + "\n"


def main() -> int:
    """Write what has changed, remove what has no source any more; with `--check` only say so."""
    wanted = compiled_scripts()
    found = {file.name: file.read_text("utf-8") for file in COMPILED.glob("*.js")}
    stale = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if "--check" in sys.argv:
        sys.stdout.write("".join(f"{name} is stale\n" for name in stale))
        return int(bool(stale))
    COMPILED.mkdir(exist_ok=True)
    for name in stale:
        if name in wanted:
            (COMPILED / name).write_text(wanted[name], encoding="utf-8", newline="\n")
        else:
            (COMPILED / name).unlink()
    sys.stdout.write(f"{len(wanted)} scripts, {len(stale)} changed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
