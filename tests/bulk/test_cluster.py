"""`kinora bulk --ray` on a real cluster of two nodes: the same answers, also when a node dies."""

import sys

import numpy as np
import pytest
from tests.bulk.conftest import read_rows, without_times
from tests.bulk.nodes import MakeTelling, crashed, make_hazard

from kinora.bulk import cluster as clusters
from kinora.bulk.answering import BulkOptions, MakeAnswerer, load_models
from kinora.bulk.features import on_cluster
from kinora.clips import ClipSpec
from kinora.data.features import Encoder, extract
from kinora.inference.runtime import CompiledGraph


def test_the_cluster_says_the_same_as_this_machine(bulk, media, tmp_path, cluster):
    bulk(media, "--timeline", out="here.jsonl")
    code, summary = bulk(media, "--timeline", "--ray", cluster.address, out="there.jsonl")
    assert (code, summary["files"], summary["failed"]) == (0, 14, 1)
    here, there = (read_rows(tmp_path / f"{name}.jsonl") for name in ("here", "there"))
    assert without_times(here) == without_times(there)


def test_a_node_that_dies_costs_no_result(media, tmp_path, cluster, compiled_models):
    node = cluster.add_node(num_cpus=1, object_store_memory=90 << 20)
    node_pid = node.all_processes["raylet"][0].process.pid
    make = MakeAnswerer(load_models("moves", compiled_models), BulkOptions())
    names = []
    for number in range(300):
        names.append(str(tmp_path / f"{number}.mp4"))
        (tmp_path / f"{number}.mp4").symlink_to(media / "deeper" / f"clip {number % 12}.mp4")
    found, lives = [], True
    telling = MakeTelling(make, node_pid, tmp_path / "begun")
    for began, row in clusters.each(telling, names, cluster.address, str):
        found.append(row)
        if node_pid in began and lives:
            cluster.remove_node(node, allow_graceful=False)
            lives = False
    assert not lives
    assert sorted(row["path"] for row in found) == sorted(names)
    assert all(row["success"] for row in found)


def test_a_crash_costs_one_item_there_too(cluster):
    found = clusters.each(make_hazard, ["a", "always", "b"], cluster.address, crashed)
    assert sorted(found) == ["A", "B", "always crashed"]


def test_a_cluster_that_is_not_there_is_said(bulk, media):
    pytest.importorskip("ray")
    code, complaint = bulk(media, "--ray", "127.0.0.1:1")
    assert code == 2 and "no Ray cluster at 127.0.0.1:1" in complaint


def test_without_ray_the_message_says_what_to_install(bulk, media, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    code, complaint = bulk(media, "--ray", "auto")
    assert code == 2 and "kinora[ray]" in complaint


def test_features_of_the_cluster_are_those_of_this_machine(
    media, tmp_path, cluster, compiled_models, monkeypatch
):
    spec = ClipSpec(frame_count=6, size=32)
    graph = (compiled_models / "moves" / "encoder.tflite").read_bytes()
    here = CompiledGraph(graph, "here", 1)
    views = dict.fromkeys(sorted((media / "deeper").iterdir()), ("full", "flip"))
    views[media / "broken.mp4"] = ("full",)

    def encode(frames: np.ndarray) -> np.ndarray:
        return np.concatenate([here.run(frame[None]) for frame in frames])

    def not_here(frames: np.ndarray) -> np.ndarray:
        raise AssertionError("this should have been computed on the cluster")

    found = {}
    for name, way in (("here", encode), ("there", not_here)):
        monkeypatch.setenv("KINORA_CACHE", str(tmp_path / name))
        elsewhere = on_cluster(graph, spec, cluster.address) if name == "there" else None
        features, failed = extract(views, Encoder("one", 8, way), spec, elsewhere)
        assert list(failed) == [media / "broken.mp4"]
        found[name] = [np.load(file) for path in features for file in features[path].files]
    assert len(found["here"]) == 24
    assert all(np.array_equal(*pair) for pair in zip(*found.values(), strict=True))
