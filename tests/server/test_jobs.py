"""Jobs: handed in, watched, cancelled, and carried on after the server was killed."""

import io
import json
import time
import zipfile
from collections.abc import Iterator

import pytest
import requests
from tests.conftest import write_video
from tests.server.conftest import PATIENCE_S, RunningServer, until
from tests.tiny_models import scene

COLOURS = ("red", "green", "blue")


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory):
    """An hour, at one frame a second; it takes seconds to look through, enough to interrupt."""
    path = tmp_path_factory.mktemp("long") / "long.mp4"
    size, options = (320, 240), {"preset": "ultrafast"}
    frames = [scene(10 * number, *size) for number in range(20)]
    return write_video(
        path, 3600, fps=1, size=size, options=options, frame=lambda number, *_: frames[number % 20]
    )


def hand_in(server: RunningServer, content: bytes, **options: str) -> dict:
    answer = server.post("/jobs", files={"video": content}, data=options)
    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"] == answer.json()["links"]["self"]
    return answer.json()


def wait(server: RunningServer, job: dict, *states: str, within_s: float = 240) -> dict:
    deadline = time.monotonic() + within_s
    while True:
        now = server.get(job["links"]["self"]).json()
        if now["state"] in states:
            return now
        assert now["state"] in ("queued", "running"), now
        assert time.monotonic() < deadline, now
        time.sleep(0.05)


def events(server: RunningServer, job: dict) -> Iterator[tuple[str, dict]]:
    with requests.get(
        server.url + job["links"]["events"], stream=True, timeout=PATIENCE_S
    ) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        name = ""
        for line in answer.iter_lines(decode_unicode=True):
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))


def zipped(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def test_a_job_answers_like_predict(server, moving_clip):
    job = hand_in(server, moving_clip.read_bytes(), timeline="1")
    assert (job["success"], job["kind"], job["progress"]) == (True, "video", 0.0)
    done = wait(server, job, "done")
    assert done["progress"] == 1
    answer = server.get(job["links"]["result"]).json()
    direct = server.predict(moving_clip, timeline="1").json()
    for body in (answer, direct):
        body.pop("timings_ms")
    assert answer == direct
    assert list((server.data / "jobs").iterdir()) == []


def test_events_tell_the_progress_to_the_end(server, long_clip):
    job = hand_in(server, long_clip.read_bytes(), timeline="1")
    told = list(events(server, job))
    assert [name for name, _ in told[:-1]] == ["progress"] * (len(told) - 1)
    assert told[-1][0] == "done"
    progress = [body["progress"] for _, body in told]
    assert progress == sorted(progress)
    assert any(0 < value < 1 for value in progress)


def test_a_zip_is_answered_file_by_file(server, clips):
    files = {f"a/{path.name}": path.read_bytes() for path in clips[:3]}
    files |= {"../../evil.txt": b"text", "__MACOSX/x": b"no", "b/.hidden": b"no", "empty/": b""}
    job = hand_in(server, zipped(files), model="tints")
    assert job["kind"] == "folder"
    wait(server, job, "done")
    answers = server.get(job["links"]["result"]).json()["files"]
    assert [answer["name"] for answer in answers] == [*list(files)[:3], "../../evil.txt"]
    assert [answer["action"] for answer in answers[:3]] == list(COLOURS)
    assert (answers[3]["success"], answers[3]["error"]) == (False, "unsupported_media")


def test_cancelling_ends_a_job_and_removes_its_files(server, long_clip):
    running = hand_in(server, long_clip.read_bytes(), timeline="1")
    waiting = hand_in(server, long_clip.read_bytes(), timeline="1")
    wait(server, running, "running")
    early = server.get(running["links"]["result"])
    assert (early.status_code, early.json()["error"]) == (409, "not_finished")
    for job in (waiting, running):
        answer = requests.delete(server.url + job["links"]["self"], timeout=PATIENCE_S).json()
        assert answer["state"] == "cancelled"
    assert server.get(running["links"]["result"]).status_code == 409
    assert [name for name, _ in events(server, waiting)] == ["cancelled"]
    until(lambda: not list((server.data / "jobs").iterdir()))


def test_a_finished_job_cannot_be_cancelled(server, clips):
    job = hand_in(server, clips[0].read_bytes())
    wait(server, job, "done")
    answer = requests.delete(server.url + job["links"]["self"], timeout=PATIENCE_S)
    assert (answer.status_code, answer.json()["error"]) == (409, "already_finished")


@pytest.mark.parametrize("path", ["", "/events", "/result"])
def test_an_unknown_job_is_not_found(server, path):
    answer = server.get(f"/jobs/0123{path}")
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("content", "status", "error"),
    [
        (b"walk the dog", 415, "unsupported_media"),
        (b"PK\x03\x04 cut off", 422, "undecodable"),
        (zipped({}), 415, "unsupported_media"),
        (zipped({f"{number}.mp4": b"" for number in range(10_001)}), 413, "too_large"),
        (b"", 400, "missing_file"),
    ],
)
def test_what_no_job_could_answer_is_refused_at_once(server, content, status, error):
    answer = server.post("/jobs", data=content)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert not any((server.data / "jobs").iterdir())


def test_no_more_jobs_wait_than_allowed(make_server, long_clip):
    server = make_server(max_queued_jobs=1)
    first = hand_in(server, long_clip.read_bytes(), timeline="1")
    wait(server, first, "running")
    hand_in(server, long_clip.read_bytes())
    answer = server.post("/jobs", data=long_clip.read_bytes())
    assert (answer.status_code, answer.json()["error"]) == (503, "busy")
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_jobs_go_on_after_the_server_was_ended(make_server, long_clip, clips, how):
    server = make_server()
    running = hand_in(server, long_clip.read_bytes(), timeline="1")
    folder = hand_in(server, zipped({path.name: path.read_bytes() for path in clips}))
    wait(server, running, "running")
    getattr(server, how)()
    server.start()
    assert wait(server, running, "done")["message"] == "Done."
    wait(server, folder, "done")
    assert len(server.get(folder["links"]["result"]).json()["files"]) == len(clips)


def test_finished_jobs_are_forgotten_after_a_while(make_server, clips):
    server = make_server(job_hours=0.0003)
    job = hand_in(server, clips[0].read_bytes())
    # Done, or on a slow machine already forgotten.
    until(lambda: server.get(job["links"]["self"]).json().get("state") not in ("queued", "running"))
    time.sleep(1.2)
    server.stop()
    server.start()
    until(lambda: server.get(job["links"]["self"]).status_code == 404)
