"""Where the project's folders are, and the environment variables that move them."""

import os
from pathlib import Path

_CLONE = Path(__file__).resolve().parents[2]
# `pip install .` puts the page, the models and the samples here (setup.py).
_SHIPPED = Path(__file__).resolve().parent / "shipped"
_IS_INSTALLED = _SHIPPED.is_dir()
_PROJECT = _SHIPPED if _IS_INSTALLED else _CLONE
# An installation may not be written to.
_WRITABLE = Path.home() / ".local" / "share" / "kinora" if _IS_INSTALLED else _CLONE


def _folder(variable: str, default: Path) -> Path:
    """The folder named by an environment variable, or its default."""
    value = os.environ.get(variable)
    return Path(value).expanduser() if value else default


def models_folder() -> Path:
    """Where bundles are looked for (`KINORA_MODELS`)."""
    return _folder("KINORA_MODELS", _PROJECT / "models")


def samples_folder() -> Path:
    """Clips and images that ship with the project, to try it out (`KINORA_SAMPLES`)."""
    return _folder("KINORA_SAMPLES", _PROJECT / "samples")


def data_folder() -> Path:
    """Where the server keeps its jobs and what it made for them (`KINORA_DATA`)."""
    return _folder("KINORA_DATA", _WRITABLE / ".kinora")


def frontend_folder() -> Path:
    """Where the page lies (`KINORA_FRONTEND`)."""
    return _folder("KINORA_FRONTEND", _PROJECT / "frontend")


def plots_folder() -> Path:
    """Where the figures of a training are written (`KINORA_PLOTS`)."""
    return _folder("KINORA_PLOTS", _WRITABLE / "plots")


def cache_folder() -> Path:
    """Where features and downloads that can be made again are kept (`KINORA_CACHE`)."""
    return _folder("KINORA_CACHE", Path.home() / ".cache" / "kinora")


def weights_file() -> Path | None:
    """A local file of ImageNet weights to use instead of a download (`KINORA_WEIGHTS`)."""
    value = os.environ.get("KINORA_WEIGHTS")
    return Path(value).expanduser() if value else None


def kaggle_account() -> tuple[str, str] | None:
    """User name and API key for Kaggle's downloads (`KAGGLE_USERNAME`, `KAGGLE_KEY`)."""
    name, key = os.environ.get("KAGGLE_USERNAME"), os.environ.get("KAGGLE_KEY")
    return (name, key) if name and key else None


def kaggle_file() -> Path:
    """Where Kaggle's own tool keeps the API key (`KAGGLE_CONFIG_DIR`)."""
    return _folder("KAGGLE_CONFIG_DIR", Path.home() / ".kaggle") / "kaggle.json"
