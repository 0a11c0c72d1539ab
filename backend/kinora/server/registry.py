"""The models that answer: found, verified, loaded, and swapped while requests are running."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kinora.errors import KinoraError, RequestError
from kinora.inference.loading import PARTS, Loaded, load
from kinora.inference.recognizer import Recognizer
from kinora.model.bundle import read_bundle
from kinora.model.info import BundleInfo

logger = logging.getLogger(__name__)

_EVERY_S = 1.0
# A folder that changed is looked at once it has been the same for this many looks, so that a
# bundle that is being copied is not taken for a broken one.
_LOOKS = 2

# Name, size, time and number of every file: whatever replaces a file changes one of them.
_Signature = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True)
class Served:
    """A verified model that is in memory."""

    recognizer: Recognizer
    size_bytes: int
    loaded: Loaded

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.recognizer.name

    @property
    def info(self) -> BundleInfo:
        """What is known about it."""
        return self.recognizer.info


@dataclass
class _Seen:
    """A folder as it was seen last, and for how many looks it has been so."""

    signature: _Signature
    looks: int = 1
    is_tried: bool = False


class Registry:
    """The bundles of a folder, each verified by its hashes and loaded before it is served.

    Whoever asks gets a model that is in memory already; a request that runs keeps the one it got.
    So replacing a bundle never fails a request, and a broken one replaces nothing.
    """

    def __init__(self, folder: Path, defaults: Mapping[str, str] | None = None) -> None:
        self._folder, self._wanted = folder, dict(defaults or {})
        self._served: dict[str, Served] = {}
        self._broken: dict[str, str] = {}
        self._seen: dict[str, _Seen] = {}
        self._one_look = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def served(self) -> list[Served]:
        """All models, by name."""
        return [served for _, served in sorted(self._served.items())]

    @property
    def broken(self) -> dict[str, str]:
        """The folders that cannot be used, and why."""
        return dict(sorted(self._broken.items()))

    def default(self, kind: str) -> Served | None:
        """The model for media of that kind, where none is named; None if it is another's work."""
        fitting = [served for served in self.served if served.info.input_kind == kind]
        wanted = [served for served in fitting if served.name == self._wanted.get(kind)]
        return next(iter(wanted + fitting), None)

    def choose(self, name: str | None, kind: str = "video") -> Served:
        """The model of that name, or the one that fits media of that kind best.

        Raises:
            RequestError: There is none.
        """
        if name:
            return self.check_name(name)
        models = self.served
        if not models:
            raise RequestError(
                "This server has no model yet. Put a bundle into its models folder; "
                "GET /models says what was found there.",
                "no_model",
                503,
            )
        return self.default(kind) or models[0]

    def check_name(self, name: str | None) -> Served | None:
        """The model of that name; none if none is named.

        Raises:
            RequestError: There is none of that name.
        """
        found = self._served.get(name) if name else None
        if name and found is None:
            known = ", ".join(served.name for served in self.served) or "none yet"
            raise RequestError(f"There is no model {name[:64]!r}; there is {known}.")
        return found

    def start(self) -> None:
        """Load what is there now, and keep looking for changes in a thread of its own."""
        self.look(patient=False)
        self._thread = threading.Thread(target=self._watch, name="kinora-models", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        if self._thread:
            self._thread.join()

    def look(self, patient: bool = True) -> None:
        """Look once at every folder.

        Args:
            patient: Wait until a folder has stopped changing, and compile what is not compiled.
        """
        with self._one_look:
            there = {path.name: path for path in _folders(self._folder)}
            for name in (set(self._served) | set(self._broken) | set(self._seen)) - set(there):
                self._miss(name)
            for name, path in there.items():
                self._visit(name, path, patient)

    def _watch(self) -> None:
        while not self._stop.wait(_EVERY_S):
            try:
                self.look()
            except OSError:
                logger.warning("The models folder could not be read.", exc_info=True)

    def _visit(self, name: str, path: Path, patient: bool) -> None:
        signature, seen = _signature(path), self._seen.get(name)
        if seen is None or seen.signature != signature:
            seen = self._seen[name] = _Seen(signature)
        else:
            seen.looks += 1
        if not seen.is_tried and (seen.looks >= _LOOKS or not patient):
            self._try(name, path, patient)

    def _try(self, name: str, path: Path, may_compile: bool) -> None:
        """Load a folder; a broken one leaves the model that is served under its name as it is."""
        try:
            if not may_compile and not set(PARTS) <= set(read_bundle(path, verify=False).graphs):
                return  # compiling takes long; the thread does it
            loaded = load(path)
            served = Served(Recognizer(loaded), _size(path), loaded)
        except KinoraError as error:
            logger.warning("The model %s cannot be used: %s", name, error)
            self._broken[name] = _told(str(error), self._folder)
        except Exception:
            logger.exception("The model %s cannot be used", name)
            self._broken[name] = "It cannot be loaded. The log of the server says why."
        else:
            logger.info("The model %s is served (%s).", name, served.recognizer.version[:19])
            self._served[name] = served
            self._broken.pop(name, None)
        self._seen[name].is_tried = True

    def _miss(self, name: str) -> None:
        """A folder is gone; for a moment it may be, while another takes its place."""
        seen = self._seen.setdefault(name, _Seen(()))
        if seen.signature:
            self._seen[name] = _Seen(())
            return
        self._seen.pop(name)
        self._served.pop(name, None)
        self._broken.pop(name, None)
        logger.info("The model %s is gone.", name)


def _folders(folder: Path) -> list[Path]:
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in found if path.is_dir() and not path.name.startswith((".", "_")))


def _signature(folder: Path) -> _Signature:
    entries = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        try:
            facts = path.stat()
        except OSError:  # it went away meanwhile
            continue
        entries.append((path.name, facts.st_size, facts.st_mtime_ns, facts.st_ino))
    return tuple(entries)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def _told(reason: str, folder: Path) -> str:
    """A reason without the paths of this machine."""
    for known in (folder, folder.absolute(), folder.resolve()):
        reason = reason.replace(f"{known}{'/'}", "").replace(f"{known}\\", "")
    return reason
