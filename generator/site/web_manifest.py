"""The web app manifest: by it browsers offer to install the site, so that it opens like a program."""

from __future__ import annotations

import json

from generator.site.configuration import SiteConfiguration
from generator.site.precache import ICONS
from generator.site.views import ICON

PAPER, RIVER = "#fbf8f1", "#07626b"
"""As in `theme/styles/base.css`."""


def web_manifest(configuration: SiteConfiguration) -> bytes:
    """The manifest (W3C, Web Application Manifest).  Addresses are relative to it, so that the site can be moved."""
    drawn = [{"src": path, "sizes": f"{size}x{size}", "type": "image/png"} for size, path in ICONS.items()]
    values = {
        "name": configuration.site_name,
        "description": configuration.site_description,
        "lang": configuration.language,
        "start_url": "index.html",
        "scope": "./",
        "display": "minimal-ui",
        "background_color": PAPER,
        "theme_color": RIVER,
        "icons": [{"src": ICON, "sizes": "any", "type": "image/svg+xml"}, *drawn],
    }
    return (json.dumps({name: value for name, value in values.items() if value}, ensure_ascii=False) + "\n").encode()
