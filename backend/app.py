"""`python backend/app.py` serves Kinora; HOST and PORT say where."""

import sys

from kinora.cli import main

if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
