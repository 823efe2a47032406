"""Every attack is refused with an error of its own, and what was trusted stays trusted."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from securesystemslib.signer import CryptoSigner

from generator.release.metadata import Repository, RoleKeys, draft_root
from generator.release.signed_documents import TransportInfo, add_signatures
from generator.release.trust import HighWater, Mark, ReferenceTime, TrustedState, VerifiedRelease, freshness
from generator.release.trust_refusals import TRUST_REFUSALS, TrustError
from tests.release.signing import (
    DAY,
    Publisher,
    changed,
    days,
    digest,
    keys_of,
    mirror,
    new_signers,
    objects,
    reference,
    top_keys_of,
)

SIGNERS = new_signers()
THIEF = [CryptoSigner.generate_ed25519()]
Files = dict[str, bytes]


@pytest.fixture
def publisher() -> Publisher:
    """Two institutions; the first release is out."""
    made = Publisher(dict(SIGNERS))
    made.publish({"ufa/acolhimento": "um", "ufb/dengue": "um"})
    return made


@pytest.fixture
def state(publisher: Publisher) -> TrustedState:
    """A mirror that has the first release."""
    made = mirror(publisher)
    made.update(publisher.releases[1])
    return made


def refused(state: TrustedState, files: Files, **values: Any) -> str:
    """The kind of error; release and high-water mark are as before, and the right release is still taken."""
    before = state.release, {role: mark for role, mark in state.high_water.marks.items() if role != "root"}
    with pytest.raises(TrustError) as caught:
        state.update(files, **values)
    after = state.release, {role: mark for role, mark in state.high_water.marks.items() if role != "root"}
    assert after == before
    sentences = caught.value.message(str) + caught.value.cure(str)
    assert "{" not in sentences
    return caught.value.kind


def second(publisher: Publisher) -> Files:
    return dict(publisher.publish({"ufa/acolhimento": "dois", "ufb/dengue": "um"}))


def name_of(files: Files, role: str) -> str:
    return next(name for name in files if name.endswith(f"{role}.json"))


# --- what is right ------------------------------------------------------------------------------------------------


def test_a_release_says_who_signed_what_and_how_to_fetch_it(publisher: Publisher) -> None:
    release = mirror(publisher).update(publisher.releases[1])
    assert release.number == 1
    assert release.catalogue == "acervo"
    assert list(release.targets) == ["ufa/acolhimento/texto.tar", "ufb/dengue/texto.tar"]
    assert release.targets["ufa/acolhimento/texto.tar"].sha256 == digest("um")
    assert release.targets["ufa/acolhimento/texto.tar"].custom["title"] == "Acolhimento"
    assert release.transport == objects(release.targets)
    assert {one.name: one.title for one in release.institutions.values()} == {"ufa": "UFA", "ufb": "UFB"}
    assert release.signed_at == DAY


def test_releases_may_be_skipped_and_the_same_one_may_come_again(publisher: Publisher) -> None:
    state = mirror(publisher)
    for number in range(2, 5):
        publisher.publish({"ufa/acolhimento": str(number), "ufb/dengue": "um"})
    assert state.update(publisher.releases[4]) == state.update(publisher.releases[4])
    assert state.high_water.versions["snapshot"] == 4
    assert state.high_water.versions["ufb"] == 1


def test_a_new_timestamp_confirms_the_same_release(publisher: Publisher, state: TrustedState) -> None:
    publisher.repository = publisher.repository.refreshed(publisher.signers, days(10))
    release = state.update(publisher.given())
    assert (release.number, release.signed_at) == (1, days(10))


def test_a_timestamp_alone_says_what_to_fetch(publisher: Publisher, state: TrustedState) -> None:
    files = second(publisher)
    announced = state.read_timestamp(files["timestamp.json"])
    assert announced.number == 2
    assert set(announced.packs) == {"meta/2.zst", "meta/1-2.zst"}
    assert announced.packs["meta/2.zst"].length == len(publisher.wire["meta/2.zst"])
    assert state.release and state.release.number == 1


HAPPENINGS = ["ufa", "ufb", "both", "withdraw", "renew", "keys", "root", "online", "refresh"]
STEPS = st.lists(st.sampled_from(HAPPENINGS), max_size=8)


@settings(max_examples=12, deadline=None)
@given(STEPS, st.data())
def test_a_mirror_at_any_release_gets_to_any_later_one_and_never_back(steps: list[str], data: st.DataObject) -> None:
    publisher = Publisher(dict(SIGNERS))
    history = [publisher.publish({"ufa/a": "0", "ufb/b": "0"})]
    for number, step in enumerate(steps, 1):
        history.append(do(publisher, step, days(number)))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(history) - 1)] * 2)))
    state = mirror(publisher, days(len(steps)))
    state.update(history[start])
    marks = state.high_water.versions
    assert state.update(history[end]) == mirror(publisher, days(len(steps))).update(history[end])
    assert all(state.high_water.versions[role] >= version for role, version in marks.items())
    if start < end:
        with pytest.raises(TrustError):
            state.update(history[start])


def do(publisher: Publisher, step: str, date: datetime) -> Files:
    """One thing that happens to a catalogue; gives what a mirror is then given."""
    texts = {"ufa/a": step if step in ("ufa", "both") else "0", "ufb/b": str(date) if step in ("ufb", "both") else "0"}
    if step == "refresh":
        publisher.repository = publisher.repository.refreshed(publisher.signers, date)
        return publisher.given()
    if step == "renew":
        publisher.repository = publisher.repository.renewed("ufa", publisher.signers, date)
        publisher.repository = publisher.repository.renewed("targets", publisher.signers, date)
    if step == "keys":
        publisher.signers["ufa"] = [CryptoSigner.generate_ed25519()]
        granted = keys_of(publisher.signers["ufa"])
        publisher.repository = publisher.repository.with_institution("ufa", "UFA", granted, publisher.signers, date)
    if step == "root":
        publisher.rotate(date, root=[CryptoSigner.generate_ed25519() for _ in range(3)])
    if step == "online":
        publisher.rotate(date, snapshot=[CryptoSigner.generate_ed25519()], timestamp=[CryptoSigner.generate_ed25519()])
    return publisher.publish({} if step == "withdraw" else texts, date)


# --- damage -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets", "ufa", "transport"])
def test_a_flipped_bit_in_any_file_is_refused(publisher: Publisher, state: TrustedState, role: str) -> None:
    files = second(publisher)
    name = name_of(files, role)
    for place in range(0, len(files[name]), 7):
        data = bytearray(files[name])
        data[place] ^= 1 << place % 8
        if is_the_same(bytes(data), files[name]):
            continue
        kind = refused(state, {**files, name: bytes(data)})
        assert kind.startswith("metadata-") or kind in ("bad-signature", "unknown-key", "threshold", "mixed", "expired")


def is_the_same(data: bytes, genuine: bytes) -> bool:
    """Whether only digits of a signature became capitals: hexadecimal numbers may have them."""
    start = genuine.index(b'"sig"')
    end = start + len('"sig":"') + 128
    return data.lower() == genuine.lower() and data[:start] + data[end:] == genuine[:start] + genuine[end:]


def test_what_was_changed_after_signing_is_a_bad_signature(publisher: Publisher, state: TrustedState) -> None:
    files = second(publisher)
    timestamp = changed(files["timestamp.json"], lambda signed: signed.update(version=99))
    assert refused(state, {**files, "timestamp.json": timestamp}) == "bad-signature"

    def other_content(signed: dict[str, Any]) -> None:
        signed["targets"]["ufa/acolhimento/texto.tar"]["hashes"]["sha256"] = digest("mau")

    name = name_of(files, "ufa")
    assert refused(state, {**files, name: changed(files[name], other_content)}) == "bad-signature"


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "ufb"])
def test_a_file_that_is_cut_off_is_no_json(publisher: Publisher, state: TrustedState, role: str) -> None:
    files = second(publisher)
    name = name_of(files, role)
    for length in (0, 1, len(files[name]) // 2, len(files[name]) - 1):
        assert refused(state, {**files, name: files[name][:length]}) == "metadata-not-json"


def test_a_missing_file_is_named(publisher: Publisher, state: TrustedState) -> None:
    files = second(publisher)
    for name in files:
        if not name.endswith("root.json"):
            with pytest.raises(TrustError) as caught:
                state.update({other: data for other, data in files.items() if other != name})
            assert (caught.value.kind, caught.value.values["file"]) == ("missing-metadata", name)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<!DOCTYPE html><title>Wi-Fi do hotel</title>", "metadata-not-json"),
        (b"", "metadata-not-json"),
        (b"\xff\xfe{}", "metadata-not-json"),
        (b"[" * 100_000, "metadata-too-deep"),
        (b'{"signed":' * 900 + b"1" + b"}" * 900, "metadata-too-deep"),
        (b'{"signed":' * 30 + b"1" + b"}" * 30, "metadata-too-deep"),
        (b"[" + b"1," * 600_000 + b"1]", "metadata-too-deep"),
        (b" " * (16 * 1024 * 1024 + 1), "metadata-too-large"),
        (b'{"signed":{"_type":"timestamp"},"signed":{}}', "metadata-not-json"),
        (b'{"signed":{"_type":"timestamp","version":' + b"9" * 5000 + b"}}", "metadata-not-json"),
        (b'{"signed":{"_type":"timestamp","version":1.5}}', "metadata-not-json"),
        (b'{"signed":{"_type":"timestamp","version":NaN}}', "metadata-not-json"),
        (b"[]", "metadata-malformed"),
        (b'"timestamp"', "metadata-malformed"),
        (b"{}", "metadata-malformed"),
        (b'{"signed":[],"signatures":[]}', "metadata-malformed"),
        (b'{"signed":{"_type":"timestamp"},"signatures":{}}', "metadata-malformed"),
        (b'{"signed":{"_type":"root"},"signatures":[]}', "metadata-other-type"),
    ],
)
def test_hostile_json_is_refused_before_it_hurts(state: TrustedState, content: bytes, kind: str) -> None:
    assert refused(state, {"timestamp.json": content}) == kind


NAMES = st.sampled_from(["_type", "version", "spec_version", "expires", "meta", "snapshot.json", "date", "packs"])
PLAIN = st.none() | st.booleans() | st.integers() | st.text()


@settings(max_examples=30, deadline=None)
@given(st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner)))
def test_strange_values_never_give_anything_but_a_refusal(values: Any) -> None:
    publisher = Publisher(dict(SIGNERS))
    document = {"signatures": [], "signed": {"_type": "timestamp", "meta": values}}
    for strange in (values, document, {**document, "signatures": values}):
        with pytest.raises(TrustError):
            mirror(publisher).update({"timestamp.json": json.dumps(strange).encode()})


# --- signatures ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets", "ufa", "transport"])
def test_a_stranger_s_signature_is_an_unknown_key(publisher: Publisher, state: TrustedState, role: str) -> None:
    files = second(publisher)
    name = name_of(files, role)
    files[name] = changed(files[name], lambda signed: None, THIEF)
    assert refused(state, files) == "unknown-key"


def test_a_thief_s_signature_under_the_right_name_is_a_bad_signature(publisher: Publisher, state: TrustedState) -> None:
    files = second(publisher)
    values = json.loads(changed(files["timestamp.json"], lambda signed: None, THIEF))
    values["signatures"][0]["keyid"] = SIGNERS["timestamp"][0].public_key.keyid
    assert refused(state, {**files, "timestamp.json": json.dumps(values).encode()}) == "bad-signature"
    values["signatures"][0]["sig"] = "no hex"
    assert refused(state, {**files, "timestamp.json": json.dumps(values).encode()}) == "bad-signature"


def test_no_signature_or_too_few_miss_the_threshold(publisher: Publisher, state: TrustedState) -> None:
    files = second(publisher)
    values = json.loads(files["timestamp.json"])
    values["signatures"] = []
    assert refused(state, {**files, "timestamp.json": json.dumps(values).encode()}) == "threshold"
    root = draft_root(publisher.repository.root, {}, DAY)
    for signers in ([], SIGNERS["root"][:1]):
        assert refused(state, {**files, "2.root.json": add_signatures(root, signers)}) == "threshold"


def test_the_same_signature_twice_does_not_count_twice(publisher: Publisher, state: TrustedState) -> None:
    values = json.loads(add_signatures(draft_root(publisher.repository.root, {}, DAY), SIGNERS["root"][:1]))
    values["signatures"] *= 2
    assert refused(state, {"2.root.json": json.dumps(values).encode()}) == "metadata-malformed"


# --- rollback, mixing, freezing -----------------------------------------------------------------------------------


def test_an_old_timestamp_is_a_rollback(publisher: Publisher, state: TrustedState) -> None:
    state.update(second(publisher))
    assert refused(state, publisher.releases[1]) == "rollback"
    assert refused(state, publisher.releases[1], as_bundle=True) == "rollback"
    with pytest.raises(TrustError, match="rollback"):
        state.read_timestamp(publisher.releases[1]["timestamp.json"])


@pytest.mark.parametrize("role", ["snapshot", "targets", "ufa", "transport"])
def test_no_role_goes_below_the_high_water_mark_even_with_the_online_keys(publisher: Publisher, role: str) -> None:
    """Whoever has stolen the keys of snapshot and timestamp cannot bring back what a role has replaced."""
    earlier = publisher.repository
    publisher.repository = publisher.repository.renewed("targets", publisher.signers, DAY)
    state = mirror(publisher)
    state.update(second(publisher))
    kept = publisher.repository
    if role == "snapshot":
        older = {**kept.roles, "snapshot": earlier.roles["snapshot"]}
        forged = Repository(kept.roots, older, kept.timestamp).with_timestamp({}, publisher.signers, DAY)
    else:
        older = {**kept.roles, role: earlier.roles[role]}
        forged, _ = Repository(kept.roots, older, kept.timestamp).next_release(publisher.signers, DAY)
    with pytest.raises(TrustError) as caught:
        state.update({**forged.files(), "timestamp.json": forged.timestamp})
    assert (caught.value.kind, caught.value.values["role"]) == ("rollback", role)
    assert state.release and state.release.number == 2


def test_two_contents_of_one_version_are_noticed(publisher: Publisher, state: TrustedState) -> None:
    def lie(signed: dict[str, Any]) -> None:
        signed["expires"] = "2030-01-01T00:00:00Z"

    files = publisher.releases[1]
    assert (
        refused(state, {**files, "timestamp.json": changed(files["timestamp.json"], lie, SIGNERS["timestamp"])})
        == "two-contents"
    )


@pytest.mark.parametrize("role", ["snapshot", "targets", "ufa", "transport"])
def test_files_of_two_releases_do_not_mix(publisher: Publisher, state: TrustedState, role: str) -> None:
    """Under the name of the newer, a genuine file of the older release."""
    older = publisher.repository.renewed("targets", publisher.signers, DAY).files()
    publisher.repository = publisher.repository.renewed("targets", publisher.signers, days(1))
    files = second(publisher)
    name = name_of(files, role)
    assert refused(state, {**files, name: older[name_of(older, role)]}) == "mixed"


def test_a_role_cannot_vanish_from_a_snapshot(publisher: Publisher, state: TrustedState) -> None:

    def forget(signed: dict[str, Any]) -> None:
        del signed["meta"]["ufb.json"]

    forged, _ = publisher.repository.next_release(publisher.signers, DAY)
    snapshot = changed(forged.roles["snapshot"], forget, SIGNERS["snapshot"])
    forged = Repository(forged.roots, {**forged.roles, "snapshot": snapshot}, forged.timestamp)
    forged = forged.with_timestamp({}, publisher.signers, DAY)
    assert refused(state, {**forged.files(), "timestamp.json": forged.timestamp}) == "role-vanished"


def test_a_source_that_is_frozen_is_found_out_by_its_expiry(publisher: Publisher) -> None:
    state = mirror(publisher, days(13))
    state.update(publisher.releases[1])
    frozen = mirror(publisher, days(15), state.high_water)
    assert refused(frozen, publisher.releases[1]) == "expired"


@pytest.mark.parametrize(("role", "day"), [("snapshot", 91), ("transport", 91), ("targets", 731), ("root", 1461)])
def test_expired_metadata_of_every_role_stop_an_update(publisher: Publisher, role: str, day: int) -> None:
    """All other roles have been signed again the day before."""
    renewed = publisher.repository
    for other in ("targets", "transport", "ufa", "ufb"):
        if other != role:
            renewed = renewed.renewed(other, publisher.signers, days(day - 1))
    if role == "root":
        publisher.repository = renewed
    else:
        publisher.repository = renewed
        publisher.rotate(days(day - 1))
    publisher.release(DAY if role == "snapshot" else days(day - 1))
    publisher.repository = publisher.repository.refreshed(publisher.signers, days(day - 1))
    state = mirror(publisher, days(day))
    state.now = reference(days(day), days(day - 1))
    with pytest.raises(TrustError) as caught:
        state.update(publisher.given())
    assert (caught.value.kind, caught.value.values["role"]) == ("expired", role)


def test_an_institution_that_expired_does_not_hold_up_the_others(publisher: Publisher, state: TrustedState) -> None:
    for role in ("targets", "ufb"):
        publisher.repository = publisher.repository.renewed(role, publisher.signers, days(729))
    publisher.repository = publisher.repository.renewed("transport", publisher.signers, days(740))
    files = publisher.release(days(740))
    state.now = reference(days(741), days(700))
    release = state.update(files)
    assert set(release.targets) == {"ufa/acolhimento/texto.tar", "ufb/dengue/texto.tar"}
    fresh = mirror(publisher)
    fresh.now = state.now
    release = fresh.update(files)
    assert (set(release.targets), release.withheld) == ({"ufb/dengue/texto.tar"}, ("ufa",))


def test_an_institution_s_expired_change_is_not_taken(publisher: Publisher, state: TrustedState) -> None:
    publisher.repository = publisher.repository.renewed("ufa", publisher.signers, days(1))
    for role in ("targets", "ufb"):
        publisher.repository = publisher.repository.renewed(role, publisher.signers, days(729))
    publisher.repository = publisher.repository.renewed("transport", publisher.signers, days(740))
    files = publisher.release(days(740))
    state.now = reference(days(741), days(700))
    assert refused(state, files) == "expired"


# --- who may sign what --------------------------------------------------------------------------------------------


def forged_release(publisher: Publisher, role: str, change: Callable[[dict[str, Any]], None]) -> Files:
    """A release in which a role's owner signs something else, and snapshot and timestamp go along with it."""

    def next_version(signed: dict[str, Any]) -> None:
        signed["version"] += 1
        change(signed)

    kept = publisher.repository
    document = changed(kept.roles[role], next_version, publisher.signers[role])
    forged, _ = Repository(kept.roots, {**kept.roles, role: document}, kept.timestamp).next_release(
        publisher.signers, DAY
    )
    return {**forged.files(), "timestamp.json": forged.timestamp}


