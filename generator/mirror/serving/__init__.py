"""A mirror's folder on the local network: the site for people, the wire for other mirrors, and two pages of its own."""
