"""Work shared out among processes: the same site, in the same order, and nobody left behind."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from generator.site.workers import Workers
from tests.conftest import Project
from tests.site.changing import HEAD, pages_rendered, write_course
from tests.site.test_reproducible import sample

PAGES = 120


@pytest.fixture
def library(empty_project: Project) -> Project:
    """Enough pages for workers to be worth while, some with mistakes."""
    course = write_course(empty_project)
    for number in range(PAGES):
        text = f"Texto {number}.\n\n[x](nada-{number}.md)\n" if number % 10 == 0 else f"Texto {number}.\n\n" * 40
        course.write(
            f"content/curso/02-depois/{number + 2:03}-mais-{number}.md", HEAD.format(f"Mais {number}", "Um.") + text
        )
    return course


def with_workers(project: Project, count: int, *arguments: str) -> dict[str, bytes]:
    outcome = project.run("build", "--no-cache", "--debug", "--workers", str(count), *arguments)
    assert outcome.code == 0, outcome.err
    assert pages_rendered(outcome) >= 70
    return project.site()


# --- the same site ------------------------------------------------------------------------------------------------


def test_one_worker_or_eight_give_the_same_site_and_the_same_problems(library: Project) -> None:
    alone = with_workers(library, 1)
    assert with_workers(library, 8) == alone
    said = [library.run("check", "--no-cache", "--format", "json", "-j", count).out for count in ("1", "3", "8")]
    assert said[0] == said[1] == said[2]
    assert said[0].count("nada-") == PAGES // 10


def test_the_sample_course_is_the_same_with_one_worker_with_three_and_warm(tmp_path: Path) -> None:
    project = sample(tmp_path)
    alone = with_workers(project, 1)
    assert with_workers(project, 3) == alone
    assert project.run("build", "-j", "2").code == 0
    assert project.run("build").code == 0
    assert project.site() == alone


def test_threads_give_the_same_results_though_markdown_cannot_share_them(library: Project) -> None:
    from generator.site.build import build_site
    from generator.site.configuration import read_configuration
    from generator.site.workshop import Workshop

    alone = with_workers(library, 1)
    configuration = read_configuration(library.folder / "mkdocs.yml").configuration
    assert configuration
    with (
        ThreadPoolExecutor(4) as threads,
        Workshop.open(configuration, workers=4, executor=threads, use_cache=False) as workshop,
    ):
        build_site(configuration, workshop=workshop)
    assert library.site() == alone


# --- dask ---------------------------------------------------------------------------------------------------------


@contextmanager
def dask_cluster(folder: Path, workers: int, environment: dict[str, str] | None = None) -> Iterator[str]:
    """A real scheduler and real workers, each a process of its own; gives the scheduler's address."""
    pytest.importorskip("distributed")
    address = folder / "scheduler.json"
    scratch = ["--local-directory", str(folder / "scratch")] if workers else []
    commands = [["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]]
    commands += [["worker", "--nthreads", "1", "--no-dashboard", *scratch]] * workers
    running = []
    try:
        for command in commands:
            running.append(
                subprocess.Popen(
                    [
                        sys.executable,
                        "-m",
                        "distributed.cli.dask_" + command[0],
                        *command[1:],
                        "--scheduler-file",
                        address,
                    ],
                    cwd=folder,
                    env={**os.environ, **(environment or {})},
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
            deadline = time.monotonic() + 60
            while not address.exists() and time.monotonic() < deadline:
                time.sleep(0.05)
        import json

        yield json.loads(address.read_text("utf-8"))["address"].replace("tcp://", "dask://")
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait(timeout=60)


def test_dask_workers_give_the_same_site(tmp_path: Path) -> None:
    project = sample(tmp_path / "curso")
    alone = with_workers(project, 1)
    with dask_cluster(tmp_path, workers=2) as address:
        outcome = project.run("build", "--no-cache", "--debug", "--executor", address)
        assert outcome.code == 0, outcome.err
        assert pages_rendered(outcome) >= 70
        assert project.site() == alone


def test_dask_workers_that_do_not_see_the_content_are_refused(library: Project, tmp_path: Path) -> None:
    hidden = "import sys, pathlib; pathlib.Path.is_dir = lambda self: False\n"
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "sitecustomize.py").write_text(hidden, "utf-8")
    with dask_cluster(tmp_path, 1, {"PYTHONPATH": str(tmp_path / "elsewhere")}) as address:
        outcome = library.run("build", "--executor", address)
    assert outcome.code == 3
    assert "no mesmo caminho" in outcome.err
    assert not (library.folder / "build/site").exists()


def test_an_address_where_nobody_answers_is_named(project: Project) -> None:
    outcome = project.run("build", "--executor", "dask://127.0.0.1:9")
    assert outcome.code == 3
    assert "dask://127.0.0.1:9" in outcome.err
    assert "Traceback" not in outcome.err


def test_an_address_of_another_kind_is_wrong_use(project: Project) -> None:
    assert project.run("build", "--executor", "ray://127.0.0.1:9").code == 2


# --- ends ---------------------------------------------------------------------------------------------------------


def children_of(process: int) -> set[int]:
    """The processes that a process has started, by what the system says."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=False)
    return {int(line) for line in found.stdout.split()}


def is_running(process: int) -> bool:
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return bool(found.stdout.strip()) and not found.stdout.strip().startswith("Z")


def started(project: Project) -> tuple[subprocess.Popen[str], set[int]]:
    """A build on two workers that has just begun to render."""
    for number in range(600):
        name = f"content/curso/02-depois/{number + 200:03}-muito-{number}.md"
        project.write(name, HEAD.format(f"Muito {number}", "Um.") + "Texto *com* [ligação](01-longe.md).\n\n" * 30)
    command = [sys.executable, "-m", "generator", "build", "--workers", "2"]
    process = subprocess.Popen(command, cwd=project.folder, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    deadline = time.monotonic() + 60
    workers: set[int] = set()
    while len(workers) < 2 and time.monotonic() < deadline:
        workers = children_of(process.pid)
        time.sleep(0.02)
    assert len(workers) == 2
    return process, workers


def wait_until_pages_wait(project: Project, process: subprocess.Popen[str]) -> None:
    """Some pages are rendered and wait to take their places, others are still to come."""
    deadline = time.monotonic() + 60
    staging = project.folder / "build/site/.canoa"
    while sum(1 for _ in staging.rglob("*")) < 50 and time.monotonic() < deadline:
        assert process.poll() is None, "the build was quicker than this test"
        time.sleep(0.02)


def wait_until_gone(processes: set[int], seconds: float) -> set[int]:
    deadline = time.monotonic() + seconds
    while (left := {one for one in processes if is_running(one)}) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_ends_the_build_and_its_workers_and_the_next_build_goes_on(library: Project) -> None:
    process, workers = started(library)
    wait_until_pages_wait(library, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert wait_until_gone(workers, 5) == set()
    outcome = library.run("build", "--debug")
    assert outcome.code == 0
    assert 0 < pages_rendered(outcome) < 600 + PAGES  # what was rendered before is not rendered again


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_workers_end_by_themselves_when_the_build_is_killed(library: Project) -> None:
    process, workers = started(library)
    process.kill()
    process.communicate()
    assert wait_until_gone(workers, 10) == set()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_worker_that_the_system_ends_costs_nothing_but_time(library: Project, tmp_path: Path) -> None:
    process, workers = started(library)
    os.kill(min(workers), signal.SIGKILL)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert "goes on without workers" in said
    quick = library.site()
    assert with_workers(library, 1) == quick


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_after_a_worker_was_killed_ends_the_build_too(library: Project) -> None:
    process, workers = started(library)
    os.kill(max(workers), signal.SIGKILL)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130
    assert wait_until_gone(workers, 5) == set()


# --- the order of things ------------------------------------------------------------------------------------------


def shout(batch: int) -> int:
    """A batch of work that logs, and takes the longer the earlier it is."""
    time.sleep(0.05 * (5 - batch % 5))
    logging.getLogger("canoa").warning("batch %d", batch)
    return batch * batch


@pytest.mark.parametrize("count", [1, 3])
def test_results_and_logs_come_back_in_order(count: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "canoa"), Workers(count) as workers:
        results = list(workers.run(shout, range(12), expected=12))
    assert results == [number * number for number in range(12)]
    assert [record.getMessage() for record in caplog.records] == [f"batch {number}" for number in range(12)]


def test_with_a_thread_about_processes_are_started_anew_and_work_all_the_same() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        with Workers(2) as workers:
            results = list(workers.run(shout, range(6), expected=6))
    finally:
        stop.set()
        thread.join()
    assert results == [number * number for number in range(6)]


def stumble(batch: int) -> int:
    """A batch that fails."""
    raise ValueError(f"batch {batch}")


@pytest.mark.parametrize("count", [1, 2])
def test_an_error_in_a_worker_is_an_error_here(count: int) -> None:
    with pytest.raises(ValueError, match="batch 0"), Workers(count) as workers:
        list(workers.run(stumble, range(8), expected=8))


@pytest.mark.parametrize("count", ["0", "-1", "dois", "1.5"])
def test_a_number_of_workers_that_makes_no_sense_is_wrong_use(project: Project, count: str) -> None:
    outcome = project.run("build", f"--workers={count}")
    assert outcome.code == 2
    assert "número inteiro" in outcome.err
