"""Configuration for other programs: nginx or Caddy serve as `canoa mirror serve` does, systemd starts it and the sync.

The servers serve the same files by the same rules.  They cannot make pages, so `local_pages.py` writes those.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.mirror.refusals import MirrorError
from generator.mirror.serving.answers import (
    ALWAYS_ASK,
    FOR_EVER,
    SECURITY,
    SMALLEST_COMPRESSED,
    STATUS_PAGE,
    WIRE,
    WIRE_FILES,
    WIRE_FOLDERS,
)
from generator.mirror.serving.compressed import LEVEL
from generator.mirror.serving.conversation import LARGEST_HEADERS, SECONDS_FOR_A_PIECE, SECONDS_FOR_A_REQUEST
from generator.mirror.serving.local_pages import MISSING_FILE, PAGES, STATUS_FILE
from generator.mirror.serving.media_types import COMPRESSED_WELL, OTHERS, TEXTS, UNKNOWN
from generator.mirror.status import STATUS
from generator.mirror.store import MirrorStore

PLAIN_PATH = re.compile(r"/[\w /.,@+=-]*")
"""Paths that mean the same in all these files when they stand in quotes."""
PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
KINDS = ("nginx", "caddy", "systemd")
MINUTES_PER_DAY = 24 * 60
HOURS_FOR_A_SYNC = 10
"""Then it ends by itself, and goes on the next night; an hour later it is ended."""


@dataclass(frozen=True)
class ServerChoices:
    """What differs from box to box."""

    port: int = 80
    window: str = "01:00-05:00"
    """When a sync may begin, by the box's clock."""
    user: str = "canoa"
    """Who owns the mirror's folder."""
    program: str = "/usr/local/bin/canoa"


def server_files(kind: str, store: MirrorStore, choices: ServerChoices) -> dict[str, str]:
    """Name → text of the files for one of `KINDS`.

    Raises `MirrorError`: config-path for a folder or program whose name would mean something in these files,
    config-window, config-user.
    """
    folder = store.folder.resolve()
    for path in (str(folder), choices.program):
        if not PLAIN_PATH.fullmatch(path):
            raise MirrorError("config-path", path=path)
    if not PLAIN_NAME.fullmatch(choices.user):
        raise MirrorError("config-user", user=choices.user)
    if kind == "nginx":
        return {"canoa.conf": _nginx(MirrorStore(folder), choices)}
    if kind == "caddy":
        return {"Caddyfile": _caddy(MirrorStore(folder), choices)}
    return {
        "canoa-sync.service": _sync_service(MirrorStore(folder), choices),
        "canoa-sync.timer": _sync_timer(choices),
        "canoa-serve.service": _serve_service(MirrorStore(folder), choices),
    }


# --- nginx ----------------------------------------------------------------------------------------------------------


