"""`python -m generator` is the command `canoa`."""

import sys

from generator.cli import main

sys.exit(main())
