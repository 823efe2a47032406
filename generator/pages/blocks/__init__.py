"""The pedagogy blocks `/// name | Title`: one file per family, and the scanner that knows their lines."""
