"""`kinora data fetch` downloads, checks, unpacks, and does nothing the second time."""

import argparse
import base64
import hashlib
import io
import json
import zipfile
from dataclasses import replace

import pytest

from kinora.cli import data_fetch
from kinora.data.download import Address, Patience
from kinora.data.fetch import fetch
from kinora.data.layouts import read
from kinora.data.public import PUBLIC, Archive, PublicData
from kinora.errors import DataError, SettingError

AT_ONCE = Patience(attempts=1, pause_s=0)


def zipped(entries):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in entries:
            archive.writestr(name, "clip")
    return file.getvalue()


CLIPS = zipped(["UCF-101/YoYo/v_YoYo_g01_c01.avi", "UCF-101/TaiChi/v_TaiChi_g01_c01.avi"])


@pytest.fixture(autouse=True)
def no_account(monkeypatch, tmp_path):
    for name in ("KAGGLE_USERNAME", "KAGGLE_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KAGGLE_CONFIG_DIR", str(tmp_path / "kaggle"))


def public(*urls, sha256=None, needs_kaggle=False):
    addresses = tuple(Address(url, sha256) for url in urls)
    archives = (Archive("clips.zip", addresses),)
    return PublicData("toy", "https://owner.example", "free", archives, needs_kaggle)


def test_a_second_run_does_nothing(serve_files, tmp_path):
    server = serve_files({"clips.zip": CLIPS})
    data = public(server.url + "clips.zip")
    [first] = fetch(data, tmp_path / "toy")
    assert first.sha256 == hashlib.sha256(CLIPS).hexdigest()
    assert not first.is_checksum_known
    assert len(read(tmp_path / "toy", "ucf101").samples) == 2
    assert fetch(data, tmp_path / "toy") == [first]
    assert len(server.asked) == 1


def test_a_published_checksum_is_reported_as_such(serve_files, tmp_path):
    server = serve_files({"clips.zip": CLIPS})
    digest = hashlib.sha256(CLIPS).hexdigest()
    [fetched] = fetch(public(server.url + "clips.zip", sha256=digest), tmp_path)
    assert fetched.is_checksum_known


def test_the_next_address_is_tried_when_one_refuses(serve_files, tmp_path):
    page = serve_files({"clips.zip": b"<html>"}, content_type="text/html")
    server = serve_files({"clips.zip": CLIPS})
    urls = (page.url + "gone.zip", page.url + "clips.zip", server.url + "clips.zip")
    [fetched] = fetch(public(*urls), tmp_path, AT_ONCE)
    assert fetched.url == server.url + "clips.zip"


def test_when_all_refuse_the_way_by_hand_is_named_and_works(serve_files, tmp_path):
    server = serve_files({})
    data = public(server.url + "clips.zip")
    with pytest.raises(DataError, match=r"404 .*https://owner\.example in a browser, put it at"):
        fetch(data, tmp_path, AT_ONCE)
    (tmp_path / "clips.zip").write_bytes(CLIPS)
    fetch(data, tmp_path, AT_ONCE)
    assert len(read(tmp_path).samples) == 2


def test_an_archive_that_cannot_be_unpacked_is_tried_again(serve_files, tmp_path):
    server = serve_files({"clips.zip": CLIPS[:-30]})
    with pytest.raises(DataError, match="neither a zip nor a rar"):
        fetch(public(server.url + "clips.zip"), tmp_path)
    assert not (tmp_path / "fetched.json").exists()


def test_kaggle_without_an_account_says_what_to_do(serve_files, tmp_path):
    server = serve_files({})
    with pytest.raises(DataError, match=r"create an API token .*kaggle\.json"):
        fetch(public(server.url + "x.zip", needs_kaggle=True), tmp_path, AT_ONCE)


@pytest.mark.parametrize("where", ["environment", "file"])
def test_kaggle_gets_the_account(serve_files, tmp_path, monkeypatch, where):
    if where == "environment":
        monkeypatch.setenv("KAGGLE_USERNAME", "ann")
        monkeypatch.setenv("KAGGLE_KEY", "k")
    else:
        (tmp_path / "kaggle").mkdir()
        (tmp_path / "kaggle" / "kaggle.json").write_text('{"username": "ann", "key": "k"}')
    server = serve_files({"clips.zip": CLIPS})
    fetch(public(server.url + "clips.zip", needs_kaggle=True), tmp_path / "har")
    login = server.asked[0][1]["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(login) == b"ann:k"


def test_a_broken_token_file_is_named(tmp_path):
    (tmp_path / "kaggle").mkdir()
    (tmp_path / "kaggle" / "kaggle.json").write_text("{}")
    with pytest.raises(DataError, match=r"kaggle\.json is not an API token"):
        fetch(public("http://127.0.0.1:9/x.zip", needs_kaggle=True), tmp_path, AT_ONCE)


def test_a_broken_record_is_named(tmp_path):
    (tmp_path / "fetched.json").write_text("[{}]")
    with pytest.raises(DataError, match="Delete it"):
        fetch(public("http://127.0.0.1:9/x.zip"), tmp_path, AT_ONCE)


def test_the_addresses_are_the_owners():
    assert set(PUBLIC) == {"ucf11", "ucf50", "ucf101", "hmdb51", "har"}
    for data in PUBLIC.values():
        for archive in data.archives:
            for address in archive.addresses:
                assert address.url.startswith("https://")
                assert address.sha256 is None or len(address.sha256) == 64


def command(*words):
    parser = argparse.ArgumentParser()
    data_fetch.add_arguments(parser)
    return data_fetch.run(parser.parse_args(words))


def test_the_command(serve_files, tmp_path, monkeypatch, capsys):
    server = serve_files({"clips.zip": CLIPS})
    data = replace(public(server.url + "clips.zip"), name="ucf50")
    monkeypatch.setitem(PUBLIC, "ucf50", data)
    monkeypatch.chdir(tmp_path)
    assert command("ucf50") == 0
    text = capsys.readouterr().out
    assert "2 clips of 2 classes" in text
    assert "none was published to compare" in text
    assert command("ucf50", "--to", "data/ucf50", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["clips"] == 2
    assert answer["archives"][0]["sha256"] == hashlib.sha256(CLIPS).hexdigest()
    assert len(server.asked) == 1


def test_an_unknown_name_lists_the_known(capsys):
    with pytest.raises(SettingError, match="ucf11, ucf50, ucf101, hmdb51, har"):
        command("kinetics")