@pytest.mark.parametrize(
    "path",
    [
        "ufb/dengue/texto.tar",
        "site/site/texto.tar",
        "transport/delta/1-2.pack",
        "ufa/../ufb/dengue/texto.tar",
        "ufa/dengue",
        "/ufa/dengue/texto.tar",
        "ufab/dengue/texto.tar",
    ],
)
def test_an_institution_cannot_sign_another_s_course(publisher: Publisher, state: TrustedState, path: str) -> None:
    def take(signed: dict[str, Any]) -> None:
        signed["targets"][path] = signed["targets"]["ufa/acolhimento/texto.tar"]

    assert refused(state, forged_release(publisher, "ufa", take)) == "foreign-target"


@pytest.mark.parametrize(
    "values",
    [
        {"length": -1},
        {"length": True},
        {"length": "1"},
        {"hashes": {"sha256": "0"}},
        {"hashes": {"md5": "0" * 32}},
        {"custom": {"unit": "dengue", "title": "", "layer": "texto", "files": 1, "blobs": {}}},
        {"custom": {"unit": "acolhimento", "title": "", "layer": "texto", "files": 1, "blobs": {"../x": {}}}},
        {"custom": []},
    ],
)
def test_an_institution_cannot_say_impossible_things(
    publisher: Publisher, state: TrustedState, values: dict[str, Any]
) -> None:
    def lie(signed: dict[str, Any]) -> None:
        signed["targets"]["ufa/acolhimento/texto.tar"].update(values)

    with pytest.raises(TrustError) as caught:
        state.update(forged_release(publisher, "ufa", lie))
    assert caught.value.kind in ("impossible-target", "metadata-malformed")
    assert state.release and state.release.number == 1


