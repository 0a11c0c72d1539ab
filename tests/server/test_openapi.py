"""The OpenAPI document and docs/api.md against the server that they describe."""

import os
import shutil
import subprocess
import sys
from dataclasses import fields

import pytest
from tests.conftest import ROOT

from kinora.server import ServerSettings

# A cancelled job can still be asked about, which schemathesis takes for one that was deleted.
UNFITTING = "use_after_free"


def test_the_server_does_what_its_document_says(server, tmp_path):
    assert server.get("/openapi.json").json()["openapi"].startswith("3.1")
    command = [sys.executable, "-m", "schemathesis.cli", "run", server.url + "/openapi.json"]
    words = ["--max-examples=8", "--no-color", f"--exclude-checks={UNFITTING}", "--seed=1"]
    found = subprocess.run(
        [*command, *words],
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": "tests.server.schemathesis_hooks",
            "PYTHONPATH": str(ROOT),
        },
        cwd=tmp_path,  # where it keeps what it found
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("path", ["js/swagger-ui-bundle.js", "css/swagger-ui.css"])
def test_the_documentation_brings_its_files(server, path):
    page = server.get("/docs")
    assert f'"/docs/swagger/{path}"' in page.text
    assert "http" not in page.text  # nothing comes from elsewhere
    assert "<script>" not in page.text  # the rules for pages forbid it
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"].split(";")[1]
    assert len(server.get(f"/docs/swagger/{path}").content) > 10_000
    assert "/openapi.json" in server.get("/docs/docs.js").text


def test_every_route_is_documented_for_people(server):
    told = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    endpoints = server.get("/").json()["endpoints"]
    assert "POST /predict" in endpoints
    missing = [
        endpoint
        for endpoint in endpoints
        if endpoint.replace("{job_id}", "ID").replace("{name}", "NAME") not in told
    ]
    assert missing == []


def test_every_setting_is_documented_for_people():
    told = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    missing = [f.name for f in fields(ServerSettings) if f"KINORA_{f.name.upper()}" not in told]
    assert missing == []


def test_the_documentation_works_under_its_own_rules(server):
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    complaints = []
    with pytest.importorskip("playwright.sync_api").sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("console", lambda line: complaints.append(line.text))
        page.goto(server.url + "/docs")
        page.get_by_text("Recognise the action in one video or image.").click()
        page.get_by_role("button", name="Try it out").click()
        browser.close()
    assert [text for text in complaints if "Content Security Policy" in text] == []
