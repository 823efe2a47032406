"""What a hostile author can write, and what is left of it: no code, nothing from elsewhere, nothing over the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.pages.sanitise import inventory, make_cleaner
from tests.pages.rendering import render

HOSTILE = r"""
<script>alert(1)</script>
<ScRiPt src=//evil.example/x.js></sCrIpT>
<img src=x onerror=alert(1)>
<img src="foto.png" alt="a" onload=alert(1)>
<svg onload=alert(1)><script>alert(1)</script></svg>
<svg><animate onbegin=alert(1) attributeName=x></svg>
<svg><foreignObject><iframe src="javascript:alert(1)"></iframe></foreignObject></svg>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">
<math><annotation-xml encoding="text/html"><img src=x onerror=alert(1)></annotation-xml></math>
<math><mi xlink:href="javascript:alert(1)" href="javascript:alert(1)">x</mi></math>
<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>
<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>
<textarea><img title="</textarea><img src=x onerror=alert(1)>"></textarea>
<select><template><script>alert(1)</script></template></select>
<a href=" &#1; javascript:alert(1)">x</a>
<a href="jav&#x09;ascript:alert(1)">x</a>
<a href="&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1)">x</a>
<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>
<a href="foto.png" onclick="x()" ping="http://evil.example" target="_blank">x</a>
[a](javascript:alert(1))
[a](&#106;avascript:alert(1))
[a](java&#10;script:alert(1))
[a](JaVaScRiPt:alert(1))
[a](data:text/html,x)
[a](vbscript:x)
[a](file:///etc/passwd)
<javascript:alert(1)>
[a][r] e *b*{onclick=alert(1)} e ![c](foto.png){onerror=alert(1) style="position:fixed"}
<div style="position:fixed;inset:0;z-index:9;background:url(http://evil.example/x)">x</div>
<div style="background-color: url(http://evil.example/x)">x</div>
<p style="color: expression(alert(1))">x</p>
<iframe src="http://evil.example/"></iframe>
<iframe src="javascript:alert(1)"></iframe>
<iframe srcdoc="<script>alert(1)</script>">
<object data="http://evil.example/x.swf"></object><embed src="http://evil.example/x">
<base href="http://evil.example"><meta http-equiv="refresh" content="0;url=http://evil.example">
<link rel=stylesheet href=http://evil.example/x.css>
<form action="http://evil.example"><input name=q><button formaction="javascript:alert(1)">x</button></form>
<input type="image" src="http://evil.example/x.png">
<video src="http://evil.example/v.mp4" autoplay onplay=alert(1)></video>
<video controls poster="http://evil.example/p.png"><source src="escuta.mp4"><source src="http://evil.example/v"></video>
<audio src=escuta.mp3 onplay=alert(1) autoplay></audio>
<video src="escuta.mp4"><track src="http://evil.example/x.vtt"><track src="data:text/vtt,x"></video>
<img srcset="http://evil.example/x.png 2x, foto.png" src="foto.png" alt="a">
<picture><source srcset="http://evil.example/x.png"><img src="foto.png" alt="a"></picture>
<img src="data:image/svg+xml,<svg onload=alert(1)>" alt="z">
![a](http://evil.example/x.png) ![a](//evil.example/x.png) ![a](\\evil.example\x.png) ![a](/\evil.example/x.png)
![a](&#104;ttp://evil.example/x.png)
<table background="http://evil.example/x.png"><tr><td background="http://evil.example/x.png">1</td></tr></table>
<style>@import url(http://evil.example)</style>
<x-y onclick=alert(1)>t</x-y>
<p title='<script>alert(1)</script>'>x</p>
<blockquote cite="javascript:alert(1)">x</blockquote>
$\href{javascript:alert(1)}{x}$ $\text{<img src=x onerror=alert(1)>}$
*[<img src=x onerror=alert(1)>]: <script>alert(1)</script>
""".strip().split("\n")

BLOCKS = [
    '/// note | <img src=x onerror=alert(1)>\n    attrs: {onclick: "alert(1)", style: "position:fixed"}\n\nx\n\n///',
    "/// html | script\n\nalert(1)\n\n///",
    "/// html | iframe\n    attrs: {src: http://evil.example}\n\nx\n\n///",
    '/// questao | "><script>a</script>\n    attrs: {onclick: "x()"}\n\nO quê?\n\n- [ ] <script>a</script>\n\n///',
    "/// questao\n\nO quê?\n\n- [ ] a\n    > <img src=x onerror=alert(1)>\n- [x] b\n\n///",
    '/// numerica\n    unidade: "<script>alert(1)</script>"\n\nQ?\n\n- 1\n\n///',
    '/// lacunas\n\nx [["><script>alert(1)</script>]]\n\n///',
    '/// associar\n\n| a | b |\n|---|---|\n| "><script>a</script> | <img src=x onerror=a> |\n| c | d |\n\n///',
    '/// midia | "><script>x</script>\n    video: "javascript:alert(1)"\n    audio: http://evil.example/a\n\n///',
    "/// ficha\n    ferramenta: '<script>x</script>'\n\n| <b onclick=x>A</b> [<script>, x] |\n|---|\n| |\n\n///",
    "/// na-sua-unidade\n    tempo: '<script>x</script>'\n\nx\n\n///",
    '/// caso\n\n#### A <script>x</script> {#a" onclick="x}\n\nFim do caso.\n\n///',
]

RUNS_CODE = {
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "base",
    "meta",
    "link",
    "form",
    "svg",
    "template",
    "button",
}
ADDRESSES = {"href", "src", "srcset", "poster", "action", "formaction", "data", "background", "cite", "ping"}


class Danger(HTMLParser):
    """Collects what a page must not hold."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag] if tag in RUNS_CODE else []
        for name, value in attrs:
            self.found += list(self.about(tag, name, value or ""))

    def about(self, tag: str, name: str, value: str) -> Iterator[str]:
        compact = re.sub(r"[\x00-\x20]", "", value).replace("\\", "/").lower()
        if name.startswith("on") or name in {"srcdoc", "formaction", "ping", "target", "autoplay"}:
            yield f"{tag} {name}"
        if name == "style" and re.search(r"position|url|expression|inset|z-index", value):
            yield f"{tag} style={value}"
        captions = tag == "track" and compact.startswith("data:text/vtt;base64,")
        if name in ADDRESSES and re.match(r"[a-z+.-]+:", compact) and not captions:
            allowed = ("http:", "https:", "mailto:", "tel:") if tag == "a" else ()
            if not compact.startswith(allowed or ("\0",)):
                yield f"{tag} {name}={value}"
        if name in ADDRESSES and tag != "a" and compact.startswith("//"):
            yield f"{tag} {name}={value}"


def dangers(markup: str) -> list[str]:
    parser = Danger()
    parser.feed(markup)
    parser.close()
    return parser.found


@pytest.mark.parametrize("text", HOSTILE + BLOCKS)
def test_hostile_text_does_nothing(text: str) -> None:
    assert dangers(render(f"Antes.\n\n{text}\n\n[r]: javascript:alert(1)\n").html) == []


@pytest.mark.parametrize("text", HOSTILE + BLOCKS)
def test_what_is_left_reads_the_same_in_a_browser(text: str) -> None:
    """A page whose HTML changes when it is parsed and written again may hide something (mutation XSS)."""
    html = render(f"Antes.\n\n{text}\n").html
    html = re.sub(r'src="data:text/vtt[^"]*"', "", html)
    once = make_cleaner().clean(html)
    assert make_cleaner().clean(once) == once
    assert inventory(once)[0] == inventory(html)[0]


@pytest.mark.parametrize(
    "text", [text for text in HOSTILE if "script:" in text or "<base" in text or "<embed" in text or "<iframe" in text]
)
def test_dangerous_addresses_never_survive_even_when_html_is_allowed(text: str) -> None:
    html = render(f"Antes.\n\n{text}\n", allow_html=True).html
    outside_scripts = re.sub(r"<script.*?</script>|<style.*?</style>|<!--.*?-->", "", html, flags=re.DOTALL)
    wrong = [found for found in dangers(outside_scripts) if re.search(r"script:|base|embed|iframe|object|meta", found)]
    assert wrong == []


def test_html_is_kept_when_authors_are_trusted() -> None:
    assert "<button>b</button>" in render("a <button>b</button>", allow_html=True).html
    assert "<button>" not in render("a <button>b</button>").html


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*HOSTILE, *BLOCKS, "\n\n", "///", "- ", "    ", "> ", "<div>", "</div>", "`", "```"])))
def test_no_mixture_of_hostile_texts_does_anything(parts: list[str]) -> None:
    assert dangers(render("\n".join(parts)).html) == []


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="/<>[]()#*_|:-x `~!{}=\"'&;\n$\\^+?.1aã\t\0\x02\x03", max_size=120))
def test_no_text_makes_rendering_fail(text: str) -> None:
    page = render(text)
    assert dangers(page.html) == []
