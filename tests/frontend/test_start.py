"""Before anything is given to it: where the server is, and what if it is not there."""

import json

import pytest

from tests.frontend.conftest import FRONTEND, give, verdict
from tests.server.conftest import RunningServer

DISK = (FRONTEND / "index.html").as_uri()
NOBODY = "http://127.0.0.1:9"


def test_it_is_small_and_brings_everything_along(page, server):
    files = [path for path in FRONTEND.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 100_000
    page.wait_for_selector("#answer[data-state=empty] .chips li")
    loaded = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [url for url in loaded if not url.startswith(server.url)] == []
    assert {url.rsplit("/", 1)[1] for url in loaded} >= {path.name for path in files} - {
        "index.html"
    }


def test_it_shows_what_the_server_knows(page):
    page.wait_for_selector("#answer .chips li")
    assert "blue" in page.locator("#answer .chips li").all_inner_texts()
    page.click("#server-button")
    entries = page.locator("#server-dialog .models li").all_inner_texts()
    assert any(entry.startswith("tints for videos, 3 actions") for entry in entries)
    assert "Connected to http://127.0.0.1:" in page.inner_text("#server-dialog .state")
    page.keyboard.press("Escape")
    assert not page.locator("#server-dialog").is_visible()


def test_from_disk_it_asks_the_usual_address_and_remembers_another(open_page, server):
    page = open_page(DISK)
    assert page.evaluate("api.address()") == "http://127.0.0.1:5000"
    page.click("#server-button")
    page.fill("#server-address", f"{server.url}/")
    page.click("text=Use this server")
    page.wait_for_selector("#server-button[data-state=there]")
    page.reload()
    assert page.evaluate("api.address()") == server.url
    page.goto(f"{DISK}?server={NOBODY}")
    assert page.evaluate("api.address()") == NOBODY


def test_served_it_asks_where_it_came_from(page, server):
    assert page.evaluate("api.address()") == server.url


def test_from_disk_it_recognises_like_served(open_page, server, clips):
    page = open_page(f"{DISK}?server={server.url}")
    give(page, clips / "red.mp4")
    assert verdict(page)[0] == "red"


def test_without_a_server_it_says_so_and_goes_on_when_it_comes(open_page, tmp_path, models, clips):
    running = RunningServer(tmp_path, models, video_model="tints").start()
    url, port = running.url, running.url.rsplit(":", 1)[1]
    page = open_page(url)
    page.wait_for_selector("#server-button[data-state=there]")
    running.kill()
    page.wait_for_selector("#server-button[data-state=missing]")
    assert page.inner_text("#live") == "The server does not answer."
    assert page.inner_text("#answer .command code") == "make run"
    give(page, clips / "green.mp4")
    page.wait_for_selector("#answer[data-state=busy]")
    again = RunningServer(tmp_path, models, video_model="tints", port=port).start()
    try:
        assert verdict(page)[0] == "green"
    finally:
        again.stop()


def test_a_server_without_models_says_how_to_get_one(open_page, tmp_path):
    (tmp_path / "none").mkdir()
    running = RunningServer(tmp_path, tmp_path / "none").start()
    try:
        page = open_page(running.url)
        page.wait_for_selector("text=No model yet")
        assert "kinora train" in page.inner_text("#answer")
    finally:
        running.stop()


@pytest.mark.parametrize("body", ["<html>no JSON</html>", json.dumps({"hello": 1})])
def test_something_else_at_the_address_is_no_server(open_page, body):
    page = open_page(f"{DISK}?server={NOBODY}")
    page.route(f"{NOBODY}/**", lambda route: route.fulfill(body=body))
    page.wait_for_timeout(2500)
    assert page.get_attribute("#server-button", "data-state") == "missing"
