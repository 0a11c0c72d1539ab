"""A bundle: the folder that holds a model and everything known about it. Read and written here.

    models/NAME/model.h5      the Keras model, the source of truth
                bundle.json   classes, clip settings, scores, provenance, hashes of the files
                labels.json   the classes alone, for other people's programs
                README.md     the model card
                *.tflite      graphs compiled from exactly this model.h5

Reading needs neither Keras nor h5py. A bundle is read whole or refused with the reason.
"""

import hashlib
import json
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinora.errors import ModelError
from kinora.model.card import NOTES, write_card
from kinora.model.h5 import save_network, write_h5_metadata
from kinora.model.info import BundleInfo, Graph, check_file_name, to_json

if TYPE_CHECKING:
    import keras

MODEL_FILE = "model.h5"
BUNDLE_FILE = "bundle.json"
LABELS_FILE = "labels.json"
CARD_FILE = "README.md"

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Bundle:
    """A bundle on disk.

    Args:
        folder: Where it lies.
        info: What is known about the model.
        files: The sha256 of its files. The card is for people, who may edit it: it has none.
        graphs: The compiled graphs by their part, `encoder` and `head`; empty before export.
    """

    folder: Path
    info: BundleInfo
    files: Mapping[str, str]
    graphs: Mapping[str, Graph] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called where it lies: the name of its folder."""
        return self.folder.resolve().name

    @property
    def version(self) -> str:
        """Changes whenever the weights do."""
        return f"sha256:{self.files[MODEL_FILE]}"

    @property
    def model_file(self) -> Path:
        """The Keras model."""
        return self.folder / MODEL_FILE

    def graph_file(self, part: str) -> Path:
        """The compiled graph of that part."""
        if part not in self.graphs:
            raise ModelError(
                f"{self.name} has no compiled {part}. Compile it: kinora export {self.folder}"
            )
        return self.folder / self.graphs[part].file


@dataclass(frozen=True)
class BrokenBundle:
    """A folder that should be a bundle, and why it is none."""

    folder: Path
    reason: str


def read_bundle(folder: Path, verify: bool = True, with_graphs: bool = True) -> Bundle:
    """Read the bundle in a folder.

    Args:
        folder: The folder that holds bundle.json.
        verify: Compare the hash of every file; what was verified a moment ago need not be again.
        with_graphs: Without them, a bundle whose compiled graphs are broken can be read too, to
            compile them again.

    Raises:
        ModelError: Something is missing, damaged or contradicts itself; says what to do.
    """
    folder = Path(folder)
    values = _read_json(folder, BUNDLE_FILE)
    try:
        info = BundleInfo.from_dict(values)
        files = _read_hashes(values.get("files"))
        if not with_graphs:
            files = {name: files[name] for name in (MODEL_FILE, LABELS_FILE)}
        graphs = _read_graphs(values.get("graphs") if with_graphs else {}, files)
    except ModelError as error:
        raise ModelError(f"{folder / BUNDLE_FILE} cannot be used. {error}") from error
    for name, expected in files.items():
        _check_file(folder / name, expected if verify else None)
    if _read_json(folder, LABELS_FILE) != list(info.classes):
        raise ModelError(
            f"{folder / LABELS_FILE} and {BUNDLE_FILE} name different classes. "
            "Train or import the model again."
        )
    return Bundle(folder, info, files, graphs)


def list_bundles(
    folder: Path, verify: bool = True
) -> tuple[tuple[Bundle, ...], tuple[BrokenBundle, ...]]:
    """The bundles in the folders of a folder, and those that are broken, each by name."""
    good, broken = [], []
    folders = sorted(folder.iterdir()) if folder.is_dir() else []
    for path in folders:
        if not path.is_dir() or path.name.startswith((".", "_")):
            continue
        try:
            good.append(read_bundle(path, verify))
        except ModelError as error:
            broken.append(BrokenBundle(path, str(error)))
    return tuple(good), tuple(broken)


def write_bundle(folder: Path, network: "keras.Model", info: BundleInfo) -> Bundle:
    """Write a new bundle, or replace one; at no time is there half a bundle in the folder."""
    info.check_class_count(network.output_shape[-1], "The network")
    expected = (info.clip.frame_count, info.clip.size, info.clip.size, 3)
    if tuple(network.input_shape[1:]) != expected:
        raise ModelError(
            f"The network takes clips of shape {tuple(network.input_shape[1:])}, "
            f"but the clip settings say {expected}."
        )
    with _draft(Path(folder)) as draft:
        save_network(network, draft / MODEL_FILE, info)
        bundle = _complete(draft, info, {})
    return replace(bundle, folder=Path(folder))


def add_graphs(bundle: Bundle, graphs: Mapping[str, tuple[Graph, bytes]]) -> Bundle:
    """Write the bundle anew with these compiled graphs in place of those it had.

    Args:
        bundle: Where they belong.
        graphs: For each part, `encoder` and `head`, the facts and the content of its file.
    """
    with _draft(bundle.folder) as draft:
        shutil.copyfile(bundle.model_file, draft / MODEL_FILE)
        for graph, content in graphs.values():
            (draft / graph.file).write_bytes(content)
        facts = {part: graph for part, (graph, _) in graphs.items()}
        compiled = _complete(draft, bundle.info, facts)
    return replace(compiled, folder=bundle.folder)


def add_scores(bundle: Bundle, scores: Mapping[str, Any], notes: str | None = None) -> Bundle:
    """Write the bundle anew with what was measured; weights and graphs stay what they are.

    Args:
        bundle: What was measured.
        scores: The figures, with their protocol.
        notes: What else the card says, as Markdown; None keeps what it says.
    """
    info = replace(bundle.info, scores=scores)
    if notes is not None:
        info = replace(info, provenance={**info.provenance, NOTES: notes})
    with _draft(bundle.folder) as draft:
        shutil.copyfile(bundle.model_file, draft / MODEL_FILE)
        write_h5_metadata(draft / MODEL_FILE, info)
        # The facts in the .h5 changed its hash, but not the weights that the graphs were made from.
        made_from = sha256_of(draft / MODEL_FILE)
        graphs = {part: replace(g, made_from=made_from) for part, g in bundle.graphs.items()}
        for graph in graphs.values():
            shutil.copyfile(bundle.folder / graph.file, draft / graph.file)
        scored = _complete(draft, info, graphs)
    return replace(scored, folder=bundle.folder)


def move_bundle(bundle: Bundle, folder: Path) -> Bundle:
    """Take a bundle to its place in one step: a server that looks there meets it whole."""
    with _draft(folder) as draft:
        shutil.copytree(bundle.folder, draft, dirs_exist_ok=True)
    shutil.rmtree(bundle.folder)
    return replace(bundle, folder=folder)


def sha256_of(path: Path) -> str:
    """The sha256 of a file, as hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _complete(draft: Path, info: BundleInfo, graphs: Mapping[str, Graph]) -> Bundle:
    """Add to the weights in a new folder what makes it a bundle, and read it once."""
    (draft / LABELS_FILE).write_text(to_json(list(info.classes)), encoding="utf-8")
    names = [MODEL_FILE, LABELS_FILE, *(graph.file for graph in graphs.values())]
    values = {
        **info.to_dict(),
        "files": {name: sha256_of(draft / name) for name in names},
        "graphs": {part: graph.to_dict() for part, graph in graphs.items()},
    }
    (draft / CARD_FILE).write_text(write_card(info, graphs), encoding="utf-8")
    (draft / BUNDLE_FILE).write_text(to_json(values), encoding="utf-8")
    return read_bundle(draft, verify=False)


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """A new folder beside the wanted one, which takes its place when all went well."""
    if folder.exists() and not (folder / BUNDLE_FILE).is_file() and _is_occupied(folder):
        raise ModelError(
            f"{folder} exists and is no bundle; it is left as it is. Choose another name."
        )
    # Beginning with a dot and ending in .part, so that nobody takes it for a bundle.
    draft = folder.parent / f".{folder.name}.{uuid.uuid4().hex[:8]}.part"
    try:
        draft.mkdir(parents=True)
        yield draft
        _swap(draft, folder)
    except (OSError, RuntimeError) as error:  # h5py tells of a full disk by either
        raise ModelError(
            f"The bundle {folder} cannot be written: {error}. What was there before is unchanged. "
            "Is there room on the disk, and may you write there?"
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _is_occupied(folder: Path) -> bool:
    return not folder.is_dir() or any(folder.iterdir())


def _swap(draft: Path, folder: Path) -> None:
    if not folder.exists():
        draft.rename(folder)
        return
    old = draft.with_suffix(".old.part")
    folder.rename(old)
    try:
        draft.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _read_json(folder: Path, name: str) -> Any:
    path = folder / name
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(
            f"{folder} is no bundle: it has no {name}. `kinora train` makes bundles, "
            "`kinora import` turns an .h5 file into one, `kinora models` lists them."
        ) from error
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error}.") from error
    except ValueError as error:
        raise ModelError(f"{path} is no JSON: {error}. Copy or train the bundle again.") from error


