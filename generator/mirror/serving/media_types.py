"""What a file is, by the end of its name: its type for browsers, and whether compressing it is worth while.

A table of our own, since what the system's `mime.types` says differs from box to box.
"""

from __future__ import annotations

TEXTS = {
    "css": "text/css",
    "csv": "text/csv",
    "htm": "text/html",
    "html": "text/html",
    "js": "text/javascript",
    "md": "text/markdown",
    "mjs": "text/javascript",
    "srt": "text/plain",
    "txt": "text/plain",
    "vtt": "text/vtt",
    "xhtml": "application/xhtml+xml",
    "xml": "application/xml",
}
"""Ending → type of what is sent as UTF-8."""
COMPRESSED_WELL = {
    "json": "application/json",
    "geojson": "application/geo+json",
    "svg": "image/svg+xml",
    "webmanifest": "application/manifest+json",
}
"""Ending → type of what says its encoding itself, and is text too."""
OTHERS = {
    "apng": "image/apng",
    "avif": "image/avif",
    "bmp": "image/bmp",
    "epub": "application/epub+zip",
    "gif": "image/gif",
    "ico": "image/x-icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "m4a": "audio/mp4",
    "m4v": "video/mp4",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "ogv": "video/ogg",
    "opus": "audio/ogg",
    "pdf": "application/pdf",
    "png": "image/png",
    "torrent": "application/x-bittorrent",
    "wasm": "application/wasm",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webp": "image/webp",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "zip": "application/zip",
    "zst": "application/zstd",
}
UNKNOWN = "application/octet-stream"


def media_type(path: str) -> str:
    """The value of `Content-Type` for a file."""
    ending = _ending(path)
    if ending in TEXTS:
        return f"{TEXTS[ending]}; charset=utf-8"
    return COMPRESSED_WELL.get(ending) or OTHERS.get(ending, UNKNOWN)


def is_compressible(path: str) -> bool:
    """True for what is text, whatever it is called."""
    return _ending(path) in TEXTS or _ending(path) in COMPRESSED_WELL


def _ending(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[2].lower()
