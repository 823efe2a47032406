from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from securesystemslib.signer import CryptoSigner
from tuf.ngclient import Updater
from tuf.ngclient.config import UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface

from generator.release.metadata import Repository, check_institution, draft_root, sign_targets, transport_info
from generator.release.signed_documents import MetadataError, add_signatures, announced_packs, read_metadata
from tests.release.signing import (
    DAY,
    Publisher,
    Signers,
    changed,
    days,
    image,
    keys_of,
    new_signers,
    objects,
    top_keys,
)

SIGNERS = new_signers()


@pytest.fixture
def publisher() -> Publisher:
    made = Publisher(dict(SIGNERS))
    made.publish({"ufa/acolhimento": "um", "ufb/dengue": "um"})
    return made


def refused(action: Any) -> str:
    with pytest.raises(MetadataError) as caught:
        action()
    assert "{" not in caught.value.message(str) + caught.value.cure(str)
    return caught.value.kind


def test_the_same_keys_texts_and_dates_give_the_same_bytes() -> None:
    def wires() -> list[dict[str, bytes]]:
        publisher = Publisher(dict(SIGNERS))
        return [publisher.publish({"ufa/a": text, "ufb/b": "um"}, days(day)) for day, text in enumerate("123")]

    assert wires() == wires()


def test_only_what_changed_is_signed_again(publisher: Publisher) -> None:
    before = publisher.repository.files()
    publisher.publish({"ufa/acolhimento": "dois", "ufb/dengue": "um"}, days(1))
    after = publisher.repository.files()
    assert set(after) - set(before) == {"2.snapshot.json", "2.ufa.json", "3.transport.json"}
    assert {name: after[name] for name in before if name in after} == {
        name: data for name, data in before.items() if name in after
    }


def test_versions_only_grow_also_when_an_institution_comes_back(publisher: Publisher) -> None:
    publisher.publish({"ufa/acolhimento": "um", "ufb/dengue": "dois"})
    repository = publisher.repository.without_institution("ufb", SIGNERS, DAY)
    repository, _ = repository.next_release(SIGNERS, DAY)
    assert "ufb" not in repository.roles
    repository = repository.with_institution("ufb", "UFB", keys_of(SIGNERS["ufb"]), SIGNERS, DAY)
    repository = repository.with_targets("ufb", image("ufb", "dengue", "três"), SIGNERS, DAY)
    assert "3.ufb.json" in repository.files()


def test_an_institution_that_comes_back_signs_before_the_next_release(publisher: Publisher) -> None:
    repository = publisher.repository.without_institution("ufb", SIGNERS, DAY)
    repository = repository.with_institution("ufb", "UFB", keys_of(SIGNERS["ufb"]), SIGNERS, DAY)
    assert refused(lambda: repository.next_release(SIGNERS, DAY)) == "missing-metadata"
    new = repository.with_institution("ufc", "UFC", keys_of(SIGNERS["ufb"]), SIGNERS, DAY)
    new = new.with_targets("ufb", {}, SIGNERS, DAY)
    assert new.next_release(SIGNERS, DAY)[0].number == 2  # a new one may wait


