"""A tiny network and a bundle of it, for all tests of this part."""

import pytest

from kinora import ClipSpec
from kinora.model.bundle import write_bundle
from kinora.model.info import BundleInfo
from kinora.model.specs import HeadSpec, NetworkSpec

SPEC = NetworkSpec(width=0.35, head=HeadSpec(units=4))
CLIP = ClipSpec(frame_count=2, size=32)


@pytest.fixture(scope="session")
def tiny_network():
    from tests.model.networks import wake

    from kinora.model.architecture import build_network

    return wake(build_network(SPEC, CLIP, class_count=3, weights="none"))


@pytest.fixture(scope="session")
def tiny_info():
    return BundleInfo(
        name="tiny",
        classes=("clap", "walk", "wave"),
        clip=CLIP,
        network=SPEC.to_dict(),
        threshold=0.6,
        scores={
            "protocol": "12 rendered clips, no body in two parts",
            "top1": 0.75,
            "per_class": {"clap": 1.0, "walk": 0.25, "wave": 1.0},
        },
        provenance={"data": ["rendered"], "keras": "3.15.1", "seed": 7, "date": "2026-01-02"},
    )


@pytest.fixture
def tiny_bundle(tmp_path, tiny_network, tiny_info):
    return write_bundle(tmp_path / "models" / "tiny", tiny_network, tiny_info)
