"""Giving it files: each kind, several, wrong ones; dropped, pasted, cancelled."""

import base64
import re

import pytest

from tests.frontend.conftest import answered, eventually, expect, give, has_cards


@pytest.mark.parametrize(
    ("name", "action", "shown"),
    [
        ("red.mp4", "red", "video"),
        ("blue.avi", "blue", "img"),
        ("red.mpg", "red", "img"),
        ("green.gif", "green", "img"),
        ("green.webp", "green", "img"),
    ],
)
def test_each_kind_gets_an_answer_and_a_picture(page, clips, name, action, shown):
    give(page, clips / name)
    assert answered(page, action) > 90
    page.wait_for_selector(f"#stage .screen > {shown}", state="visible")
    if shown == "img":
        width = "document.querySelector('#stage .screen > img').naturalWidth"
        eventually(page, f"{width} >= 160")


def test_an_image_is_recognised(page, clips):
    give(page, clips / "green.jpg")
    expect(page, "#answer .verdict .action").to_have_text(re.compile("^(clap|run|walk|wave)$"))
    expect(page, "#stage .screen > img").to_be_visible()
    expect(page, "#stage .facts").to_contain_text("320 \u00d7 240")


def test_a_wrong_file_is_told_what_is_read(page, clips):
    give(page, clips / "notes.txt")
    expect(page, "#answer[data-state=failed]").to_contain_text("is not a video or an image")
    expect(page, "#answer button:has-text('Try again')").to_be_visible()


def test_of_many_files_one_wrong_one_stops_nothing(page, clips):
    names = ["red.mp4", "notes.txt", "green.mp4", "blue.avi"]
    give(page, *(clips / name for name in names))
    has_cards(page, 3, "done")
    has_cards(page, 1, "failed")
    expect(page, "#history .outcome").to_contain_text(["blue", "green", "did not", "red"])
    page.locator("#history .choose", has_text="green.mp4").click()
    answered(page, "green")


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_files_are_dropped_and_pasted(page, clips, way):
    data = base64.b64encode((clips / "green.mp4").read_bytes()).decode()
    page.evaluate(
        """([way, data]) => {
            const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
            const carried = new DataTransfer();
            carried.items.add(new File([bytes], "green.mp4", { type: "video/mp4" }));
            const event = way === "drop"
                ? new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true })
                : new ClipboardEvent("paste", { clipboardData: carried, bubbles: true });
            document.body.dispatchEvent(event);
        }""",
        [way, data],
    )
    answered(page, "green")


def test_dragging_over_the_page_shows_where_to_drop(page):
    fire = """(name) => {
        const carried = new DataTransfer();
        carried.items.add(new File(["a"], "a.mp4"));
        document.body.dispatchEvent(new DragEvent(name, { dataTransfer: carried, bubbles: true }));
    }"""
    page.evaluate(fire, "dragenter")
    expect(page, "#stage .screen.over").to_have_count(1)
    page.evaluate(fire, "dragleave")
    expect(page, "#stage .screen.over").to_have_count(0)


def test_an_upload_shows_how_far_it_is_can_be_cancelled_and_tried_again(page, clips, tmp_path):
    page.wait_for_selector("#server-button[data-state=there]")
    network = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 60_000}
    network.send("Network.emulateNetworkConditions", slow)
    large = tmp_path / "large.jpg"
    large.write_bytes((clips / "green.jpg").read_bytes() + bytes(2_000_000))
    give(page, large)
    percent = r"/Uploading [1-9]\d?\s%/.test(document.querySelector('#answer').innerText)"
    eventually(page, percent)
    page.click("#answer button.stop")
    page.wait_for_selector("text=Nothing was recognised.")
    expect(page, "#history .outcome").to_have_text("cancelled")
    network.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    page.click("text=Try again")
    page.wait_for_selector("#answer .verdict")
