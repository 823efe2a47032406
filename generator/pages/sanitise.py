"""Keep of a page's HTML what Markdown and the blocks produce.

Nothing stays that runs code, loads from elsewhere or covers the page.

Authors of many institutions write the texts, and every page is served with the same origin as learners' journals.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import nh3

from generator.pages.links import Forbidden, LineFinder, resolve
from generator.pages.page import PageSource, SiteIndex
from generator.pages.tags import read_attributes, tag_pattern
from generator.problems import Problem, problem


def names(text: str) -> set[str]:
    """The words of a text."""
    return set(text.split())


TEXT_TAGS = names(
    "a abbr address article aside b bdi bdo blockquote br caption cite code col colgroup data dd del details dfn div dl"
    " dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr i ins kbd li main mark nav ol p pre q rp rt"
    " ruby s samp section small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr center"
)
MEDIA_TAGS = names("audio img picture source track video")
CONTROL_TAGS = names("fieldset input label legend meter optgroup option output progress select textarea")
# MathML Core, https://www.w3.org/TR/mathml-core/, without annotations (they may hold HTML) and without actions.
MATH_TAGS = names(
    "math merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub"
    " msubsup msup mtable mtd mtext mtr munder munderover"
)
TAGS = TEXT_TAGS | MEDIA_TAGS | CONTROL_TAGS | MATH_TAGS
CONTENT_REMOVED = {"script", "style", "iframe", "object", "embed", "template", "noscript", "noembed", "noframes", "svg"}

EVERYWHERE = names(
    "id class title lang dir role style hidden translate data-bloco data-tipo data-campo data-inicio data-opcao"
    " data-certa data-aceita data-tolerancia data-questao data-caminho data-rotulo data-provisorio data-ferramenta"
    " data-prazo data-tabs data-linenos data-item data-instrumento data-momento data-tema"
)
MATH_ATTRIBUTES = names(
    "accent accentunder columnalign columnlines columnspacing columnspan depth displaystyle fence form frame height"
    " largeop linethickness lspace mathvariant maxsize minsize movablelimits rowalign rowlines rowspacing rowspan"
    " rspace scriptlevel separator stretchy symmetric voffset width xmlns display mathsize"
)
ATTRIBUTES: dict[str, set[str]] = {
    "*": EVERYWHERE,
    "a": names("href rel download hreflang name type"),
    "audio": names("src controls preload loop muted"),
    "col": {"span", "width"},
    "colgroup": {"span"},
    "data": {"value"},
    "del": {"datetime"},
    "details": {"open", "name"},
    "fieldset": {"disabled"},
    "img": names("src srcset sizes alt width height loading decoding align"),
    "input": names(
        "name value checked disabled size inputmode autocomplete placeholder min max step maxlength readonly"
    ),
    "ins": {"datetime"},
    "label": {"for"},
    "li": {"value"},
    "meter": names("value min max low high optimum"),
    "ol": {"start", "type", "reversed"},
    "optgroup": {"label", "disabled"},
    "option": {"value", "selected", "disabled", "label"},
    "progress": {"value", "max"},
    "select": {"name", "disabled", "multiple", "size"},
    "source": names("src srcset sizes type media width height"),
    "td": {"colspan", "rowspan", "headers", "align", "valign"},
    "textarea": names("name rows cols placeholder maxlength disabled readonly autocomplete"),
    "th": {"colspan", "rowspan", "headers", "scope", "abbr", "align", "valign"},
    "time": {"datetime"},
    "tr": {"align", "valign"},
    "track": names("src kind srclang label default"),
    "video": names("src controls preload loop muted width height poster playsinline"),
    **dict.fromkeys(MATH_TAGS, MATH_ATTRIBUTES),
    **{tag: {"align"} for tag in ("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "table", "caption")},
}
INPUT_TYPES = {"radio", "checkbox", "text", "date", "number", "time"}
STYLE_PROPERTIES = {"text-align", "vertical-align", "width", "color", "background-color", "font-weight", "font-style"}
SCHEMES = {"http", "https", "mailto", "tel"}
MAY_HOLD_HTML = {
    "<": re.compile(r"<[a-zA-Z/!?]"),
    "{": re.compile(r"\{[^}\n]*="),
    "attrs": re.compile(r"^\s+attrs\s*:", re.MULTILINE),
}
"""Raw HTML, attribute lists and the option `attrs:` of pymdownx's blocks, each with what it cannot do without."""
STYLED_TAG = re.compile(r"(<[a-zA-Z][^<>]*?)\sstyle=\"([^\"]*)\"")
MAY_CALL = re.compile(r"\sstyle=\"[^\"]*[\\(]")
"""A style that `CALL` may find something in."""
CALL = re.compile(r"\\|(?<!rgb)(?<!rgba)(?<!hsl)(?<!hsla)\(")
ANY_TAG = tag_pattern((r"[a-zA-Z][^\s/>]*",))
URL_ATTRIBUTES = {"href", "src", "cite", "poster"}


