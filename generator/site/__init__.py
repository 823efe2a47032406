"""A library and its rendered pages become a folder that any browser opens."""
