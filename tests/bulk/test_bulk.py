"""`kinora bulk` with processes of this machine: every file once, whatever happens meanwhile."""

import csv
import json
import sys
import time

import pytest
from tests.bulk.conftest import read_rows, start_bulk, without_times

from kinora import Recognizer
from kinora.bulk import results
from kinora.bulk.answering import BulkOptions
from kinora.bulk.results import Results
from kinora.bulk.run import Bulk, run
from kinora.errors import DataError

FILES = 14


def test_every_file_gets_the_answer_that_predict_gives_or_the_reason_why_not(
    bulk, media, tmp_path, compiled_models
):
    code, summary = bulk(media, "--processes", 2, "--top-k", 2)
    assert (code, summary["files"], summary["failed"], summary["new"]) == (0, FILES, 1, FILES)
    rows = read_rows(tmp_path / "rows.jsonl")
    assert [row["path"] for row in rows] == [
        str(path) for path in sorted(media.rglob("*")) if path.is_file()
    ]
    by_name = {row["path"].rpartition("/")[2]: row for row in rows}
    broken = by_name.pop("broken.mp4")
    assert (broken["success"], broken["error"]) == (False, "unsupported_media")
    assert by_name["photo.png"]["model"] == "poses"
    recognizer = Recognizer.load(compiled_models / "moves")
    for number in (0, 11):
        row = by_name[f"clip {number}.mp4"]
        expected = recognizer.predict(row["path"])
        assert row["confidence"] == pytest.approx(expected.confidence)
        assert [score["action"] for score in row["top"]] == [s.action for s in expected.top[:2]]
        assert (row["version"], row["total_ms"] > 0) == (recognizer.version, True)
    assert not list(tmp_path.glob(".rows*"))


def test_one_process_says_the_same_as_two(bulk, media, tmp_path):
    bulk(media, "--processes", 1, "--model", "tints", out="one.jsonl")
    bulk(media, "--processes", 2, "--model", "tints", out="two.jsonl")
    one, two = (read_rows(tmp_path / f"{name}.jsonl") for name in ("one", "two"))
    assert without_times(one) == without_times(two)


def test_segments_and_all_formats(bulk, media, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    words = ("--timeline", "--model", "moves", "--processes", 1)
    for ending in ("jsonl", "csv", "parquet"):
        assert bulk(media / "deeper", *words, out=f"rows.{ending}")[0] == 0
    rows = read_rows(tmp_path / "rows.jsonl")
    assert rows[0]["segments"][0]["start_s"] == 0
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert [json.loads(row["segments"]) for row in table] == [row["segments"] for row in rows]
    assert [row["success"] for row in table] == ["true"] * len(rows)
    columns = parquet.read_table(tmp_path / "rows.parquet").to_pylist()
    assert [row["segments"] for row in columns] == [row["segments"] for row in rows]
    assert [row["top"] for row in columns] == [row["top"] for row in rows]


def test_killed_in_the_middle_the_same_command_goes_on(media, tmp_path, bulk, monkeypatch):
    out = tmp_path / "rows.jsonl"
    many = tmp_path / "many.txt"
    clip = media / "deeper" / "clip 0.mp4"
    for number in range(3000):
        (tmp_path / f"{number}.mp4").symlink_to(clip)
    many.write_text("\n".join(f"{number}.mp4" for number in range(3000)))
    process = start_bulk(many, out, "--model", "moves")
    parts = tmp_path / ".rows.jsonl.parts"
    deadline = time.monotonic() + 240
    while not list(parts.glob("*.jsonl")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    process.kill()
    process.communicate()
    kept = sum(len(read_rows(part)) for part in parts.glob("*.jsonl"))
    assert 0 < kept < 3000 and not out.exists()
    (parts / ".half.jsonl.part").write_text('{"path": "0.mp')  # what a kill may leave behind
    code, summary = bulk(many, "--model", "moves")
    assert (code, summary["new"], summary["failed"]) == (0, 3000 - kept, 0)
    assert [row["path"] for row in read_rows(out)] == [
        str(tmp_path / f"{n}.mp4") for n in range(3000)
    ]
    assert not parts.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits to the size of files")
def test_a_full_disk_loses_nothing(media, tmp_path, monkeypatch):
    import resource

    monkeypatch.setattr(results, "_ROWS_PER_PART", 4)
    whole = Bulk(str(media), tmp_path / "rows.jsonl", BulkOptions(), processes=1)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # The parts find room, and all rows together do not.
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, hard))
    try:
        with pytest.raises(DataError, match="make room"):
            run(whole)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not (tmp_path / "rows.jsonl").exists()
    summary = run(whole)
    assert (summary.files, summary.new) == (FILES, 0)
    assert len(read_rows(tmp_path / "rows.jsonl")) == FILES


def test_only_what_was_whole_counts(tmp_path):
    rows = Results(tmp_path / "rows.jsonl", {})
    rows.add({"path": "a", "success": True})
    rows.flush()
    rows.add({"path": "b", "success": True})  # and then the process ends
    again = Results(tmp_path / "rows.jsonl", {})
    assert ("a" in again, "b" in again) == (True, False)
    again.add({"path": "b", "success": False})
    assert again.finish(["b", "a"]) == 1
    assert [row["path"] for row in read_rows(tmp_path / "rows.jsonl")] == ["b", "a"]


def test_rows_of_other_options_or_an_earlier_run_are_not_mixed(bulk, media, tmp_path):
    results.Results(tmp_path / "rows.jsonl", {"models": ["old"]})
    code, complaint = bulk(media)
    assert code == 2 and "another model or other options" in complaint
    (tmp_path / "done.csv").write_text("precious")
    code, complaint = bulk(media, out="done.csv")
    assert code == 1 and "is there already" in complaint
    assert (tmp_path / "done.csv").read_text() == "precious"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--top-k", "0"], "--top-k"),
        (["--processes", "0"], "--processes"),
        (["--model", "nothing"], "no model 'nothing'"),
        (["--column", "path"], "--column is for .csv"),
    ],
)
def test_impossible_settings_are_said(bulk, media, words, said):
    code, complaint = bulk(media, *words)
    assert code == 2 and said in complaint


def test_an_unknown_ending_is_said_before_any_work(bulk, media):
    code, complaint = bulk(media, out="rows.xlsx")
    assert code == 2 and ".parquet" in complaint


def test_without_pyarrow_parquet_says_what_to_install(bulk, media, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    code, complaint = bulk(media, out="rows.parquet")
    assert code == 2 and "kinora[bulk]" in complaint
