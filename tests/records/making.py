"""Records for the tests: small ones by hand, all kinds of them by hypothesis."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

WRITER = "abcdefgh"
TIME = 1_790_000_000_000


def entry(value: Any, time: int = TIME, writer: str = WRITER) -> dict[str, Any]:
    return {"v": value, "t": time, "r": writer}


def record(entries: dict[str, Any] | None = None, person: str = "a" * 32, **changes: Any) -> dict[str, Any]:
    """A record with these values under its keys; a value may be a whole entry."""
    made = {
        key: value if isinstance(value, dict) and set(value) == {"v", "t", "r"} else entry(value)
        for key, value in (entries or {}).items()
    }
    return {
        "format": "canoa-record",
        "version": 1,
        "site": {"id": "site", "name": "Site"},
        "person": {"id": person},
        "exported": "2026-11-22T10:00:00Z",
        "entries": made,
        **changes,
    }


def as_bytes(values: Any) -> bytes:
    return json.dumps(values, ensure_ascii=False).encode()


ITEMS = {
    "clima": {"text": "O clima é bom", "type": "escala", "choices": ["1 Não", "2", "3", "4", "5 Sim"], "theme": "sus"},
    "onde": {"text": "Onde estuda?", "type": "escolha", "choices": ["Casa", "Unidade"], "theme": ""},
    "obs": {"text": "O que falta?", "type": "texto", "choices": [], "theme": ""},
}
EVERY_KIND: dict[str, Any] = {
    "about/q1": {"kind": "questao", "title": "Conduta", "page": "a/b.html", "course": "a", "items": 3, "tool": "x"},
    "about/curso%2Fp.html%23q": {"kind": "questao"},
    "answer/q1/0a": {"answer": ["Acolher"], "score": 0.5, "hint": True},
    "answer/q1/0b": {"answer": ["Acolher"], "score": 1},
    "draft/q1": ["um", "dois"],
    "case/c1/0a": {"path": ["chegada", "fim"], "titles": ["Chegada", "Fim"], "end": True},
    "text/r1": "Linha um\nlinha dois =1+1",
    "task/t1/done": True,
    "task/t1/text": "Feito",
    "task/t1/due": "2026-12-01",
    "task/t1/doneOn": "",
    "check/l1/item": False,
    "check/l1/": True,
    "sheet/f1/used": "nao",
    "sheet/f1/row/1": 1,
    "sheet/f1/cell/1/acao": "texto",
    "sheet/f1/cell/1/": "-5",
    "survey/s1/clima": 4,
    "survey/s1/onde": "Casa",
    "survey/s1/obs": "Nada",
    "survey/s1/tools": ["a", "b"],
    "survey/s1": {"instrument": "curso", "moment": "antes", "done": "2026-11-01", "items": ITEMS},
    "journal/j1/created": "2026-10-01",
    "journal/j1/changed": "Mudou",
    "journal/j1/since": "2026-09-01",
    "journal/j1/tool": "acolhimento",
    "journal/j1/before": "nao",
    "journal/j1/evidence": "",
    "journal/j1/helps": "a",
    "journal/j1/hinders": "b",
    "journal/j1/next": "c",
    "journal/j1/follow30": {"date": "2026-10-01", "state": "mantida", "text": "sim"},
    "journal/j1/mood": 3,
    "elective/e1": {"chosen": True, "problem": "diabetes", "why": "porque"},
    "territory/unit": "UBS",
    "territory/problems": ["diabetes"],
    "person/audience": "enfermagem",
    "page/last": {"page": "x.html", "title": "X"},
    "gone/x": None,
    "text/gone": None,
    "novidade/x/y/z": {"a": [1, 2.5, "x", {"b": None}]},
}
"""A value for each kind of key, and some of kinds that this version does not know."""

scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
leaves = scalars | texts
branches = leaves | st.lists(leaves, max_size=3) | st.dictionaries(texts, leaves, max_size=3)
values = branches | st.lists(branches, max_size=3) | st.dictionaries(texts, branches, max_size=3)
entries = st.dictionaries(
    st.sampled_from(["novo/a", "novo/b", "novo/c"]),
    st.builds(entry, values, st.integers(1, 3), st.sampled_from(["a", "b"])),
)
