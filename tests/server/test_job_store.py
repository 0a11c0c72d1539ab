"""The jobs' database: who gets a job, and what becomes of those whose server died."""

import pytest
from tests.server.conftest import in_threads

from kinora.errors import SettingError
from kinora.server.jobs import store as stores
from kinora.server.jobs.store import JobStore, home_of


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/jobs.sqlite"
    return request.getfixturevalue("postgresql")


@pytest.fixture
def store(address):
    opened = JobStore(address, "here")
    yield opened
    opened.expire(older_than_s=-1)
    for name in opened.states():
        opened.cancel(name)
    opened.expire(older_than_s=-1)
    opened.close()


def test_many_workers_never_get_the_same_job(store, address):
    for number in range(20):
        store.add(f"job{number}", "video", {})
    others = [JobStore(address, "here") for _ in range(4)]

    def claim_all(number: int) -> list[str]:
        return [job.id for job in iter(others[number].claim, None)]

    claimed = [name for names in in_threads(4, claim_all) for name in names]
    for other in others:
        other.close()
    assert sorted(claimed) == sorted(f"job{number}" for number in range(20))


def test_jobs_are_claimed_once_and_in_order(store):
    for name in ("first", "second"):
        store.add(name, "video", {"top_k": 3})
    assert [store.claim().id, store.claim().id, store.claim()] == ["first", "second", None]
    assert store.get("first").options == {"top_k": 3}


def test_only_servers_with_the_upload_do_a_job(store, address):
    store.add("job", "video", {})
    other = JobStore(address, "there")
    assert other.claim() is None
    assert other.get("job").state == "queued"  # but all can be asked about it
    other.close()


def test_a_job_whose_server_lives_is_left_alone(store):
    store.add("job", "video", {})
    store.claim()
    store.revive()
    assert store.get("job").state == "running"


def test_a_job_that_ends_its_server_again_and_again_is_given_up(store, monkeypatch):
    monkeypatch.setattr(stores, "LEASE_S", -1.0)
    store.add("job", "video", {})
    for _ in range(2):
        assert store.claim().id == "job"
        store.revive()
        assert store.get("job").state == "queued"
    store.claim()
    store.revive()
    failed = store.get("job")
    assert (failed.state, failed.error) == ("failed", "interrupted")
    assert "3 times" in failed.message


def test_a_server_that_stops_does_not_count_against_its_job(store):
    store.add("job", "video", {})
    for _ in range(5):
        store.claim()
        store.put_back("job")
    assert (store.get("job").state, store.get("job").attempts) == ("queued", 0)


def test_what_ended_does_not_end_again(store):
    store.add("job", "video", {})
    store.claim()
    assert store.cancel("job")
    store.finish("job", {"success": True})
    assert not store.report("job", 0.5)
    assert not store.cancel("job")
    assert (store.get("job").state, store.result("job")) == ("cancelled", None)


def test_finished_jobs_are_forgotten_and_others_are_not(store):
    for name in ("done", "waiting"):
        store.add(name, "video", {})
    store.claim()
    store.finish("done", {})
    store.expire(older_than_s=60)
    assert store.get("done").state == "done"
    store.expire(older_than_s=-1)
    assert store.get("done") is None
    assert store.states() == {"waiting": "queued"}


@pytest.mark.parametrize("address", ["nonsense", "nosuchbase://host/name", "sqlite:////no/where/x"])
def test_a_database_that_cannot_be_opened_is_a_wrong_setting(address):
    with pytest.raises(SettingError, match="KINORA_DATABASE"):
        JobStore(address, "here")


def test_a_data_folder_keeps_its_name(tmp_path):
    assert home_of(tmp_path / "data") == home_of(tmp_path / "data") != home_of(tmp_path / "other")


def test_a_data_folder_that_cannot_be_used_is_a_wrong_setting(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(SettingError, match="--data"):
        home_of(tmp_path / "file" / "data")
