"""Downloads survive interruptions and are checked before they count as there."""

import errno
import hashlib
from pathlib import Path

import pytest

from kinora.data import download as module
from kinora.data.download import Address, Patience, RefusedError, download
from kinora.errors import DataError

CONTENT = bytes(range(256)) * 4096
DIGEST = hashlib.sha256(CONTENT).hexdigest()
AT_ONCE = Patience(attempts=2, pause_s=0)


@pytest.fixture
def target(tmp_path):
    return tmp_path / "new" / "set.zip"


def ranges(server):
    return [headers.get("Range") for _, headers in server.asked]


def test_a_whole_file(serve_files, target):
    server = serve_files({"set.zip": CONTENT})
    assert download(Address(server.url + "set.zip", DIGEST), target) == DIGEST
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]
    assert server.asked[0][1]["User-Agent"].startswith("kinora/")


def test_what_an_earlier_run_got_is_gone_on_from(serve_files, target):
    server = serve_files({"set.zip": CONTENT})
    target.parent.mkdir()
    (target.parent / "set.zip.part").write_bytes(CONTENT[:1000])
    download(Address(server.url + "set.zip", DIGEST), target)
    assert target.read_bytes() == CONTENT
    assert ranges(server) == ["bytes=1000-"]


def test_a_broken_connection_is_taken_up_where_it_broke(serve_files, target):
    server = serve_files({"set.zip": CONTENT}, breaks=3)
    download(Address(server.url + "set.zip", DIGEST), target, AT_ONCE)
    assert target.read_bytes() == CONTENT
    half = len(CONTENT) // 2
    assert ranges(server)[:2] == [None, f"bytes={half}-"]
    assert len(server.asked) == 4


def test_a_server_without_ranges_starts_over(serve_files, target):
    server = serve_files({"set.zip": CONTENT}, breaks=1, with_ranges=False)
    download(Address(server.url + "set.zip", DIGEST), target, AT_ONCE)
    assert target.read_bytes() == CONTENT


def test_a_complete_part_is_only_checked(serve_files, target):
    server = serve_files({"set.zip": CONTENT})
    target.parent.mkdir()
    (target.parent / "set.zip.part").write_bytes(CONTENT)
    assert download(Address(server.url + "set.zip", DIGEST), target) == DIGEST


def test_a_part_longer_than_the_file_is_thrown_away(serve_files, target):
    server = serve_files({"set.zip": CONTENT})
    target.parent.mkdir()
    (target.parent / "set.zip.part").write_bytes(CONTENT + b"more")
    download(Address(server.url + "set.zip", DIGEST), target, AT_ONCE)
    assert target.read_bytes() == CONTENT


def test_a_connection_that_keeps_breaking_keeps_what_came(serve_files, target):
    server = serve_files({"set.zip": CONTENT}, breaks=99, with_ranges=False)
    with pytest.raises(DataError, match=r"broke off after 524,288 bytes.*They are kept"):
        download(Address(server.url + "set.zip"), target, AT_ONCE)
    assert (target.parent / "set.zip.part").stat().st_size == len(CONTENT) // 2
    assert not target.exists()


def test_a_wrong_checksum_is_never_taken(serve_files, target):
    server = serve_files({"set.zip": CONTENT})
    with pytest.raises(DataError, match="not the file that was published"):
        download(Address(server.url + "set.zip", "0" * 64), target)
    assert list(target.parent.iterdir()) == []


def test_not_found(serve_files, target):
    server = serve_files({})
    with pytest.raises(RefusedError, match="404"):
        download(Address(server.url + "set.zip"), target)
    assert len(server.asked) == 1


def test_a_web_page_instead_of_the_file(serve_files, target):
    server = serve_files({"set.zip": b"<html>quota exceeded"}, content_type="text/html")
    with pytest.raises(RefusedError, match="web page"):
        download(Address(server.url + "set.zip"), target)


def test_nobody_there(serve_files, target):
    server = serve_files({})
    server.__exit__()
    with pytest.raises(RefusedError, match="cannot be reached"):
        download(Address(server.url + "set.zip"), target, AT_ONCE)
    server.__enter__()


def test_a_login_is_not_passed_on_to_where_a_server_redirects(serve_files, target):
    storage = serve_files({"set.zip": CONTENT})
    front = serve_files({})
    front.moved["set.zip"] = storage.url + "set.zip"
    download(Address(front.url + "set.zip", headers={"Authorization": "Basic me"}), target)
    assert front.asked[0][1]["Authorization"] == "Basic me"
    assert "Authorization" not in storage.asked[0][1]


def test_no_room_is_said_before_anything_is_fetched(serve_files, target, monkeypatch):
    usage = type("Usage", (), {"free": 10})
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: usage)
    server = serve_files({"set.zip": CONTENT})
    with pytest.raises(DataError, match=r"0\.0 GB free"):
        download(Address(server.url + "set.zip"), target)
    assert list(target.parent.iterdir()) == []


def test_a_disk_that_fills_up_on_the_way_keeps_what_came(serve_files, target, monkeypatch):
    def full(answer, file, _):
        file.write(answer.read(5))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "_copy", full)
    server = serve_files({"set.zip": CONTENT})
    with pytest.raises(DataError, match="disk is full after 5 bytes"):
        download(Address(server.url + "set.zip"), target, AT_ONCE)
    assert Path(f"{target}.part").read_bytes() == CONTENT[:5]