@dataclass(frozen=True)
class Sanitised:
    """Safe HTML and what was taken out of the author's."""

    html: str
    problems: tuple[Problem, ...]


def make_cleaner() -> nh3.Cleaner:
    """The sanitiser with Canoa's allowlist."""
    return nh3.Cleaner(
        tags=TAGS,
        clean_content_tags=CONTENT_REMOVED,
        attributes=ATTRIBUTES,
        generic_attribute_prefixes={"aria-"},
        tag_attribute_values={"input": {"type": INPUT_TYPES}},
        url_schemes=SCHEMES,
        filter_style_properties=STYLE_PROPERTIES,
        link_rel=None,
        strip_comments=True,
    )


def sanitise(cleaner: nh3.Cleaner, markup: str, source: PageSource, site: SiteIndex, finder: LineFinder) -> Sanitised:
    """Clean a page and say what its author lost."""
    clean = without_functions(cleaner.clean(markup))
    if not may_hold_html(source.text) and values_in(clean) == values_in(markup):
        return Sanitised(clean, ())
    return Sanitised(clean, tuple(removed(markup, clean, source, site, finder)))


def may_hold_html(text: str) -> bool:
    """True when the author may have written a tag or an attribute."""
    return any(needed in text and pattern.search(text) is not None for needed, pattern in MAY_HOLD_HTML.items())


def without_functions(clean: str) -> str:
    """Remove styles that call anything but a colour: nh3 looks at the names of properties, not at `url(…)` in them."""
    if 'style="' not in clean or MAY_CALL.search(clean) is None:
        return clean
    return STYLED_TAG.sub(lambda match: match[1] if CALL.search(match[2]) else match[0], clean)


def values_in(markup: str) -> int:
    """How many attributes have a value: what only a dangerous address changes when the author wrote no HTML."""
    return markup.count('="') - markup.count('=""')


def removed(before: str, after: str, source: PageSource, site: SiteIndex, finder: LineFinder) -> Iterator[Problem]:
    """One problem for each tag and each attribute that did not survive."""
    tags_before, attributes_before = inventory(before)
    tags_after, attributes_after = inventory(after)
    for tag, count in sorted((tags_before - tags_after).items()):
        if tag not in TAGS or tag == "input":
            for _ in range(count):
                line = finder.line(f"<{tag}", f"<{tag.upper()}", tag)
                yield problem(source.shown_path, line, "html-removed", what=f"<{tag}>")
    for (tag, name, value), count in sorted((attributes_before - attributes_after).items()):
        if tag in TAGS:
            for _ in range(count):
                yield explain(tag, name, value, source, site, finder)


def explain(tag: str, name: str, value: str, source: PageSource, site: SiteIndex, finder: LineFinder) -> Problem:
    """Why an attribute was removed: a dangerous address, or a name or value that is not allowed."""
    if name in URL_ATTRIBUTES and isinstance(resolve(value, source, site), Forbidden):
        return problem(source.shown_path, finder.line(value), "link-scheme", target=value[:200])
    line = finder.line(f"{name}=", f"{name}:", f"{name} =", name, name.upper())
    what = f"<{tag} style=“{value}: …”>" if name == "style" else f"<{tag} {name}=…>"
    return problem(source.shown_path, line, "html-removed", what=what)


def attribute_keys(tag: str, name: str, value: str) -> list[tuple[str, str, str]]:
    """What an attribute counts as: addresses with their value, styles as one entry for each property."""
    if name == "style":
        return [(tag, "style", part.partition(":")[0].strip().lower()) for part in value.split(";") if part.strip()]
    return [(tag, name, value if name in URL_ATTRIBUTES else "")]


def inventory(markup: str) -> tuple[Counter[str], Counter[tuple[str, str, str]]]:
    """How often each tag occurs, and each attribute; of its values only those of addresses are told apart."""
    tags: Counter[str] = Counter()
    attributes: Counter[tuple[str, str, str]] = Counter()
    for match in ANY_TAG.finditer(markup):
        if match["name"] is None:
            script = re.match(r"<(script|style)", match[0], re.IGNORECASE)
            tags.update([script[1].lower()] if script else [])
        elif not match["close"]:
            tag = match["name"].lower()
            tags[tag] += 1
            for name, value in read_attributes(match["attributes"]).items():
                attributes.update(attribute_keys(tag, name, value))
    return tags, attributes
