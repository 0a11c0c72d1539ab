"""Ray: the same work on the machines of a cluster. The only file that imports it."""

import asyncio
import io
import logging
import os
import pickle
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, BinaryIO

from kinora.bulk.processes import Guarded, Make
from kinora.errors import BusyError, KinoraError, SettingError

# Workers import this file and do not recognise by themselves.
if TYPE_CHECKING:
    import pyarrow

    from kinora.inference.loading import Loaded
    from kinora.inference.recognizer import Recognizer

AUTO = "auto"

# Items that a worker takes at once, and in a block; of about how many blocks of that size there are
# at most. What a node that dies had in hand is done again: a block.
_ITEMS_PER_BATCH, _ITEMS_PER_BLOCK, _MOST_BLOCKS = 4, 16, 2000
# A block is no more than this share of what is left for each worker, so that all end together.
_SHARE_OF_REST = 4

_APPLICATION = "kinora"
_REQUESTS_PER_REPLICA, _MOST_REPLICAS = 2, 64
_BATCH, _BATCH_WAIT_S = 8, 0.005
# How often a request looks whether anybody still waits for it, and how often it is tried again
# where the machine that worked on it died.
_LOOK_S, _TRIES = 0.5, 3

_ANSWERS_IN_S = 10
_NO_CLUSTER = (
    "There is no Ray cluster at {} that this machine belongs to. `ray start --head` begins one, "
    "`ray start --address=HOST:6379` joins it; or say auto for the one of this machine."
)


def each(
    make: Make, items: Sequence[Any], address: str, crashed: Callable[[Any], Any]
) -> Iterator[Any]:
    """The result for every item, in the order in which they are done.

    Every core of the cluster gets a worker, which calls `make` once. What a node that dies had not
    handed over is done again elsewhere.

    Args:
        make: Makes what does the work; travels to the nodes.
        items: What to work on.
        address: Of the cluster; `auto` is the one of this machine, or else a new one.
        crashed: The result for an item that ended the process that worked on it.

    Raises:
        KinoraError: There is no Ray or no cluster, or a worker cannot begin.
    """
    with _connected(address) as ray:
        from ray.exceptions import RayError

        ray.data.DataContext.get_current().enable_progress_bars = False
        cores = max(1, int(ray.cluster_resources().get("CPU", 1)))
        answers = ray.data.from_arrow(list(_blocks(items, cores))).map_batches(
            _Worker,
            # In a tuple, so that each worker fetches it by itself, once.
            fn_constructor_args=((ray.put((pickle.dumps(make), pickle.dumps(crashed))),),),
            batch_size=_ITEMS_PER_BATCH,
            num_cpus=1,
            # Fewer for a while when a node has died; the rest goes on. Without a largest size
            # Ray asks for workers that no node has room for.
            compute=ray.data.ActorPoolStrategy(min_size=1, max_size=cores, initial_size=cores),
        )
        try:
            for row in answers.iter_rows():
                yield pickle.loads(row["answer"])  # noqa: S301 - our own workers wrote it
        except RayError as error:
            raise KinoraError(
                "The cluster gave up: " + str(error).strip().splitlines()[-1] + " What was done is "
                "kept; give the same command again to go on."
            ) from error


def _blocks(items: Sequence[Any], workers: int) -> "Iterator[pyarrow.Table]":
    """The items, pickled, in blocks that get smaller towards the end."""
    import pyarrow

    most, start = max(_ITEMS_PER_BLOCK, len(items) // _MOST_BLOCKS), 0
    while start < len(items):
        share = (len(items) - start) // (workers * _SHARE_OF_REST)
        end = start + min(most, max(_ITEMS_PER_BATCH, share))
        yield pyarrow.table({"item": [pickle.dumps(item) for item in items[start:end]]})
        start = end


class _Worker:
    """What runs on a core of the cluster."""

    def __init__(self, wrapped: tuple[Any]) -> None:
        import ray

        # A process begins by importing the file that the one before it was started with. That is
        # Ray's, which takes as long as all that ours needs.
        vars(sys.modules["__main__"]).pop("__file__", None)
        # In a process beside the actor, which Ray would otherwise start again without end.
        self._work = Guarded(*map(_Packed, ray.get(wrapped[0])))

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[bytes]]:
        """One pickled answer for each pickled item."""
        items = (pickle.loads(item) for item in batch["item"])  # noqa: S301 - written above
        return {"answer": [pickle.dumps(self._work(item)) for item in items]}


@dataclass(frozen=True)
class _Packed:
    """A function, unpacked where it is called: the actor itself imports nothing for it."""

    content: bytes

    def __call__(self, *arguments: Any) -> Any:
        return pickle.loads(self.content)(*arguments)  # noqa: S301 - packed above


