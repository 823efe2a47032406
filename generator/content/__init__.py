"""A folder of Markdown becomes a validated library of courses, modules, units, cases and worksheets."""
