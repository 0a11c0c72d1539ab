"""`python backend/app.py` serves Kinora; HOST and PORT say where."""

import os
import sys

from kinora.cli import main

if __name__ == "__main__":
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "5000")
    sys.exit(main(["serve", "--host", host, "--port", port]))