def test_a_folder_gives_back_the_newest_state(publisher: Publisher, tmp_path: Path) -> None:
    publisher.publish({"ufa/acolhimento": "dois", "ufb/dengue": "um"})
    for path, data in {
        **{f"md/{name}": data for name, data in publisher.releases[1].items()},
        **publisher.wire,
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    assert Repository.from_folder(tmp_path) == publisher.repository
    (tmp_path / "md/timestamp.json").unlink()
    assert Repository.from_folder(tmp_path / "md") == publisher.repository
    assert refused(lambda: Repository.from_folder(tmp_path / "meta")) == "no-metadata"


def test_an_institution_signs_far_away_with_nothing_but_its_own_key(publisher: Publisher) -> None:
    version = publisher.repository.next_version("ufa")
    document = sign_targets("ufa", version, image("ufa", "acolhimento", "dois"), SIGNERS["ufa"], DAY)
    repository = publisher.repository.with_signed("ufa", document)
    assert repository.targets_of("ufa") == image("ufa", "acolhimento", "dois")
    assert refused(lambda: repository.with_signed("ufa", document)) == "wrong-version"
    assert refused(lambda: publisher.repository.with_signed("ufb", document)) == "unknown-key"
    stranger = [CryptoSigner.generate_ed25519()]
    other = sign_targets("ufa", version, image("ufa", "acolhimento", "dois"), stranger, DAY)
    assert refused(lambda: publisher.repository.with_signed("ufa", other)) == "unknown-key"


def test_nobody_can_even_sign_a_foreign_course_by_mistake(publisher: Publisher) -> None:
    foreign = image("ufb", "dengue", "mau")
    assert refused(lambda: sign_targets("ufa", 2, foreign, SIGNERS["ufa"], DAY)) == "foreign-target"
    assert refused(lambda: publisher.repository.with_targets("ufa", foreign, SIGNERS, DAY)) == "foreign-target"


def test_the_aggregator_does_not_take_a_foreign_course_from_an_institution(publisher: Publisher) -> None:
    def take(signed: dict[str, Any]) -> None:
        signed["version"] = 2
        signed["targets"]["ufb/dengue/texto.tar"] = signed["targets"]["ufa/acolhimento/texto.tar"]

    document = changed(publisher.repository.roles["ufa"], take, SIGNERS["ufa"])
    assert refused(lambda: publisher.repository.with_signed("ufa", document)) == "foreign-target"


def test_signatures_of_a_draft_are_added_one_after_another_in_any_order(publisher: Publisher) -> None:
    draft = draft_root(publisher.repository.root, {}, DAY)
    one, two, _ = SIGNERS["root"]
    both = add_signatures(add_signatures(draft, [one]), [two])
    assert both == add_signatures(add_signatures(draft, [two]), [one]) == add_signatures(both, [one])
    assert refused(lambda: publisher.repository.with_root(add_signatures(draft, [one]))) == "threshold"
    rotated = publisher.repository.with_root(both)
    assert rotated.root.version == 2
    assert refused(lambda: rotated.with_root(both)) == "wrong-version"


def test_a_root_is_not_replaced_without_its_own_keys(publisher: Publisher) -> None:
    thief: Signers = {**SIGNERS, "root": [CryptoSigner.generate_ed25519() for _ in range(3)]}
    keys = top_keys(thief)
    del keys["transport"]
    document = add_signatures(draft_root(publisher.repository.root, keys, DAY), thief["root"])
    assert refused(lambda: publisher.repository.with_root(document)) == "unknown-key"


def test_new_root_keys_must_show_that_they_can_sign(publisher: Publisher) -> None:
    """Otherwise nobody could ever make the root after it."""
    board = [CryptoSigner.generate_ed25519() for _ in range(3)]
    draft = draft_root(publisher.repository.root, {"root": keys_of(board, 2)}, DAY)
    with_old_only = add_signatures(draft, SIGNERS["root"][:2])
    assert refused(lambda: publisher.repository.with_root(with_old_only)) == "unknown-key"
    assert refused(lambda: publisher.repository.with_root(add_signatures(with_old_only, board[:1]))) == "threshold"
    assert publisher.repository.with_root(add_signatures(with_old_only, board[:2])).root.version == 2


def test_a_release_is_not_made_while_something_is_signed_by_keys_that_count_no_more(publisher: Publisher) -> None:
    new = [CryptoSigner.generate_ed25519()]
    repository = publisher.repository.with_institution("ufb", "UFB", keys_of(new), SIGNERS, DAY)
    assert refused(lambda: repository.next_release(SIGNERS, DAY)) == "unknown-key"
    signers = {**SIGNERS, "ufb": new}
    again = repository.with_targets("ufb", image("ufb", "dengue", "um"), signers, DAY)
    assert again.next_release(signers, DAY)[0].number == 2


def test_a_missing_or_wrong_signer_is_named(publisher: Publisher) -> None:
    without = {role: signers for role, signers in SIGNERS.items() if role != "snapshot"}
    assert refused(lambda: publisher.repository.next_release(without, DAY)) == "no-signer"
    swapped = {**SIGNERS, "snapshot": SIGNERS["timestamp"]}
    assert refused(lambda: publisher.repository.next_release(swapped, DAY)) == "unknown-key"
    assert refused(lambda: publisher.repository.with_targets("ufx", {}, SIGNERS, DAY)) == "unknown-role"
    assert refused(lambda: publisher.repository.without_institution("ufx", SIGNERS, DAY)) == "unknown-role"
    assert refused(lambda: publisher.repository.without_institution("transport", SIGNERS, DAY)) == "unknown-role"


@pytest.mark.parametrize("name", ["root", "timestamp", "transport", "UFA", "uf a", "uf/a", "uf*", "..", "", "-a", "é"])
def test_an_institution_has_a_name_that_is_no_role_and_no_pattern(name: str) -> None:
    assert refused(lambda: check_institution(name)) == "bad-institution"


def test_metadata_live_as_long_as_they_should(publisher: Publisher) -> None:
    lives = {role: (expiry - DAY).days for role, expiry in publisher.repository.expiries().items()}
    assert lives == {
        "root": 1460, "targets": 730, "transport": 90, "ufa": 730, "ufb": 730, "snapshot": 90, "timestamp": 14,
    }  # fmt: skip


def test_the_timestamp_names_the_packs_and_keeps_them_when_it_is_renewed(publisher: Publisher) -> None:
    from tuf.api.metadata import Timestamp

    publisher.publish({"ufa/acolhimento": "dois"})
    renewed = publisher.repository.refreshed(SIGNERS, days(5))
    for repository in (publisher.repository, renewed):
        timestamp = read_metadata(repository.timestamp, Timestamp, file="timestamp.json").signed
        assert announced_packs(timestamp) == {
            path: transport_info(publisher.wire[path]) for path in ("meta/2.zst", "meta/1-2.zst")
        }
    assert json.loads(renewed.timestamp)["signed"]["version"] == 3


def test_the_timestamp_of_a_release_with_five_differences_is_small() -> None:
    """What a mirror fetches every night when nothing has changed."""
    publisher = Publisher(dict(SIGNERS))
    for text in "123456":
        publisher.publish({"ufa/acolhimento": text})
    assert len(announced_packs_of(publisher)) == 6
    assert len(publisher.wire["timestamp.json"]) < 1_100


def announced_packs_of(publisher: Publisher) -> dict[str, Any]:
    return dict(json.loads(publisher.wire["timestamp.json"])["signed"]["packs"])


class Wire(FetcherInterface):
    """Serves a release's files to python-tuf's own client."""

    def __init__(self, wire: dict[str, bytes]) -> None:
        self.wire = wire

    def _fetch(self, url: str) -> Iterator[bytes]:
        from tuf.api.exceptions import DownloadHTTPError

        name = url.removeprefix("https://espelho/")
        if name not in self.wire:
            raise DownloadHTTPError(name, 404)
        yield self.wire[name]


def test_python_tuf_s_own_client_takes_our_releases(publisher: Publisher, tmp_path: Path) -> None:
    publisher.rotate(timestamp=[CryptoSigner.generate_ed25519()])
    publisher.publish({"ufa/acolhimento": "dois", "ufb/dengue": "um"})
    publisher.repository = publisher.repository.without_institution("ufb", publisher.signers, DAY)
    for given in ({**publisher.releases[2]}, publisher.release()):
        updater = Updater(
            str(tmp_path),
            "https://espelho/",
            fetcher=Wire(given),
            config=UpdaterConfig(),
            bootstrap=publisher.repository.roots[0],
        )
        # its reference time is that of this computer
        updater._trusted_set.reference_time = DAY
        found = updater.get_targetinfo("ufa/acolhimento/texto.tar")
        assert found is not None
        assert found.hashes["sha256"] == publisher.repository.targets_of("ufa")["ufa/acolhimento/texto.tar"].sha256
    assert updater.get_targetinfo("ufb/dengue/texto.tar") is None
    wire_path = next(iter(objects(publisher.repository.targets_of("ufa"))))
    assert updater.get_targetinfo(f"transport/{wire_path}") is not None
