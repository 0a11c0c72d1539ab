"""Unpacking archives from the network safely: nothing outside the folder, no links, no bombs."""

import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath, PureWindowsPath

from kinora.data.progress import progress
from kinora.errors import DataError

# More than any data set here; a zip that promises more is a bomb.
_MOST_BYTES = 60 * 10**9
_MOST_FILES = 2_000_000
_BLOCK = 1 << 20
# Letters of what a program said that are passed on.
_MOST_WORDS = 300

# What can read RAR, in the order of trust, and its arguments.
_RAR_TOOLS = {
    "unrar": ("x", "-o+", "-y", "-idq", "{archive}", "{folder}/"),
    "unar": ("-q", "-f", "-D", "-o", "{folder}", "{archive}"),
    "7z": ("x", "-y", "-bso0", "-bsp0", "-o{folder}", "{archive}"),
    "7zz": ("x", "-y", "-bso0", "-bsp0", "-o{folder}", "{archive}"),
    "bsdtar": ("-x", "-f", "{archive}", "-C", "{folder}"),
}
if sys.platform in ("win32", "darwin"):
    # Their tar is bsdtar; elsewhere it is GNU's, which cannot read RAR.
    _RAR_TOOLS["tar"] = _RAR_TOOLS["bsdtar"]


def unpack(archive: Path, target: Path) -> None:
    """Unpack a zip or rar, and the rars inside it, into a folder; all of it or nothing.

    Raises:
        DataError: It is damaged or dangerous, or there is no program that reads RAR.
    """
    target.mkdir(parents=True, exist_ok=True)
    # On the same disk, so that moving is instant; removed whatever happens.
    with tempfile.TemporaryDirectory(prefix=".unpacking-", dir=target) as place:
        folder = Path(place)
        try:
            _unpack_one(archive, folder)
            for inner in sorted(folder.rglob("*.rar")):
                _unpack_one(inner, inner.parent)
                inner.unlink()
            _move_into(folder, target)
        except OSError as error:
            raise DataError(
                f"{archive} could not be unpacked: {error}. The download is kept; mend that and "
                "run the same command again."
            ) from error


def rar_commands(archive: Path, folder: Path) -> list[list[str]]:
    """The commands that may unpack a rar, from the programs that this machine has."""
    return [
        [program, *(text.format(archive=archive, folder=folder) for text in arguments)]
        for program, arguments in ((shutil.which(name), _RAR_TOOLS[name]) for name in _RAR_TOOLS)
        if program
    ]


def _unpack_one(archive: Path, folder: Path) -> None:
    with archive.open("rb") as file:
        head = file.read(4)
    if head == b"Rar!":
        _unpack_rar(archive, folder)
    elif zipfile.is_zipfile(archive):
        _unpack_zip(archive, folder)
    else:
        raise DataError(
            f"{archive} is neither a zip nor a rar archive. Delete it and run the same command "
            "again to download it anew."
        )


def _unpack_rar(archive: Path, folder: Path) -> None:
    commands = rar_commands(archive, folder)
    if not commands:
        raise DataError(
            f"{archive.name} is a RAR archive, and no program that reads RAR was found. Install "
            "one (`sudo apt install unar`, `brew install unar`, or 7-Zip on Windows) and run the "
            "same command again; the download is kept."
        )
    # Some builds of 7-Zip leave RAR out, so one refusal is not the end.
    refusals = []
    for command in commands:
        refusal = _run(command)
        if not refusal:
            break
        refusals.append(refusal)
    else:
        raise DataError(
            f"{archive} could not be unpacked. {' '.join(refusals)} If it is damaged, delete it "
            "and run the same command again."
        )
    # A link could lead what is unpacked next outside the folder.
    for path in folder.rglob("*"):
        if path.is_symlink():
            raise DataError(f"{archive} holds a link, {path.name!r}; it is not unpacked.")


def _run(command: list[str]) -> str:
    """Run a program; empty if it went well, else what it said."""
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode == 0:
        return ""
    words = " ".join((done.stderr or done.stdout).split())[-_MOST_WORDS:]
    return f"{Path(command[0]).name} says: {words or 'nothing'}."


def _unpack_zip(archive: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(archive) as file:
            members = file.infolist()
            _check_members(archive, members)
            with progress(f"unpacking {archive.name}", len(members)) as bar:
                for member in members:
                    _write_member(file, member, folder)
                    bar.update(1)
    except NotImplementedError as error:  # fetched anew, it would be packed the same way
        raise DataError(
            f"{archive} is packed in a way that Python cannot read ({error}). Unpack it with "
            "another program, and name the folder that it makes."
        ) from error
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise DataError(
            f"{archive} is damaged ({error}). Delete it and run the same command again."
        ) from error


def _check_members(archive: Path, members: list[zipfile.ZipInfo]) -> None:
    size = sum(member.file_size for member in members)
    if size > _MOST_BYTES or len(members) > _MOST_FILES:
        raise DataError(
            f"{archive} would unpack to {size:,} bytes in {len(members):,} files; at most "
            f"{_MOST_BYTES:,} in {_MOST_FILES:,} are taken."
        )
    free = shutil.disk_usage(archive.parent).free
    if size > free:
        raise DataError(
            f"{archive} unpacks to {size / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free. Make "
            "room and run the same command again."
        )
    for member in members:
        _check_name(archive, member.filename)
        if stat.S_ISLNK(member.external_attr >> 16):
            raise DataError(f"{archive} holds a link, {member.filename!r}; it is not unpacked.")
        if member.flag_bits & 1:
            raise DataError(f"{archive} is locked with a password; it is not unpacked.")


def _check_name(archive: Path, name: str) -> None:
    windows = PureWindowsPath(name)
    is_outside = PurePosixPath(name).is_absolute() or windows.drive or windows.root
    if is_outside or ".." in windows.parts or "\0" in name:
        raise DataError(f"{archive} would write outside its folder ({name!r}); it is not unpacked.")


def _write_member(file: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> None:
    path = folder / member.filename
    if member.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    # zipfile stops at the promised size and checks the CRC, so a lie about it is an error.
    with file.open(member) as source, path.open("wb") as target:
        shutil.copyfileobj(source, target, _BLOCK)


def _move_into(folder: Path, target: Path) -> None:
    for path in list(folder.iterdir()):
        place = target / path.name
        if path.is_dir() and place.is_dir():
            _move_into(path, place)
        else:
            path.replace(place)