def _nginx(store: MirrorStore, choices: ServerChoices) -> str:
    types = "\n".join(f"        {kind} {' '.join(endings)};" for kind, endings in _by_type().items())
    charset = " ".join(sorted({kind for kind in TEXTS.values() if kind != "text/html"}))
    zipped = " ".join(sorted({*TEXTS.values(), *COMPRESSED_WELL.values()} - {"text/html"}))
    exact = "".join(
        _nginx_file(f"/{WIRE}/{name}", file)
        for name, file in (
            *((name, store.wire / name) for name in (*WIRE_FILES, STATUS)),
            (STATUS_PAGE, store.folder / PAGES / STATUS_FILE),
        )
    )
    return f"""\
# Canoa: the mirror in {store.folder}, on the local network.  Written by “canoa mirror config nginx”.
# Put it into /etc/nginx/conf.d/, then: nginx -t && systemctl reload nginx
# A port has one default server: Debian's example, /etc/nginx/sites-enabled/default, has to go.

server {{
    listen {choices.port} default_server;
    listen [::]:{choices.port} default_server ipv6only=on;
    server_name _;
    server_tokens off;
    access_log off;  # who reads what stays with who reads

    root "{store.link}";
    index index.html;
    autoindex off;
    absolute_redirect off;
    disable_symlinks on "from={store.link}";  # itself a link, followed at each request; none below it is

    client_header_timeout {SECONDS_FOR_A_REQUEST:.0f}s;
    keepalive_timeout {SECONDS_FOR_A_REQUEST:.0f}s;
    send_timeout {SECONDS_FOR_A_PIECE:.0f}s;
    reset_timedout_connection on;
    client_max_body_size 1k;
    client_header_buffer_size 1k;
    large_client_header_buffers 2 {LARGEST_HEADERS // 2 // 1024}k;

    types {{
{types}
    }}
    default_type {UNKNOWN};
    charset utf-8;
    charset_types {charset};
    gzip on;
    gzip_types {zipped};
    gzip_comp_level {LEVEL};
    gzip_min_length {SMALLEST_COMPRESSED};
    gzip_vary on;
    gzip_proxied any;

{_nginx_headers(ALWAYS_ASK, "    ")}
    if ($request_method !~ ^(GET|HEAD)$) {{
        return 405;
    }}
{exact}
    location ~ ^/\\{WIRE}/((?:{"|".join(WIRE_FOLDERS)})(?:/[^/.][^/]*)+)$ {{
        alias "{store.wire}/$1";
        disable_symlinks on "from={store.wire}";
{_nginx_headers(FOR_EVER, "        ")}
    }}
    location ~ /\\. {{
        return 404;
    }}
    error_page 403 404 =404 /{WIRE}/{MISSING_FILE};
    location = /{WIRE}/{MISSING_FILE} {{
        internal;
        alias "{store.folder / PAGES / MISSING_FILE}";
        disable_symlinks off;
    }}
}}
"""


def _nginx_headers(caching: str, margin: str) -> str:
    headers = {**SECURITY, "Cache-Control": caching}
    return "\n".join(f'{margin}add_header {name} "{value}" always;' for name, value in headers.items())


def _nginx_file(address: str, file: Path) -> str:
    return f"""
    location = {address} {{
        alias "{file}";
        disable_symlinks off;
    }}"""


def _by_type() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for ending, kind in sorted({**TEXTS, **COMPRESSED_WELL, **OTHERS}.items()):
        found.setdefault(kind, []).append(ending)
    return dict(sorted(found.items()))


# --- Caddy ----------------------------------------------------------------------------------------------------------


def _caddy(store: MirrorStore, choices: ServerChoices) -> str:
    types = "\n".join(
        f'\t\t~(?i)\\.{ending}$ "{kind}{"; charset=utf-8" if ending in TEXTS else ""}"'
        for ending, kind in sorted({**TEXTS, **COMPRESSED_WELL, **OTHERS}.items())
    )
    zipped = "\n".join(
        f"\t\t\theader Content-Type {kind}*" for kind in sorted({*TEXTS.values(), *COMPRESSED_WELL.values()})
    )
    return f"""\
# Canoa: the mirror in {store.folder}, on the local network.  Written by “canoa mirror config caddy”.
# Put it into /etc/caddy/, then: caddy validate --config /etc/caddy/Caddyfile && systemctl restart caddy
{{
	auto_https off
	admin off
	servers {{
		timeouts {{
			read_header {SECONDS_FOR_A_REQUEST:.0f}s
			read_body 5s
			idle {SECONDS_FOR_A_REQUEST:.0f}s
		}}
		max_header_size {LARGEST_HEADERS // 1024}KB
	}}
}}

http://:{choices.port} {{
	encode gzip {{
		minimum_length {SMALLEST_COMPRESSED}
		match {{
{zipped}
		}}
	}}
	map {{path}} {{canoa_type}} {{
{types}
		~/$ "text/html; charset=utf-8"
		default "{UNKNOWN}"
	}}
{_caddy_headers(ALWAYS_ASK)}

	@other not method GET HEAD
	handle @other {{
		header Allow "GET, HEAD"
		respond 405
	}}

	@odd path_regexp [\\x00-\\x1f\\\\]
	handle @odd {{
		error 400
	}}
	@wire path_regexp ^/\\{WIRE}/(?:{"|".join(WIRE_FOLDERS)})(?:/[^/.][^/]*)+$
	handle @wire {{
		header Cache-Control "{FOR_EVER}"
{_caddy_files(store.wire)}
	}}
	@now path {" ".join(f"/{WIRE}/{name}" for name in (*WIRE_FILES, STATUS))}
	handle @now {{
{_caddy_files(store.wire)}
	}}
	handle /{WIRE}/{STATUS_PAGE} {{
		rewrite * /{STATUS_FILE}
		root * "{store.folder / PAGES}"
		header Content-Type "text/html; charset=utf-8"
		file_server
	}}
	@hidden path_regexp /\\.
	handle @hidden {{
		error 404
	}}
	handle {{
		header Content-Type {{canoa_type}}
		root * "{store.link}"
		file_server
	}}
	handle_errors {{
{_caddy_headers(ALWAYS_ASK)}
		@missing expression {{http.error.status_code}} in [403, 404]
		handle @missing {{
			rewrite * /{MISSING_FILE}
			root * "{store.folder / PAGES}"
			header Content-Type "text/html; charset=utf-8"
			file_server {{
				status 404
			}}
		}}
	}}
}}
"""


