"""The threads that do the jobs, one after the other, and keep house."""

import json
import logging
import shutil
import threading
import time
from pathlib import Path
from typing import Any
from zipfile import ZipInfo

from sqlalchemy.exc import SQLAlchemyError

from kinora.errors import KinoraError
from kinora.server.errors import described
from kinora.server.jobs.archives import list_zip, opened
from kinora.server.jobs.store import FINISHED, RENEW_S, Job, JobStore
from kinora.server.schemas import Options
from kinora.server.work import Progress, Work

logger = logging.getLogger(__name__)

# How often the queue is looked at when nothing has been said; other servers may fill it too.
_LOOK_S = 1.0
# How often finished jobs and their files are cleared away.
_CLEAN_S = 60.0
_STOP_S = 25.0
# How often the database hears of a job's progress.
_TELL_S = 0.5
# How long an upload may take to come in.
_UPLOAD_S = 24 * 3600

UPLOAD, ANSWERS = "upload", "answers.jsonl"


class _StoppedError(Exception):
    """The job was cancelled, or the server stops."""


class Worker:
    """Does the jobs of one server.

    Args:
        store: Where they are.
        folder: Where the upload of each lies, in a folder named after the job.
        work: What answers for a medium.
        kept_s: How long a finished job is kept.
    """

    def __init__(self, store: JobStore, folder: Path, work: Work, kept_s: float) -> None:
        self._store, self._folder, self._work, self._kept_s = store, folder, work, kept_s
        self._news, self._stopping = threading.Event(), threading.Event()
        self._current: str | None = None
        self._threads = [
            threading.Thread(target=target, name=f"kinora-jobs-{target.__name__}", daemon=True)
            for target in (self._do_jobs, self._keep_house)
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """There is a new job."""
        self._news.set()

    def stop(self) -> None:
        """Put the running job back, where it can be; one that is nearly done is finished."""
        self._stopping.set()
        self._news.set()
        for thread in self._threads:
            thread.join(_STOP_S)

    def _do_jobs(self) -> None:
        while not self._stopping.is_set():
            try:
                job = self._store.claim()
                if job is not None:
                    self._do(job)
                    continue
            except SQLAlchemyError:
                logger.exception("the jobs' database does not answer")
            self._news.wait(_LOOK_S)
            self._news.clear()

    def _do(self, job: Job) -> None:
        """Do one job; whatever goes wrong is its own failure and nobody else's."""
        self._current = job.id
        logger.info("job %s begins, a %s", job.id, job.kind)
        try:
            self._store.finish(job.id, self._answer(job))
        except _StoppedError:
            if self._stopping.is_set():
                self._store.put_back(job.id)
                return  # its files are needed again
        except KinoraError as error:
            self._store.fail(job.id, *described(error))
        except FileNotFoundError:
            logger.exception("job %s failed", job.id)
            self._store.fail(job.id, "lost", "The upload of this job was lost. Send it again.")
        except Exception as error:
            logger.exception("job %s failed", job.id)
            self._store.fail(job.id, *described(error))
        finally:
            self._current = None
        shutil.rmtree(self._folder / job.id, ignore_errors=True)
        logger.info("job %s ends", job.id)

    def _answer(self, job: Job) -> Any:
        options = Options(**job.options)
        upload = self._folder / job.id / UPLOAD
        if job.kind == "folder":
            return self._answer_folder(job, upload, options)
        with upload.open("rb") as file:
            return self._work.answer(file, options, self._reporter(job), is_job=True)

    def _answer_folder(self, job: Job, upload: Path, options: Options) -> Any:
        """One answer per file; those from before the server was stopped are not made again."""
        with upload.open("rb") as file:
            members = list_zip(file)
        kept = upload.with_name(ANSWERS)
        done, report = _read_lines(kept), self._reporter(job)
        with kept.open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(answer) + "\n" for answer in done)
            for number, member in enumerate(members[len(done) :], len(done)):
                self._report(job, number / len(members), f"{number} of {len(members)} files.")
                part = _part(report, number, len(members))
                done.append({"name": member.filename, **self._try(upload, member, options, part)})
                lines.write(json.dumps(done[-1]) + "\n")
                lines.flush()
        return {"success": True, "files": done}

    def _try(
        self, upload: Path, member: ZipInfo, options: Options, report: Progress
    ) -> dict[str, Any]:
        """The answer for one file of a ZIP; what is wrong with it concerns no other file."""
        largest = self._work.limits(is_job=True).max_bytes
        try:
            with opened(upload, member, largest, self._folder) as file:
                return self._work.answer(file, options, report, is_job=True)
        except _StoppedError:
            raise
        except Exception as error:
            code, message = described(error)
            if code == "internal_error":
                logger.exception("a file of a ZIP failed")
            return {"success": False, "error": code, "message": message}

    def _reporter(self, job: Job) -> Progress:
        """What a job's work tells its progress to: the database hears of it now and then."""
        told_at = 0.0

        def report(progress: float) -> None:
            nonlocal told_at
            now = time.monotonic()
            if self._stopping.is_set():
                raise _StoppedError
            if now - told_at >= _TELL_S:
                told_at = now
                self._report(job, progress)

        return report

    def _report(self, job: Job, progress: float, message: str | None = None) -> None:
        if self._stopping.is_set() or not self._store.report(job.id, progress, message):
            raise _StoppedError

    def _keep_house(self) -> None:
        """Renew the lease of the running job, wake those of dead servers, forget old ones."""
        rounds = 0
        while not self._stopping.wait(RENEW_S):
            try:
                if self._current is not None:
                    self._store.renew(self._current)
                self._store.revive()
                if rounds % round(_CLEAN_S / RENEW_S) == 0:
                    self._clean()
            except (SQLAlchemyError, OSError):
                logger.exception("keeping house failed")
            rounds += 1

    def _clean(self) -> None:
        """Remove old jobs, the files of jobs that have ended, and those without a job."""
        self._store.expire(self._kept_s)
        self._work.links.clean()
        states = self._store.states()
        for path in self._folder.glob("*") if self._folder.is_dir() else ():
            state = states.get(path.name)
            # A folder without a job may be an upload that is just coming in.
            is_forgotten = state is None and path.stat().st_mtime < time.time() - _UPLOAD_S
            if state in FINISHED or is_forgotten:
                shutil.rmtree(path, ignore_errors=True)


def _part(report: Progress, number: int, count: int) -> Progress:
    """The progress of one of so many files."""
    return lambda done: report((number + done) / count)


def _read_lines(path: Path) -> list[dict[str, Any]]:
    """The answers that were kept; a last line that was cut off does not count."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    return [json.loads(line) for line in lines]
