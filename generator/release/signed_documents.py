"""Signed metadata as documents: read without believing anything, checked against keys, and what they then say.

Checking signatures is python-tuf's work alone; what is here bounds what it is given, and says why it refuses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, TypeVar

from securesystemslib.signer import Signer
from tuf.api.exceptions import UnsignedMetadataError
from tuf.api.metadata import DelegatedRole, Metadata, Root, Signed, Snapshot, TargetFile, Targets, Timestamp

from generator.release.catalogue import TARGET, CatalogueError, TargetInfo, read_target
from generator.release.meta_packs import META_PACK
from generator.release.portable_names import shown
from generator.release.trust_refusals import TrustError

TOP_ROLES = ("root", "targets", "snapshot", "timestamp")
TRANSPORT = "transport"
DATE_FIELD, PACKS_FIELD, CATALOGUE_FIELD, TITLE_FIELD = "date", "packs", "catalogue", "title"
"""Our own signed fields beside those of TUF: day of signing, packs of metadata, names of catalogue and institution."""
DATE_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
LARGEST_FILE = 16 * 1024 * 1024
"""Bytes of one metadata file; 800 courses in one institution make less than 2 MiB."""
DEEPEST = 16
"""Levels of JSON; TUF uses 8."""
MOST_PARTS = 500_000
MOST_DIGITS = 15
LONGEST = 10**MOST_DIGITS
"""Lengths and versions are below it."""
WIRE_PATH = re.compile(r"obj/[0-9a-f]{2}/[0-9a-f]{64}(\.tar\.zst)?|delta/[0-9]{1,15}-[0-9]{1,15}\.pack")
SHA256 = re.compile(r"[0-9a-f]{64}")
AnySigned = TypeVar("AnySigned", Root, Timestamp, Snapshot, Targets)


class MetadataError(TrustError):
    """Metadata that is not as it must be."""


@dataclass(frozen=True)
class TransportInfo:
    """A compressed file on the wire: bytes and SHA-256 as it is stored."""

    length: int
    sha256: str
    head: str = ""
    """Of a pack of deltas: SHA-256 of its beginning up to the first frame, so that frames can be proven one by one."""


@dataclass(frozen=True)
class Institution:
    """One that signs courses of its own."""

    name: str
    """Its part of the target paths."""
    title: str
    keyids: tuple[str, ...]
    threshold: int


# --- reading ------------------------------------------------------------------------------------------------------


def read_metadata(data: bytes, kind: type[AnySigned], *, file: str) -> Metadata[AnySigned]:
    """Metadata of one type from bytes that may come from anybody; nothing is verified yet.

    Raises `MetadataError`: metadata-too-large, -too-deep, -not-json, -malformed, -other-type.
    """
    values = read_json(data, file=file)
    found = values.get("signed", {}).get("_type") if isinstance(values.get("signed"), dict) else None
    if not isinstance(found, str):
        raise MetadataError("metadata-malformed", file=file)
    if found != kind.type:
        raise MetadataError("metadata-other-type", file=file, found=found[:40], wanted=kind.type)
    try:
        metadata: Metadata[AnySigned] = Metadata.from_dict(values)
        metadata.signed_bytes  # noqa: B018  # canonical JSON refuses what cannot have been signed
        if type(metadata.signed.version) is not int or not 0 < metadata.signed.version < LONGEST:
            raise ValueError("version")
    except Exception:  # python-tuf raises whatever its constructors raise on strange values
        raise MetadataError("metadata-malformed", file=file) from None
    return metadata


def read_json(data: bytes, *, file: str) -> dict[str, Any]:
    """A JSON object of bounded size and depth, without repeated names or fractions.

    Raises `MetadataError`: metadata-too-large, -too-deep, -not-json, -malformed.
    """
    if len(data) > LARGEST_FILE:
        raise MetadataError("metadata-too-large", file=file)
    if data.count(b"{") + data.count(b"[") + data.count(b",") > MOST_PARTS:
        raise MetadataError("metadata-too-deep", file=file)
    try:
        values = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_names_once,
            parse_float=_no_fraction,
            parse_constant=_no_fraction,
            parse_int=_whole,
        )
    except RecursionError:
        raise MetadataError("metadata-too-deep", file=file) from None
    except ValueError:  # also UnicodeDecodeError and JSONDecodeError
        raise MetadataError("metadata-not-json", file=file) from None
    if _is_deeper(values, DEEPEST):
        raise MetadataError("metadata-too-deep", file=file)
    if not isinstance(values, dict):
        raise MetadataError("metadata-malformed", file=file)
    return values


def _names_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name twice")
    return made


def _no_fraction(written: str) -> float:
    raise ValueError(written[:40])


def _whole(written: str) -> int:
    if len(written) > MOST_DIGITS:
        raise ValueError(written[:40])
    return int(written)


def _is_deeper(value: Any, levels: int) -> bool:
    """Whether lists and objects lie in each other more than so many levels deep."""
    layer = [value]
    for _ in range(levels):
        layer = [inner for outer in layer for inner in _children(outer)]
        if not layer:
            return False
    return any(isinstance(one, dict | list) for one in layer)


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


# --- signatures ---------------------------------------------------------------------------------------------------


def verify(delegator: Root | Targets, role: str, metadata: Metadata[AnySigned]) -> None:
    """Check the signatures of a role's metadata against the keys that its delegator names.

    Raises `MetadataError`: unknown-role, unknown-key, bad-signature, threshold.
    """
    try:
        delegator.verify_delegate(role, metadata.signed_bytes, metadata.signatures)
    except UnsignedMetadataError:
        raise _why_unsigned(delegator, role, metadata) from None
    except ValueError:
        raise MetadataError("unknown-role", role=role, known="") from None


def _why_unsigned(delegator: Root | Targets, role: str, metadata: Metadata[AnySigned]) -> MetadataError:
    """Which of the reasons it is; that it is refused has been decided."""
    result = delegator.get_verification_result(role, metadata.signed_bytes, metadata.signatures)
    if any(keyid in metadata.signatures for keyid in result.unsigned):
        return MetadataError("bad-signature", role=role)
    if not result.signed and metadata.signatures:
        return MetadataError("unknown-key", role=role)
    return MetadataError("threshold", role=role, signed=len(result.signed), needed=result.threshold)


def add_signatures(document: bytes, signers: Iterable[Signer]) -> bytes:
    """The same metadata with these signatures too; how the m of an m-of-n role sign one after another.

    A signature is replaced by a newer one of the same key.  Raises `MetadataError` as `read_metadata` does.
    """
    values = read_json(document, file="metadata")
    try:
        metadata: Metadata[Any] = Metadata.from_dict(values)
    except Exception:  # python-tuf raises whatever its constructors raise on strange values
        raise MetadataError("metadata-malformed", file="metadata") from None
    for signer in signers:
        metadata.sign(signer, append=True)
    metadata.signatures = dict(sorted(metadata.signatures.items()))  # whoever signs first: the same bytes
    return metadata.to_bytes()


# --- what they say ------------------------------------------------------------------------------------------------


def signed_date(signed: Signed, *, file: str) -> datetime:
    """When metadata was signed, as its signer says (UTC).  Raises `MetadataError` metadata-malformed."""
    try:
        written = signed.unrecognized_fields[DATE_FIELD]
        return datetime.strptime(written, DATE_FORMAT).replace(tzinfo=timezone.utc)
    except (KeyError, TypeError, ValueError):
        raise MetadataError("metadata-malformed", file=file) from None


def announced_packs(timestamp: Timestamp) -> dict[str, TransportInfo]:
    """The metadata packs that a timestamp names: path on the wire → length and hash.  Raises `MetadataError`."""
    try:
        packs = {
            f"meta/{name}.zst": TransportInfo(_length(length), _sha256(sha256))
            for name, (length, sha256) in timestamp.unrecognized_fields.get(PACKS_FIELD, {}).items()
        }
    except (AttributeError, TypeError, ValueError):
        raise MetadataError("metadata-malformed", file="timestamp.json") from None
    if not all(META_PACK.fullmatch(path) for path in packs):
        raise MetadataError("metadata-malformed", file="timestamp.json")
    return packs


def institution_targets(role: str, targets: Targets) -> dict[str, TargetInfo]:
    """What an institution signs, all of it its own.  Raises `MetadataError`: foreign-target, impossible-target."""
    return {path: _target_info(role, path, target) for path, target in sorted(targets.targets.items())}


def transport_targets(targets: Targets) -> dict[str, TransportInfo]:
    """The compressed files that `transport` names, by path on the wire.

    Raises `MetadataError`: foreign-target, impossible-target.
    """
    return dict(_transport_info(path, target) for path, target in sorted(targets.targets.items()))


def delegated_roles(targets: Targets) -> dict[str, DelegatedRole]:
    """The roles to which `targets` delegates, in its order."""
    delegations = targets.delegations
    return dict(delegations.roles) if delegations and delegations.roles else {}


def institutions_of(targets: Targets) -> dict[str, Institution]:
    """Those to whom `targets` delegates, by name."""
    found = {}
    for name, role in delegated_roles(targets).items():
        if name != TRANSPORT:
            title = role.unrecognized_fields.get(TITLE_FIELD, name)
            found[name] = Institution(name, str(title), tuple(role.keyids), role.threshold)
    return found


def _target_info(role: str, path: str, target: TargetFile) -> TargetInfo:
    found = TARGET.fullmatch(path)
    if found is None or found[1] != role:
        raise MetadataError("foreign-target", role=role, path=shown(path[:200]))
    try:
        custom = target.custom if isinstance(target.custom, dict) else {}
        info = TargetInfo(_length(target.length), _sha256(target.hashes["sha256"]), custom)
        read_target(path, info)
    except (KeyError, TypeError, ValueError, CatalogueError):
        raise MetadataError("impossible-target", role=role, path=shown(path[:200])) from None
    return info


def _transport_info(path: str, target: TargetFile) -> tuple[str, TransportInfo]:
    own, _, wire_path = path.partition("/")
    if own != TRANSPORT or not WIRE_PATH.fullmatch(wire_path):
        raise MetadataError("foreign-target", role=TRANSPORT, path=shown(path[:200]))
    try:
        head = target.custom["head"] if target.custom else None
        signed_head = "" if head is None else _sha256(head)
        return wire_path, TransportInfo(_length(target.length), _sha256(target.hashes["sha256"]), signed_head)
    except (KeyError, TypeError, ValueError):
        raise MetadataError("impossible-target", role=TRANSPORT, path=shown(path[:200])) from None


def _length(value: Any) -> int:
    if type(value) is not int or not 0 <= value < LONGEST:
        raise ValueError(value)
    return value


def _sha256(value: Any) -> str:
    if not isinstance(value, str) or not SHA256.fullmatch(value):
        raise ValueError(value)
    return value
