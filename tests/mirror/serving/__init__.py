"""A mirror's folder on the local network."""
