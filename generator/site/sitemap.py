"""`sitemap.xml`, for sites that say where they will be published.  Source: sitemaps.org protocol 0.9."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from generator.site.addresses import relative_address


def make_sitemap(site_url: str, targets: Sequence[str]) -> bytes:
    """The addresses of all pages, sorted; without dates, which would change with every build."""
    entries = "".join(
        f"<url><loc>{escape(site_url + relative_address('', one))}</loc></url>\n" for one in sorted(targets)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n'
    ).encode()
