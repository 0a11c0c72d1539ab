"""The clips and images that ship with the project."""

from kinora.paths import samples_folder


def test_samples_are_listed_and_served(server):
    listed = server.get("/samples").json()["samples"]
    there = {path.name for path in samples_folder().iterdir()} - {"README.md", "make_samples.py"}
    assert {sample["name"] for sample in listed} == there
    for sample in listed:
        answer = server.get(sample["url"])
        assert answer.content == (samples_folder() / sample["name"]).read_bytes()
        assert answer.headers["Content-Type"].startswith(sample["kind"])


def test_nothing_else_of_that_folder_is_served(server):
    for name in ("README.md", "make_samples.py", "..%2fREADME.md", "missing.mp4"):
        assert server.get(f"/samples/{name}").status_code == 404
