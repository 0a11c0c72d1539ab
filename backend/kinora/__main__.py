"""`python -m kinora` is the `kinora` command."""

import sys

from kinora.cli import main

sys.exit(main())
