"""Run the script twin and write the notebook with its outputs: `make notebook`."""

import shutil
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent
NAME = "Human_Action_Recognition_CNN_LSTM"
# One cell trains a model.
_PATIENCE_S = 1800


def read_script() -> nbformat.NotebookNode:
    """The notebook as the script has it: cells without outputs."""
    return jupytext.read(FOLDER / f"{NAME}.py")


def run(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """Run all cells in a folder; a failing cell raises `CellExecutionError`."""
    folder.mkdir(parents=True, exist_ok=True)
    client = NotebookClient(
        notebook, timeout=_PATIENCE_S, resources={"metadata": {"path": str(folder)}}
    )
    return client.execute()


def keep(notebook: nbformat.NotebookNode) -> None:
    """Write the .ipynb; what a run prints about this machine is left out."""
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
    notebook.metadata.pop("language_info", None)
    nbformat.write(notebook, FOLDER / f"{NAME}.ipynb")


if __name__ == "__main__":
    fresh = FOLDER.parent / ".bench" / "notebook"
    shutil.rmtree(fresh, ignore_errors=True)
    keep(run(read_script(), fresh))
