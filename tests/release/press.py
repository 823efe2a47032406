"""A small catalogue that is released by the real code, and what a mirror does to read it, in short."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from io import BytesIO
from pathlib import Path

from generator.release.compression import apply_delta, decompress_bounded
from generator.release.image import extract_image
from generator.release.meta_packs import unpack_metadata
from generator.release.packs import read_pack
from generator.release.publishing import Published, publish_release
from generator.release.releasing import Created, create_release
from generator.release.signing import Keyring, Signed, sign_release, signed_number, start_catalogue
from generator.release.trust import HighWater, ReferenceTime, TrustedState, VerifiedRelease
from generator.release.workplace import Institution, Settings, Workplace, blob_path, object_path, pack_path

PAGE = "<!doctype html><title>{title}</title><body><main><article><h1>{title}</h1><div>{text}</div></article></main>"
DAY = datetime(2026, 11, 22, tzinfo=timezone.utc)
SETTINGS = Settings(
    "teste", {"ufx": Institution("Universidade X", ("um",)), "ufy": Institution("Universidade Y", ("dois",))}
)


def passphrase(name: str) -> str:
    return "uma frase bem longa"


@dataclass(frozen=True)
class Press:
    """A site, a folder of keys, a folder of releases and a published one."""

    folder: Path

    @property
    def site(self) -> Path:
        return self.folder / "site"

    @property
    def work(self) -> Workplace:
        return Workplace(self.folder / "releases")

    @property
    def ring(self) -> Keyring:
        return Keyring(self.folder / "keys", passphrase)

    @property
    def published(self) -> Path:
        return self.folder / "published"

    def write(self, path: str, content: str | bytes) -> None:
        file = self.site / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    def page(self, path: str, title: str, text: str = "Texto.") -> None:
        self.write(path, PAGE.format(title=title, text=text))

    def start(self, *, root_keys: int = 3, threshold: int = 2) -> None:
        start_catalogue(self.work, SETTINGS, self.ring, DAY, root_keys=root_keys, threshold=threshold)

    def start_anew(self) -> None:
        """A catalogue in which no institution signs."""
        settings = Settings("teste", {})
        start_catalogue(self.work, settings, self.ring, DAY, root_keys=1, threshold=1)

    def create(self, day: int = 0, *, anyway: bool = False, deltas: int = 5) -> Created:
        date = DAY.replace(month=12, day=1 + day) if day else DAY
        before = signed_number(self.work)
        return create_release(self.work, self.site, date, before=before, deltas=deltas, anyway=anyway)

    def sign(self, day: int = 0, ring: Keyring | None = None) -> Signed:
        date = DAY.replace(month=12, day=1 + day) if day else DAY
        return sign_release(self.work, ring or self.ring, date, deltas=5)

    def publish(self) -> Published:
        return publish_release(self.work, self.published)

    def release(self, day: int = 0, *, anyway: bool = False) -> None:
        self.create(day, anyway=anyway)
        assert self.sign(day).missing == ()
        self.publish()


def three_courses(folder: Path) -> Press:
    """Three courses: two of institutions, one of nobody; a picture, and a recording that is too large for an image."""
    press = Press(folder)
    press.page("index.html", "Biblioteca")
    press.write("canoa/canoa.css", "body { margin: 0 }\n" * 40)
    for course in ("um", "dois", "resto"):
        press.write(f"{course}/atividades.js", f'canoa.course({{"id":"{course}","title":"Curso {course}"}});\n')
        for number in range(12):
            press.page(f"{course}/{number}.html", f"Página {number}", " ".join(f"{course} {n}" for n in range(200)))
    press.write("um/mapa.png", bytes(range(256)) * 40)
    press.write("dois/aula.mp3", random.Random(1).randbytes((1 << 20) + 17))
    return press


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()
    }


def ring_of(press: Press, *names: str) -> Keyring:
    """A folder with some of the keys only."""
    folder = press.folder / "-".join(names)
    folder.mkdir()
    for name in names:
        for end in ("pem", "json"):
            shutil.copy(press.folder / f"keys/{name}.{end}", folder)
    return Keyring(folder, passphrase)


# --- what a mirror does, in short ---------------------------------------------------------------------------------


def verified(published: Path, *, first_root: bytes | None = None) -> VerifiedRelease:
    """Begin with the first root, fetch the metadata in one piece, believe nothing."""
    timestamp = (published / "timestamp.json").read_bytes()
    root = first_root or (published / "md/1.root.json").read_bytes()
    state = TrustedState.start(root, HighWater(), ReferenceTime(clock=DAY, built=DAY))
    roots = {file.name: file.read_bytes() for file in (published / "md").glob("*.root.json")}
    state.update_roots(roots)
    announced = state.read_timestamp(timestamp)
    path = f"meta/{announced.number}.zst"
    pack = (published / path).read_bytes()
    assert hashlib.sha256(pack).hexdigest() == announced.packs[path].sha256
    return state.update({**unpack_metadata(pack), "timestamp.json": timestamp})


def fetched(published: Path, release: VerifiedRelease, path: str) -> bytes:
    content = (published / path).read_bytes()
    assert len(content) == release.transport[path].length
    assert hashlib.sha256(content).hexdigest() == release.transport[path].sha256
    return content


def images(published: Path, release: VerifiedRelease) -> dict[str, bytes]:
    """Every image from its full object."""
    found = {}
    for path, target in release.targets.items():
        content = fetched(published, release, object_path(target.sha256))
        found[path] = decompress_bounded(BytesIO(content), length=target.length)
        assert hashlib.sha256(found[path]).hexdigest() == target.sha256
    return found


def followed(
    published: Path, release: VerifiedRelease, old: Mapping[str, bytes], steps: list[tuple[int, int]], scratch: Path
) -> dict[str, bytes]:
    """Images along packs of deltas from those of an earlier release; what has no delta from its object."""
    here = dict(old)
    for start, end in steps:
        content = fetched(published, release, pack_path(start, end))
        pack = read_pack(BytesIO(content), length=len(content))
        for path in pack.entries:
            frame = pack.frame(path)
            if path in here and hashlib.sha256(here[path]).hexdigest() == frame.old:
                scratch.write_bytes(here[path])
                here[path] = apply_delta(scratch, frame.data, length=frame.length)
                assert hashlib.sha256(here[path]).hexdigest() == frame.new
    whole = images(published, release)
    return {path: here.get(path, whole[path]) for path in release.targets}


def unpacked(published: Path, release: VerifiedRelease, found: Mapping[str, bytes], folder: Path) -> dict[str, bytes]:
    """The site that a mirror serves."""
    for path, image in found.items():
        extract_image(BytesIO(image), folder, most_bytes=release.targets[path].length)
        for name, blob in release.targets[path].custom["blobs"].items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(fetched(published, release, blob_path(blob["sha256"])))
    return files_below(folder)
