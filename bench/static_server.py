"""A folder behind a real nginx, with the compression that any host has."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.listening import NoServerError, free_port, wait_until_listening

PROGRAM = "nginx"
PATIENCE = 10.0
"""Seconds that it may take to start."""
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
        wait_until_listening(process, port, PATIENCE)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
