"""Training reaches its last step without TensorFlow, on whichever backend Keras has."""

import sys

import pytest
from tests.conftest import run_python

from kinora.errors import TrainingError
from kinora.training import finish


def test_without_tensorflow_the_last_step_says_how_to_go_on(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    monkeypatch.delitem(sys.modules, "kinora.model.export", raising=False)
    with pytest.raises(TrainingError, match="--resume where TensorFlow is installed"):
        finish.finish(None, (), {})


def test_training_imports_no_tensorflow_of_its_own():
    run_python(
        "import sys, keras\n"  # the backend may be TensorFlow; that is Keras's own affair
        "sys.modules['tensorflow'] = None\n"
        "import kinora.training.trainer"
    )
