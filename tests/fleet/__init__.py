"""Many mirrors at a glance."""
