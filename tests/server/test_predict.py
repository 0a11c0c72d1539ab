"""POST /predict against a real server: the answer, all the ways to ask, and what is refused."""

import io
import os
import time
from pathlib import Path

import pytest
import requests
from PIL import Image
from tests.server.conftest import in_threads

from kinora import Recognizer
from kinora.media import read_info

COLOURS = ("red", "green", "blue")
ERROR_FIELDS = {"success", "error", "message", "request_id"}


def png(width: int = 64, height: int = 48, colour: str = "green") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    return file.getvalue()


def test_the_answer_is_that_of_the_recognizer(server, compiled_models, moving_clip):
    body = server.predict(moving_clip, top_k="2").json()
    expected = Recognizer.load(compiled_models / "moves").predict(moving_clip)
    assert body["success"] is True
    assert body["action"] == body["prediction"]["action"] == expected.action
    assert body["prediction"]["confidence"] == pytest.approx(100 * expected.confidence, abs=0.01)
    assert body["prediction"]["class_index"] == expected.top[0].class_index
    assert [score["action"] for score in body["top"]] == [s.action for s in expected.top[:2]]
    assert sum(body["all_predictions"].values()) == pytest.approx(1, abs=1e-5)
    assert body["input"]["kind"] == "video"
    assert body["input"]["duration_s"] == pytest.approx(4)
    assert body["input"]["frames_used_s"] == pytest.approx(expected.frame_times_s, abs=1e-3)
    assert body["model"]["name"] == "moves"
    assert set(body["timings_ms"]) == {"decode", "recognize", "total"}
    assert body["unsure"] is False
    assert not {"segments", "annotated", "explanation", "preview"} & set(body)


def test_a_client_of_the_older_api_works_unchanged(server, moving_clip):
    classes = server.get("/classes").json()
    assert classes["count"] == len(classes["classes"]) == 4
    assert server.get("/").json()["status"] == "ok"
    with moving_clip.open("rb") as file:
        body = server.post("/predict", files={"video": file}).json()
    assert body["prediction"]["action"] in classes["classes"]
    assert 0 <= body["prediction"]["confidence"] <= 100
    assert set(body["all_predictions"]) == set(classes["classes"])
    assert body["message"] == (
        f"Predicted action: {body['action']} ({body['prediction']['confidence']:.2f}% confidence)"
    )


@pytest.mark.parametrize("field", ["video", "image", "file"])
def test_the_three_fields_mean_the_same(server, clips, field):
    answer = server.post("/predict?model=tints", files={field: clips[0].read_bytes()})
    assert answer.json()["action"] == "red"


@pytest.mark.parametrize(
    "content_type", [None, "video/mp4", "application/x-www-form-urlencoded", "text/plain"]
)
def test_a_bare_body_is_a_medium(server, clips, content_type):
    headers = {"Content-Type": content_type} if content_type else {}
    answer = server.post("/predict?model=tints", data=clips[1].read_bytes(), headers=headers)
    assert answer.json()["action"] == "green"


def test_a_body_of_unknown_length_is_taken(server, clips):
    pieces = (clips[2].read_bytes()[start : start + 700] for start in range(0, 10**6, 700))
    answer = server.post("/predict?model=tints", data=filter(None, pieces))
    assert answer.json()["action"] == "blue"


def test_bytes_decide_and_names_do_not(server):
    answer = server.post("/predict", files={"video": ("walk.mp4", png())}).json()
    assert answer["input"]["kind"] == "image"
    assert answer["input"]["fps"] is None
    assert answer["model"]["name"] == "poses"  # the image model answers images


def test_a_video_model_takes_an_image_as_a_still_clip(server):
    answer = server.post("/predict", files={"image": png()}, data={"model": "tints"}).json()
    assert (answer["action"], answer["model"]["name"]) == ("green", "tints")


def test_a_time_line_has_segments_and_seconds(server, moving_clip):
    body = server.predict(moving_clip, timeline="1").json()
    assert body["segments"][0]["start_s"] == 0
    assert body["segments"][-1]["end_s"] == pytest.approx(4)
    assert [second["time_s"] for second in body["seconds"]] == [0, 1, 2, 3]


