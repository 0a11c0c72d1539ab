"""The jobs in their database: SQLite or PostgreSQL, shared by as many servers as use it."""

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Engine,
    Float,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    create_engine,
    delete,
    event,
    func,
    select,
    update,
)
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from kinora.errors import SettingError

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
FINISHED = (DONE, FAILED, CANCELLED)

# A server says this often that it still works on a job; after the longer time it is taken for dead.
RENEW_S, LEASE_S = 1.5, 6.0
# A job that ended its server so often is not tried again.
_MOST_ATTEMPTS = 3
# How long a statement waits for another server's.
_LOCK_S = 30

_JOBS = Table(
    "kinora_jobs",
    MetaData(),
    Column("id", String(32), primary_key=True),
    # Its upload lies in the data folder of this name; only servers with that folder can do it.
    Column("home", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("progress", Float, nullable=False, default=0.0),
    Column("message", Text, nullable=False, default=""),
    Column("options", Text, nullable=False),
    Column("error", String(64)),
    Column("result", Text),
    Column("attempts", Integer, nullable=False, default=0),
    Column("leased_until", Float, nullable=False, default=0.0),
    Column("created", Float, nullable=False),
    Column("finished", Float),
)


@dataclass(frozen=True)
class Job:
    """A job as it is in the database; `error` is a code, and `message` its sentence then."""

    id: str
    kind: str
    state: str
    progress: float
    message: str
    options: Mapping[str, Any]
    error: str | None
    attempts: int

    @property
    def is_finished(self) -> bool:
        """It changes no more."""
        return self.state in FINISHED


class JobStore:
    """Jobs under their state: queued, running, then done, failed or cancelled.

    A running job is leased: whoever works on it renews the lease. Once it has lapsed, the server
    has died, and the job is queued anew.
    """

    def __init__(self, address: str, home: str) -> None:
        self._home, self._engine = home, _connect(address)

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def add(self, job_id: str, kind: str, options: Mapping[str, Any]) -> None:
        """Queue a job."""
        self._run(
            _JOBS.insert().values(
                id=job_id,
                home=self._home,
                kind=kind,
                state=QUEUED,
                options=json.dumps(options),
                created=time.time(),
            )
        )

    def get(self, job_id: str) -> Job | None:
        """The job of that id."""
        with self._engine.connect() as connection:
            row = connection.execute(select(_JOBS).where(_JOBS.c.id == job_id)).first()
        return _job(row) if row else None

    def result(self, job_id: str) -> Any:
        """What a job answered."""
        text = self._scalar(select(_JOBS.c.result).where(_JOBS.c.id == job_id))
        return json.loads(text) if text else None

    def counts(self) -> dict[str, int]:
        """How many jobs are in each state."""
        statement = select(_JOBS.c.state, func.count()).group_by(_JOBS.c.state)
        with self._engine.connect() as connection:
            return dict(connection.execute(statement).all())

    def claim(self) -> Job | None:
        """Take the job that has waited longest; nobody else gets it then."""
        waiting = (
            select(_JOBS.c.id)
            .where(_JOBS.c.state == QUEUED, _JOBS.c.home == self._home)
            .order_by(_JOBS.c.created)
            .limit(1)
        )
        while (job_id := self._scalar(waiting)) is not None:
            if self._change(
                job_id,
                QUEUED,
                state=RUNNING,
                message="Being worked on.",
                attempts=_JOBS.c.attempts + 1,
                leased_until=time.time() + LEASE_S,
            ):
                return self.get(job_id)
        return None

    def report(self, job_id: str, progress: float, message: str | None = None) -> bool:
        """Say how far a running job is; false if it is not wanted any more."""
        more = {} if message is None else {"message": message}
        return self._change(
            job_id, RUNNING, progress=progress, leased_until=time.time() + LEASE_S, **more
        )

    def renew(self, job_id: str) -> None:
        """Say that somebody still works on it."""
        self._change(job_id, RUNNING, leased_until=time.time() + LEASE_S)

    def finish(self, job_id: str, result: Any) -> None:
        """Keep the answer of a running job."""
        self._end(job_id, RUNNING, DONE, progress=1.0, message="Done.", result=json.dumps(result))

    def fail(self, job_id: str, code: str, message: str) -> None:
        """Keep why a running job has no answer."""
        self._end(job_id, RUNNING, FAILED, error=code, message=message)

    def cancel(self, job_id: str) -> bool:
        """End a job that has not ended; false if it has."""
        return any(
            self._end(job_id, state, CANCELLED, message="Cancelled.") for state in (QUEUED, RUNNING)
        )

    def put_back(self, job_id: str) -> None:
        """Queue a running job again because its server stops; that was not the job's fault."""
        self._change(
            job_id,
            RUNNING,
            state=QUEUED,
            message="Waits to be resumed.",
            attempts=_JOBS.c.attempts - 1,
        )

    def revive(self) -> None:
        """Queue the jobs of servers that died again, or fail those that died with each try."""
        lapsed = select(_JOBS).where(
            _JOBS.c.state == RUNNING, _JOBS.c.home == self._home, _JOBS.c.leased_until < time.time()
        )
        with self._engine.connect() as connection:
            jobs = [_job(row) for row in connection.execute(lapsed)]
        for job in jobs:
            if job.attempts >= _MOST_ATTEMPTS:
                self.fail(
                    job.id,
                    "interrupted",
                    f"The server was stopped {job.attempts} times while it worked on this job. "
                    "Send it again; a shorter video may help.",
                )
            else:
                self._change(job.id, RUNNING, state=QUEUED, message="Waits to be resumed.")

    def expire(self, older_than_s: float) -> None:
        """Forget the jobs that ended longer ago."""
        self._run(delete(_JOBS).where(_JOBS.c.finished < time.time() - older_than_s))

    def states(self) -> dict[str, str]:
        """The states of the jobs of this home."""
        statement = select(_JOBS.c.id, _JOBS.c.state).where(_JOBS.c.home == self._home)
        with self._engine.connect() as connection:
            return dict(connection.execute(statement).all())

    def _end(self, job_id: str, before: str, state: str, **values: Any) -> bool:
        return self._change(job_id, before, state=state, finished=time.time(), **values)

    def _change(self, job_id: str, before: str, **values: Any) -> bool:
        """Change a job that is in a state; false if it is in another one by now."""
        return self._run(
            update(_JOBS).where(_JOBS.c.id == job_id, _JOBS.c.state == before).values(**values)
        )

    def _scalar(self, statement: Any) -> Any:
        with self._engine.connect() as connection:
            return connection.scalar(statement)

    def _run(self, statement: Any) -> bool:
        with self._engine.begin() as connection:
            return connection.execute(statement).rowcount > 0


def home_of(folder: Path) -> str:
    """The name of a data folder, given to it when it is first used."""
    file = folder / "home.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            # Under another name first, so that nobody reads half of it.
            new = folder / f"{uuid.uuid4().hex}.part"
            new.write_text(uuid.uuid4().hex, encoding="ascii")
            new.replace(file)
        return file.read_text(encoding="ascii")
    except OSError as error:
        raise SettingError(
            f"The data folder {folder} cannot be used: {error.strerror}. Choose another one with "
            "--data or KINORA_DATA."
        ) from error


def _connect(address: str) -> Engine:
    try:
        is_sqlite = address.startswith("sqlite")
        engine = create_engine(
            address, pool_pre_ping=True, connect_args={"timeout": _LOCK_S} if is_sqlite else {}
        )
        if is_sqlite:
            event.listen(engine, "connect", _let_readers_read)
        _JOBS.metadata.create_all(engine)
    except (ArgumentError, SQLAlchemyError, ImportError) as error:
        raise SettingError(
            "The jobs' database cannot be opened. Its address (KINORA_DATABASE) looks like "
            "postgresql+psycopg://user:password@host/name, which needs `pip install "
            "'kinora[postgresql]'`; without one, SQLite in the data folder is used. "
            f"({type(error).__name__})"
        ) from error
    return engine


def _let_readers_read(connection: Any, _: ConnectionPoolEntry) -> None:
    """SQLite's mode in which whoever writes does not lock out those who read."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _job(row: Row) -> Job:
    return Job(
        id=row.id,
        kind=row.kind,
        state=row.state,
        progress=row.progress,
        message=row.message,
        options=json.loads(row.options),
        error=row.error,
        attempts=row.attempts,
    )
