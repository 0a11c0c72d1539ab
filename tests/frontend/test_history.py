"""The history: kept across reloads, looked at again, exported, removed."""

import json

from tests.frontend.conftest import (
    FRONTEND,
    answered,
    eventually,
    expect,
    give,
    has_cards,
    keeps,
)


def test_it_is_kept_across_reloads(page, clips):
    give(page, clips / "red.mp4", clips / "green.mp4")
    keeps(page, 2)
    page.reload()
    has_cards(page, 2, "done")
    expect(page, "#history .outcome").to_contain_text(["green", "red"])
    eventually(page, "document.querySelector('#history img').naturalWidth === 320")
    page.locator("#history .choose", has_text="red.mp4").click()
    answered(page, "red")
    expect(page, "#stage .screen > img").to_be_visible()
    page.click("#options summary")
    expect(page, "#options [name=top_k]").to_be_visible()
    expect(page, "#options .again").to_be_hidden()


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
    keeps(page, 2)
    page.get_by_label("Remove green.mp4").click()
    keeps(page, 1)
    page.reload()
    expect(page, "#history .choose .name").to_have_text(["red.mp4"])
    page.click("#history >> text=Clear")
    expect(page, "#history .clear").to_have_text("Really clear?")
    expect(page, "#history .choose").to_have_count(1)
    page.click("#history .clear")
    expect(page, "#history .choose").to_have_count(0)
    keeps(page, 0)
    page.reload()
    # Looked through, and nothing found.
    expect(page, "#history .clear").to_be_hidden()
    expect(page, "#history .choose").to_have_count(0)


def test_what_was_removed_while_its_frames_were_fetched_stays_away(page, clips):
    asked = []

    def pass_the_first(route) -> None:
        asked.append(route)
        if len(asked) == 1:
            route.continue_()

    page.route("**/predict", pass_the_first)
    give(page, clips / "red.mp4")
    answered(page, "red")
    while len(asked) < 2:
        page.wait_for_timeout(20)
    page.get_by_label("Remove red.mp4").click()
    expect(page, "#answer .chips li >> nth=0").to_be_visible()
    with page.expect_response("**/predict"):
        asked[1].continue_()
    page.wait_for_timeout(500)
    expect(page, "#history .choose").to_have_count(0)
    keeps(page, 0)


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
    answered(page, "red")
    page.wait_for_selector("#history [data-state=done]")
    context.close()