def test_an_annotated_video_is_a_link_that_ends(make_server, moving_clip):
    server = make_server(link_minutes=10)
    made = server.predict(moving_clip, annotate="1").json()["annotated"]
    assert made["type"] == "video/mp4"
    assert 500 < made["expires_in_s"] <= 600
    answer = server.get(made["url"])
    assert answer.headers["Content-Type"] == "video/mp4"
    assert read_info(answer.content).duration_s == pytest.approx(4)
    part = server.get(made["url"], headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    # Ten minutes later.
    (file,) = server.data.rglob(Path(made["url"]).name)
    ends = file.stat().st_mtime
    assert abs(ends - time.time() - 600) < 100
    os.utime(file, (ends - 600, ends - 600))
    late = server.get(made["url"])
    assert (late.status_code, late.json()["error"]) == (404, "not_found")


def test_an_annotated_image_is_a_jpeg(server):
    made = server.post("/predict?annotate=1", files={"image": png()}).json()["annotated"]
    assert made["type"] == "image/jpeg"
    assert server.get(made["url"]).content.startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize("name", ["x.mp4", "..%2fjobs.sqlite", "a" * 32 + ".mp4", "%00"])
def test_other_links_lead_nowhere(server, name):
    assert server.get(f"/media/{name}").status_code == 404


def test_an_explanation_says_which_frames_counted(server, moving_clip):
    body = server.predict(moving_clip, explain="1").json()
    frames = body["explanation"]["frames"]
    assert sum(frame["weight"] for frame in frames) == pytest.approx(1, abs=0.01)
    assert body["preview"].startswith("data:image/jpeg;base64,")
    assert all(frame["image"].startswith("data:image/jpeg;base64,") for frame in frames)
    heats = [frame["heat"] for frame in frames if frame["heat"]]
    assert 0 < len(heats) < len(frames)
    assert all(0 <= value <= 1 for heat in heats for row in heat for value in row)


def test_a_long_video_is_sent_to_the_jobs(make_server, moving_clip):
    server = make_server(max_direct_s=3)
    answer = server.predict(moving_clip, timeline="1")
    assert answer.status_code == 413
    assert "/jobs" in answer.json()["message"]
    assert server.predict(moving_clip).status_code == 200


@pytest.mark.parametrize(
    ("request_", "status", "error"),
    [
        ({}, 400, "missing_file"),
        ({"data": b""}, 400, "missing_file"),
        ({"files": {"video": ("a.mp4", b"")}}, 400, "missing_file"),
        ({"files": {"clip": ("a.mp4", png())}}, 400, "missing_file"),
        ({"data": {"top_k": "3"}}, 415, "unsupported_media"),
        ({"files": {"video": png(), "image": png()}}, 400, "too_many_files"),
        ({"files": [("video", png()), ("video", png())]}, 400, "too_many_files"),
        ({"files": {"video": png()}, "data": {"top_k": "0"}}, 400, "bad_option"),
        ({"files": {"video": png()}, "data": {"top_k": "many"}}, 400, "bad_option"),
        ({"files": {"video": png()}, "data": {"timeline": "perhaps"}}, 400, "bad_option"),
        ({"files": {"video": png()}, "data": {"model": "../moves"}}, 400, "bad_request"),
        ({"files": {"video": png()}, "data": {"model": "x" * 20_000}}, 413, "too_large"),
        ({"data": b"walk the dog"}, 415, "unsupported_media"),
        ({"data": png()[:40]}, 422, "undecodable"),
        ({"data": b"fLaC" + bytes(2000)}, 422, "no_picture"),
        (
            {"data": b"--x\r\nbroken", "headers": {"Content-Type": "multipart/form-data"}},
            400,
            "bad_request",
        ),
        (
            {
                "data": b'--x\r\nContent-Disposition: form-data; name="video"\r\n\r\ncut off',
                "headers": {"Content-Type": "multipart/form-data; boundary=x"},
            },
            400,
            "bad_request",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_reason(server, request_, status, error):
    answer = server.post("/predict", **request_)
    body = answer.json()
    assert (answer.status_code, body["error"]) == (status, error)
    assert set(body) == ERROR_FIELDS
    assert body["request_id"] == answer.headers["X-Request-ID"]


def test_requests_from_many_clients_get_their_own_answers(server, clips):
    def ask(client: int) -> list[bool]:
        session = requests.Session()
        right = []
        for number in range(25):
            path = clips[(client + number) % len(clips)]
            body = session.post(
                server.url + "/predict",
                files={"video": ("video.mp4", path.read_bytes())},
                data={"model": "tints"},
                timeout=60,
            ).json()
            index = int(path.stem)
            length_s = (10 + 2 * index) / 25
            right.append(body["action"] == COLOURS[index % 3])
            right.append(body["input"]["duration_s"] == pytest.approx(length_s))
        return right

    assert all(all(right) for right in in_threads(8, ask))
