from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from securesystemslib.signer import CryptoSigner

from generator.release.keys import (
    KeysError,
    create_key,
    load_key,
    load_public_key,
    open_signer,
    save_key,
    save_public_key,
)

WORDS = "cavalo bateria grampo correto"


def passphrase(_: str) -> str:
    return WORDS


def test_a_kept_key_signs_as_before_and_gives_the_same_bytes(tmp_path: Path) -> None:
    signer = create_key()
    save_key(signer, tmp_path / "root-1.pem", passphrase)
    opened = load_key(tmp_path / "root-1.pem", passphrase)
    assert opened.public_key == signer.public_key
    assert opened.sign(b"release").to_dict() == signer.sign(b"release").to_dict()


def test_a_private_key_is_encrypted_and_its_owner_s_alone(tmp_path: Path) -> None:
    signer, file = create_key(), tmp_path / "root-1.pem"
    save_key(signer, file, passphrase)
    assert file.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert signer.private_bytes.splitlines()[1] not in file.read_bytes()
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_passphrase_is_asked_for_by_the_name_of_the_file(tmp_path: Path) -> None:
    asked = []
    save_key(create_key(), tmp_path / "ufa.pem", lambda name: asked.append(name) or WORDS)  # type: ignore[func-returns-value]
    load_key(tmp_path / "ufa.pem", lambda name: asked.append(name) or WORDS)  # type: ignore[func-returns-value]
    assert asked == ["ufa.pem", "ufa.pem"]


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "root-1.pem"
    save_key(create_key(), file, passphrase)
    before = file.read_bytes()
    assert refused(lambda: save_key(create_key(), file, passphrase)) == "key-exists"
    assert refused(lambda: save_public_key(create_key().public_key, file)) == "key-exists"
    assert file.read_bytes() == before


def test_a_key_that_cannot_be_written_whole_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert refused(lambda: save_key(create_key(), tmp_path / "a.pem", passphrase)) == "key-unwritable"
    assert list(tmp_path.iterdir()) == []


def test_a_key_does_not_follow_a_link_to_somewhere_else(tmp_path: Path) -> None:
    (tmp_path / "a.pem").symlink_to(tmp_path / "elsewhere")
    assert refused(lambda: save_key(create_key(), tmp_path / "a.pem", passphrase)) == "key-exists"
    assert not (tmp_path / "elsewhere").exists()


def test_a_wrong_or_empty_passphrase_says_so(tmp_path: Path) -> None:
    save_key(create_key(), tmp_path / "a.pem", passphrase)
    for wrong in (WORDS + " ", "", "x"):
        assert refused(lambda wrong=wrong: load_key(tmp_path / "a.pem", lambda _: wrong)) == "key-passphrase"


def test_a_short_passphrase_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    assert refused(lambda: save_key(create_key(), tmp_path / "a.pem", lambda _: "segredo")) == "short-passphrase"
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_key_is_called_so(tmp_path: Path) -> None:
    def load(content: bytes) -> str:
        (tmp_path / "a.pem").write_bytes(content)
        return refused(lambda: load_key(tmp_path / "a.pem", passphrase))

    assert refused(lambda: load_key(tmp_path / "missing.pem", passphrase)) == "key-unreadable"
    assert load(b"") == "not-a-key"
    assert load(b"x" * 1_000_000) == "not-a-key"
    assert load(create_key().private_bytes) == "key-not-encrypted"
    encrypted = rsa.generate_private_key(65537, 2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(WORDS.encode())
    )
    assert load(encrypted) == "not-a-key"
    assert load(encrypted[: len(encrypted) // 2]) == "key-passphrase"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_a_key_that_openssl_wrapped_with_scrypt_is_read(tmp_path: Path) -> None:
    signer = create_key()
    subprocess.run(
        ["openssl", "pkcs8", "-topk8", "-scrypt", "-passout", f"pass:{WORDS}", "-out", tmp_path / "a.pem"],
        input=signer.private_bytes,
        check=True,
        capture_output=True,
    )
    assert load_key(tmp_path / "a.pem", passphrase).public_key == signer.public_key


def test_a_public_key_goes_through_a_file(tmp_path: Path) -> None:
    for name, signer in {"a": create_key(), "b": CryptoSigner.generate_ecdsa()}.items():
        save_public_key(signer.public_key, tmp_path / f"{name}.json")
        assert load_public_key(tmp_path / f"{name}.json") == signer.public_key


def test_a_public_key_with_another_s_id_is_refused(tmp_path: Path) -> None:
    mine, other = create_key().public_key, create_key().public_key
    for content in (
        json.dumps({"keyid": other.keyid, **mine.to_dict()}),
        json.dumps({"keyid": mine.keyid, **mine.to_dict(), "keyval": {"public": "zz"}}),
        json.dumps({"keyid": mine.keyid}),
        "[]",
        "[" * 5000,
        "\udcff",
    ):
        (tmp_path / "a.json").write_bytes(content.encode("utf-8", "surrogateescape"))
        assert refused(lambda: load_public_key(tmp_path / "a.json")) == "not-a-key"


def test_a_signer_must_have_the_key_that_the_role_asks_for(tmp_path: Path) -> None:
    signer = create_key()
    save_key(signer, tmp_path / "a.pem", passphrase)
    where = str(tmp_path / "a.pem")
    assert open_signer(where, signer.public_key, passphrase).public_key == signer.public_key
    assert refused(lambda: open_signer(where, create_key().public_key, passphrase)) == "wrong-key"


def test_signers_elsewhere_are_those_of_securesystemslib_but_none_that_keeps_secrets_in_the_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PYKCS11LIB", raising=False)
    key = CryptoSigner.generate_ecdsa().public_key
    assert refused(lambda: open_signer("hsm:2", key, passphrase)) == "signer-failed"  # no token here
    assert refused(lambda: open_signer("file2:/tmp/a.pem", key, passphrase)) == "unknown-signer"
    assert refused(lambda: open_signer("carrier-pigeon:coo", key, passphrase)) == "unknown-signer"


def refused(action: object) -> str:
    with pytest.raises(KeysError) as caught:
        action()  # type: ignore[operator]
    sentence = caught.value.message(str) + caught.value.cure(str)
    assert "{" not in sentence
    return caught.value.kind
