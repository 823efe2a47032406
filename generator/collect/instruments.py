"""Evaluations: each item before and after, paired by person and code, and by audience."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from generator.collect.cells import WITHHELD, Cell, Chart, Material, Pair, mean
from generator.collect.suppression import bands, is_few, may_show_bands, may_show_mean, of_whole, partition

Values = dict[float, int]
BEFORE, AFTER = "antes", "depois"
MOST_STEPS = 11
LONGEST_CHOICES = 12


class Item(NamedTuple):
    """An item under its code, in the wording of the first edition."""

    code: str
    type: str
    text: str
    choices: tuple[str, ...]

    @property
    def label(self) -> str:
        """What the report calls it."""
        return f"{self.text} ({self.code})" if self.text else self.code


class Answers(NamedTuple):
    """How one item with numbers was answered by the same people; `before` is empty when it was asked once."""

    item: Item
    people: int
    before: Values
    after: Values
    change: Values
    by_audience: dict[str, Values]
    """The answers after, or the only ones."""
    decimals: int
    """Of the means: one where the distribution has joined steps."""

    @property
    def steps(self) -> list[float]:
        """The steps of the scale: those that the codebook counts, else those that were chosen."""
        return _steps(self.item, {*self.before, *self.after})

    def moments(self) -> Iterator[Values]:
        """The answers before, where there are any, and those after."""
        yield from (values for values in (self.before, self.after) if values)


def instrument_charts(material: Material, name: str, prefix: str) -> Iterator[Chart]:
    """The tables of one instrument."""
    items = list(_items(material, name))
    numbers = [found for item in items if (found := _answers(material, name, item))]
    paired = [found for found in numbers if found.before]
    once = [found for found in numbers if not found.before]
    if paired:
        yield _paired(material, f"{prefix}-antes-depois", paired)
    if once:
        yield _once(material, f"{prefix}-medias", once)
    distributions = _distributions(material, f"{prefix}-distribuicao", numbers)
    if distributions:
        yield distributions
    if numbers:
        yield _by_audience(material, f"{prefix}-por-publico", numbers)
    choices = _choices(material, name, f"{prefix}-escolhas", items)
    if choices.rows:
        yield choices


def _items(material: Material, name: str) -> Iterator[Item]:
    known = {
        code: Item(code, kind, text, tuple(choices.split(" | ")) if choices else ())
        for code, kind, text, choices in material.database.rows(
            'SELECT codigo, tipo, texto, valores FROM "livro-de-codigos" WHERE instrumento = ? ORDER BY edicao DESC',
            name,
        )
    }
    used = "SELECT codigo, min(tipo), count(DISTINCT pessoa) FROM questionarios WHERE instrumento = ? GROUP BY codigo"
    for code, kind, people in material.database.rows(used + " ORDER BY codigo", name):
        if not is_few(people, material.k):
            yield known.get(code, Item(code, kind, "", ()))


def _answers(material: Material, name: str, item: Item) -> Answers | None:
    """Those of the people who answered both times, where it was asked both times of enough people."""
    paired = """
        SELECT after.publico, before.numero, after.numero, count(*) FROM numbers AS before
        JOIN numbers AS after USING (pessoa, instrumento, codigo)
        WHERE instrumento = ? AND codigo = ? AND before.momento = 'antes' AND after.momento = 'depois'
        GROUP BY 1, 2, 3
    """
    before, after, change = Values(), Values(), Values()
    groups: dict[str, Values] = {}
    for audience, first, last, people in material.database.rows(paired, name, item.code):
        _add(before, first, people)
        _add(after, last, people)
        _add(change, last - first, people)
        _add(groups.setdefault(audience, Values()), last, people)
    if before and not is_few(sum(before.values()), material.k):
        return _rounded(material, Answers(item, sum(before.values()), before, after, change, groups, 2))
    return _asked_once(material, name, item)


def _asked_once(material: Material, name: str, item: Item) -> Answers | None:
    """The answers of the moment at which most people answered."""
    moments = "SELECT momento, count(*) FROM numbers WHERE instrumento = ? AND codigo = ? GROUP BY 1 ORDER BY 2 DESC, 1"
    moment = next((moment for moment, _ in material.database.rows(moments, name, item.code)), "")
    answers = """
        SELECT publico, numero, count(*) FROM numbers WHERE instrumento = ? AND codigo = ? AND momento = ?
        GROUP BY 1, 2
    """
    after = Values()
    groups: dict[str, Values] = {}
    for audience, value, people in material.database.rows(answers, name, item.code, moment):
        _add(after, value, people)
        _add(groups.setdefault(audience, Values()), value, people)
    if not after:
        return None
    named = {BEFORE: material.translate("Before"), AFTER: material.translate("After")}.get(moment)
    if named:
        item = item._replace(text=f"{item.text} – {named}")
    return _rounded(material, Answers(item, sum(after.values()), Values(), after, Values(), groups, 2))


def _rounded(material: Material, found: Answers) -> Answers:
    return found._replace(decimals=_decimals(material, found))


def _add(values: Values, value: float, people: int) -> None:
    values[value] = values.get(value, 0) + people


def _paired(material: Material, identifier: str, paired: list[Answers]) -> Chart:
    _ = material.translate
    rows, pairs = [], []
    for found in paired:
        allowed = all(may_show_mean(values, material.k) for values in (found.before, found.after))
        changed = allowed and may_show_mean(found.change, material.k)
        change = material.write.mean(found.change, shown=allowed, decimals=found.decimals)
        rows.append(
            (
                Cell(found.item.label),
                material.write.count(found.people),
                material.write.mean(found.before, shown=allowed, decimals=found.decimals),
                material.write.mean(found.after, shown=allowed, decimals=found.decimals),
                Cell(f"+{change.text}") if allowed and mean(found.change) > 0 else change,
                *_moved(material, found, shown=changed),
            )
        )
        if allowed and found.item.type == "escala":
            before, after = (round(mean(values), found.decimals) for values in found.moments())
            pairs.append(Pair(len(rows), before, after, found.steps[0], found.steps[-1]))
    head = (
        _("Item"),
        _("People"),
        _("Before, mean"),
        _("After, mean"),
        _("Difference"),
        _("Higher after"),
        _("Lower after"),
    )
    notes = (_("Only people who answered the item both times."),)
    return Chart(identifier, _("Before and after"), head, tuple(rows), notes, tuple(pairs))


def _moved(material: Material, found: Answers, *, shown: bool) -> tuple[Cell, Cell]:
    """How many people rose and fell: with those who stayed, a partition."""
    higher = sum(people for change, people in found.change.items() if change > 0)
    lower = sum(people for change, people in found.change.items() if change < 0)
    counts = partition([higher, lower, found.people - higher - lower], material.k)
    if not shown or None in counts:
        return Cell(WITHHELD), Cell(WITHHELD)
    return material.write.count(higher), material.write.count(lower)


def _once(material: Material, identifier: str, once: list[Answers]) -> Chart:
    _ = material.translate
    rows = tuple(
        (
            Cell(found.item.label),
            material.write.count(found.people),
            material.write.mean(found.after, shown=may_show_mean(found.after, material.k), decimals=found.decimals),
        )
        for found in once
    )
    return Chart(identifier, _("Mean values"), (_("Item"), _("People"), _("Mean")), rows)


def _decimals(material: Material, found: Answers) -> int:
    """Two, or one where joined steps are shown beside the mean."""
    if found.item.type != "escala":
        return 2
    shown = [values for values in found.moments() if may_show_bands(values, found.steps, material.k)]
    return 1 if any(len(bands(values, found.steps, material.k)) < len(found.steps) for values in shown) else 2


def _distributions(material: Material, identifier: str, numbers: list[Answers]) -> Chart | None:
    """How often each step of a scale was chosen, steps with few people joined; not at all where that would tell."""
    _ = material.translate
    rows: list[tuple[Cell, ...]] = []
    withheld = 0
    for found in numbers:
        if found.item.type == "escala":
            moments = zip((_("Before"), _("After")) if found.before else ("",), found.moments(), strict=True)
            for moment, values in moments:
                made = list(_distribution(material, found, moment, values))
                withheld += not made
                rows += made
    if not rows and not withheld:
        return None
    notes: tuple[str, ...] = ()
    if withheld:
        text = _("Distributions left out because fewer than {k} people chose one of the steps: {count}.")
        notes = (text.format(k=material.k, count=withheld),)
    head = (_("Item"), _("Moment"), _("Answer given"), _("People"), _("Share of people"))
    return Chart(identifier, _("Distribution of answers"), head, tuple(rows), notes, lead=3)


def _distribution(material: Material, found: Answers, moment: str, values: Values) -> Iterator[tuple[Cell, ...]]:
    if not may_show_bands(values, found.steps, material.k):
        return
    total = sum(values.values())
    for first, last, people in bands(values, found.steps, material.k):
        step = material.write.number(first) if first == last else f"{first:.0f}–{last:.0f}"
        share = Cell(f"{material.write.number(people / total * 100, 1)} %", people / total)
        yield Cell(found.item.label), Cell(moment), Cell(step), material.write.count(people), share


def _steps(item: Item, given: Iterable[float]) -> list[float]:
    chosen = sorted(given)
    whole = all(step == int(step) for step in chosen)
    if not whole or chosen[-1] - chosen[0] >= 2 * MOST_STEPS:
        return chosen
    first = min(int(chosen[0]), _first_step(item.choices, int(chosen[0])))
    last = max(int(chosen[-1]), first + len(item.choices) - 1)
    return [float(step) for step in range(first, last + 1)]


def _first_step(choices: tuple[str, ...], otherwise: int) -> int:
    """The number that the first choice begins with."""
    digits = choices[0].split(" ")[0] if choices else ""
    return int(digits) if digits.isdecimal() and len(digits) <= 3 else otherwise


def _by_audience(material: Material, identifier: str, numbers: list[Answers]) -> Chart:
    _ = material.translate
    audiences = material.audiences(name for found in numbers for name in found.by_audience)
    rows = []
    for found in numbers:
        means = material.audience_means(found.by_audience, found.decimals)
        rows.append((Cell(found.item.label), *(means.get(name, Cell("–")) for name in audiences)))
    head = (_("Item"), *map(material.audience, audiences))
    notes = (_("Means of the last answers; – where nobody was asked, * where too few people would be shown."),)
    return Chart(identifier, _("Answers by audience"), head, tuple(rows), notes)


def _choices(material: Material, name: str, identifier: str, items: list[Item]) -> Chart:
    """Items with things to choose: who chose what, before and after."""
    _ = material.translate
    rows: list[tuple[Cell, ...]] = []
    for item in items:
        if item.type not in ("escolha", "varias"):
            continue
        for moment, shown in ((BEFORE, _("Before")), (AFTER, _("After")), ("", "")):
            counts: dict[str, int] = dict(
                material.database.rows(
                    "SELECT resposta, count(DISTINCT pessoa) FROM questionarios "
                    "WHERE instrumento = ? AND codigo = ? AND momento = ? GROUP BY resposta",
                    name,
                    item.code,
                    moment,
                )
            )
            people = material.database.number(
                "SELECT count(DISTINCT pessoa) FROM questionarios WHERE instrumento = ? AND codigo = ? AND momento = ?",
                name,
                item.code,
                moment,
            )
            if people and not is_few(people, material.k):
                lead = (Cell(item.label), Cell(shown))
                rows += [(*lead, *cells) for cells in _choice_rows(material, item, counts, people)]
    head = (_("Item"), _("Moment"), _("Answer given"), _("People"), _("Share of people"))
    return Chart(identifier, _("What was chosen"), head, tuple(rows), lead=3)


def _choice_rows(
    material: Material, item: Item, counts: Mapping[str, int], people: int
) -> Iterator[tuple[Cell, Cell, Cell]]:
    """Answers as the codebook has them; all that it does not have in one row."""
    _ = material.translate
    names = list(item.choices)[: LONGEST_CHOICES * 4]
    other = sum(count for answer, count in counts.items() if answer not in names)
    if item.type == "varias":
        for answer in names:
            yield Cell(answer), *material.write.part(counts.get(answer, 0), people)
        return
    values = [counts.get(answer, 0) for answer in names] + ([other] if other else [])
    labels = names + ([_("Other answers")] if other else [])
    for answer, count in zip(labels, partition(values, material.k), strict=True):
        found = None if count is None else of_whole(count, people, 1)
        share = Cell(f"{material.write.number(count / people * 100, 1)} %", count / people) if found and count else None
        yield Cell(answer), material.write.count(count), share or Cell(WITHHELD)
