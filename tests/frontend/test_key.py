"""A server that wants an API key: the page asks for it, remembers it and sends it."""

import pytest

from tests.frontend.conftest import answered, eventually, expect, give
from tests.server.conftest import RunningServer

KEY = "open-sesame"


@pytest.fixture(scope="module")
def locked(tmp_path_factory, models):
    """A server that wants a key."""
    folder = tmp_path_factory.mktemp("locked")
    running = RunningServer(folder, models, video_model="tints", api_key=KEY).start()
    yield running
    running.stop()


def _enter(page, key: str) -> None:
    page.wait_for_selector("#server-key:focus")
    page.keyboard.type(key)
    page.keyboard.press("Enter")


def test_it_asks_once_by_keyboard_and_remembers(open_page, locked, clips):
    page = open_page(locked.url, permissions=["clipboard-read", "clipboard-write"])
    expect(page, "#server-dialog .state").to_contain_text("wants an API key")
    _enter(page, "wrong")
    page.wait_for_selector("text=does not take this API key")
    page.keyboard.press("Control+A")
    _enter(page, KEY)
    page.wait_for_selector("#server-button[data-state=there]")
    page.keyboard.press("Escape")
    page.reload()
    page.wait_for_selector("#server-button[data-state=there]")
    assert page.evaluate("localStorage.getItem('kinora.key')") == KEY
    give(page, clips / "green.mp4")
    answered(page, "green")
    page.click("text=Copy curl")
    sent = '-H "X-API-Key: $KINORA_API_KEY"'
    eventually(page, f"navigator.clipboard.readText().then((text) => text.includes('{sent}'))")


def test_jobs_and_cameras_bring_the_key(open_page, locked, clips):
    page = open_page(locked.url)
    _enter(page, KEY)
    page.wait_for_selector("#server-button[data-state=there]")
    assert page.evaluate(
        """async () => {
            const file = new File(["no video"], "a.mp4");
            const work = api.job(file, {}, () => {}, () => {}, new AbortController().signal);
            return work.then(() => "", (error) => error.message);
        }"""
    ).startswith("The file is not a video")
    reason = page.evaluate(
        """() => new Promise((resolve) => {
            const stream = api.stream({ model: "tints" }, { onAnswer() {}, onEnd: resolve });
            const wait = setInterval(() => {
                if (!stream.isOpen()) return;
                clearInterval(wait);
                stream.send(new Uint8Array([1, 2, 3]));
            }, 20);
        })"""
    )
    assert reason
    assert "key" not in reason


def test_a_link_to_another_server_gets_no_key(open_page, locked, server):
    page = open_page(locked.url)
    _enter(page, KEY)
    page.wait_for_selector("#server-button[data-state=there]")
    page.evaluate("localStorage.removeItem('kinora.server')")
    sent = []
    page.route(f"{server.url}/**", lambda route: (sent.append(route.request), route.abort()))
    page.goto(f"{locked.url}/?server={server.url}")
    page.wait_for_selector("#server-button[data-state=missing]")
    assert page.evaluate("api.key()") == ""
    assert sent
    assert all("x-api-key" not in request.headers for request in sent)