def test_a_revoked_institution_can_sign_nothing_any_more(publisher: Publisher, state: TrustedState) -> None:
    before = publisher.repository.roles["ufb"]
    publisher.repository = publisher.repository.without_institution("ufb", publisher.signers, DAY)
    release = state.update(publisher.release())
    assert set(release.targets) == {"ufa/acolhimento/texto.tar"}
    forged = Repository(
        publisher.repository.roots, {**publisher.repository.roles, "ufb": before}, publisher.repository.timestamp
    )
    forged, _ = forged.next_release(publisher.signers, DAY)
    release = state.update({**forged.files(), "timestamp.json": forged.timestamp})
    assert set(release.targets) == {"ufa/acolhimento/texto.tar"}


def test_a_revoked_key_of_an_institution_signs_nothing_any_more(publisher: Publisher, state: TrustedState) -> None:
    stolen, mine = SIGNERS["ufb"], [CryptoSigner.generate_ed25519()]
    stale = dict(publisher.repository.roles)
    publisher.signers["ufb"] = mine
    publisher.repository = publisher.repository.with_institution("ufb", "UFB", keys_of(mine), publisher.signers, DAY)
    publisher.repository = publisher.repository.renewed("ufb", publisher.signers, DAY)
    files = publisher.release()
    state.update(files)

    def next_version(signed: dict[str, Any]) -> None:
        signed["version"] += 1

    for role, document in {
        "ufb": stale["ufb"],
        "": changed(files[name_of(files, "ufb")], next_version, stolen),
    }.items():
        name = name_of(files, "ufb")
        assert refused(state, {**files, name: document}) == "unknown-key", role


