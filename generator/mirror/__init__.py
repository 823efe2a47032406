"""A release reaches a health unit: mirrors fetch, prove and serve it, and say what their copy holds."""
