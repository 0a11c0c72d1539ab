"""The names that other people's code may import from `kinora`."""

import kinora
from tests.conftest import run_python

PUBLIC = {
    "ClipSpec",
    "KinoraError",
    "Prediction",
    "Recognizer",
    "Score",
    "Segment",
    "__version__",
    "read_clip",
    "read_image",
}


def test_public_names_are_these_and_all_exist():
    assert set(kinora.__all__) == PUBLIC
    for name in PUBLIC:
        assert getattr(kinora, name) is not None


def test_unknown_name_is_an_attribute_error():
    assert not hasattr(kinora, "no_such_name")


def test_importing_the_package_loads_no_heavy_library():
    code = (
        "import sys, kinora.cli; kinora.cli.build_parser();"
        "print([n for n in ('av','cv2','PIL','tensorflow','keras','matplotlib','flask','pandas')"
        " if n in sys.modules])"
    )
    assert run_python(code) == "[]"
