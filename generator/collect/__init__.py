"""Many exported records become tables, a database and a report in which nobody can be recognised."""