def test_an_institution_may_need_several_signatures(publisher: Publisher, state: TrustedState) -> None:
    board = [CryptoSigner.generate_ed25519() for _ in range(3)]
    publisher.signers["ufc"] = board[1:]
    publisher.repository = publisher.repository.with_institution(
        "ufc", "Universidade C", keys_of(board, 2), publisher.signers, DAY
    )
    files = publisher.publish({"ufa/acolhimento": "um", "ufb/dengue": "um", "ufc/vacinas": "um"})
    assert "ufc/vacinas/texto.tar" in state.update(files).targets
    one = json.loads(files[name_of(files, "ufc")])
    one["signatures"] = one["signatures"][:1]
    assert refused(state, {**files, name_of(files, "ufc"): json.dumps(one).encode()}) == "threshold"


def test_all_online_keys_together_cannot_change_what_is_authentic(publisher: Publisher, state: TrustedState) -> None:
    """Stolen: transport, snapshot, timestamp.  Hash and length of every image stay what the institutions signed."""
    files = second(publisher)
    true = mirror(publisher).update(files).targets

    def other_objects(signed: dict[str, Any]) -> None:
        for target in signed["targets"].values():
            target["hashes"]["sha256"] = digest("mau")

    release = state.update(forged_release(publisher, "transport", other_objects))
    assert release.targets == true
    assert {info.sha256 for info in release.transport.values()} == {digest("mau")}