class ServeEngine:
    """Recognition by Ray Serve: one deployment, shared by all servers that name the cluster.

    Args:
        address: Of the cluster.

    Raises:
        SettingError: There is no Ray or no cluster.
    """

    def __init__(self, address: str) -> None:
        self._ray = _connect(address)
        from ray import serve

        serve.start(proxy_location="Disabled")  # our own front speaks HTTP
        if _APPLICATION not in serve.status().applications:
            serve.run(_application(serve), name=_APPLICATION, route_prefix=None)
        self._handle = serve.get_app_handle(_APPLICATION)
        self._models: dict[str, Any] = {}

    def __call__(
        self,
        loaded: "Loaded",
        file: BinaryIO,
        work: Callable[..., Any],
        arguments: tuple[Any, ...],
        on_progress: Callable[[float], None],
    ) -> Any:
        """`work(recognizer, file, *arguments, on_progress)`, done by one of the replicas.

        Args:
            loaded: The model; it travels to the cluster once.
            file: What to look at; it travels as a whole.
            work: A function of a module, which the nodes import as well.
            arguments: What else it gets.
            on_progress: Called with 0 now and then meanwhile; what it raises ends the work.

        Raises:
            BusyError: The cluster does not answer.
        """
        from ray.exceptions import RayError
        from ray.serve.exceptions import RayServeException

        if loaded.version not in self._models:
            self._models = {**self._models, loaded.version: self._ray.put(loaded)}
        file.seek(0)
        content = file.read()
        request = (loaded.version, (self._models[loaded.version],), content, work, arguments)
        for attempt in range(_TRIES):
            try:
                answer = self._wait(self._handle.remote(request), on_progress)
                break
            except (RayError, RayServeException) as error:
                if attempt == _TRIES - 1:
                    raise BusyError("The cluster does not answer now. Try again later.") from error
        if isinstance(answer, KinoraError):
            raise answer
        return answer

    @staticmethod
    def _wait(response: Any, on_progress: Callable[[float], None]) -> Any:
        while True:
            try:
                return response.result(timeout_s=_LOOK_S)
            except TimeoutError:
                try:
                    on_progress(0.0)
                except BaseException:
                    response.cancel()
                    raise


def _application(serve: ModuleType) -> Any:
    """The deployment: batches of requests, and more replicas when more is asked."""
    from kinora.inference.recognizer import Recognizer

    @serve.deployment(
        name="recognition",
        ray_actor_options={"num_cpus": 1},
        max_ongoing_requests=_BATCH * 2,
        autoscaling_config={
            "min_replicas": 1,
            "max_replicas": _MOST_REPLICAS,
            "target_ongoing_requests": _REQUESTS_PER_REPLICA,
        },
    )
    class Recognition:
        def __init__(self) -> None:
            self._recognizers: dict[str, Recognizer] = {}

        async def __call__(self, request: tuple) -> Any:
            return await self.batch(request)

        @serve.batch(max_batch_size=_BATCH, batch_wait_timeout_s=_BATCH_WAIT_S)
        async def batch(self, requests: list[tuple]) -> list[Any]:
            for version, (model,), *_ in requests:
                if version not in self._recognizers:
                    self._recognizers[version] = Recognizer(await model, threads=1)
            # Side by side: while one waits for its frames to be encoded another one decodes.
            return await asyncio.gather(
                *(
                    asyncio.to_thread(_answer, self._recognizers[version], content, work, arguments)
                    for version, _, content, work, arguments in requests
                )
            )

    return Recognition.bind()


def _answer(
    recognizer: "Recognizer", content: bytes, work: Callable[..., Any], arguments: tuple[Any, ...]
) -> Any:
    """What the work gives, or the error that says what is wrong with the file."""
    try:
        return work(recognizer, io.BytesIO(content), *arguments, lambda _: None)
    except KinoraError as error:
        return error


@contextmanager
def _connected(address: str) -> Iterator[ModuleType]:
    """Ray, connected for the block; who was connected before stays so."""
    was_connected = _import_ray().is_initialized()
    ray = _connect(address)
    try:
        yield ray
    finally:
        if not was_connected:
            ray.shutdown()


def _connect(address: str) -> ModuleType:
    ray = _import_ray()
    if ray.is_initialized():
        return ray
    if address != AUTO:
        _check_answers(address)
    quiet = {"logging_level": logging.ERROR, "log_to_driver": False}
    try:
        ray.init(address=address, **quiet)
    except (ConnectionError, ValueError, RuntimeError) as error:
        if address != AUTO:
            raise SettingError(_NO_CLUSTER.format(address)) from error
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        ray.init(include_dashboard=False, **quiet)
    return ray


def _check_answers(address: str) -> None:
    """Refuse at once an address where nobody listens; Ray would wait for minutes."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    try:
        socket.create_connection((host, int(port)), _ANSWERS_IN_S).close()
    except (OSError, ValueError) as error:
        raise SettingError(_NO_CLUSTER.format(address)) from error


def _import_ray() -> ModuleType:
    """Ray, or what to install where it is missing."""
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise SettingError(
            "Working on a cluster needs Ray, here and on its nodes: pip install 'kinora[ray]'."
        ) from error
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    return ray
