"""Label files in all their forms; a pickle is read, and never run."""

import json
import os
import pickle
import sys
import types
from collections import OrderedDict

import numpy as np
import pytest

from kinora.errors import ModelError
from kinora.model.labels import find_labels, read_labels

NAMES = ("clap", "größer", "wave")


@pytest.fixture
def label_encoder(monkeypatch):
    """A LabelEncoder as scikit-learn has it, as far as a pickle of it is concerned."""
    for name in ("sklearn", "sklearn.preprocessing", "sklearn.preprocessing._label"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    encoder = type("LabelEncoder", (), {"__module__": "sklearn.preprocessing._label"})
    sys.modules["sklearn.preprocessing._label"].LabelEncoder = encoder
    return encoder


@pytest.mark.parametrize(
    "values",
    [
        ["clap", "größer", "wave"],
        {"0": "clap", "1": "größer", "2": "wave"},
        {"2": "wave", "0": "clap", "1": "größer"},
        {"wave": 2, "clap": 0, "größer": 1},
        {"classes": ["clap", "größer", "wave"]},
    ],
)
def test_every_form_of_json(values, tmp_path):
    path = tmp_path / "classes.json"
    path.write_text(json.dumps(values), encoding="utf-8")
    assert read_labels(path) == NAMES


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    "values",
    [
        list(NAMES),
        NAMES,
        {0: "clap", 1: "größer", 2: "wave"},
        {"wave": 2, "clap": 0, "größer": 1},
        OrderedDict([("wave", 2), ("clap", 0), ("größer", 1)]),
        {"wave": np.int64(2), "clap": np.int64(0), "größer": np.int64(1)},
        np.array(NAMES),
        np.array(NAMES).astype(">U6"),
        np.array(NAMES, dtype=object),
        np.array([name.encode() for name in NAMES]),
        [np.str_(name) for name in NAMES],
        {"classes": list(NAMES)},
    ],
    ids=lambda values: type(values).__name__ + str(getattr(values, "dtype", "")),
)
def test_every_form_and_protocol_of_pickle(values, protocol, tmp_path):
    path = tmp_path / "labels.pkl"
    path.write_bytes(pickle.dumps(values, protocol))
    assert read_labels(path) == NAMES


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("kind", ["U6", object])
def test_a_label_encoder_is_its_classes(label_encoder, protocol, kind, tmp_path):
    encoder = label_encoder()
    encoder.classes_ = np.array(NAMES, dtype=kind)
    encoder._sklearn_version = "1.5.0"
    path = tmp_path / "labels.pickle"
    path.write_bytes(pickle.dumps(encoder, protocol))
    assert read_labels(path) == NAMES


class Evil:
    """What an attacker would send in."""

    def __init__(self, target):
        self.target = str(target)

    def __reduce__(self):
        return (os.mkdir, (self.target,))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("wrap", [lambda evil: evil, lambda evil: ["clap", evil]])
def test_a_malicious_pickle_is_refused_and_not_run(protocol, wrap, tmp_path):
    target, path = tmp_path / "pwned", tmp_path / "labels.pkl"
    path.write_bytes(pickle.dumps(wrap(Evil(target)), protocol))
    with pytest.raises(ModelError, match="which is code, not a label"):
        read_labels(path)
    assert not target.exists()
    pickle.loads(path.read_bytes())  # noqa: S301  it would have worked
    assert target.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no pickle"),
        (b"garbage", "no pickle"),
        (pickle.dumps(list(NAMES))[:-5], "no pickle"),
        (b"\x80\x04R.", "no pickle"),
        (b"\x80\x04h\x05.", "no pickle"),
        (b"P1\n.", "instruction PERSID"),
        (pickle.dumps({"clap", "wave"}), "instruction EMPTY_SET"),
        (pickle.dumps(np.array([1.5, 2.5])), "array of type 'f8'"),
        (pickle.dumps([1, 2]), "Not all of its names are texts"),
        (pickle.dumps("clap"), "something else"),
    ],
)
def test_damaged_and_foreign_pickles_are_refused(content, sentence, tmp_path):
    path = tmp_path / "labels.pkl"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=sentence):
        read_labels(path)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[", "no JSON"),
        ("3", "something else"),
        ("[]", "something else"),
        ("[1, 2]", "Not all of its names"),
        ('{"1": "clap", "2": "wave"}', "numbers from 0 to 1"),
        ('{"clap": 0, "wave": 0}', "numbers from 0 to 1"),
        ('{"a": "clap", "b": "wave"}', "numbers from 0 to 1"),
    ],
)
def test_json_that_is_no_list_of_classes_is_refused(text, sentence, tmp_path):
    path = tmp_path / "classes.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=sentence):
        read_labels(path)


def test_missing_and_huge_files_are_refused(tmp_path):
    with pytest.raises(ModelError, match="cannot be read"):
        read_labels(tmp_path / "absent.json")
    path = tmp_path / "classes.json"
    path.write_bytes(b" " * (1 << 20) + b"[]")
    with pytest.raises(ModelError, match="too large"):
        read_labels(path)


def test_the_file_beside_the_model_is_found(tmp_path):
    model = tmp_path / "model.h5"
    with pytest.raises(ModelError, match="--classes FILE"):
        find_labels(model)
    for name in ("labels.pkl", "labels.json", "classes.json"):
        (tmp_path / name).write_text("[]", encoding="utf-8")
        assert find_labels(model).name == name
