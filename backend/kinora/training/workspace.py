"""The folder of one training: its settings, its checkpoints and its log.

    models/.NAME.training/run.json       settings and data, so that nothing else is continued
                          last.npz       where the training stands
                          best.npz       the weights that did best on val
                          tensorboard/   the curves

It lies beside the bundle to be, so the same command line finds it again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from kinora.data.caching import write_whole
from kinora.errors import SettingError, TrainingError
from kinora.model.bundle import BUNDLE_FILE

_FACTS = "facts"

# For each part of the network, and the optimizer, its variables in order.
Arrays = Mapping[str, Sequence[np.ndarray]]
History = tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Checkpoint:
    """Where a training stands after an epoch.

    Args:
        stage: The name of the stage.
        epoch: How many epochs of the stage are done.
        history: The figures of all epochs of all stages so far.
        arrays: The variables.
    """

    stage: str
    epoch: int
    history: History
    arrays: Arrays


class Workspace:
    """The folder of one training."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def open(cls, out: Path, facts: Mapping[str, Any], resume: bool) -> "Workspace":
        """The folder for the bundle `out`: a new one, or with `resume` the one that is there.

        Args:
            out: Where the bundle will be.
            facts: Settings and data: what must be the same when a training is continued.
            resume: Continue, if there is something to continue.
        """
        check_out(out, resume)
        work = cls(folder_for(out))
        facts = json.loads(json.dumps(facts))
        known = work._known_facts()
        if known is None:
            write_whole(work.folder / "run.json", lambda file: file.write(_to_bytes(facts)))
        elif known != facts:
            raise SettingError(
                f"{out} was begun in another way: {_differences(known, facts)}. Continue it with "
                f"the same command, choose another --out, or delete {work.folder}."
            )
        return work

    def save(self, checkpoint: Checkpoint, is_best: bool) -> None:
        """Write a checkpoint; killed at any moment, the one before is still there."""
        # The best one first: the epoch is done only when the last one is written.
        if is_best:
            weights = {part: a for part, a in checkpoint.arrays.items() if part != "optimizer"}
            self._write("best.npz", weights, checkpoint)
        self._write("last.npz", checkpoint.arrays, checkpoint)

    def last(self) -> Checkpoint | None:
        """Where the training stands, None before its first epoch is done."""
        return self._read("last.npz")

    def best(self) -> Checkpoint | None:
        """The epoch that did best on val."""
        return self._read("best.npz")

    def _write(self, name: str, arrays: Arrays, checkpoint: Checkpoint) -> None:
        facts = [checkpoint.stage, checkpoint.epoch, checkpoint.history]
        content = {
            f"{part}/{number}": array
            for part, values in arrays.items()
            for number, array in enumerate(values)
        }
        content[_FACTS] = np.array(json.dumps(facts))
        write_whole(self.folder / name, lambda file: np.savez(file, **content))

    def _read(self, name: str) -> Checkpoint | None:
        path = self.folder / name
        if not path.is_file():
            return None
        try:
            with path.open("rb") as file, np.load(file) as content:
                stage, epoch, history = json.loads(str(content[_FACTS]))
                arrays: dict[str, list[np.ndarray]] = {}
                for key in content.files:
                    if key != _FACTS:
                        arrays.setdefault(key.split("/")[0], []).append(content[key])
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            raise TrainingError(
                f"{path} is damaged: {error}. Delete {self.folder} and train again."
            ) from error
        return Checkpoint(stage, epoch, tuple(history), arrays)

    def _known_facts(self) -> dict[str, Any] | None:
        try:
            return json.loads((self.folder / "run.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise TrainingError(
                f"{self.folder / 'run.json'} cannot be read: {error}. Delete {self.folder} and "
                "train again."
            ) from error


def folder_for(out: Path) -> Path:
    """The folder of the training that makes the bundle `out`."""
    return out.parent / f".{out.name}.training"


def check_out(out: Path, resume: bool) -> None:
    """Refuse, before any work, a place where something else is."""
    if out.exists() and not (out / BUNDLE_FILE).is_file() and (out.is_file() or any(out.iterdir())):
        raise SettingError(f"{out} exists and is no bundle; it is left as it is. Choose another.")
    if resume:
        return
    if folder_for(out).exists():
        raise SettingError(
            f"The training of {out} was begun before. Continue it with --resume, choose another "
            f"--out, or delete {folder_for(out)}."
        )
    if out.exists() and any(out.iterdir()):
        raise SettingError(f"{out} holds a bundle already. Choose another --out, or delete it.")


def _to_bytes(facts: Mapping[str, Any]) -> bytes:
    return json.dumps(facts, indent=2).encode()


def _differences(known: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    names = sorted(set(known) | set(facts))
    return ", ".join(
        f"{name} was {known.get(name)}, now it is {facts.get(name)}"
        for name in names
        if known.get(name) != facts.get(name)
    )
