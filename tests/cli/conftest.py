"""The tiny bundle of the model's tests is here too."""

from tests.model.conftest import tiny_bundle, tiny_info, tiny_network  # noqa: F401
