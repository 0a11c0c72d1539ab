"""What a source means: folders, lists, columns, addresses."""

import sys
from pathlib import Path

import pytest

from kinora.bulk.sources import list_files, opened
from kinora.errors import KinoraError, MediaError, SettingError
from kinora.media import Limits


def test_a_list_names_each_file_once_beside_itself(tmp_path):
    (tmp_path / "list.txt").write_text("a.mp4\n\n b.mp4 \na.mp4\ns3://bucket/c.mp4\n")
    expected = [str(tmp_path / "a.mp4"), str(tmp_path / "b.mp4"), "s3://bucket/c.mp4"]
    assert list_files(str(tmp_path / "list.txt")) == expected


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("id,Video\n1,a.mp4\n2,b.mp4\n", None),
        ("whatever\na.mp4\nb.mp4\n", None),
        ("path,other\nx,a.mp4\nx,b.mp4\n", "other"),
    ],
)
def test_a_column_is_found_or_named(tmp_path, text, column):
    (tmp_path / "clips.csv").write_text(text)
    found = list_files(str(tmp_path / "clips.csv"), column)
    assert [Path(name).name for name in found] == ["a.mp4", "b.mp4"]


@pytest.mark.parametrize("column", [None, "nope"])
def test_a_column_that_is_not_there_is_said(tmp_path, column):
    (tmp_path / "clips.csv").write_text("one,two\n1,2\n")
    with pytest.raises(SettingError, match="one, two"):
        list_files(str(tmp_path / "clips.csv"), column)


@pytest.mark.parametrize("source", ["nothing", "nothing.csv", "nothing.txt"])
def test_a_source_that_is_not_there_is_said(tmp_path, source):
    with pytest.raises(SettingError, match="nothing"):
        list_files(str(tmp_path / source))


def test_a_folder_without_media_is_said(tmp_path):
    with pytest.raises(KinoraError, match="no videos and images"):
        list_files(str(tmp_path))


def test_a_bucket_is_listed_and_read(media):
    pytest.importorskip("fsspec")
    address = media.as_uri()
    found = list_files(address)
    assert len(found) == 14 and all(name.startswith("file://") for name in found)
    with opened(f"{address}/photo.png", Limits()) as file:
        file.seek(0)
        assert file.read() == (media / "photo.png").read_bytes()
    with pytest.raises(MediaError, match="cannot be fetched"), opened(f"{address}/no", Limits()):
        pass
    small = Limits(max_bytes=3)
    with pytest.raises(MediaError, match="at most"), opened(f"{address}/photo.png", small):
        pass


def test_a_list_may_lie_in_a_bucket(tmp_path):
    pytest.importorskip("fsspec")
    (tmp_path / "clips.csv").write_text("path\na.mp4\n")
    address = tmp_path.as_uri()
    assert list_files(f"{address}/clips.csv") == [f"{address}/a.mp4"]


def test_answers_from_a_bucket_are_the_same(bulk, media, tmp_path):
    pytest.importorskip("fsspec")
    from tests.bulk.conftest import read_rows

    bulk(media, "--processes", 1, out="here.jsonl")
    bulk(media.as_uri(), "--processes", 1, out="there.jsonl")
    here, there = (read_rows(tmp_path / f"{name}.jsonl") for name in ("here", "there"))
    assert [row.get("confidence") for row in here] == [row.get("confidence") for row in there]


@pytest.mark.parametrize("address", ["nosuch://bucket", "nosuch://bucket/clips.csv"])
def test_an_unknown_kind_of_bucket_is_said(address):
    pytest.importorskip("fsspec")
    with pytest.raises(SettingError, match="nosuch"):
        list_files(address)


def test_without_fsspec_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(SettingError, match=r"kinora\[bulk\]"):
        list_files("s3://bucket/clips")
