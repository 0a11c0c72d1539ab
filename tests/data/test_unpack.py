"""Archives from the network write nothing outside their folder."""

import os
import stat
import sys
import zipfile

import pytest

from kinora.data import unpack as module
from kinora.data.unpack import rar_commands, unpack
from kinora.errors import DataError


@pytest.fixture
def make_zip(tmp_path):
    def make(entries):
        path = tmp_path / "set.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name, content in entries.items():
                file.writestr(name, content)
        return path

    return make


def files_below(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_zip(make_zip, tmp_path):
    archive = make_zip({"a/": b"", "a/b/clip.avi": b"clip", "list.txt": b"list"})
    target = tmp_path / "out"
    unpack(archive, target)
    unpack(archive, target)
    assert files_below(target) == ["a", "a/b", "a/b/clip.avi", "list.txt"]
    assert (target / "a/b/clip.avi").read_bytes() == b"clip"


def test_what_is_there_already_stays(make_zip, tmp_path):
    target = tmp_path / "out"
    (target / "a").mkdir(parents=True)
    (target / "a" / "mine.txt").write_text("mine")
    unpack(make_zip({"a/theirs.txt": b"theirs"}), target)
    assert files_below(target) == ["a", "a/mine.txt", "a/theirs.txt"]


@pytest.mark.parametrize(
    "name", ["../evil.txt", "a/../../evil.txt", "/evil.txt", "C:/evil.txt", "..\\evil.txt"]
)
def test_a_zip_that_writes_outside_is_refused(make_zip, tmp_path, name):
    with pytest.raises(DataError, match="outside its folder"):
        unpack(make_zip({"fine.txt": b"fine", name: b"evil"}), tmp_path / "out")
    assert files_below(tmp_path) == ["out", "set.zip"]


def test_a_zip_with_a_link_is_refused(make_zip, tmp_path):
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(DataError, match="holds a link"):
        unpack(make_zip({link: b"/etc/passwd"}), tmp_path / "out")


def test_a_zip_that_would_fill_the_disk_is_refused(make_zip, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_MOST_BYTES", 999)
    with pytest.raises(DataError, match="would unpack to 1,000 bytes"):
        unpack(make_zip({"zeros": b"\0" * 1000}), tmp_path / "out")


def test_a_zip_that_lies_about_its_size_is_refused(make_zip, tmp_path):
    archive = make_zip({"zeros": b"\0" * 100_000})
    content = archive.read_bytes()
    archive.write_bytes(content.replace((100_000).to_bytes(4, "little"), b"\x05\0\0\0"))
    with pytest.raises(DataError, match="is damaged"):
        unpack(archive, tmp_path / "out")
    assert files_below(tmp_path / "out") == []


def test_a_damaged_zip_leaves_nothing_behind(make_zip, tmp_path):
    archive = make_zip({"a.txt": b"first", "b.txt": os.urandom(3000)})
    content = bytearray(archive.read_bytes())
    content[1500] ^= 0xFF
    archive.write_bytes(content)
    with pytest.raises(DataError, match="is damaged"):
        unpack(archive, tmp_path / "out")
    assert files_below(tmp_path / "out") == []


def test_a_zip_packed_in_an_unknown_way_is_not_called_damaged(make_zip, tmp_path):
    archive = make_zip({"a.txt": b"first"})
    content = bytearray(archive.read_bytes())
    for place in (8, content.index(b"PK\x01\x02") + 10):
        content[place] = 9  # Deflate64, which Windows makes of large files
    archive.write_bytes(content)
    with pytest.raises(DataError, match="another program"):
        unpack(archive, tmp_path / "out")
    assert files_below(tmp_path / "out") == []


def test_something_else_is_refused(tmp_path):
    page = tmp_path / "set.zip"
    page.write_text("<html>not an archive")
    with pytest.raises(DataError, match="neither a zip nor a rar"):
        unpack(page, tmp_path / "out")


def test_a_full_disk_is_a_sentence(make_zip, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.shutil, "copyfileobj", full)
    with pytest.raises(DataError, match=r"No space left on device\. The download is kept"):
        unpack(make_zip({"a": b"a"}), tmp_path / "out")


def test_without_a_program_for_rar_its_installation_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(module.shutil, "which", lambda _: None)
    archive = tmp_path / "set.rar"
    archive.write_bytes(b"Rar!\x1a\x07\x00")
    with pytest.raises(DataError, match="sudo apt install unar"):
        unpack(archive, tmp_path / "out")


def test_the_command_for_rar_names_archive_and_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(module.shutil, "which", lambda name: name if name == "7z" else None)
    [command] = rar_commands(tmp_path / "a b.rar", tmp_path / "out")
    assert command[0] == "7z"
    assert f"-o{tmp_path / 'out'}" in command
    assert str(tmp_path / "a b.rar") in command


# Stands in for a program that reads RAR: the "archives" are lists of files to write.
STAND_IN = """
import pathlib, sys
archive, folder = map(pathlib.Path, sys.argv[1:])
for line in archive.read_text().splitlines()[1:]:
    name, _, text = line.partition("=")
    path = folder / name
    if name == "fail":
        sys.exit("CRC failed in " + text)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(text) if name == "link" else path.write_text(text.replace("|", chr(10)))
"""


@pytest.fixture
def stand_in_for_rar(monkeypatch):
    """Two programs are there; the first, like some builds of 7-Zip, reads no RAR."""

    def commands(archive, folder):
        cannot = [sys.executable, "-c", "import sys; sys.exit('no codec')"]
        return [cannot, [sys.executable, "-c", STAND_IN, str(archive), str(folder)]]

    monkeypatch.setattr(module, "rar_commands", commands)


def test_rars_inside_a_rar_are_unpacked_too(tmp_path, stand_in_for_rar):
    archive = tmp_path / "hmdb51_org.rar"
    archive.write_text("Rar!\nwave.rar=Rar!|wave/a.avi=clip\nrun.rar=Rar!|run/b.avi=clip\n")
    unpack(archive, tmp_path / "out")
    assert files_below(tmp_path / "out") == ["run", "run/b.avi", "wave", "wave/a.avi"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("fail=a.avi", r"no codec.* CRC failed in a\.avi\. If it is damaged"),
        pytest.param(
            "link=/etc",
            "holds a link",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="links need rights there"),
        ),
    ],
)
def test_a_bad_rar_leaves_nothing_behind(tmp_path, stand_in_for_rar, line, sentence):
    archive = tmp_path / "set.rar"
    archive.write_text(f"Rar!\na.txt=a\n{line}\n")
    with pytest.raises(DataError, match=sentence):
        unpack(archive, tmp_path / "out")
    assert files_below(tmp_path / "out") == []
