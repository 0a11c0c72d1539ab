"""`kinora doctor`: what it says of a sound installation and of a broken one."""

import json
import shutil
import socket

import pytest

from kinora.cli import doctor, main


@pytest.fixture
def models(compiled_models, tmp_path, monkeypatch):
    """A folder with one good bundle, as the environment names it."""
    folder = tmp_path / "models"
    shutil.copytree(compiled_models / "moves", folder / "moves")
    monkeypatch.setenv("KINORA_MODELS", str(folder))
    return folder


def findings(capsys, *arguments):
    code = main(["doctor", "--json", *arguments])
    told = json.loads(capsys.readouterr().out)
    return code, {f"{one['topic']} {one['text'].split(':')[0]}": one["state"] for one in told}, told


def test_a_sound_installation_is_said_to_be_sound(models, capsys):
    code, states, told = findings(capsys)
    assert code == 0
    assert states["model moves"] == "ok"
    topics = {one["topic"] for one in told}
    assert topics >= {"kinora", "python", "system", "gpu", "libraries", "codecs", "page", "port"}
    assert not [one for one in told if one["state"] == "BROKEN"]


def test_people_get_a_screen_of_lines(models, capsys):
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("model") and "moves" in line for line in lines)
    assert len(lines) <= 24


def test_a_damaged_bundle_is_named_and_fails(models, capsys):
    (models / "moves" / "model.h5").write_bytes(b"nothing")
    code, _, told = findings(capsys)
    assert code == 1
    assert [one["topic"] for one in told if one["state"] == "BROKEN"] == ["model"]


def test_a_taken_port_is_noted(models, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, _, told = findings(capsys, "--port", str(port))
    assert code == 0
    (finding,) = [one for one in told if one["topic"] == "port"]
    assert finding["state"] == "note"
    assert f"{port} is taken" in finding["text"]


def test_a_missing_library_fails_and_says_what_to_install(models, capsys, monkeypatch):
    version = doctor._version
    monkeypatch.setattr(doctor, "_version", lambda name: None if name == "av" else version(name))
    code, _, told = findings(capsys)
    assert code == 1
    (finding,) = [one for one in told if one["topic"] == "libraries"]
    assert finding["text"].startswith("av missing. Install backend/requirements.txt.")
