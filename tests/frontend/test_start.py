"""Before anything is given to it: where the server is, and what if it is not there."""

import json

import pytest

from tests.frontend.conftest import FRONTEND, answered, eventually, expect, give
from tests.server.conftest import RunningServer

DISK = (FRONTEND / "index.html").as_uri()
NOBODY = "http://127.0.0.1:9"


def test_it_is_small_and_brings_everything_along(page, server):
    files = [path for path in FRONTEND.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 100_000
    page.wait_for_selector("#answer[data-state=empty] .chips li")
    entries = "performance.getEntriesByType('resource').map((entry) => entry.name)"
    names = json.dumps([path.name for path in files if path.name != "index.html"])
    eventually(page, f"{names}.every((n) => {entries}.some((url) => url.endsWith('/' + n)))")
    assert [url for url in page.evaluate(entries) if not url.startswith(server.url)] == []


def test_it_shows_what_the_server_knows(page):
    expect(page, "#answer .chips li:text-is('blue')").to_be_visible()
    page.click("#server-button")
    expect(page, "#server-dialog .models").to_contain_text("tints for videos, 3 actions")
    expect(page, "#server-dialog .state").to_contain_text("Connected to http://127.0.0.1:")
    page.keyboard.press("Escape")
    expect(page, "#server-dialog").to_be_hidden()


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
    answered(page, "red")


def test_without_a_server_it_says_so_and_goes_on_when_it_comes(open_page, tmp_path, models, clips):
    running = RunningServer(tmp_path, models, video_model="tints").start()
    url, port = running.url, running.url.rsplit(":", 1)[1]
    page = open_page(url)
    page.wait_for_selector("#server-button[data-state=there]")
    running.kill()
    page.wait_for_selector("#server-button[data-state=missing]")
    expect(page, "#live").to_have_text("The server does not answer.")
    expect(page, "#answer .command code").to_have_text("make run")
    give(page, clips / "green.mp4")
    page.wait_for_selector("#answer[data-state=busy]")
    again = RunningServer(tmp_path, models, video_model="tints", port=port).start()
    try:
        answered(page, "green")
    finally:
        again.stop()


def test_a_server_without_models_says_how_to_get_one(open_page, tmp_path):
    (tmp_path / "none").mkdir()
    running = RunningServer(tmp_path, tmp_path / "none").start()
    try:
        page = open_page(running.url)
        expect(page, "#answer .title").to_have_text("No model yet")
        expect(page, "#answer").to_contain_text("kinora train")
    finally:
        running.stop()


@pytest.mark.parametrize("body", ["<html>no JSON</html>", json.dumps({"hello": 1})])
def test_something_else_at_the_address_is_no_server(open_page, body):
    page = open_page("about:blank")
    page.route(f"{NOBODY}/**", lambda route: route.fulfill(body=body))
    with page.expect_response(f"{NOBODY}/models"):
        page.goto(f"{DISK}?server={NOBODY}")
    expect(page, "#server-button").to_have_attribute("data-state", "missing")
