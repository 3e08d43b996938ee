"""The built pages, and the headers they come with."""

import gzip
import re
from http import HTTPStatus
from pathlib import Path

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from gateway.pages import FOLDER, Pages, is_host, text_response


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    files = {
        "index.html": b"<player>",
        "host.html": b"<host>",
        "check.html": b"<check>",
        "help.html": b"<help>",
        "assets/app-1a2b3c.js": b"script();",
        "assets/app-1a2b3c.js.br": b"brotli",
        "assets/app-1a2b3c.js.gz": b"gzip",
        "images/nairobi.svg": b"<svg/>",
        "quizzes/capitals.json": b"{}",
        "secret.key": b"no type of a page",
    }
    for name, body in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(body)
    return Pages(tmp_path)


def get(pages: Pages, path: str, method: str = "GET", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return pages.answer(Request(path, Headers({"Host": "quiz.example:8000"} | named), method))


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/", b"<player>", "text/html; charset=utf-8"),
        ("/?from=qr", b"<player>", "text/html; charset=utf-8"),
        ("/join/123456", b"<player>", "text/html; charset=utf-8"),
        ("/host", b"<host>", "text/html; charset=utf-8"),
        ("/check", b"<check>", "text/html; charset=utf-8"),
        ("/help", b"<help>", "text/html; charset=utf-8"),
        ("/assets/app-1a2b3c.js", b"script();", "text/javascript; charset=utf-8"),
        ("/images/nairobi.svg", b"<svg/>", "image/svg+xml"),
        ("/quizzes/capitals.json", b"{}", "application/json"),
    ],
)
def test_each_path_has_its_page(pages: Pages, path: str, body: bytes, kind: str) -> None:
    response = get(pages, path)
    assert (response.status_code, response.body) == (200, body)
    assert response.headers["Content-Type"] == kind
    assert response.headers["Content-Length"] == str(len(body))


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/join/",
        "/join/abc",
        "/join/1/2",
        "/secret.key",
        "/../pages.py",
        "/assets/../../pages.py",
        "/%2e%2e/pages.py",
        "//",
        "",
    ],
)
def test_there_is_nothing_else(pages: Pages, path: str) -> None:
    assert get(pages, path).status_code == 404


def test_hashed_names_are_kept_for_ever_and_pages_are_asked_for_again(pages: Pages) -> None:
    assert get(pages, "/assets/app-1a2b3c.js").headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert get(pages, "/").headers["Cache-Control"] == "no-cache"
    unchanged = get(pages, "/", If_None_Match=get(pages, "/").headers["ETag"])
    assert (unchanged.status_code, unchanged.body) == (304, b"")
    assert get(pages, "/", If_None_Match='W/"other"').status_code == 200


@pytest.mark.parametrize(
    ("accepted", "encoding", "body"),
    [
        ("gzip, deflate, br", "br", b"brotli"),
        ("gzip;q=1.0", "gzip", b"gzip"),
        ("identity", None, b"script();"),
        ("", None, b"script();"),
    ],
)
def test_what_was_compressed_is_sent_to_who_accepts_it(
    pages: Pages, accepted: str, encoding: str | None, body: bytes
) -> None:
    response = get(pages, "/assets/app-1a2b3c.js", Accept_Encoding=accepted)
    assert (response.headers.get("Content-Encoding"), response.body) == (encoding, body)
    assert response.headers["Vary"] == "Accept-Encoding"
    assert get(pages, "/images/nairobi.svg", Accept_Encoding=accepted).headers.get("Content-Encoding") is None


def test_head_is_get_without_the_body(pages: Pages) -> None:
    response = get(pages, "/host", "HEAD")
    assert (response.status_code, response.body, response.headers["Content-Length"]) == (200, b"", "6")


def test_other_methods_are_refused(pages: Pages) -> None:
    response = get(pages, "/", "DELETE")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", ["/", "/nothing", "/assets/app-1a2b3c.js"])
def test_every_response_is_strict(pages: Pages, path: str) -> None:
    headers = get(pages, path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["connect-src"] == "'self' ws://quiz.example:8000 wss://quiz.example:8000"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["trusted-types"] == "svelte-trusted-html quickpoll-report"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_a_page_that_came_by_tls_must_always_come_by_tls(pages: Pages) -> None:
    request = Request("/", Headers({"Host": "quiz.example"}))
    assert pages.answer(request, over_tls=True).headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in pages.answer(request).headers


def test_a_host_header_cannot_write_the_policy(pages: Pages) -> None:
    assert get(pages, "/").headers["Content-Security-Policy"].count("ws://") == 1
    response = pages.answer(Request("/", Headers({"Host": "x; script-src *"})))
    assert "*" not in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("a.example", True),
        ("a:80", True),
        ("class_5b.local:8000", True),
        ("quiz.example.", True),
        ("[::1]:8000", True),
        ("", False),
        ("a b", False),
        ("a/b", False),
        ("a:b", False),
    ],
)
def test_what_a_host_is(text: str, valid: bool) -> None:
    assert is_host(text) is valid


def test_without_built_pages_it_says_what_to_do(tmp_path: Path) -> None:
    for path in ("/", "/host", "/join/123456"):
        response = get(Pages(tmp_path), path)
        assert response.status_code == 503
        assert b"make pages" in response.body
    assert get(Pages(tmp_path / "absent"), "/x.js").status_code == 404


def test_a_line_of_text() -> None:
    response = text_response(HTTPStatus.OK, "ok")
    assert (response.status_code, response.body) == (200, b"ok\n")


def test_links_are_a_note_in_each_page_and_nowhere_else(tmp_path: Path) -> None:
    page = b"<html><head><title>QuickPoll</title></head></html>"
    for name, body in {"index.html": page, "index.html.br": b"packed", "app.js": b"</head>"}.items():
        (tmp_path / name).write_bytes(body)
    pages = Pages(tmp_path, [("Impressum", 'https://school.example/?a=1&b="2"')])
    address = b"https://school.example/?a=1&amp;b=\\&quot;2\\&quot;"
    note = b'<meta name="links" content="[[&quot;Impressum&quot;,&quot;' + address + b'&quot;]]" />'
    assert note in get(pages, "/").body
    packed = pages.answer(Request("/", Headers({"Accept-Encoding": "br, gzip"})))
    assert packed.headers["Content-Encoding"] == "gzip"
    assert note in gzip.decompress(packed.body)
    assert get(pages, "/app.js").body == b"</head>"
    assert get(Pages(tmp_path), "/").body == page


def test_built_styles_have_colours_and_heights_in_the_oldest_browsers() -> None:
    styles = [path.read_text() for path in (FOLDER / "assets").glob("*.css")]
    assert styles, "the pages are not built: make pages"
    assert [style for style in styles if "light-dark(" in style] == [], "they know no light-dark()"
    heights = [height for style in styles for height in re.findall(r"[^;{}]*;[^;{}]*\ddvh[^;{}]*", style)]
    assert heights
    for both in heights:
        fallback, _, height = both.partition(";")
        assert fallback == height.replace("dvh", "vh"), "they know no dvh"
