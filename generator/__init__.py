"""Canoa turns a folder of Markdown courses into a light site that works without a network."""

__version__ = "0.1.0"
