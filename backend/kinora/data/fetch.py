"""Fetching a public data set: downloaded, checked, unpacked, and only what is not there yet."""

import base64
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from kinora.data.download import Address, Patience, RefusedError, download, file_sha256
from kinora.data.public import Archive, PublicData
from kinora.data.unpack import unpack
from kinora.errors import DataError
from kinora.paths import kaggle_account, kaggle_file

logger = logging.getLogger(__name__)

# Beside the data: what was fetched, so that a second run has nothing to do.
_RECORD = "fetched.json"


@dataclass(frozen=True)
class Fetched:
    """One archive that lies unpacked."""

    name: str
    url: str
    bytes: int
    sha256: str
    is_checksum_known: bool


def fetch(data: PublicData, folder: Path, patience: Patience | None = None) -> list[Fetched]:
    """Download, check and unpack what is not there yet; return what is there now."""
    record = _read_record(folder)
    for archive in data.archives:
        if archive.name in record:
            logger.info("%s is already there.", archive.name)
            continue
        fetched = _download(data, archive, folder, patience or Patience())
        unpack(folder / archive.name, folder / archive.folder)
        record[archive.name] = fetched
        _write_record(folder, record)
    return [record[archive.name] for archive in data.archives]


def _download(data: PublicData, archive: Archive, folder: Path, patience: Patience) -> Fetched:
    target = folder / archive.name
    if target.exists():
        # Downloaded by an earlier run, or put there by hand.
        return _described(archive, archive.addresses[0], target, file_sha256(target))
    refusals = []
    for address in archive.addresses:
        try:
            digest = download(_with_account(data, address), target, patience)
        except RefusedError as error:
            refusals.append(error)
        else:
            return _described(archive, address, target, digest)
    reasons = " ".join(str(error) for error in refusals)
    raise DataError(
        f"{archive.name} could not be fetched. {reasons} {_way_out(data)}Otherwise download it "
        f"from {data.page} in a browser, put it at {target}, and run the same command again to "
        "unpack it."
    ) from refusals[-1]


def _with_account(data: PublicData, address: Address) -> Address:
    account = _kaggle_account() if data.needs_kaggle else None
    if account is None:
        return address
    login = base64.b64encode(":".join(account).encode()).decode()
    return replace(address, headers={"Authorization": f"Basic {login}"})


def _kaggle_account() -> tuple[str, str] | None:
    """User name and key from the environment or from the file that Kaggle's own tool reads."""
    path = kaggle_file()
    if kaggle_account() or not path.is_file():
        return kaggle_account()
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return values["username"], values["key"]
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(
            f"{path} is not an API token of Kaggle's. Create one on kaggle.com (Settings, API) "
            "and save it there."
        ) from error


def _way_out(data: PublicData) -> str:
    if not data.needs_kaggle:
        return ""
    return (
        "Kaggle may ask for an account: create an API token on kaggle.com (Settings, API) and "
        "save it as ~/.kaggle/kaggle.json, or set KAGGLE_USERNAME and KAGGLE_KEY. "
    )


def _described(archive: Archive, address: Address, path: Path, digest: str) -> Fetched:
    published = {known.sha256 for known in archive.addresses if known.sha256}
    return Fetched(
        archive.name,
        address.url,
        path.stat().st_size,
        digest,
        is_checksum_known=digest in published,
    )


def _read_record(folder: Path) -> dict[str, Fetched]:
    path = folder / _RECORD
    if not path.exists():
        return {}
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return {entry["name"]: Fetched(**entry) for entry in values}
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(
            f"{path} cannot be read ({error}). Delete it to have everything checked again."
        ) from error


def _write_record(folder: Path, record: Mapping[str, Fetched]) -> None:
    text = json.dumps([asdict(entry) for entry in record.values()], indent=2)
    (folder / _RECORD).write_text(text + "\n", encoding="utf-8")
