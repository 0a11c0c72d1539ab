"""The history: kept across reloads, looked at again, exported, removed."""

import json

from tests.frontend.conftest import FRONTEND, eventually, give, has_cards, verdict


def test_it_is_kept_across_reloads(page, clips):
    give(page, clips / "red.mp4", clips / "green.mp4")
    eventually(page, "openStore().then((store) => store.all()).then((all) => all.length === 2)")
    page.reload()
    has_cards(page, 2, "done")
    assert "green" in page.locator("#history .outcome").first.inner_text()
    assert page.locator("#history img").first.evaluate("image => image.naturalWidth") == 320
    page.locator("#history .choose", has_text="red.mp4").click()
    assert verdict(page)[0] == "red"
    assert page.locator("#stage .screen > img").is_visible()
    assert not page.locator("#options .again").is_visible()


def test_it_is_exported_removed_and_cleared(page, clips):
    give(page, clips / "red.mp4", clips / "green.mp4", clips / "notes.txt")
    page.wait_for_selector("#history [data-state=failed]")
    has_cards(page, 2, "done")
    with page.expect_download() as download:
        page.click("#history >> text=Export")
    entries = json.loads(download.value.path().read_text())
    assert [(entry["name"], entry["answer"]["action"]) for entry in entries] == [
        ("red.mp4", "red"),
        ("green.mp4", "green"),
    ]
    page.get_by_label("Remove green.mp4").click()
    page.reload()
    page.wait_for_selector("#history .choose")
    assert page.locator("#history .choose").count() == 1
    page.click("#history >> text=Clear")
    assert page.locator("#history .choose").count() == 1
    page.click("text=Really clear?")
    assert page.locator("#history .choose").count() == 0
    page.reload()
    page.wait_for_selector("#history .note:not(:empty)")
    assert page.locator("#history .choose").count() == 0


def test_it_works_where_nothing_may_be_kept(browser, server, clips):
    context = browser.new_context()
    context.add_init_script(
        "for (const name of ['indexedDB', 'localStorage'])"
        " Object.defineProperty(window, name, { get() { throw new DOMException('forbidden'); } });"
    )
    page = context.new_page()
    page.goto(f"{(FRONTEND / 'index.html').as_uri()}?server={server.url}")
    page.wait_for_selector("text=until the page is closed")
    give(page, clips / "red.mp4")
    assert verdict(page)[0] == "red"
    page.wait_for_selector("#history [data-state=done]")
    context.close()
