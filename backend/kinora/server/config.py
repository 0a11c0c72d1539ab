"""Every setting of the server: its default, its meaning, its environment variable and its flag."""

import argparse
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinora.errors import SettingError
from kinora.paths import data_folder, models_folder

if TYPE_CHECKING:
    from kinora.media import Limits

_HOUR_S = 3600
_PREFIX = "KINORA_"
ENGINE_RAY = "ray:"
# What hosting platforms and `make` call them.
_OTHER_NAMES = {"host": "HOST", "port": "PORT"}
_POSITIVE = (
    "at_once",
    "max_in_flight",
    "max_cameras",
    "max_upload_mb",
    "max_job_upload_mb",
    "max_hours",
    "max_direct_s",
    "job_hours",
    "link_minutes",
)


def _usual_at_once() -> int:
    """One for every core; two at least, so that one decodes while the other encodes."""
    return min(max(2, os.cpu_count() or 1), 8)


def _setting(default: Any, meaning: str) -> Any:
    """A field with its meaning; a function as the default is called when it is needed."""
    known = {"default_factory": default} if callable(default) else {"default": default}
    return field(**known, metadata={"help": meaning})


@dataclass(frozen=True)
class ServerSettings:
    """How a server behaves. `max_upload_mb` is `KINORA_MAX_UPLOAD_MB` and `--max-upload-mb`."""

    host: str = _setting("127.0.0.1", "address to listen on; 0.0.0.0 is every one")
    port: int = _setting(5000, "port to listen on; 0 takes a free one")
    models: Path = _setting(models_folder, "folder of bundles")
    data: Path = _setting(data_folder, "folder for jobs, uploads and annotated media")
    database: str = _setting(
        "", "address of the jobs' database, like postgresql+psycopg://…; SQLite in the data folder"
    )
    engine: str = _setting(
        "", "who recognises: ray:ADDRESS is a Ray cluster, ray:auto this machine's; this process"
    )
    video_model: str = _setting("", "model for videos where none is named; the first by name")
    image_model: str = _setting("", "model for images where none is named; the first by name")
    api_key: str = _setting("", "clients must send it as X-API-Key; without one, all may ask")
    origins: tuple[str, ...] = _setting(
        (), "pages that may ask (https://…,https://…); those from disk and from localhost"
    )
    at_once: int = _setting(
        _usual_at_once, "predictions worked on at the same time; the number of cores, 2 to 8"
    )
    max_in_flight: int = _setting(64, "predictions taken on; more are answered with 503")
    max_cameras: int = _setting(16, "cameras watched at the same time")
    max_per_minute: int = _setting(0, "requests a client may send a minute; 0 is no limit")
    max_upload_mb: int = _setting(100, "largest upload in MB")
    max_job_upload_mb: int = _setting(1000, "largest upload of a job in MB")
    max_hours: float = _setting(6.0, "longest video in hours")
    max_direct_s: float = _setting(
        300.0, "longest video in seconds that /predict annotates or makes a time line of"
    )
    max_queued_jobs: int = _setting(100, "jobs that may wait; more are answered with 503")
    job_hours: float = _setting(72.0, "hours that finished jobs are kept")
    link_minutes: float = _setting(60.0, "minutes that links to annotated media work")
    log_format: str = _setting("text", "text, or json for one JSON object a line")
    debug: bool = _setting(False, "use Flask's own server, for developing only")

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise SettingError(f"The port must be from 0 to 65535, not {self.port}.")
        if self.log_format not in ("text", "json"):
            raise SettingError(f"The log format must be text or json, not {self.log_format!r}.")
        if self.engine and not self.engine.startswith(ENGINE_RAY):
            raise SettingError(f"The engine must be ray:ADDRESS or ray:auto, not {self.engine!r}.")
        if not self.api_key.isascii():
            raise SettingError("The API key may hold plain letters, digits and signs only.")
        for name in _POSITIVE:
            if not getattr(self, name) > 0:
                raise SettingError(f"{name} must be more than 0, not {getattr(self, name)}.")
        for name in ("max_per_minute", "max_queued_jobs"):
            if getattr(self, name) < 0:
                raise SettingError(f"{name} must be 0 or more, not {getattr(self, name)}.")

    @property
    def database_address(self) -> str:
        """The jobs' database, as SQLAlchemy writes addresses."""
        return self.database or f"sqlite:///{(self.data / 'jobs.sqlite').absolute().as_posix()}"

    def limits(self, is_job: bool = False) -> "Limits":
        """What is too large to be read."""
        from kinora.media import Limits

        megabytes = self.max_job_upload_mb if is_job else self.max_upload_mb
        return Limits(max_bytes=megabytes * 10**6, max_seconds=self.max_hours * _HOUR_S)


def from_environment(
    flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] = os.environ
) -> ServerSettings:
    """The settings: a flag first, else the environment, else the default."""
    given: dict[str, Any] = {}
    for entry in fields(ServerSettings):
        flag = (flags or {}).get(entry.name)
        variable = _PREFIX + entry.name.upper()
        text = environment.get(variable) or environment.get(_OTHER_NAMES.get(entry.name, ""))
        if flag is not None:
            given[entry.name] = flag
        elif text:
            given[entry.name] = _parse(variable, text, entry.type)
    return ServerSettings(**given)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A flag for every setting."""
    usual = ServerSettings(models=Path("models"), data=Path(".kinora"))
    for entry in fields(ServerSettings):
        flag, meaning = f"--{entry.name.replace('_', '-')}", entry.metadata["help"]
        default = getattr(usual, entry.name)
        shown = f" ({default})" if default not in ("", (), False) else ""
        text = f"{meaning}{shown} [{_PREFIX}{entry.name.upper()}]".replace("%", "%%")
        if entry.type is bool:
            parser.add_argument(flag, action="store_true", default=None, help=text)
        else:
            name = entry.name
            parser.add_argument(
                flag,
                type=lambda value, kind=entry.type: _cast(value, kind),
                metavar=name.split("_")[-1].upper(),
                help=text,
            )


def _parse(variable: str, text: str, kind: Any) -> Any:
    try:
        return _cast(text, kind)
    except ValueError as error:
        raise SettingError(f"{variable} is {text!r}, which is no {_kind_name(kind)}.") from error


def _cast(text: str, kind: Any) -> Any:
    if kind is bool:
        return text.lower() in ("1", "true", "yes", "on")
    if kind is Path:
        return Path(text).expanduser()
    if kind in (int, float, str):
        return kind(text)
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _kind_name(kind: Any) -> str:
    return {int: "whole number", float: "number"}.get(kind, "value of this setting")