def _caddy_headers(caching: str) -> str:
    headers: Mapping[str, str] = {**SECURITY, "Cache-Control": caching}
    lines = "\n".join(f'\t\t{name} "{value}"' for name, value in headers.items())
    return f"\theader {{\n{lines}\n\t}}\n\theader -Server"


def _caddy_files(folder: Path) -> str:
    return f"""\
		uri strip_prefix /{WIRE}
		header Content-Type {{canoa_type}}
		root * "{folder}"
		file_server"""


# --- systemd --------------------------------------------------------------------------------------------------------

HARDENING = """\
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
UMask=0022"""


def _sync_service(store: MirrorStore, choices: ServerChoices) -> str:
    return f"""\
# Written by “canoa mirror config systemd”.
[Unit]
Description=Canoa: receive the newest edition of the courses
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User={choices.user}
ExecStart="{choices.program}" mirror sync --quiet --deadline {HOURS_FOR_A_SYNC}h "{store.folder}"
TimeoutStartSec={HOURS_FOR_A_SYNC + 1}h
Nice=10
IOSchedulingClass=idle
ReadWritePaths="{store.folder}"
CapabilityBoundingSet=
{HARDENING}
"""


def _sync_timer(choices: ServerChoices) -> str:
    start, minutes = _window(choices.window)
    return f"""\
# Written by “canoa mirror config systemd”.
[Unit]
Description=Canoa: receive the newest edition at night

[Timer]
OnCalendar=*-*-* {start}:00
# Boxes that share a link do not all begin at once; each keeps its own time.
RandomizedDelaySec={minutes}min
FixedRandomDelay=true
AccuracySec=1min
# A box that was switched off at night does it when it is switched on.
Persistent=true

[Install]
WantedBy=timers.target
"""


def _serve_service(store: MirrorStore, choices: ServerChoices) -> str:
    return f"""\
# Written by “canoa mirror config systemd”.
[Unit]
Description=Canoa: show the courses on the local network
After=network.target

[Service]
User={choices.user}
ExecStart="{choices.program}" mirror serve --port {choices.port} "{store.folder}"
Restart=on-failure
RestartSec=5
LimitNOFILE=4096
ReadWritePaths="{store.folder}"
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
{HARDENING}

[Install]
WantedBy=multi-user.target
"""


def _window(written: str) -> tuple[str, int]:
    """Beginning, and minutes to the end, which may be after midnight.  Raises `MirrorError` config-window."""
    found = CLOCK.fullmatch(written)
    if found is None:
        raise MirrorError("config-window", window=written)
    start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    return f"{found[1]}:{found[2]}", (end - start) % MINUTES_PER_DAY
