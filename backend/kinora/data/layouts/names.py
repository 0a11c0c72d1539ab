"""File names that tell which source a clip was cut from."""

import re

# UCF: v_Archery_g01_c02 is clip 2 of source 1.
_UCF = re.compile(r"(v_.+_g\d\d)_c\d\d", re.IGNORECASE)

# HMDB51: names end in visible body, camera motion, cameras, viewpoint, quality and number.
_HMDB = re.compile(r"_[a-z]_(nm|cm)_np\d_(fr|ba|le|ri)_(goo|med|bad)_\d+$", re.IGNORECASE)


def ucf_source(name: str) -> str | None:
    """The source in a name of UCF's kind, without its ending."""
    match = _UCF.fullmatch(name)
    return match.group(1) if match else None


def hmdb_source(name: str, label: str) -> str | None:
    """The film or upload in a name of HMDB51's kind.

    Numbers at the end are dropped: April_09 and April_10 are one film.
    """
    if not _HMDB.search(name):
        return None
    source = _HMDB.sub("", name).lower().removesuffix("_" + label.lower())
    source = re.sub(r"[^a-z0-9]+", "_", source).strip("_")
    return re.sub(r"(_?\d+)+$", "", source) or source


def source_in(name: str, label: str) -> str | None:
    """The source that a clip's name tells, None if it tells none."""
    return ucf_source(name) or hmdb_source(name, label)
