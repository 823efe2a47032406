"""Says what changed between two releases in sentences for learners."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from generator.release.changes import Changes, Contents, CourseChanges, compare
from generator.release.refusals import ReleaseError
from generator.release.workplace import Workplace

Translate = Callable[[str], str]
INDENT = "  "


def tell_releases(work: Workplace, number: int | None, translate: Translate) -> Iterator[str]:
    """What each release brought, the newest first, or only one of them.  Raises `ReleaseError`."""
    _ = translate
    known = work.numbers()
    if not known:
        raise ReleaseError("no-release")
    for one in [number] if number is not None else sorted(known, reverse=True):
        edition = work.read_edition(one)
        older = work.read_edition(one - 1).contents if one - 1 in known else None
        yield _("Release {number}, {date}").format(number=one, date=shown_date(edition.date, translate))
        yield from (INDENT + line for line in tell_release(older, edition.contents, translate))


def shown_date(date: str, translate: Translate) -> str:
    """The day of an ISO date, as it is written in the reader's language."""
    year, month, day = date[:10].split("-")
    return translate("{year}-{month}-{day}").format(year=year, month=month, day=day)


def tell_release(old: Contents | None, new: Contents, translate: Translate) -> Iterator[str]:
    """Lines about what a release brought; `old` is None for the first one."""
    _ = translate
    changes = compare(old or {}, new)
    if old is not None and not changes:
        yield _("No text changed, only how pages look or work.")
    yield from tell_changes(changes, translate)


def tell_changes(changes: Changes, translate: Translate) -> Iterator[str]:
    """The changes, courses first."""
    _ = translate
    for title in changes.new:
        yield _("New course: {title}").format(title=title)
    for title in changes.withdrawn:
        yield _("Withdrawn course: {title}").format(title=title)
    for old, new in changes.renamed:
        yield _("The course “{old}” is called “{new}” now.").format(old=old, new=new)
    for course in changes.courses:
        yield course.title or _("Pages that belong to no course")
        yield from (INDENT + line for line in _tell_pages(course, translate))


def _tell_pages(course: CourseChanges, translate: Translate) -> Iterator[str]:
    _ = translate
    yield from (_("New page: {title}").format(title=title) for title in course.new)
    yield from (_("Changed page: {title}").format(title=title) for title in course.changed)
    yield from (_("At another address: {title}").format(title=title) for title in course.moved)
    yield from (_("Withdrawn page: {title}").format(title=title) for title in course.withdrawn)
