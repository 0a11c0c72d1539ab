"""Links to media that the server made: hard to guess, and gone after a while."""

import os
import re
import secrets
import time
from contextlib import suppress
from pathlib import Path

_TOKEN_BYTES = 24
# Removed so much later than its link ends: a file that is being written has no link yet.
_KEPT_S = 3600
_NAME = re.compile(r"[A-Za-z0-9_-]{32}\.(mp4|jpg|png)")


class Links:
    """Files behind links. The time of a file is when its link ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new_name(self, suffix: str) -> str:
        """A name that nobody guesses."""
        return secrets.token_urlsafe(_TOKEN_BYTES) + suffix

    def place(self, name: str) -> Path:
        """Where the file of that name is to be written."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / name

    def open_for(self, name: str, seconds: float) -> None:
        """From now on, and for so long, the link works."""
        ends = time.time() + seconds
        os.utime(self._folder / name, (ends, ends))

    def find(self, name: str) -> Path | None:
        """The file behind a link that still works."""
        return self._folder / name if self.left_s(name) > 0 else None

    def left_s(self, name: str) -> int:
        """How many seconds a link still works."""
        if not _NAME.fullmatch(name):
            return 0
        try:
            return max(0, round((self._folder / name).stat().st_mtime - time.time()))
        except OSError:
            return 0

    def clean(self) -> None:
        """Remove the files whose links have ended."""
        for path in self._folder.glob("*") if self._folder.is_dir() else ():
            if path.stat().st_mtime < time.time() - _KEPT_S:
                with suppress(OSError):  # on Windows, while somebody still reads it
                    path.unlink()
