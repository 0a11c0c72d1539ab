"""The augmented views of a clip whose features are kept, and which labels allow which."""

import re

FULL = "full"
# Ordered by what they bring: whoever asks for fewer views gets the first ones.
VIEWS = (FULL, "flip", "top_left", "bottom_right", "top_right", "bottom_left")

# Words, and parts of CamelCase; "upright" and "bright" are something else.
_SIDED = re.compile(r"(?<![A-Za-z])(?i:left|right)|Left|Right")


def may_flip(label: str) -> bool:
    """Whether the mirror image still shows what the label says."""
    return not _SIDED.search(label)


def views_for(label: str, count: int) -> tuple[str, ...]:
    """The first `count` views, without those that would belie the label."""
    return tuple(view for view in VIEWS[:count] if view != "flip" or may_flip(label))
