"""Time a cold `canoa build` beside `mkdocs build` on the same generated lessons, in alternating pairs."""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TEXT = (
    "acolhimento equipe território família cuidado unidade escuta risco agenda visita reunião planejamento pressão "
    "consulta vínculo rede saúde pessoa prontuário vacina grupo registro problema prioridade prazo responsável dado "
    "de a o que em para com por na no da do as os um uma se ao não mais quando como entre sobre cada também pode deve"
)
WORDS = TEXT.split()
CANOA = "site_name: Bench\ndocs_dir: content\nsite_dir: canoa\ntheme: {name: canoa}\nplugins: [canoa]\n"
MKDOCS = (
    "site_name: Bench\ndocs_dir: content\nsite_dir: mkdocs\ntheme: {name: mkdocs}\nplugins: [search]\n"
    "markdown_extensions: [admonition, attr_list, def_list, footnotes, tables, pymdownx.superfences]\n"
)


def sentence(source: random.Random) -> str:
    """One sentence of 8 to 20 words."""
    words = source.choices(WORDS, k=source.randint(8, 20))
    return " ".join(words).capitalize() + "."


def lesson(source: random.Random, number: int) -> str:
    """A lesson of about 900 words, with the elements that lessons have."""
    parts = [f"---\ntitulo: Unidade {number}\nresumo: {sentence(source)}\n---\n"]
    for section in range(6):
        parts.append(f"## Parte {section + 1}\n")
        parts += [" ".join(sentence(source) for _ in range(5)) + "\n" for _ in range(2)]
        parts.append("".join(f"- {sentence(source)}\n" for _ in range(4)))
    parts.append("| Quem | O quê |\n| --- | --- |\n" + f"| equipe | **{sentence(source)}** |\n" * 3)
    parts.append(f"!!! tip\n    {sentence(source)}\n\nVeja a [primeira](01-unidade.md).\n")
    return "\n".join(parts)


def write_course(folder: Path, pages: int) -> None:
    """A course of modules of 25 units, the same for the same number of pages."""
    source = random.Random(20260301)
    content = folder / "content" / "curso"
    for number in range(pages):
        module = content / f"{number // 25 + 1:02}-modulo-{number // 25 + 1}"
        module.mkdir(parents=True, exist_ok=True)
        if number % 25 == 0:
            (module / "index.md").write_text(f"---\ntitulo: Módulo {number // 25 + 1}\nresumo: Um.\n---\n", "utf-8")
        name = "01-unidade.md" if number % 25 == 0 else f"{number % 25 + 1:02}-unidade-{number}.md"
        (module / name).write_text(lesson(source, number), "utf-8")
    (content / "index.md").write_text("---\ntitulo: Curso\nresumo: Um.\n---\n", "utf-8")
    (folder / "mkdocs.yml").write_text(CANOA, "utf-8")
    (folder / "reference.yml").write_text(MKDOCS, "utf-8")


def seconds(folder: Path, module: str, *arguments: str) -> float:
    """Wall time of one cold build; its output folder is removed first."""
    shutil.rmtree(folder / ("canoa" if module == "generator" else "mkdocs"), ignore_errors=True)
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", module, *arguments], cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    """Run the pairs and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_course(folder, options.pages)
        pairs = [
            (seconds(folder, "generator", "build"), seconds(folder, "mkdocs", "build", "-q", "-f", "reference.yml"))
            for _ in range(options.runs)
        ]
    ratios = [ours / theirs for ours, theirs in pairs]
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    result = {
        "pages": options.pages,
        "canoa": ours,
        "mkdocs": theirs,
        "ratio": statistics.median(ratios),
        "pairs": pairs,
    }
    print(f"{options.pages} lessons, cold, median of {options.runs}: canoa {ours:.2f} s, mkdocs {theirs:.2f} s")
    print(f"ratio canoa/mkdocs: {result['ratio']:.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
