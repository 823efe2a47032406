"""A built site becomes a release: images, deltas and signed metadata that mirrors can prove."""
