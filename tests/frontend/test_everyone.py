"""For everyone: keyboard, small and huge screens, screen readers, contrast, reduced motion."""

import pytest

from tests.frontend.conftest import PHONE, answered, expect, give

SIZES = {
    "phone": PHONE,
    "desktop": {"width": 1280, "height": 800},
    "4k": {"width": 3840, "height": 2160},
}


def violations(page) -> list[str]:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary')}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(open_page, server, clips, scheme):
    # Moving colours would be measured in between.
    page = open_page(server.url, color_scheme=scheme, reduced_motion="reduce")
    page.wait_for_selector("#answer .chips li")
    assert violations(page) == []
    page.click("#options summary")
    page.check("#options [name=timeline]")
    give(page, clips / "red.mp4", clips / "notes.txt")
    page.wait_for_selector("#history [data-state=failed]")
    answered(page, "red")
    page.wait_for_selector("#timeline .track button")
    assert violations(page) == []
    page.locator("#history .choose", has_text="notes.txt").click()
    assert violations(page) == []
    page.click("#tab-camera")
    assert violations(page) == []
    page.click("#server-button")
    assert violations(page) == []


@pytest.mark.parametrize("size", SIZES)
def test_it_fits_every_screen(open_page, server, clips, size):
    page = open_page(server.url, viewport=SIZES[size])
    width = "document.documentElement.scrollWidth"
    page.wait_for_selector("#answer .chips li")
    assert page.evaluate(width) <= SIZES[size]["width"]
    give(page, clips / "red.mp4")
    answered(page, "red")
    page.wait_for_selector("#frames .strip button")
    page.click("#options summary")
    assert page.evaluate(width) <= SIZES[size]["width"]
    page.click("#tab-camera")
    assert page.evaluate(width) <= SIZES[size]["width"]
    if size == "phone":
        small = page.evaluate(
            """[...document.querySelectorAll("button, select, summary, .drop")]
                .filter((node) => node.checkVisibility() && !node.classList.contains("unseen"))
                .filter((node) => Math.min(...["width", "height"].map(
                    (side) => node.getBoundingClientRect()[side])) < 24)
                .map((node) => node.textContent)"""
        )
        assert small == []


def test_it_works_by_keyboard_alone(page, clips):
    # From the beginning, since Chromium takes a moment to hand its dialogs over.
    page.on("filechooser", lambda chooser: chooser.set_files(clips / "red.mp4"))
    page.wait_for_selector("#answer .chips li")
    page.keyboard.press("Tab")
    expect(page, ":focus").to_have_text("To the content")
    page.keyboard.press("Tab")
    expect(page, "#home").to_be_focused()
    page.keyboard.press("Tab")
    expect(page, "#tab-files").to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page, "#camera").to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page, "#files").to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page, "#server-dialog").to_be_visible()
    page.keyboard.press("Escape")
    expect(page, "#server-button").to_be_focused()
    page.keyboard.press("Tab")
    expect(page, "#stage input").to_be_focused()
    page.keyboard.press("Enter")
    answered(page, "red")
    page.wait_for_selector("#frames .strip button")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('#history .choose') !== null"):
            break
    page.keyboard.press("Enter")
    expect(page, "#history .choose").to_have_attribute("aria-current", "true")


def test_nothing_moves_for_those_who_want_it_calm(open_page, server, clips):
    page = open_page(server.url, reduced_motion="reduce")
    give(page, clips / "red.mp4")
    answered(page, "red")
    page.wait_for_selector("#frames .strip button")
    assert page.evaluate("document.querySelector('#stage video').paused")
    assert page.evaluate("document.getAnimations().length") == 0


def test_nothing_jumps_while_a_file_is_recognised(page, clips):
    page.wait_for_selector("#answer .chips li")
    page.evaluate(
        """() => {
            window.shift = 0;
            new PerformanceObserver((list) => {
                for (const entry of list.getEntries()) window.shift += entry.value;
            }).observe({ type: "layout-shift" });
        }"""
    )
    give(page, clips / "red.mp4")
    answered(page, "red")
    page.wait_for_selector("#frames .strip button")
    page.wait_for_timeout(500)
    assert page.evaluate("window.shift") < 0.1
