"""What is said about mirrors and about what could not be read of them, as message ids."""

from __future__ import annotations

from collections.abc import Mapping

from generator.problem_kinds import N_

STATE_WORDS: Mapping[str, str] = {
    "atual": N_("up to date"),
    "atrasado": N_("late"),
    "vencido": N_("out of date"),
    "relogio-suspeito": N_("clock wrong"),
    "vazio": N_("empty"),
    "sem-contato": N_("no contact"),
}
"""In the order from good to bad; the last one is of mirrors that only the list of addresses knows.
Translations stay the same for one and for many: “em atraso”, not “atrasado”."""
TROUBLES: Mapping[str, str] = {
    "no-answer": N_("does not answer"),
    "too-slow": N_("did not answer in time"),
    "no-certificate": N_("has a certificate that does not count"),
    "sent-elsewhere": N_("sends to another address"),
    "no-status-there": N_("has no status at this address"),
    "too-large": N_("sent too much"),
    "no-json": N_("sent something else (a login page?)"),
    "no-status": N_("sent something else (a login page?)"),
    "newer-version": N_("needs a newer Canoa to be read"),
    "bad-value": N_("says something impossible"),
    "no-file": N_("the file cannot be read"),
}
WARNINGS: Mapping[str, str] = {
    "went-back": N_("went back from edition {before} to {release}"),
    "from-the-future": N_("is dated {days} days ahead: its clock is wrong"),
    "shared-id": N_("shares its identity with “{others}”: a copied card, or a new name"),
}