@pytest.mark.parametrize("path", ["ufa/acolhimento/texto.tar", "transport/../x/y", "transport/obj/ab/x.tar.zst"])
def test_the_transport_key_signs_nothing_but_compressed_files(
    publisher: Publisher, state: TrustedState, path: str
) -> None:
    def take(signed: dict[str, Any]) -> None:
        signed["targets"][path] = {"length": 1, "hashes": {"sha256": digest("mau")}}

    assert refused(state, forged_release(publisher, "transport", take)) == "foreign-target"


def test_the_transport_key_cannot_fill_disks(publisher: Publisher, state: TrustedState) -> None:
    def swell(signed: dict[str, Any]) -> None:
        for target in signed["targets"].values():
            target["length"] = 1 << 40

    assert refused(state, forged_release(publisher, "transport", swell)) == "too-long-on-the-wire"

    def endless_delta(signed: dict[str, Any]) -> None:
        signed["targets"]["transport/delta/1-2.pack"] = {"length": 1 << 40, "hashes": {"sha256": digest("mau")}}

    assert refused(state, forged_release(publisher, "transport", endless_delta)) == "too-long-on-the-wire"


# --- roots --------------------------------------------------------------------------------------------------------


def test_roots_rotate_over_several_versions_with_enough_of_the_old_and_of_the_new_keys(publisher: Publisher) -> None:
    state = mirror(publisher)
    state.update(publisher.releases[1])
    for _ in range(3):
        publisher.rotate(root=[CryptoSigner.generate_ed25519() for _ in range(3)])
    publisher.rotate(timestamp=[CryptoSigner.generate_ed25519()], snapshot=[CryptoSigner.generate_ed25519()])
    files = second(publisher)
    assert state.update(files).number == 2
    assert state.high_water.versions["root"] == 5
    assert state.root_bytes == publisher.repository.roots[4]


