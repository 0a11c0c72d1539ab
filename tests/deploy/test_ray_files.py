"""The files that start clusters elsewhere: well-formed, of one version, and true to each other."""

import json
import re
from pathlib import Path

import pytest
from tests.conftest import ROOT

import kinora

yaml = pytest.importorskip("yaml")
FOLDER = ROOT / "deploy" / "ray"


class _Strict(yaml.SafeLoader):
    """Refuses a key that is there twice, of which YAML keeps the last one."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"{node.start_mark}: a key is there twice"
        return super().construct_mapping(node, deep)


def read(name: str) -> list[dict]:
    return list(yaml.load_all((FOLDER / name).read_text(encoding="utf-8"), _Strict))


@pytest.fixture(scope="module")
def manifests() -> dict[str, dict]:
    return {part["kind"]: part for part in read("kuberay.yaml")}


def containers(manifests) -> list[dict]:
    spec = manifests["RayCluster"]["spec"]
    groups = [spec["headGroupSpec"], *spec["workerGroupSpecs"], manifests["Deployment"]["spec"]]
    return [one for group in groups for one in group["template"]["spec"]["containers"]]


def test_the_cluster_file_keeps_to_the_schema_of_ray():
    ray = pytest.importorskip("ray")
    jsonschema = pytest.importorskip("jsonschema")
    schema = Path(ray.__file__).parent / "autoscaler" / "ray-schema.json"
    (cluster,) = read("cluster.yaml")
    jsonschema.validate(cluster, json.loads(schema.read_text(encoding="utf-8")))
    assert cluster["head_node_type"] in cluster["available_node_types"]
    assert all(
        kind["min_workers"] <= kind["max_workers"]
        for kind in cluster["available_node_types"].values()
    )


def test_every_file_names_the_same_versions(manifests):
    pinned = re.search(
        r"^ray\S*==([\d.]+)", (ROOT / "backend" / "requirements-dev.txt").read_text(), re.MULTILINE
    )[1]
    image = f"kinora-ray:{kinora.__version__}"
    dockerfile = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
    assert f"rayproject/ray:{pinned}-" in dockerfile and f"-t {image} " in dockerfile
    assert manifests["RayCluster"]["spec"]["rayVersion"] == pinned
    assert {one["image"] for one in containers(manifests)} == {image}
    assert read("cluster.yaml")[0]["docker"]["image"] == image


def test_the_manifests_fit_each_other(manifests):
    assert {kind: part["apiVersion"] for kind, part in manifests.items()} == {
        "RayCluster": "ray.io/v1",
        "Deployment": "apps/v1",
        "Service": "v1",
    }
    front = manifests["Deployment"]["spec"]
    labels = front["template"]["metadata"]["labels"]
    assert front["selector"]["matchLabels"] == labels == manifests["Service"]["spec"]["selector"]
    (container,) = front["template"]["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert manifests["Service"]["spec"]["ports"][0]["targetPort"] in ports
    assert container["livenessProbe"]["httpGet"]["port"] in ports
    # KubeRay names the service of the head after the cluster.
    name = manifests["RayCluster"]["metadata"]["name"]
    assert f"--address={name}-head-svc:6379" in container["args"][0]
    for group in manifests["RayCluster"]["spec"]["workerGroupSpecs"]:
        assert group["minReplicas"] <= group["replicas"] <= group["maxReplicas"]


def test_the_front_is_started_with_flags_that_exist(manifests):
    from kinora.cli import build_parser

    (container,) = manifests["Deployment"]["spec"]["template"]["spec"]["containers"]
    words = container["args"][0].partition("exec kinora ")[2].split()
    assert build_parser().parse_args(words).engine == "ray:auto"
