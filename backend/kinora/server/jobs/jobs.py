"""Jobs as the routes see them: handed in, asked about, cancelled."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kinora.errors import BusyError, RequestError
from kinora.server.config import ServerSettings
from kinora.server.jobs.archives import is_zip, list_zip
from kinora.server.jobs.store import CANCELLED, QUEUED, Job, JobStore, home_of
from kinora.server.jobs.worker import UPLOAD, Worker
from kinora.server.schemas import Options
from kinora.server.work import Work

_HOUR_S = 3600


class Jobs:
    """The jobs of a server, with the thread that does them."""

    def __init__(self, settings: ServerSettings, work: Work) -> None:
        self._folder, self._work = settings.data / "jobs", work
        self._most_waiting = settings.max_queued_jobs
        self.store = JobStore(settings.database_address, home_of(settings.data))
        self._worker = Worker(self.store, self._folder, work, settings.job_hours * _HOUR_S)

    def start(self) -> None:
        """Begin to work."""
        self._worker.start()

    def stop(self) -> None:
        """Stop working; what is not finished goes on after the next start."""
        self._worker.stop()
        self.store.close()

    @contextmanager
    def place(self) -> Iterator[Path]:
        """The name of a file for the upload of a new job; gone again if none becomes of it.

        Raises:
            BusyError: Too many jobs wait already.
        """
        waiting = self.store.counts().get(QUEUED, 0)
        if waiting >= self._most_waiting:
            raise BusyError(f"Too busy: {waiting} jobs are waiting already. Try again later.")
        folder = self._folder / uuid.uuid4().hex
        folder.mkdir(parents=True)
        try:
            yield folder / UPLOAD
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def add(self, upload: Path, options: Options) -> Job:
        """Queue the job of an upload.

        Raises:
            KinoraError: It is nothing that could be answered.
        """
        job_id = upload.parent.name
        self.store.add(job_id, self._kind(upload, options), options.model_dump())
        self._worker.wake()
        return self.get(job_id)

    def get(self, job_id: str) -> Job:
        """The job of that id.

        Raises:
            RequestError: There is none.
        """
        job = self.store.get(job_id)
        if job is None:
            raise RequestError(
                "There is no job of this id. Finished jobs are forgotten after a while.",
                "not_found",
                404,
            )
        return job

    def cancel(self, job_id: str) -> Job:
        """End a job.

        Raises:
            RequestError: There is none, or it has ended already.
        """
        job = self.get(job_id)
        if not self.store.cancel(job_id) and self.get(job_id).state != CANCELLED:
            raise RequestError("The job has ended already.", "already_finished", 409)
        if job.state == QUEUED:
            shutil.rmtree(self._folder / job_id, ignore_errors=True)
        return self.get(job_id)

    def _kind(self, upload: Path, options: Options) -> str:
        with upload.open("rb") as file:
            if is_zip(file):
                list_zip(file)
                self._work.registry.choose(options.model)
                return "folder"
            return self._work.check(file, options)
