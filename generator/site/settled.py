"""From when on a file's times prove that it was not saved again."""

UNSETTLED_NS = 2_000_000_000
"""A file saved this shortly before it was looked at may be saved again within the same tick of the file system's clock
(FAT counts in two seconds): its times prove nothing yet."""
