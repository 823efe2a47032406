"""Texts become an index that a browser can search from a stick: small scripts, of which a query loads a few."""