@pytest.mark.parametrize(
    ("old", "new", "kind"), [(2, 0, "unknown-key"), (0, 2, "unknown-key"), (1, 2, "threshold"), (2, 1, "threshold")]
)
def test_a_root_needs_enough_of_the_old_and_enough_of_the_new_keys(
    publisher: Publisher, state: TrustedState, old: int, new: int, kind: str
) -> None:
    board = [CryptoSigner.generate_ed25519() for _ in range(3)]
    document = draft_root(publisher.repository.root, top_keys_of({**publisher.signers, "root": board}), DAY)
    files = second(publisher)
    root = add_signatures(document, [*SIGNERS["root"][:old], *board[:new]])
    assert refused(state, {**files, "2.root.json": root}) == kind
    assert state.high_water.versions["root"] == 1


def test_no_root_in_the_chain_may_be_missing_or_out_of_its_place(publisher: Publisher, state: TrustedState) -> None:
    publisher.rotate()
    publisher.rotate()
    files = second(publisher)
    without = {name: data for name, data in files.items() if name != "2.root.json"}
    assert refused(state, without) == "missing-metadata"
    assert refused(state, {**files, "2.root.json": files["3.root.json"]}) == "wrong-version"
    assert refused(state, {**files, "2.root.json": files["1.root.json"]}) == "wrong-version"


def test_a_root_once_seen_is_kept_whatever_follows_and_old_keys_count_no_more(
    publisher: Publisher, state: TrustedState
) -> None:
    publisher.rotate(timestamp=[CryptoSigner.generate_ed25519()])
    stale = publisher.releases[1]
    assert state.update_roots(publisher.repository.files()) == 2
    assert refused(state, stale) == "unknown-key"
    again = TrustedState.start(publisher.repository.roots[0], state.high_water, reference())
    assert refused(again, stale) == "rollback"  # the kept root was torn away, the high-water mark was not
    assert again.update(second(publisher)).number == 2


