"""What every server of a mirror must do: our own, nginx and Caddy with the configuration that we write for them."""

from __future__ import annotations

import gzip
import http.client
import json
from collections.abc import Iterator

import pytest

from tests.mirror.serving.boxes import OBJECT_NAME, SECRET, SERVERS, SITE, TYPES, VIDEO, WIRE_OBJECT, Box, make_mirror

OBJECT = f"/.canoa/obj/{OBJECT_NAME[:2]}/{OBJECT_NAME}"


@pytest.fixture(scope="module", params=SERVERS)
def box(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    with SERVERS[request.param](make_mirror(tmp_path_factory.mktemp(request.param))) as running:
        yield running


def test_every_file_comes_with_its_type(box: Box) -> None:
    got = {path: box.get(path) for path in TYPES}
    assert {path: reply["Content-Type"] for path, reply in got.items()} == TYPES
    assert {reply.status for reply in got.values()} == {200}


def test_the_front_page_and_names_with_accents_are_found(box: Box) -> None:
    assert box.get("/").body == SITE["index.html"]
    assert box.get("/um/").body == SITE["um/index.html"]
    assert box.get("/um/li%C3%A7%C3%A3o%201.html").body == SITE["um/lição 1.html"]
    assert box.get("/um/index.html?q=a/../b#x".replace("#x", "")).body == SITE["um/index.html"]


def test_a_folder_without_its_slash_is_sent_on(box: Box) -> None:
    reply = box.get("/um")
    assert (reply.status in (301, 308), reply["Location"]) == (True, "/um/")


@pytest.mark.parametrize("path", ["/um/vazia/", "/canoa/", "/.canoa/", "/.canoa/obj/", "/.canoa/md/", "/.canoa/obj"])
def test_no_folder_is_listed(box: Box, path: str) -> None:
    reply = box.get(path)
    assert reply.status == 404
    assert b"Esta p\xc3\xa1gina n\xc3\xa3o est\xc3\xa1 nesta c\xc3\xb3pia" in reply.body


def test_a_page_that_is_not_here_is_a_friendly_one(box: Box) -> None:
    reply = box.get("/um/nada.html", Accept_Encoding="gzip")
    page = gzip.decompress(reply.body).decode() if reply["Content-Encoding"] else reply.body.decode()
    assert (reply.status, reply["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "Curso um" in page and "Curso que não veio" in page and 'href="/index.html"' in page


@pytest.mark.parametrize(
    "path",
    [
        *("/../segredo.txt", "/um/../../segredo.txt", "/%2e%2e/segredo.txt", "/%2e%2e%2fsegredo.txt"),
        *("/..%2fsegredo.txt", "/..%5csegredo.txt", "/..\\segredo.txt", "/um/..%2f..%2f..%2fsegredo.txt"),
        *("/%252e%252e/segredo.txt", "/um/%c0%ae%c0%ae/segredo.txt", "/.canoa/../../segredo.txt", "//segredo.txt"),
        *("/.canoa/obj/%2e%2e/%2e%2e/mirror.json", "/.canoa/obj/../../mirror.json", "/.canoa/md/..%2f..%2fmirror.json"),
        *(
            "/mirror.json",
            "/.canoa/mirror.json",
            "/.canoa/nota.json",
            "/.canoa/notas/nota.json",
            "/.canoa/state/root.json",
            "/.oculto",
            "/um/%00",
            "/um/index.html%00.txt",
        ),
        *(
            "/.canoa/obj/.novo-1",
            "/C:/segredo.txt",
            "/c%3a%5csegredo.txt",
            "/um/.%00./segredo.txt",
            "/%uff0e%uff0e/segredo.txt",
        ),
        *("/.canoa/..%2fmirror.json", "/.canoa%2fobj/.novo-1", "/.%63anoa/obj/.novo-1", "/nao-esta-aqui.html"),
    ],
)
def test_nothing_outside_of_what_is_shown_comes_out(box: Box, path: str) -> None:
    answer = box.raw(f"GET {path} HTTP/1.1\r\nHost: caixa\r\nConnection: close\r\n\r\n".encode())
    assert answer[9:12] in (b"400", b"403", b"404", b"")
    assert SECRET not in answer and b"upstreams" not in answer


@pytest.mark.parametrize("path", ["/um/saida.txt", "/um/pasta/segredo.txt", "/um/pasta/"])
def test_links_inside_a_tree_are_not_followed(box: Box, path: str) -> None:
    if box.kind == "caddy":
        pytest.skip("Caddy follows links; images never hold any")
    reply = box.get(path)
    assert reply.status == 404 and SECRET not in reply.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_there_is_only_reading(box: Box, method: str) -> None:
    assert box.get("/index.html", method).status == 405


def test_head_says_the_same_without_a_body(box: Box) -> None:
    for path in ("/um/aula.webm", "/um/index.html"):
        whole, head = box.get(path), box.get(path, "HEAD")
        assert (head.status, head.body) == (200, b"")
        for name in ("Content-Type", "Content-Length", "ETag", "Cache-Control"):
            assert head[name] == whole[name], name


def test_what_a_browser_has_is_not_sent_again(box: Box) -> None:
    for path in ("/index.html", "/um/aula.webm", OBJECT, "/.canoa/timestamp.json"):
        for encoding in ("identity", "gzip"):
            first = box.get(path, Accept_Encoding=encoding)
            again = box.get(path, Accept_Encoding=encoding, If_None_Match=first["ETag"])
            assert (first.status, again.status, again.body) == (200, 304, b""), (path, encoding)
            assert box.get(path, Accept_Encoding=encoding, If_None_Match='"x"').status == 200
            among = box.get(path, Accept_Encoding=encoding, If_None_Match=f'"x", {first["ETag"]}')
            assert among.status == 304


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("0-99", 0, 99),
        ("100-", 100, len(VIDEO) - 1),
        ("-50", len(VIDEO) - 50, len(VIDEO) - 1),
        ("5-9999999", 5, len(VIDEO) - 1),
    ],
)
def test_parts_of_media_come_alone(box: Box, asked: str, first: int, last: int) -> None:
    reply = box.get("/um/aula.webm", Range=f"bytes={asked}")
    assert (reply.status, reply["Content-Range"]) == (206, f"bytes {first}-{last}/{len(VIDEO)}")
    assert reply.body == VIDEO[first : last + 1]


def test_a_part_beyond_the_end_is_refused(box: Box) -> None:
    reply = box.get("/um/aula.webm", Range=f"bytes={len(VIDEO)}-")
    assert (reply.status, reply["Content-Range"]) == (416, f"bytes */{len(VIDEO)}")


@pytest.mark.parametrize("asked", ["bytes=9-5", "bytes=a-b", "lines=1-2", "bytes=", "bytes=--1"])
def test_a_part_that_makes_no_sense_is_never_answered_wrongly(box: Box, asked: str) -> None:
    reply = box.get("/um/aula.webm", Range=asked)
    assert reply.status in (200, 416)
    assert reply.status == 416 or reply.body == VIDEO


def test_a_download_goes_on_only_where_the_file_is_the_same(box: Box) -> None:
    tag = box.get(OBJECT)["ETag"]
    same = box.get(OBJECT, Range="bytes=1000-", If_Range=tag)
    other = box.get(OBJECT, Range="bytes=1000-", If_Range='"other"')
    assert (same.status, same.body) == (206, WIRE_OBJECT[1000:])
    assert (other.status, other.body) == (200, WIRE_OBJECT)


def test_a_part_of_a_text_is_the_text_itself(box: Box) -> None:
    reply = box.get("/um/index.html", Range="bytes=0-9", Accept_Encoding="gzip")
    whole = gzip.decompress(reply.body) if reply["Content-Encoding"] == "gzip" else reply.body
    assert whole == (SITE["um/index.html"][:10] if reply.status == 206 else SITE["um/index.html"])


def test_texts_travel_compressed_where_that_is_understood(box: Box) -> None:
    for path in ("/um/index.html", "/canoa/canoa.css", "/canoa/canoa.js", "/um/dados.json", "/um/fala.vtt"):
        plain, small = box.get(path), box.get(path, Accept_Encoding="br;q=1.0, gzip;q=0.8, *;q=0.1")
        assert (plain["Content-Encoding"], small["Content-Encoding"]) == ("", "gzip"), path
        assert gzip.decompress(small.body) == plain.body
        assert "accept-encoding" in small["Vary"].lower()
        assert box.get(path, Accept_Encoding="gzip;q=0")["Content-Encoding"] == ""
        assert plain["ETag"] != small["ETag"] or box.kind == "caddy"


def test_what_is_compressed_already_is_not_compressed_again(box: Box) -> None:
    for path in ("/um/aula.webm", "/um/foto.webp", OBJECT, "/.canoa/meta/7.zst"):
        assert box.get(path, Accept_Encoding="gzip")["Content-Encoding"] == "", path


def test_only_what_never_changes_is_kept_without_asking(box: Box) -> None:
    for path in (
        "/",
        "/um/aula.webm",
        "/.canoa/timestamp.json",
        "/.canoa/espelho.json",
        "/.canoa/estado.html",
        "/nada",
    ):
        assert box.get(path)["Cache-Control"] == "no-cache", path
    for path in (OBJECT, "/.canoa/meta/7.zst", "/.canoa/md/1.root.json"):
        assert box.get(path)["Cache-Control"] == "public, max-age=31536000, immutable", path


def test_every_answer_carries_the_security_headers_and_says_little_of_the_server(box: Box) -> None:
    for path in ("/", "/um/aula.webm", OBJECT, "/nada.html", "/.canoa/estado.html"):
        reply = box.get(path)
        assert reply["X-Content-Type-Options"] == "nosniff", path
        assert reply["Referrer-Policy"] == "no-referrer", path
        assert reply["Content-Security-Policy"] == "frame-ancestors 'self'", path
        assert reply["Server"] in ("", "nginx"), path


def test_the_wire_is_below_its_own_name(box: Box) -> None:
    assert json.loads(box.get("/.canoa/espelho.json").body)["name"] == "UBS São José"
    assert box.get(OBJECT).body == WIRE_OBJECT
    assert box.get("/timestamp.json").status == 404


def test_the_status_page_says_how_the_copy_is(box: Box) -> None:
    page = box.get("/.canoa/estado.html").body.decode()
    for words in ("UBS São José", "Juruá", "Curso um", "Curso que não veio", "22/11/2026", "não é assinada"):
        assert words in page, words


def test_one_connection_takes_many_requests(box: Box) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", box.port, timeout=30)
    for _ in range(3):
        connection.request("GET", "/um/index.html")
        assert connection.getresponse().read() == SITE["um/index.html"]
    connection.close()


def test_requests_that_come_together_are_answered_in_order(box: Box) -> None:
    request = "GET /um/{} HTTP/1.1\r\nHost: caixa\r\n{}\r\n"
    first, second = request.format("LEIAME", ""), request.format("dados.json", "Connection: close\r\n")
    answers = box.raw((first + second).encode())
    assert answers.count(b"HTTP/1.1 200") == 2
    assert answers.index(SITE["um/LEIAME"]) < answers.index(SITE["um/dados.json"])


def test_old_browsers_of_http_1_0_are_answered(box: Box) -> None:
    answer = box.raw(b"GET /um/LEIAME HTTP/1.0\r\n\r\n", finish=False)
    assert b" 200 " in answer.split(b"\r\n")[0] and answer.endswith(SITE["um/LEIAME"])
