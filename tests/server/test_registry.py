"""Models that come, go, break and are replaced while the server runs."""

import shutil
import threading
import time
from pathlib import Path

import pytest
import requests
from tests.server.conftest import PATIENCE_S, until

from kinora.errors import RequestError
from kinora.model.bundle import add_scores, read_bundle
from kinora.server.registry import Registry


@pytest.fixture
def folder(tmp_path, compiled_models):
    shutil.copytree(compiled_models, tmp_path / "models")
    return tmp_path / "models"


@pytest.fixture
def registry(folder):
    found = Registry(folder)
    found.look(patient=False)
    return found


def looks(registry: Registry, count: int = 3) -> None:
    for _ in range(count):
        registry.look()


def replace(path: Path) -> str:
    """Another version of a bundle in its place, as training writes it; its version."""
    return add_scores(read_bundle(path), {"protocol": f"at {time.time()}"}).version


def test_bundles_are_found_and_the_fitting_one_answers(registry):
    assert [served.name for served in registry.served] == ["moves", "poses", "tints"]
    assert registry.choose(None, "video").name == "moves"
    assert registry.choose(None, "image").name == "poses"
    assert registry.choose("tints", "image").name == "tints"
    with pytest.raises(RequestError, match="moves, poses, tints"):
        registry.choose("other")


def test_settings_name_the_default_models(folder):
    registry = Registry(folder, {"video": "tints", "image": "not there"})
    registry.look(patient=False)
    assert registry.choose(None, "video").name == "tints"
    assert registry.choose(None, "image").name == "poses"


def test_without_any_model_the_answer_says_where_to_put_one(tmp_path):
    with pytest.raises(RequestError, match="models folder") as raised:
        Registry(tmp_path / "nowhere").choose(None)
    assert raised.value.status == 503


def test_a_broken_bundle_is_reported_and_does_not_stop_the_others(registry, folder):
    (folder / "poses" / "model.h5").write_bytes(b"changed")
    (folder / "new").mkdir()
    looks(registry)
    assert set(registry.broken) == {"new", "poses"}
    assert str(folder) not in registry.broken["poses"]
    # What was verified before goes on answering.
    assert [served.name for served in registry.served] == ["moves", "poses", "tints"]


def test_a_mended_bundle_is_served_again(registry, folder):
    original = (folder / "poses" / "labels.json").read_bytes()
    (folder / "poses" / "labels.json").unlink()
    looks(registry)
    assert "poses" in registry.broken
    (folder / "poses" / "labels.json").write_bytes(original)
    looks(registry)
    assert registry.broken == {}


def test_a_bundle_that_is_being_copied_is_not_called_broken(registry, folder, compiled_models):
    source = compiled_models / "tints"
    (folder / "copied").mkdir()
    for path in sorted(source.iterdir()):
        shutil.copy(path, folder / "copied")
        registry.look()
        assert "copied" not in registry.broken
    looks(registry)
    assert registry.choose("copied").info.classes == ("red", "green", "blue")


def test_a_bundle_that_is_gone_is_forgotten_but_not_at_once(registry, folder):
    shutil.rmtree(folder / "moves")
    registry.look()
    assert registry.choose("moves")
    registry.look()
    assert [served.name for served in registry.served] == ["poses", "tints"]


def test_a_replaced_bundle_is_the_new_version(registry, folder):
    before = registry.choose("tints")
    version = replace(folder / "tints")
    looks(registry)
    assert registry.choose("tints").recognizer.version == version
    assert before.recognizer.version != version  # whoever has the old one may finish with it


def test_models_are_swapped_without_a_failed_request(make_server, folder, clips):
    server = make_server(models=folder)
    content, seen, faults, is_over = clips[0].read_bytes(), set(), [], threading.Event()

    def ask() -> None:
        session = requests.Session()
        while not is_over.is_set():
            answer = session.post(
                server.url + "/predict?model=tints", data=content, timeout=PATIENCE_S
            )
            if answer.status_code == 200 and answer.json()["action"] == "red":
                seen.add(answer.json()["model"]["version"])
            else:
                faults.append(answer.text)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    versions = []
    for _ in range(3):
        versions.append(replace(folder / "tints"))
        until(lambda: versions[-1] in seen)
    (folder / "tints" / "model.h5").write_bytes(b"broken")
    until(lambda: "tints" in [one["name"] for one in server.get("/models").json()["broken"]])
    is_over.set()
    for thread in threads:
        thread.join()
    assert faults == []
    assert set(versions) < seen