def test_a_fast_forward_attack_is_undone_by_a_rotation(publisher: Publisher, state: TrustedState) -> None:
    """A thief of the timestamp key signs a version so high that no honest one would ever come again."""

    def forward(signed: dict[str, Any]) -> None:
        signed["version"] = 10**14

    files = publisher.releases[1]
    state.update({**files, "timestamp.json": changed(files["timestamp.json"], forward, SIGNERS["timestamp"])})
    assert refused(state, second(publisher)) == "rollback"
    publisher.rotate(timestamp=[CryptoSigner.generate_ed25519()])
    assert state.update(publisher.release()).number == 3
    assert state.high_water.versions["timestamp"] == 3


def test_a_fast_forward_of_snapshot_or_of_an_institution_is_undone_too(
    publisher: Publisher, state: TrustedState
) -> None:
    def forward(signed: dict[str, Any]) -> None:
        signed["version"] = 10**14

    kept = publisher.repository
    document = changed(kept.roles["ufa"], forward, SIGNERS["ufa"])
    forged, _ = Repository(kept.roots, {**kept.roles, "ufa": document}, kept.timestamp).next_release(SIGNERS, DAY)
    snapshot = changed(forged.roles["snapshot"], forward, SIGNERS["snapshot"])
    forged = Repository(forged.roots, {**forged.roles, "snapshot": snapshot}, kept.timestamp)
    forged = forged.with_timestamp({}, SIGNERS, DAY)
    state.update({**forged.files(), "timestamp.json": forged.timestamp})
    assert state.high_water.versions["ufa"] == state.high_water.versions["snapshot"] == 10**14
    publisher.rotate(snapshot=[CryptoSigner.generate_ed25519()], timestamp=[CryptoSigner.generate_ed25519()])
    publisher.signers["ufa"] = [CryptoSigner.generate_ed25519()]
    publisher.repository = publisher.repository.with_institution(
        "ufa", "UFA", keys_of(publisher.signers["ufa"]), publisher.signers, DAY
    )
    publisher.repository = publisher.repository.renewed("ufa", publisher.signers, DAY)
    assert state.update(publisher.release()).number == 2
    assert state.high_water.versions["ufa"] == 2


# --- torn state ---------------------------------------------------------------------------------------------------


def test_a_lost_cache_lets_nothing_older_in(publisher: Publisher, state: TrustedState) -> None:
    """Only the high-water mark is left, as after a power cut in which python-tuf's own cache was torn."""
    state.update(second(publisher))
    kept = HighWater.from_json(state.high_water.to_json())
    assert kept == state.high_water
    again = mirror(publisher, high_water=kept)
    assert refused(again, publisher.releases[1]) == "rollback"
    assert again.update(publisher.releases[2]).number == 2


def test_a_torn_high_water_mark_is_never_taken_for_an_empty_one(state: TrustedState) -> None:
    kept = state.high_water.to_json()
    torn = [kept[:length] for length in range(len(kept))]
    zeros = [kept[:length] + bytes(len(kept) - length) for length in range(0, len(kept), 16)]
    altered = kept.replace(b'"ufa": [\n   1', b'"ufa": [\n   7')
    assert altered != kept
    for content in (*torn, *zeros, altered, b"{}", b"null", b'{"digest": 1}'):
        if content == kept:
            continue
        with pytest.raises(TrustError, match="torn-state"):
            HighWater.from_json(content)


