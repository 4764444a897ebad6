"""Run many trials, here or on a cluster, and keep each one as soon as it is finished.

A trial is one pure function of (settings, seed). Functions take a block of seeds, so that networks can learn in
lockstep; the numbers of a seed must not depend on which seeds share its block.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from core.errors import BackstoryError
from core.evidence.progress import Progress
from core.evidence.trial_store import FIELDS, TrialStore

Measurements = dict[str, Any]
TrialFunction = Callable[[Mapping[str, Any], Sequence[int]], list[Measurements]]


@dataclass(frozen=True)
class Row:
    """One trial: its cell of the grid, its seed, whether and why it failed, its numbers and its arrays."""

    cell: dict[str, Any]
    seed: int
    failed: bool
    reason: str
    values: dict[str, float]
    arrays: dict[str, np.ndarray]
    seconds: float
    lasting: bool = field(default=True, compare=False)


@dataclass(frozen=True)
class Workers:
    """Where trials run: `count` processes here, or a Dask scheduler's workers."""

    count: int = 1
    scheduler: str | None = None

    def __str__(self) -> str:
        return f"Dask cluster at {self.scheduler}" if self.scheduler else f"{self.count} here"


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def ahead(workers: Workers, modules: Sequence[str]) -> Iterator[None]:
    """Meanwhile worker processes start here, where there are to be some, and import what is there of `modules`.

    They are waited for at the end, after a fault too, so that none is cut off half started; not after an interrupt. One
    that died is replaced when there is work.
    """
    if workers.scheduler is not None or workers.count == 1 or not modules:
        yield
        return
    from joblib import Parallel, delayed, parallel_config
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    _take_calmly()
    with parallel_config("loky", n_jobs=workers.count, inner_max_num_threads=1), _no_interrupts():
        tasks = (delayed(_ready)(tuple(modules)) for _ in range(workers.count))
        started = Parallel(return_as="generator_unordered", batch_size=1)(tasks)
    fault = None
    try:
        yield
    except Exception as found:
        fault = found
    with suppress(TerminatedWorkerError):
        for _ in started:
            pass
    if fault is not None:
        raise fault


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Ctrl-C is not heard for a moment, nor ever by processes that are started meanwhile: it is for us to end them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def stop(*, at_once: bool = False) -> None:
    """End the worker processes of this process, where there are any, after what they are at, or at once."""
    if "joblib.externals.loky.reusable_executor" in sys.modules:
        from joblib.externals.loky import get_reusable_executor, reusable_executor

        if reusable_executor._executor is not None:
            with _no_interrupts():
                get_reusable_executor(reuse=True).shutdown(wait=True, kill_workers=at_once)


def _ready(modules: Sequence[str]) -> None:
    from multiprocessing.util import Finalize

    gc.set_threshold(50_000)  # imports, and drawing, make many objects and little garbage,
    Finalize(None, gc.freeze, exitpriority=100)  # nor need it be looked for on the way out, which takes a second
    for module in modules:
        with suppress(Exception):  # what is wrong with it is told where it is needed
            importlib.import_module(module)


def run_trials(
    function: TrialFunction,
    cells: Sequence[tuple[Mapping[str, Any], Sequence[int]]],
    *,
    store: TrialStore,
    workers: Workers,
    progress: Progress,
    block: int = 1,
) -> list[Row]:
    """Run `function` for every (cell, seeds) pair and return one row per trial, in the order asked for.

    Trials found in the store are not run again; the others are stored one by one as their block comes back, so a
    killed run loses only the blocks under way. A trial that raises is a row with its reason.
    """
    wanted = [(dict(cell), int(seed)) for cell, seeds in cells for seed in seeds]
    known_damage = len(store.damaged)
    rows = {store.key(cell, seed): found for cell, seed in wanted if (found := load(store, cell, seed))}
    jobs = [
        (dict(cell), chunk)
        for cell, seeds in cells
        for chunk in _chunks([int(s) for s in seeds if store.key(cell, int(s)) not in rows], block)
    ]
    progress.start(len(wanted), done=len(rows), damaged=len(store.damaged) - known_damage)
    store.reused += len(rows)
    for finished in _results(function, jobs, workers):
        for row in finished:
            rows[store.key(row.cell, row.seed)] = row
            if row.lasting:
                save(store, row)
        progress.advance(len(finished))
    progress.finish()
    return [rows[store.key(cell, seed)] for cell, seed in wanted]


def load(store: TrialStore, cell: Mapping[str, Any], seed: int) -> Row | None:
    """The stored row of a trial, or None if it is missing or damaged."""
    content = store.get(store.key(cell, seed))
    return Row(**content) if content is not None else None


def save(store: TrialStore, row: Row) -> None:
    """Store one row."""
    store.put(store.key(row.cell, row.seed), {f.name: getattr(row, f.name) for f in fields(row) if f.name in FIELDS})


def _chunks(seeds: list[int], size: int) -> Iterator[list[int]]:
    return (seeds[start : start + size] for start in range(0, len(seeds), size))


