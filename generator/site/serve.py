"""The author's preview: serves the built site on this computer, rebuilds on save, reloads the browser.

The files on disk are the published ones; the few lines that listen for a rebuild are added while serving.
"""

from __future__ import annotations

import gc
import html
import http.server
import json
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

from watchdog.observers import Observer

from generator.problems import Problem
from generator.site.build import BuildReport, rebuild_site
from generator.site.configuration import SiteConfiguration, read_configuration
from generator.site.progress import Listener, silent
from generator.site.snapshot import read_site_tree
from generator.site.watching import Changes, updated_tree
from generator.site.workshop import Workshop

Translate = Callable[[str], str]

EVENTS = "/__canoa/eventos"
SCRIPT = "/__canoa/recarregar.js"
SETTLE_SECONDS = 0.05
"""Editors write a file in several steps; a rebuild waits until this long nothing more came."""
INDEX_SECONDS = 2.0
"""The search index follows when nothing was saved for so long."""
BEAT_SECONDS = 15.0
"""An idle event stream says something this often, so that both ends notice when the other is gone."""

RELOAD_SCRIPT = """\
(function () {
  var seen = null;
  new EventSource("EVENTS").onmessage = function (event) {
    var state = JSON.parse(event.data);
    if (seen !== null && seen !== state.build) location.reload();
    seen = state.build;
    var old = document.getElementById("canoa-problemas");
    if (old) old.remove();
    if (!state.problems.length) return;
    var box = document.createElement("details");
    box.id = "canoa-problemas";
    box.style.cssText = "position:fixed;right:.5rem;bottom:.5rem;max-width:min(36rem,90vw);max-height:60vh;" +
      "overflow:auto;background:#fff7e6;color:#3b2a00;border:2px solid #b36b00;border-radius:.5rem;" +
      "padding:.5rem .75rem;z-index:9;font:14px/1.4 system-ui";
    var title = document.createElement("summary");
    title.textContent = state.title;
    box.appendChild(title);
    state.problems.forEach(function (text) {
      var line = document.createElement("p");
      line.textContent = text;
      box.appendChild(line);
    });
    document.body.appendChild(box);
  };
})();
""".replace("EVENTS", EVENTS)


class AddressTakenError(Exception):
    """Another program listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.port = port


class _Builds:
    """What the browsers wait for: the number of the last build and its problems."""

    def __init__(self) -> None:
        self.condition = threading.Condition()
        self.number = 0
        self.message = ""

    def announce(self, problems: tuple[Problem, ...], translate: Translate) -> None:
        """Tell every open page that the site was rebuilt."""
        shown = [
            f"{found.path}:{found.line} — {found.message(translate)} {found.cure(translate)}" for found in problems
        ]
        with self.condition:
            self.number += 1
            title = translate("Problems: {count}").format(count=len(shown))
            self.message = json.dumps({"build": self.number, "title": title, "problems": shown[:50]})
            self.condition.notify_all()

    def after(self, number: int, timeout: float) -> tuple[int, str]:
        """Wait for a build later than `number`; returns the last one, which may be the same after the time is up."""
        with self.condition:
            self.condition.wait_for(lambda: self.number > number, timeout)
            return self.number, self.message


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves the site's folder, and the event stream."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments: Any, builds: _Builds, directory: str) -> None:
        self._builds = builds
        super().__init__(*arguments, directory=directory)

    def do_GET(self) -> None:
        """Answer one request."""
        path = unquote(urlsplit(self.path).path)
        if path == EVENTS:
            self._stream()
        elif path == SCRIPT:
            self._send("text/javascript; charset=utf-8", RELOAD_SCRIPT.encode())
        elif path.endswith((".html", "/")):
            self._send_page()
        else:
            super().do_GET()

    def _send_page(self) -> None:
        file = Path(self.translate_path(self.path))
        file = file / "index.html" if file.is_dir() else file
        try:
            content = file.read_bytes()
        except OSError:
            self.send_error(404)
            return
        script = f'<script src="{html.escape(SCRIPT)}"></script></body>'.encode()
        self._send("text/html; charset=utf-8", _without_policy(content).replace(b"</body>", script, 1))

    def _send(self, kind: str, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _stream(self) -> None:
        """Server-sent events: WHATWG HTML, section 9.2."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        number = 0
        try:
            while True:
                latest, message = self._builds.after(number, BEAT_SECONDS)
                text = f"data: {message}\n\n" if latest > number else ": .\n\n"
                number = latest
                self.wfile.write(text.encode())
                self.wfile.flush()
        except OSError:
            return  # the browser went away

    def end_headers(self) -> None:
        """A preview is never cached."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the signature is http.server's
        """Requests are of no interest to an author."""


def _without_policy(content: bytes) -> bytes:
    """The page's content security policy forbids connections, which the event stream needs."""
    start = content.find(b'<meta http-equiv="Content-Security-Policy"')
    return content if start < 0 else content[:start] + content[content.index(b">", start) + 1 :]