def test_a_torn_root_is_said_to_be_torn(publisher: Publisher) -> None:
    root = publisher.repository.roots[0]
    altered = changed(root, lambda signed: signed.update(version=9))
    for content in (
        altered,
        b"",
        root[:-1],
        root[: len(root) // 2],
        bytes(len(root)),
        publisher.repository.roles["targets"],
    ):
        with pytest.raises(TrustError, match="torn-state"):
            TrustedState.start(content, HighWater(), reference())


# --- time ---------------------------------------------------------------------------------------------------------

IN_1970 = datetime(1970, 1, 1, tzinfo=timezone.utc)


@pytest.mark.parametrize("clock", [IN_1970, days(-400), days(730), days(5000)])
def test_a_clock_that_cannot_be_right_stops_no_update(publisher: Publisher, clock: datetime) -> None:
    state = mirror(publisher, clock)
    release = state.update(publisher.releases[1])
    assert state.update(publisher.publish({"ufa/acolhimento": "dois"}, days(30))).number == 2
    assert freshness(release, ReferenceTime(clock, days(-60), state.high_water.seen)) == "relogio-suspeito"


def test_with_a_clock_in_1970_a_frozen_source_is_found_out_by_the_signed_times(publisher: Publisher) -> None:
    state = mirror(publisher, IN_1970)
    state.update(publisher.publish({"ufa/acolhimento": "dois"}, days(30)))
    assert state.high_water.seen == days(30)
    publisher.rotate(days(31), snapshot=[CryptoSigner.generate_ed25519()])
    stale = publisher.release(DAY)  # confirmed by nobody since
    assert refused(state, stale) == "expired"


def test_freshness_goes_from_current_to_late_to_expired_and_says_when_the_clock_is_wrong(state: TrustedState) -> None:
    release = state.release
    assert release

    def at(day: float) -> str:
        return freshness(release, ReferenceTime(days(day), days(-60), release.signed_at))

    assert [at(0), at(13.9), at(14), at(89.9), at(90), at(366)] == [
        "atual", "atual", "atrasado", "atrasado", "vencido", "vencido",
    ]  # fmt: skip
    assert [at(-3), at(367), at(-20_000)] == ["relogio-suspeito"] * 3


def test_expiry_never_takes_away_what_was_verified(publisher: Publisher, state: TrustedState) -> None:
    before = state.release
    state.now = reference(days(400), days(390))
    assert refused(state, publisher.releases[1]) == "expired"
    assert state.release is before
    assert before and freshness(before, state.now) == "vencido"


def test_a_stick_that_was_long_in_the_post_is_judged_at_the_time_of_its_signing(publisher: Publisher) -> None:
    bundle = second(publisher)
    state = mirror(publisher)
    state.now = reference(days(60))
    assert refused(state, bundle) == "expired"
    release = state.update(bundle, as_bundle=True)
    assert release.as_bundle
    assert freshness(release, state.now) == "atrasado"
    assert refused(state, publisher.releases[1], as_bundle=True) == "rollback"


def test_a_signed_time_far_in_the_future_poisons_nothing(publisher: Publisher, state: TrustedState) -> None:
    """A thief of the timestamp key dates it centuries ahead: then everything else has expired."""

    def in_future(signed: dict[str, Any]) -> None:
        signed.update(version=9, date="2226-01-01T00:00:00Z", expires="2300-01-01T00:00:00Z")

    files = second(publisher)
    forged = changed(files["timestamp.json"], in_future, SIGNERS["timestamp"])
    assert refused(state, {**files, "timestamp.json": forged}) == "expired"
    assert state.update(files).number == 2


def test_signed_times_count_no_more_when_their_key_was_replaced(publisher: Publisher, state: TrustedState) -> None:
    def ahead(signed: dict[str, Any]) -> None:
        signed.update(version=9, date="2027-02-10T00:00:00Z", expires="2028-01-01T00:00:00Z")

    files = publisher.releases[1]
    state.update({**files, "timestamp.json": changed(files["timestamp.json"], ahead, SIGNERS["timestamp"])})
    assert state.high_water.seen == days(80)
    publisher.rotate(days(1), timestamp=[CryptoSigner.generate_ed25519()])
    assert state.update(publisher.release(days(1))).number == 2
    assert state.high_water.seen == days(1)


@given(st.datetimes(timezones=st.just(timezone.utc)), st.datetimes(timezones=st.just(timezone.utc)))
def test_the_reference_time_is_never_before_what_is_proven(clock: datetime, seen: datetime) -> None:
    now = ReferenceTime(clock, DAY, seen if seen < datetime(9000, 1, 1, tzinfo=timezone.utc) else None)
    assert now.moment >= now.floor >= DAY
    assert now.moment <= now.floor + timedelta(days=366)


# --- the sentences ------------------------------------------------------------------------------------------------


def test_marks_are_kept_with_the_keys_that_counted() -> None:
    high = HighWater({"ufa": Mark(3, digest("keys"), digest("content"))}, DAY)
    assert HighWater.from_json(high.to_json()) == high
    assert high.versions == {"ufa": 3}


def test_every_refusal_has_a_cure() -> None:
    assert all(one.message and one.cure for one in TRUST_REFUSALS.values())


def test_a_verified_release_is_a_value(state: TrustedState, publisher: Publisher) -> None:
    assert isinstance(state.release, VerifiedRelease)
    assert state.release == mirror(publisher).update(publisher.releases[1])
    assert TransportInfo(1, digest("")) == TransportInfo(1, digest(""))
    assert RoleKeys(()).threshold == 1
