"""The benchmark: seeded courses, canoa beside other generators, a table and a plot.  See README.md in this folder."""
