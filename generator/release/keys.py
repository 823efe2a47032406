"""Keys that sign releases: made here, kept encrypted, or left in a token or a key service that signs for us.

What is secret is a PEM file (PKCS #8, encrypted) that `openssl pkey` reads too; what is public is a small JSON file.
The passphrase is stretched by PBKDF2 with few rounds, all that `cryptography` writes in this form, so short passphrases
are refused; a file that `openssl pkcs8 -topk8 -scrypt` has wrapped again is read as well.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from securesystemslib.signer import SIGNER_FOR_URI_SCHEME, CryptoSigner, Key, Signer, SSlibKey

from generator.release.durable_files import settle_folders
from generator.release.trust_refusals import TrustError

SHORTEST_PASSPHRASE = 12
"""Letters."""
LARGEST_FILE = 64 * 1024
"""Bytes; a key has a few hundred."""
ENCRYPTED, PLAIN = b"-----BEGIN ENCRYPTED PRIVATE KEY-----", b"-----BEGIN PRIVATE KEY-----"
UNENCRYPTED_SCHEMES = ("file2",)
"""Signers of securesystemslib that keep the secret in the open."""

Passphrase = Callable[[str], str]
"""Asks for the secret (passphrase, PIN) of what is named; the same shape as securesystemslib's `SecretsHandler`."""


class KeysError(TrustError):
    """A key could not be made, kept, opened or used."""


def create_key() -> CryptoSigner:
    """A new Ed25519 key: short, and its signatures are reproducible."""
    return CryptoSigner.generate_ed25519()


def save_key(signer: CryptoSigner, file: Path, passphrase: Passphrase) -> None:
    """Keep a private key: encrypted, for its owner only (0600), forced to the disk, never over another file.

    Raises `KeysError`: key-exists, key-unwritable, short-passphrase.
    """
    secret = passphrase(file.name)
    if len(secret) < SHORTEST_PASSPHRASE:
        raise KeysError("short-passphrase", least=SHORTEST_PASSPHRASE)
    private = load_pem_private_key(signer.private_bytes, None)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(secret.encode()))
    _write_new(file, pem, 0o600)


def load_key(file: Path, passphrase: Passphrase) -> CryptoSigner:
    """The signer of an encrypted private key.

    Raises `KeysError`: key-unreadable, not-a-key, key-not-encrypted, key-passphrase.
    """
    pem = _read(file)
    if ENCRYPTED not in pem:
        raise KeysError("key-not-encrypted" if PLAIN in pem else "not-a-key", file=str(file))
    try:
        private = load_pem_private_key(pem, passphrase(file.name).encode())
    except UnsupportedAlgorithm:
        raise KeysError("not-a-key", file=str(file)) from None
    except (ValueError, TypeError):  # ValueError: wrong or damaged; TypeError: an empty passphrase
        raise KeysError("key-passphrase", file=str(file)) from None
    if not isinstance(private, Ed25519PrivateKey | EllipticCurvePrivateKey):
        raise KeysError("not-a-key", file=str(file))
    try:
        return CryptoSigner(private)
    except ValueError:  # a curve that TUF does not know
        raise KeysError("not-a-key", file=str(file)) from None


def open_signer(where: str, public: Key, passphrase: Passphrase) -> Signer:
    """The signer of a public key: an encrypted file, or an address that securesystemslib knows (`hsm:`, `gnupg:` …).

    Raises `KeysError`: those of `load_key`, wrong-key, unknown-signer, signer-failed.
    """
    scheme, colon, _ = where.partition(":")
    if not colon or len(scheme) < 2:  # a path; one letter is a drive of Windows
        signer = load_key(Path(where), passphrase)
        if signer.public_key.keyid != public.keyid:
            raise KeysError("wrong-key", keyid=public.keyid)
        return signer
    known = sorted(set(SIGNER_FOR_URI_SCHEME) - set(UNENCRYPTED_SCHEMES))
    if scheme not in known:
        raise KeysError("unknown-signer", scheme=scheme, known=", ".join(f"{name}:" for name in known))
    try:
        return Signer.from_priv_key_uri(where, public, passphrase)
    except Exception as error:  # each kind of signer raises what it likes, says securesystemslib
        raise KeysError("signer-failed", uri=where, reason=str(error) or type(error).__name__) from error


def save_public_key(key: Key, file: Path) -> None:
    """Write the public half as JSON, to be sent to whoever grants its owner a role.  Raises `KeysError`."""
    text = json.dumps({"keyid": key.keyid, **key.to_dict()}, indent=1, sort_keys=True)
    _write_new(file, f"{text}\n".encode(), 0o644)


def load_public_key(file: Path) -> SSlibKey:
    """The public key of a JSON file.  Raises `KeysError`: key-unreadable, not-a-key.

    The key's id must be the digest of its value, as securesystemslib makes it: two keys never share one.
    """
    try:
        values = json.loads(_read(file))
        keyid = values.pop("keyid")
        key = cast(SSlibKey, Key.from_dict(keyid, values))
        if SSlibKey.from_crypto(key._crypto_key(), scheme=key.scheme).keyid != keyid:
            raise ValueError(keyid)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, UnsupportedAlgorithm):
        raise KeysError("not-a-key", file=str(file)) from None
    return key


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        raise KeysError("key-unreadable", file=str(file), reason=error.strerror or str(error)) from None
    if len(content) > LARGEST_FILE:
        raise KeysError("not-a-key", file=str(file))
    return content


def _write_new(file: Path, content: bytes, mode: int) -> None:
    """Create a file with its content on the disk; half a file is removed again."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    except FileExistsError:
        raise KeysError("key-exists", file=str(file)) from None
    except OSError as error:
        raise KeysError("key-unwritable", file=str(file), reason=error.strerror or str(error)) from None
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        settle_folders([file.parent])
    except OSError as error:
        file.unlink(missing_ok=True)
        raise KeysError("key-unwritable", file=str(file), reason=error.strerror or str(error)) from None
