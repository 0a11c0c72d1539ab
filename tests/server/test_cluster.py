"""Several fronts: recognition on a Ray cluster, jobs in one PostgreSQL."""

import time

import pytest

WAITS_S = 240


@pytest.fixture
def make_front(make_server, cluster):
    """Servers that let the cluster recognise."""
    import ray
    from ray import serve

    ray.init(cluster.address, log_to_driver=False)
    yield lambda **settings: make_server(engine=f"ray:{cluster.address}", **settings)
    serve.shutdown()  # other tests need the nodes' cores
    ray.shutdown()


def finished(server, job: dict) -> dict:
    """The state of a job when it has ended."""
    deadline = time.monotonic() + WAITS_S
    while time.monotonic() < deadline:
        state = server.get(job["links"]["self"]).json()
        if state["state"] not in ("queued", "running"):
            return state
        time.sleep(0.1)
    pytest.fail(f"job {job['id']} does not end")


def kill_replicas() -> None:
    """End what recognises, as when its machine dies."""
    import ray

    names = [one["name"] for one in ray.util.list_named_actors(all_namespaces=True)]
    replicas = [name for name in names if "recognition" in name]
    assert replicas
    for name in replicas:
        ray.kill(ray.get_actor(name, namespace="serve"))


def test_two_fronts_of_a_cluster_answer_like_one_machine_and_share_jobs(
    make_front, make_server, moving_clip, postgresql, tmp_path
):
    alone = make_server()
    fronts = [make_front(database=postgresql) for _ in range(2)]
    for options in ({}, {"timeline": 1}, {"model": "tints", "explain": 1}):
        expected = alone.predict(moving_clip, **options).json()
        for front in fronts:
            found = front.predict(moving_clip, **options).json()
            for answer in (expected, found):
                answer.pop("timings_ms", None)
            assert found == expected
    text = tmp_path / "walk.mp4"
    text.write_text("no video")
    assert fronts[0].predict(text).status_code == alone.predict(text).status_code == 415
    with moving_clip.open("rb") as file:
        job = fronts[0].post("/jobs", files={"video": file}).json()
    assert finished(fronts[1], job)["state"] == "done"
    answers = [front.get(job["links"]["result"]).json() for front in fronts]
    assert answers[0] == answers[1]
    assert answers[0]["action"] == alone.predict(moving_clip).json()["action"]
    assert fronts[1].get("/jobs/nothing").status_code == 404
    kill_replicas()
    answer = fronts[0].predict(moving_clip)
    assert answer.status_code == 200, answer.text
    assert answer.json()["action"] == answers[0]["action"]


def test_a_job_made_on_one_front_is_read_on_the_other(make_server, moving_clip, postgresql):
    one, other = (make_server(database=postgresql) for _ in range(2))
    with moving_clip.open("rb") as file:
        job = one.post("/jobs", files={"video": file}, data={"timeline": 1}).json()
    assert finished(other, job)["state"] == "done"
    answer = other.get(job["links"]["result"]).json()
    assert answer["segments"] and answer == one.get(job["links"]["result"]).json()
    assert other.process.poll() is None and other.stop() == 0
    assert one.get(job["links"]["result"]).json() == answer


def test_a_cluster_that_is_not_there_is_a_wrong_setting(tmp_path):
    pytest.importorskip("ray")
    from kinora.errors import SettingError
    from kinora.server import create_app
    from kinora.server.config import ServerSettings

    settings = ServerSettings(data=tmp_path, models=tmp_path, engine="ray:127.0.0.1:1")
    with pytest.raises(SettingError, match="no Ray cluster"):
        create_app(settings)
    with pytest.raises(SettingError, match="ray:ADDRESS"):
        ServerSettings(engine="spark")
