"""Imports point down only: the table of docs/architecture.md, held."""

import ast
from pathlib import Path

import kinora

PACKAGE = Path(kinora.__file__).parent

# Which packages each package may import.
MAY_IMPORT = {
    "errors": set(),
    "paths": set(),
    "clips": {"errors"},
    "predictions": {"errors"},
    "plots": {"errors"},
    "media": {"clips", "errors"},
    "model": {"clips", "errors"},
    "synthetic": {"media", "clips", "errors"},
    "data": {"media", "clips", "errors", "model", "paths"},
    "inference": {"media", "model", "clips", "predictions", "errors", "paths"},
    "annotate": {"media", "predictions", "clips", "errors"},
}
_LEVEL_3 = set(MAY_IMPORT)
for _name in ("training", "evaluation", "bulk"):
    MAY_IMPORT[_name] = _LEVEL_3 - {"synthetic"}
MAY_IMPORT["training"] |= {"evaluation", "bulk"}  # it ends with a measurement, and may spread work
MAY_IMPORT["server"] = {
    "bulk", "annotate", "inference", "media", "model", "clips", "predictions", "errors", "paths",
}  # fmt: skip
MAY_IMPORT["cli"] = set(MAY_IMPORT)

# Heavy libraries and the only places that may name them.
AT_HOME = {
    "tensorflow": ("model/", "data/batches.py", "training/"),
    "keras": ("model/", "data/batches.py", "training/"),
    "matplotlib": ("plots.py",),
    "ray": ("bulk/cluster.py",),
}


def _modules():
    return sorted(PACKAGE.rglob("*.py"))


def _imported_names(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            for alias in node.names:
                yield f"{node.module}.{alias.name}"


def test_imports_follow_the_table():
    faults = []
    for path in _modules():
        part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if part in ("__init__", "__main__"):
            continue
        for name in _imported_names(path):
            if not name.startswith("kinora."):
                continue
            target = name.split(".")[1]
            is_package = (PACKAGE / target).is_dir() or (PACKAGE / f"{target}.py").is_file()
            if is_package and target not in MAY_IMPORT[part] | {part}:
                faults.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert faults == []


def test_every_package_is_in_the_table():
    parts = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in _modules()}
    assert parts - {"__init__", "__main__"} <= set(MAY_IMPORT)


def test_heavy_libraries_stay_at_home():
    faults = []
    for path in _modules():
        place = path.relative_to(PACKAGE).as_posix()
        for name in _imported_names(path):
            home = AT_HOME.get(name.split(".")[0])
            if home and not place.startswith(home):
                faults.append(f"{place} imports {name}")
    assert faults == []