class _HttpServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up is no error."""


class Server:
    """A running preview; a context manager that stops its threads."""

    def __init__(
        self,
        configuration: SiteConfiguration,
        host: str,
        port: int,
        after_build: Callable[[BuildReport], None],
        translate: Translate,
        workshop: Workshop,
        listener: Listener = silent,
    ) -> None:
        """Build once and listen; `workshop` remembers builds, `listener` is told how far the first one is.

        Raises `AddressTakenError`, or `OSError` for other trouble with the address.
        """
        self._configuration = configuration
        self._after_build = after_build
        self._translate = translate
        self._builds = _Builds()
        read = (configuration.docs_dir, configuration.folder / configuration.file, configuration.custom_dir)
        self._changes = Changes(place for place in read if place)
        self._workshop = workshop
        self._index_is_old = False
        self._tree = read_site_tree(configuration)
        self._build(listener)
        gc.freeze()  # the collector need not look at ten thousand pages after every save
        handler = partial(_Handler, builds=self._builds, directory=str(configuration.site_dir))
        try:
            self._server = _HttpServer((host, port), handler)
        except OSError as error:
            if _is_taken(error):
                raise AddressTakenError(port) from error
            raise
        self.address = f"http://{_for_url(host)}:{self._server.server_address[1]}/"

    def __enter__(self) -> Server:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self._observer = Observer()
        configuration = self._configuration
        self._observer.schedule(self._changes, str(configuration.docs_dir), recursive=True)
        self._observer.schedule(self._changes, str(configuration.folder), recursive=False)
        if configuration.custom_dir:
            self._observer.schedule(self._changes, str(configuration.custom_dir), recursive=True)
        self._observer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._observer.stop()
        self._server.shutdown()
        self._server.server_close()

    def watch(self) -> None:
        """Rebuild after every save, until interrupted."""
        tree = read_site_tree(self._configuration)
        if tree != self._tree:  # saved while the first build was running, when nobody watched yet
            self._tree = tree
            self._build()
        while True:
            if self._changes.saved.wait(INDEX_SECONDS if self._index_is_old else 1.0):
                self._follow(self._settled())
            elif self._index_is_old:
                self._make_index()

    def _settled(self) -> frozenset[Path]:
        """What was saved, once nothing more comes."""
        saved = self._changes.take()
        while self._changes.saved.wait(SETTLE_SECONDS):
            saved |= self._changes.take()
        return saved

    def _follow(self, saved: frozenset[Path]) -> None:
        """Bring the site up to date with the saved files."""
        if self._configuration.folder / self._configuration.file in saved:
            self._reread_configuration()
        folder = self._configuration.docs_dir
        self._tree = updated_tree(self._tree, folder, saved) or read_site_tree(self._configuration)
        self._build(with_index=False)
        self._index_is_old = True

    def _make_index(self) -> None:
        """What no author waits for: among ten thousand pages the index takes longer than the page that was saved."""
        self._rebuild()
        self._index_is_old = False

    def _reread_configuration(self) -> None:
        """Follow edits of `mkdocs.yml`, but stay in the same folders; a broken one is ignored until it is mended."""
        read = read_configuration(self._configuration.folder / self._configuration.file)
        if read.configuration and read.configuration.docs_dir == self._configuration.docs_dir:
            self._configuration = replace(read.configuration, site_dir=self._configuration.site_dir)

    def _build(self, listener: Listener = silent, *, with_index: bool = True) -> None:
        report = self._rebuild(listener, with_index=with_index)
        self._after_build(report)
        self._builds.announce(report.problems, self._translate)

    def _rebuild(self, listener: Listener = silent, *, with_index: bool = True) -> BuildReport:
        report = rebuild_site(self._configuration, self._workshop, self._tree, listener, with_index=with_index)
        self._workshop.workers.stop()  # idle processes would cost memory all day
        return report


def _is_taken(error: OSError) -> bool:
    import errno

    return error.errno in (errno.EADDRINUSE, errno.EACCES) and not isinstance(error, socket.gaierror)


def _for_url(host: str) -> str:
    if host in ("", "0.0.0.0", "::"):  # noqa: S104  # compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
