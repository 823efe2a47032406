"""The site on which releases and mirrors are measured: 5,041 pages in 40 courses, 84 MB of text, 102 MB of pictures.

    python bench/mirror_workload.py FOLDER                       writes the site
    python bench/mirror_workload.py FOLDER --change template     changes it as it is there

It is written as a built site, not as Markdown: what a release costs does not depend on how its pages came about.  The
same seed and size give the same bytes.  A page is a frame, the menu of its part of the course, sentences of its own and
some that stand on many pages of the course.  Their shares are calibrated to the site on which the targets were set: of
84 MB of text gzip makes 36.7 MB page by page (7.3 kB each), and zstd 18.5 MB course by course (3.7 kB each).
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.corpus import slug
from bench.vocabulary import ADJECTIVES, FEMININE, LINKS, MASCULINE, VERBS, Writer, capitalised

SEED = 20261122
SENTENCE = 15
"""Words in a sentence."""
RARITY = 0.5
"""Exponent of Zipf's law, with which text comes out as heavy as said above."""
COMMON = 120
"""Sentences of a course that stand on many of its pages."""
RARE = 30_000
"""Words that were made of the beginning of one and the end of another: a real text has many that come seldom."""


@dataclass(frozen=True)
class Size:
    """How much there is of everything."""

    courses: int = 40
    pages: int = 126
    """In each course."""
    sentences: int = 78
    """On each page, which no other page has."""
    common: int = 25
    """On each page, which others of the course have too: advice, notes, sources."""
    part: int = 32
    """Pages that one menu lists."""
    pictures: int = 60
    """In each course."""
    picture: int = 42_500
    """Bytes of a picture, about."""


FULL = Size()
SMALL = Size(courses=4, pages=12, sentences=30, common=10, pictures=2, picture=5_000)
"""For tests."""


# --- the site -----------------------------------------------------------------------------------------------------


def write_site(site: Path, size: Size = FULL, seed: int = SEED) -> None:
    """Write the built site into a folder, in which nothing else stays."""
    shutil.rmtree(site, ignore_errors=True)
    site.mkdir(parents=True)
    names = [_course_name(number) for number in range(1, size.courses + 1)]
    links = "".join(f'<li><a href="{name}/index.html">Curso {name}</a></li>' for name in names)
    (site / "index.html").write_text(_framed("Biblioteca", "", f"<h1>Biblioteca</h1><ul>{links}</ul>"))
    (site / "canoa").mkdir()
    (site / "canoa/canoa.css").write_text("body{margin:0}\n" * 400)
    (site / "mapa.txt").write_text("".join(f"{page}\n" for page in _addresses(names, size, seed)))
    for name in names:
        _write_course(site, name, size, seed)


def pages_of(site: Path) -> list[Path]:
    """Every page, in order."""
    return sorted(site.rglob("*.html"))


def _course_name(number: int) -> str:
    return f"curso-{number:02}"


def _addresses(names: list[str], size: Size, seed: int) -> Iterator[str]:
    return (f"{name}/{page}" for name in names for page, _ in _pages(name, size, seed))


def _pages(name: str, size: Size, seed: int) -> list[tuple[str, str]]:
    """File and title of each page of a course; files are called after their titles, as those of built sites are."""
    writer = Writer(seed, name)
    titles = [writer.title() for _ in range(size.pages)]
    files = ["index.html", *(f"{number:03}-{slug(title)}.html" for number, title in enumerate(titles[1:], start=1))]
    return list(zip(files, titles, strict=True))


def _write_course(site: Path, name: str, size: Size, seed: int) -> None:
    source = random.Random(f"{seed}:{name}")
    folder = site / name
    (folder / "img").mkdir(parents=True)
    (folder / "atividades.js").write_text(f"canoa.course({json.dumps({'id': name, 'title': f'Curso {name}'})});")
    pages = _pages(name, size, seed)
    pictures = [f"img/{page.removesuffix('.html')}.webp" for page, _ in pages[: size.pictures]]
    for picture in pictures:
        length = size.picture * source.randrange(50, 150) // 100
        (folder / picture).write_bytes(source.randbytes(length))
    items = [f'<li><a href="{page}">{title}</a></li>' for page, title in pages]
    common = _sentences(source, COMMON)
    for number, (page, title) in enumerate(pages):
        first = number - number % size.part
        menu = "".join(items[first : first + size.part])
        shown = f'<img src="{pictures[number % len(pictures)]}" alt="{title}" width="640" height="360">'
        notes = "".join(f"<li>{one}.</li>\n" for one in source.sample(common, size.common))
        text = f"<h1>{title}</h1>{shown}{_prose(source, size.sentences)}<ul>{notes}</ul>"
        (folder / page).write_text(_framed(title, menu, text), encoding="utf-8")


