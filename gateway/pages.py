"""The built pages, from memory, and the headers that keep a browser from doing more than they need.

A path is looked up in a dictionary that was filled at start: no request reaches the file system.
"""

import email.utils
import gzip
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Final

import msgspec
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

FOLDER: Final = Path(__file__).parent / "static"

_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
    ".mp3": "audio/mpeg",
}
# Preferred first; the suffix is that of the file beside the original.
_ENCODINGS: Final = {"br": ".br", "gzip": ".gz"}
_HASHED_PATH: Final = re.compile(r"/assets/[A-Za-z0-9._-]{1,120}")
"""Of files whose names have a hash of their content."""
_JOIN_PATH: Final = re.compile(r"/join/[0-9]{1,12}/?")
_HOST: Final = re.compile(r"[A-Za-z0-9._-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
# 'self' covers the WebSocket only in newer browsers, so it is named as well.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'{sockets}; "
    "font-src 'self'; media-src 'self' data:; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types svelte-trusted-html quickpoll-report"
)
_STRICT_TRANSPORT: Final = "max-age=31536000"
"""A year; sent by TLS only (RFC 6797, section 7.2), and not for other names of the domain."""
# What a quiz needs none of. Full screen and the wake lock stay allowed to the page itself.
_PERMISSIONS: Final = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


@dataclass(frozen=True)
class PageFile:
    """A file as it is served."""

    kind: str
    """Its content type."""
    cache: str
    body: bytes
    tag: str
    encoded: Mapping[str, bytes]
    """Its body by content encoding."""


def is_host(text: str) -> bool:
    """Whether this is a host with or without a port, and nothing else."""
    return _HOST.fullmatch(text) is not None


def text_response(status: HTTPStatus, text: str, host: str = "") -> Response:
    """A line of text for whoever asked."""
    return _response(
        status, (text + "\n").encode(), host, {"Content-Type": _TYPES[".txt"], "Cache-Control": "no-store"}
    )


def json_response(value: object) -> Response:
    """A struct or dataclass for a page's script."""
    headers = {"Content-Type": _TYPES[".json"], "Cache-Control": "no-store"}
    return _response(HTTPStatus.OK, msgspec.json.encode(value), "", headers)


class Pages:
    """Answers GET and HEAD for everything that is no WebSocket."""

    def __init__(self, folder: Path = FOLDER, links: Sequence[tuple[str, str]] = ()) -> None:
        """Reads the pages that `make pages` has built into `folder`; each is given the links that it is to show."""
        self._files: dict[str, PageFile] = {}
        paths = {
            "/" + path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()
        }
        for name, path in paths.items():
            if path.suffix in _TYPES:
                siblings = {encoding: paths.get(name + suffix) for encoding, suffix in _ENCODINGS.items()}
                body = path.read_bytes()
                encoded = {encoding: sibling.read_bytes() for encoding, sibling in siblings.items() if sibling}
                if links and path.suffix == ".html":
                    body = _with_links(body, links)
                    encoded = {"gzip": gzip.compress(body)}
                kind = _TYPES[path.suffix]
                self._files[name] = (
                    hashed_file(kind, body, encoded)
                    if _HASHED_PATH.fullmatch(name)
                    else PageFile(kind, "no-cache", body, _tag(body), encoded)
                )

    @property
    def hashed(self) -> Mapping[str, PageFile]:
        """The files whose names have a hash of their content, by path."""
        return {path: file for path, file in self._files.items() if _HASHED_PATH.fullmatch(path)}

    def lacks(self, request: Request) -> str:
        """The path of a file that is not here, and that another version of the pages may have; empty: there is none."""
        path = request.path.partition("?")[0]
        return path if _HASHED_PATH.fullmatch(path) and path not in self._files else ""

    def answer(self, request: Request, *, over_tls: bool = False, lacking: PageFile | None = None) -> Response:
        """The response to a request.

        Args:
            request: any that asks for no WebSocket.
            over_tls: it came by TLS, and is told to come by TLS always.
            lacking: the file at the path that `lacks` has told, if it was found elsewhere.
        """
        response = self._answer(request, lacking)
        if over_tls:
            response.headers["Strict-Transport-Security"] = _STRICT_TRANSPORT
        return response

    def _answer(self, request: Request, lacking: PageFile | None) -> Response:
        host = _single(request, "Host")
        if request.method not in ("GET", "HEAD"):
            response = text_response(HTTPStatus.METHOD_NOT_ALLOWED, "only GET and HEAD", host)
            response.headers["Allow"] = "GET, HEAD"
            return response
        path = request.path.partition("?")[0]
        if path == "/" or _JOIN_PATH.fullmatch(path):
            path = "/index.html"
        elif path in ("/host", "/host/", "/check", "/check/", "/help", "/help/"):
            path = path.removesuffix("/") + ".html"
        file = self._files.get(path, lacking)
        if file is None and path.endswith(".html") and not self._files:
            response = text_response(HTTPStatus.SERVICE_UNAVAILABLE, "The pages are not built: run `make pages`.", host)
        elif file is None:
            response = text_response(HTTPStatus.NOT_FOUND, "There is nothing here.", host)
        else:
            response = self._file_response(file, request, host)
        if request.method == "HEAD":
            response.body = b""
        return response

    def _file_response(self, file: PageFile, request: Request, host: str) -> Response:
        accepted = {part.partition(";")[0].strip() for part in _single(request, "Accept-Encoding").split(",")}
        encoding = next((name for name in file.encoded if name in accepted), None)
        headers = {"Content-Type": file.kind, "Cache-Control": file.cache, "ETag": file.tag, "Vary": "Accept-Encoding"}
        if _single(request, "If-None-Match") == file.tag:
            return _response(HTTPStatus.NOT_MODIFIED, b"", host, headers)
        if encoding:
            headers["Content-Encoding"] = encoding
        return _response(HTTPStatus.OK, file.encoded[encoding] if encoding else file.body, host, headers)


def hashed_file(kind: str, body: bytes, encoded: Mapping[str, bytes]) -> PageFile:
    """A file whose name has a hash of its content, so that a browser may keep it for good."""
    return PageFile(kind, "public, max-age=31536000, immutable", body, _tag(body), encoded)


def _tag(body: bytes) -> str:
    return f'W/"{sha256(body).hexdigest()[:20]}"'


def _with_links(page: bytes, links: Sequence[tuple[str, str]]) -> bytes:
    """A page with a note for its script, which shows them."""
    content = html.escape(msgspec.json.encode(links).decode())
    return page.replace(b"</head>", f'<meta name="links" content="{content}" />\n  </head>'.encode(), 1)


def _response(status: HTTPStatus, body: bytes, host: str, headers: dict[str, str]) -> Response:
    sockets = f" ws://{host} wss://{host}" if is_host(host) else ""
    common = {
        "Date": email.utils.formatdate(usegmt=True),
        "Connection": "close",
        "Content-Security-Policy": _POLICY.format(sockets=sockets),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": _PERMISSIONS,
    }
    if status is not HTTPStatus.NOT_MODIFIED:
        common["Content-Length"] = str(len(body))
    return Response(status.value, status.phrase, Headers(common | headers), body)


def _single(request: Request, name: str) -> str:
    """A header that may come once; empty if it is absent or came twice."""
    values = request.headers.get_all(name)
    return values[0] if len(values) == 1 else ""
