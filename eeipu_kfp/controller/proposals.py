"""Suggestions from worker processes, so that no computation holds up the controller."""

from __future__ import annotations

import multiprocessing
import os
import queue
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import cast

from eeipu_kfp.core.suggestion import Stop, Suggestion, SuggestionRequest
from eeipu_kfp.errors import EeipuError

_LONGEST_PROPOSAL_SECONDS = 600.0


class ProposalError(EeipuError):
    """A worker process has died, hangs, or has met a fault of its own."""

    retryable = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledDesigner:
    """Fulfils `Designer` with a pool of worker processes.

    Attributes:
        pool: The workers.
        name: The designer that they use.
        note_seconds: Is told how long each suggestion took, with the wait for a worker.
    """

    pool: ProposalPool
    name: str
    note_seconds: Callable[[float], None]

    def suggest(self, request: SuggestionRequest) -> Suggestion | Stop:
        """Return what to try next.

        Raises:
            ProposalError: The worker has failed; the same request may be put again.
        """
        began = time.perf_counter()
        answer = self.pool.suggest(self.name, request)
        self.note_seconds(time.perf_counter() - began)
        return answer


class ProposalPool:
    """A few worker processes; one that dies or hangs is replaced."""

    def __init__(self, workers: int, *, longest_seconds: float = _LONGEST_PROPOSAL_SECONDS) -> None:
        """Start no process yet; the first suggestions do.

        Args:
            workers: How many suggestions may be computed at once.
            longest_seconds: When a worker counts as hanging.
        """
        self._longest_seconds = longest_seconds
        self._free: queue.SimpleQueue[_Worker | None] = queue.SimpleQueue()
        # Its queue makes that those who ask first are answered first.
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="propose")
        for _ in range(workers):
            self._free.put(None)

    def suggest(self, designer: str, request: SuggestionRequest) -> Suggestion | Stop:
        """Return what a designer answers, once a worker is free.

        Raises:
            ProposalError: The worker has failed; it is replaced.
        """
        return self._threads.submit(self._ask, designer, request).result()

    def close(self) -> None:
        """End all workers, busy ones once they have answered."""
        self._threads.shutdown(cancel_futures=True)
        while not self._free.empty():
            worker = self._free.get()
            if worker is not None:
                worker.end()

    def _ask(self, designer: str, request: SuggestionRequest) -> Suggestion | Stop:
        worker = self._free.get()
        try:
            worker = worker or _Worker()
            return worker.ask(designer, request, self._longest_seconds)
        except (EOFError, OSError) as error:
            if worker is not None:
                worker.end()
            worker = None
            message = f"the process that computes suggestions has failed: {error!r}"
            raise ProposalError(message, hint="give the controller more memory") from error
        finally:
            self._free.put(worker)


class _Worker:
    """One process at the other end of a pipe; it ends when the pipe does."""

    def __init__(self) -> None:
        # A forked process would inherit locks that other threads hold.
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def ask(
        self, designer: str, request: SuggestionRequest, longest_seconds: float
    ) -> Suggestion | Stop:
        self._pipe.send((designer, request))
        if not self._pipe.poll(longest_seconds):
            message = f"no answer within {longest_seconds:g} s"
            raise TimeoutError(message)
        answer = self._pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        return cast("Suggestion | Stop", answer)

    def end(self) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _serve(pipe: Connection) -> None:
    """Answer requests until the other end is gone."""
    # One thread each: the workers share the cores.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    while True:
        try:
            designer, request = pipe.recv()
        except (EOFError, OSError, KeyboardInterrupt):
            return
        pipe.send(_answer(designer, request))


def _answer(designer: str, request: SuggestionRequest) -> Suggestion | Stop | Exception:
    from eeipu_kfp.search.designers import make_designer  # noqa: PLC0415  # only workers need SciPy

    try:
        return make_designer(designer).suggest(request)
    except EeipuError as error:
        return error
    except Exception as error:  # noqa: BLE001  # goes to the one who asked
        text = "".join(traceback.format_exception(error))
        return ProposalError(f"the search has met a fault of its own:\n{text}")