def _results(
    function: TrialFunction, jobs: Sequence[tuple[dict[str, Any], list[int]]], workers: Workers
) -> Iterator[list[Row]]:
    """Blocks of rows as they finish, wherever they run."""
    surroundings = {name: os.environ[name] for name in ("BACKSTORY_DATA", "BACKSTORY_CACHE") if name in os.environ}
    if not jobs:
        return
    if workers.scheduler is not None:
        yield from _on_cluster(function, jobs, workers.scheduler, surroundings)
    elif workers.count == 1:
        yield from (run_block(function, cell, seeds, {}) for cell, seeds in jobs)
    else:
        yield from _in_processes(function, jobs, workers.count, surroundings)


def _in_processes(function: TrialFunction, jobs: Any, count: int, surroundings: dict[str, str]) -> Iterator[list[Row]]:
    from joblib import Parallel, delayed, parallel_config
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    _take_calmly()
    tasks = (delayed(run_block)(function, cell, seeds, surroundings) for cell, seeds in jobs)
    with parallel_config("loky", n_jobs=count, inner_max_num_threads=1):
        try:
            with closing(Parallel(return_as="generator_unordered", batch_size=1)(tasks)) as finished:
                yield from finished
        except TerminatedWorkerError as fault:
            raise BackstoryError(
                "a worker process died (killed, or out of memory); finished trials are kept: run the command again."
            ) from fault


def _take_calmly() -> None:
    """Do not tell that a worker whose memory has grown is replaced by a fresh one, which is well.

    Nor is it news that tasks are given up, or their results left, when the run ends early: the reason is told.
    """
    for message in ("A worker stopped while some jobs", r"\d+ tasks "):
        warnings.filterwarnings("ignore", message=message, category=UserWarning)


def _on_cluster(
    function: TrialFunction, jobs: Any, scheduler: str, surroundings: dict[str, str]
) -> Iterator[list[Row]]:
    """The scheduler gives the blocks of a lost worker to another. Raises BackstoryError if no scheduler answers."""
    try:
        from distributed import CancelledError, Client, KilledWorker, as_completed
    except ImportError as fault:
        raise BackstoryError(NO_CLUSTER) from fault
    unreachable = _unreachable(scheduler)
    try:
        client = Client(scheduler, timeout=5)
    except (OSError, ValueError, TimeoutError) as fault:
        raise BackstoryError(unreachable) from fault
    with client:
        try:
            client.wait_for_workers(1, timeout=30)
        except TimeoutError as fault:
            raise BackstoryError(unreachable) from fault
        futures = [client.submit(run_block, function, cell, seeds, surroundings, pure=False) for cell, seeds in jobs]
        try:
            for _, rows in as_completed(futures, with_results=True):
                yield rows
        except (KilledWorker, CancelledError, OSError) as fault:
            raise BackstoryError(
                "the scheduler or too many of its workers were lost; finished trials are kept: run the command again."
            ) from fault
        except ImportError as fault:
            raise BackstoryError(f"a worker cannot import this program ({fault}); install it there too.") from fault


def check_scheduler(address: str) -> None:
    """Raises BackstoryError if no Dask scheduler answers at this address."""
    try:
        from distributed import Client
    except ImportError as fault:
        raise BackstoryError(NO_CLUSTER) from fault
    try:
        with Client(address, timeout=5):
            pass
    except (OSError, ValueError, TimeoutError) as fault:
        raise BackstoryError(_unreachable(address)) from fault


NO_CLUSTER = "--scheduler needs the cluster extra; in the project's folder: `pip install -e '.[cluster]'`."


def _unreachable(address: str) -> str:
    return (
        f"no Dask scheduler with a worker answers at {address!r}; start `dask scheduler` and "
        "`dask worker ADDRESS`, then give that address, for example tcp://127.0.0.1:8786."
    )


def run_block(
    function: TrialFunction, cell: dict[str, Any], seeds: Sequence[int], surroundings: Mapping[str, str]
) -> list[Row]:
    """Run one block of seeds with one BLAS thread; an exception becomes a failed row for each of them."""
    os.environ.update(surroundings)
    start = time.perf_counter()
    lasting = True
    try:
        with threadpool_limits(limits=1), np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            results = function(cell, seeds)
        if len(results) != len(seeds):
            raise RuntimeError(f"the trial function returned {len(results)} results for {len(seeds)} seeds")
    except BackstoryError:
        raise
    except Exception as fault:
        results = [{"failed": f"{type(fault).__name__}: {fault}"} for _ in seeds]
        lasting = False
    seconds = (time.perf_counter() - start) / len(seeds)
    return [_row(cell, seed, result, seconds, lasting) for seed, result in zip(seeds, results, strict=True)]


def _row(cell: dict[str, Any], seed: int, result: Measurements, seconds: float, lasting: bool) -> Row:
    reason = str(result.get("failed", ""))
    numbers = {name: value for name, value in result.items() if name != "failed"}
    arrays = {name: value for name, value in numbers.items() if isinstance(value, np.ndarray)}
    values = {name: float(value) for name, value in numbers.items() if name not in arrays}
    return Row(cell, int(seed), bool(reason), reason, values, arrays, seconds, lasting)