def _read_hashes(files: Any) -> dict[str, str]:
    if not isinstance(files, dict) or not {MODEL_FILE, LABELS_FILE} <= set(files):
        raise ModelError(
            f"Its part 'files' must hold the hashes of {MODEL_FILE} and {LABELS_FILE}."
        )
    for name in files:
        check_file_name(name)
    return files


def _read_graphs(values: Any, files: Mapping[str, str]) -> dict[str, Graph]:
    if not isinstance(values, dict):
        raise ModelError("Its part 'graphs' must be a JSON object.")
    graphs = {part: Graph.from_dict(facts) for part, facts in values.items()}
    for part, graph in graphs.items():
        if graph.file not in files:
            raise ModelError(f"The compiled {part} {graph.file} has no hash in 'files'.")
        if graph.made_from != files[MODEL_FILE]:
            raise ModelError(
                f"The compiled {part} was made from another {MODEL_FILE}. "
                "Compile it again with `kinora export`."
            )
    return graphs


def _check_file(path: Path, expected: str | None) -> None:
    if not path.is_file():
        raise ModelError(f"{path} is missing. The bundle is not complete: copy or train it again.")
    if expected is not None and sha256_of(path) != expected:
        raise ModelError(
            f"{path} is not the file that {BUNDLE_FILE} describes (its sha256 differs). It was "
            "changed or damaged: copy the bundle again, or compile it again with `kinora export` "
            "if only a .tflite file is concerned."
        )