def _prose(source: random.Random, sentences: int) -> str:
    said = _sentences(source, sentences)
    return "".join(f"<p>{'. '.join(said[at : at + 6])}.</p>\n" for at in range(0, len(said), 6))


def _sentences(source: random.Random, count: int) -> list[str]:
    drawn = source.choices(WORDS, cum_weights=SUMS, k=count * SENTENCE)
    return [capitalised(" ".join(drawn[at : at + SENTENCE])) for at in range(0, len(drawn), SENTENCE)]


def _words(count: int) -> tuple[str, ...]:
    """The usual ones first."""
    usual = ("o", "a", "de", "e", "que", *LINKS, *MASCULINE, *FEMININE, *VERBS, *ADJECTIVES)
    source = random.Random(SEED)
    made = dict.fromkeys(usual)
    while len(made) < count:
        first, last = source.choice(usual), source.choice(usual)
        made.setdefault(first[: -len(first) // 2] + last[len(last) // 2 :])
    return tuple(made)


WORDS = _words(RARE)
SUMS = list(accumulate(1 / (rank + 3) ** RARITY for rank in range(len(WORDS))))


def _framed(title: str, menu: str, text: str) -> str:
    return (
        f'<!doctype html>\n<html lang="pt-BR">\n<head><meta charset="utf-8"><title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width">\n<link rel="stylesheet" href="../canoa/canoa.css">\n'
        "</head>\n<body>\n<header><a href='../index.html'>Biblioteca</a></header>\n"
        f"<nav><ul>{menu}</ul></nav>\n<main><article>{text}</article></main>\n"
        "<footer><p>Material livre para a atenção primária.</p></footer>\n</body>\n</html>\n"
    )


# --- what happens to it -------------------------------------------------------------------------------------------


def change_pages(site: Path, share: float, turn: int = 1) -> int:
    """A new sentence on so large a share of the pages, at least on one; gives on how many."""
    pages = [page for page in pages_of(site) if page.parent != site]
    count = max(1, round(share * len(pages)))
    source = random.Random(f"{SEED}:pages {turn}")
    for page in source.sample(pages, count):
        sentence = _prose(source, 1)
        page.write_text(page.read_text("utf-8").replace("</article>", f"{sentence}</article>"), "utf-8")
    return count


def change_template(site: Path, turn: int = 1) -> int:
    """The same words on every page: in its head, before its text and at its end."""
    pages = pages_of(site)
    for page in pages:
        text = page.read_text("utf-8")
        text = text.replace("</head>", f'<meta name="theme-color" content="#{turn:06}">\n</head>')
        text = text.replace("</header>", f'<a href="../sobre.html" class="edicao">Edição {turn}</a></header>')
        text = text.replace("</footer>", f"<p>Conferido pela equipe, rodada {turn}.</p></footer>")
        page.write_text(text, "utf-8")
    return len(pages)


def add_course(site: Path, size: Size = FULL, turn: int = 1) -> int:
    """A course more, after the others."""
    name = _course_name(size.courses + turn)
    _write_course(site, name, size, SEED)
    index = site / "index.html"
    link = f'<li><a href="{name}/index.html">Curso {name}</a></li>'
    index.write_text(index.read_text("utf-8").replace("</ul></article>", f"{link}</ul></article>"), "utf-8")
    return size.pages


CHANGES: dict[str, Callable[[Path, Size, int], int]] = {
    "page": lambda site, size, turn: change_pages(site, 0.0, turn),
    "percent": lambda site, size, turn: change_pages(site, 0.01, turn),
    "template": lambda site, size, turn: change_template(site, turn),
    "course": add_course,
}
"""What an edition may bring; each takes the site, its size and a number that makes it another one."""


# --- large files --------------------------------------------------------------------------------------------------


def write_recordings(folder: Path, total: int, length: int = 50 << 20) -> None:
    """Recordings of `length` bytes each, `total` in all, that nothing compresses."""
    folder.mkdir(parents=True, exist_ok=True)
    source = random.Random(SEED)
    for number in range(-(-total // length)):
        with (folder / f"aula-{number:03}.mp4").open("wb") as out:
            left = min(length, total - number * length)
            while left:
                out.write(source.randbytes(min(left, 1 << 20)))
                left -= min(left, 1 << 20)


def main() -> None:
    """Write the site, or change it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--change", choices=CHANGES)
    parser.add_argument("--turn", type=int, default=1, help="makes the change another one")
    options = parser.parse_args()
    if options.change is None:
        write_site(options.folder)
    else:
        CHANGES[options.change](options.folder, FULL, options.turn)
    files = [file for file in options.folder.rglob("*") if file.is_file()]
    pages = sum(file.suffix == ".html" for file in files)
    print(f"{pages} pages, {sum(file.stat().st_size for file in files) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
