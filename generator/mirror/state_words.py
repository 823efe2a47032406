"""How a mirror is, in words for whoever stands before it, out of what its `espelho.json` says."""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from generator.mirror.absent_course import LAYER_NAMES
from generator.mirror.refusals import MIRROR_REFUSALS
from generator.mirror.store import EVERYTHING
from generator.problem_kinds import N_


class StateWords(NamedTuple):
    """A state in words."""

    name: str
    advice: str
    is_good: bool = False


STATES: Mapping[str, StateWords] = {
    "atual": StateWords(N_("Up to date"), N_("This is the newest edition that was known at the last contact."), True),
    "atrasado": StateWords(
        N_("Late"),
        N_("For some time this box has not heard whether there is a newer edition. What is here can be used."),
    ),
    "vencido": StateWords(
        N_("Out of date"),
        N_(
            "It is long since this box had any news. Read with care what may have changed, such as protocols and "
            "doses, and ask whoever takes care of the box to update it."
        ),
    ),
    "relogio-suspeito": StateWords(
        N_("The clock seems wrong"),
        N_("So nobody can say how old this copy is. Whoever takes care of the box should set its date and time."),
    ),
    "vazio": StateWords(N_("Nothing here yet"), N_("This box has not received any edition.")),
}
"""In the order from good to bad."""
UNKNOWN = StateWords(N_("Not known"), N_("This box does not say how it is."))


@dataclass(frozen=True)
class Telling:
    """How things are said to one reader."""

    translate: Callable[[str], str]
    language: str
    ngettext: Callable[[str, str, int], str] = gettext.ngettext

    def state(self, status: Mapping[str, Any]) -> StateWords:
        """The state, translated."""
        found = STATES.get(str(status.get("state")), UNKNOWN)
        return found._replace(name=self.translate(found.name), advice=self.translate(found.advice))

    def moment(self, written: str) -> str:
        """An ISO date in UTC, as it is written in the reader's language, to the minute."""
        if len(written) < 16:
            return self.translate("never")
        day = self.translate("{year}-{month}-{day}").format(year=written[:4], month=written[5:7], day=written[8:10])
        return self.translate("{day}, {time} (UTC)").format(day=day, time=written[11:16])

    def day(self, written: str) -> str:
        """The day of it."""
        return self.moment(written).partition(",")[0]

    def layers(self, names: Sequence[str]) -> str:
        """Parts of courses, by name."""
        return ", ".join(self.translate(LAYER_NAMES.get(name, name)) for name in names)

    def number(self, value: float, decimals: int = 0) -> str:
        """A number with the language's signs."""
        signs = self.translate(",.")
        return f"{value:,.{decimals}f}".translate({ord(","): signs[0], ord("."): signs[1]})

    def size(self, size: int) -> str:
        """Bytes in units of 1000, as file managers and links count."""
        for limit, unit in ((1000**2, "kB"), (1000**3, "MB"), (1000**5, "GB")):
            if size < limit:
                return f"{self.number(size / (limit / 1000 if unit != 'GB' else 1000**3), 1)} {unit}"
        return f"{self.number(size)} B"

    def trouble(self, kind: str) -> str:
        """What went wrong, as far as it matters to who is not there; `kind` as in the refusals."""
        known = MIRROR_REFUSALS.get(kind)
        if known and known.fault == "computer":
            return self.translate("the computer or the link failed")
        return self.translate("what was received could not be used")

    def facts(self, status: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Name and value of all that is worth saying."""
        _ = self.translate
        place = ", ".join(str(status[key]) for key in ("name", "region") if status.get(key))
        if place:
            yield _("Place"), place
        if status.get("release"):
            yield _("Edition"), self.number(status["release"])
            yield _("Last confirmed by the publisher"), self.moment(status.get("signed_at", ""))
            yield _("Counts as current until"), self.day(status.get("timestamp_expires", ""))
        yield _("Last contact"), self.moment(status.get("checked_at", ""))
        yield _("Last update"), self.moment(status.get("synced_at", ""))
        if status.get("upstream"):
            yield _("Receives from"), str(status["upstream"])
        if status.get("last_error"):
            kind, moment = status["last_error"].get("kind", ""), self.moment(status["last_error"].get("at", ""))
            yield _("Last trouble"), f"{self.trouble(kind)} ({kind}), {moment}"
        if status.get("release"):
            everything = list(status.get("courses", ())) == [EVERYTHING]
            yield _("Courses"), _("all") if everything else self.number(len(status.get("courses", ())))
            yield _("Parts"), self.layers(status.get("layers", ()))
            yield _("Size"), self.size(int(status.get("bytes", 0)))
        if status.get("software"):
            yield _("Software"), f"Canoa {status['software']}"
