"""Tiny copies of real trees: the names are the real ones, the files a few bytes."""

import pytest


@pytest.fixture
def make_tree(tmp_path):
    """Make files below a fresh folder; a value is the text of the file, None a few bytes."""

    def make(entries, name="data"):
        root = tmp_path / name
        root.mkdir(exist_ok=True)
        texts = entries if isinstance(entries, dict) else dict.fromkeys(entries)
        for entry, text in texts.items():
            path = root / entry
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text or "clip", encoding="utf-8")
        return root

    return make
