"""A folder behind a real nginx, with the compression that any host has."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = "nginx"
CONFIGURATION = """\
daemon off;
master_process off;
pid {work}/nginx.pid;
error_log {work}/error.log;
events {{ worker_connections 256; }}
http {{
    log_format bytes "$bytes_sent $request_length $uri";
    access_log {work}/access.log;
    access_log {work}/bytes.log bytes;
    client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/fastcgi;
    uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi;
    types {{
        text/html html; text/css css; text/javascript js; application/json json; image/svg+xml svg;
        image/webp webp; image/png png; application/wasm wasm;
    }}
    default_type application/octet-stream;
    charset utf-8;
    gzip on; gzip_comp_level 9; gzip_min_length 200; gzip_vary on;
    gzip_types text/css text/javascript application/json image/svg+xml application/wasm;
    server {{
        listen 127.0.0.1:{port};
        root "{root}";
        location / {{ try_files $uri =404; }}
    }}
}}
"""


class NoServerError(Exception):
    """nginx is not there, or does not start."""


@contextmanager
def serve_with_nginx(root: Path, work: Path) -> Iterator[str]:
    """Serve a folder while the context lasts; gives its address.  Raises `NoServerError`."""
    program = shutil.which(PROGRAM) or shutil.which(PROGRAM, path="/usr/sbin")
    if program is None:
        raise NoServerError("nginx is not on the PATH")
    work.mkdir(parents=True, exist_ok=True)
    port = free_port()
    file = work / "nginx.conf"
    file.write_text(CONFIGURATION.format(work=work.resolve(), port=port, root=root.resolve()), encoding="utf-8")
    process = subprocess.Popen([program, "-e", work / "error.log", "-p", work, "-c", file.resolve()])
    try:
        _wait(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise NoServerError(f"nginx ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise NoServerError("nginx does not answer")
