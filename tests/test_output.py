"""Output goes where it is told: files of every kind, devices, pipes, and standard streams in any state."""

from __future__ import annotations

import os
import resource
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pressgraph.project import write_atomically
from pressgraph.scaffold import create_project
from pressgraph.workspace import open_workspace

PROGRAM = [sys.executable, "-m", "pressgraph"]
BAD = "source: { id: document/d }\nfacts:\n" + "".join(f"  - {{ id: agent/a{n}, nmae: x }}\n" for n in range(400))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("output") / "project"
    create_project(folder)
    open_workspace(folder).build()
    return folder


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of shell; `P` is the program."""
    script = f'P() {{ {sys.executable} -m pressgraph "$@"; }}\n{line}'
    return subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(
    "command", ["--help", "--version", "export", "query", "profile keys", "convert --personal", "init --help"]
)
@pytest.mark.parametrize(("where", "reason"), [(">&-", "it is closed"), ("> /dev/full", "No space left on device")])
def test_stdout_that_takes_nothing_is_one_line_and_status_2(
    project: Path, command: str, where: str, reason: str
) -> None:
    done = shell(f"P {command} {where}", project)
    assert (done.returncode, done.stderr) == (2, f"stdout: error: {reason}\n")


@pytest.mark.parametrize("where", [">&-", "2>&-", "<&-", ">&- 2>&- <&-", "2> /dev/full"])
def test_what_needs_no_stream_works_without_it(project: Path, where: str) -> None:
    done = shell(f"P build --full {where}", project)
    assert done.returncode == 0, done.stderr
    assert not done.stdout


@pytest.mark.parametrize(
    "read",
    [
        "true",
        "head -1",
        pytest.param("head -4", marks=pytest.mark.further),
        pytest.param("head -c 1", marks=pytest.mark.further),
    ],
)
def test_status_stays_when_the_reader_has_seen_enough(project: Path, tmp_path: Path, read: str) -> None:
    (tmp_path / "bad.yaml").write_text(BAD)
    done = shell(f'P validate {tmp_path}/bad.yaml 2>&1 | {read} > /dev/null; echo "${{PIPESTATUS[0]}}"', project)
    assert done.stdout == "1\n"
    done = shell(f'P convert {tmp_path}/bad.yaml 2>&1 | {read} > /dev/null; echo "${{PIPESTATUS[0]}}"', project)
    assert done.stdout == "1\n"
    done = shell(f'P export | {read} > /dev/null; echo "${{PIPESTATUS[0]}}"', project)
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_devices_and_pipes_are_written_and_stay(project: Path, tmp_path: Path) -> None:
    whole = shell("P export", project).stdout
    assert whole
    assert shell(f"P export -o {tmp_path}/n; cat {tmp_path}/n", project).stdout == whole
    assert shell("P export -f turtle -o /dev/stdout", project).stdout == whole
    assert shell("P export -f turtle -o /dev/stdout | cat", project).stdout == whole
    assert shell("P export -f turtle -o /dev/fd/3 3>&1 | cat", project).stdout == whole
    assert shell("P export -f turtle -o >(cat); wait", project).stdout == whole
    facts = shell("P facts convert", project).stdout
    assert facts
    assert shell("P facts convert -o /dev/stdout", project).stdout == facts
    assert shell("P facts convert -o >(cat); wait", project).stdout == facts
    (tmp_path / "release.txt").write_text("Küstenlicht e. V. erhält das Gold-Label.\n", encoding="utf-8")
    draft = f"P draft {tmp_path}/release.txt"
    drafted = shell(f"{draft} -o -", project).stdout
    assert "source:" in drafted
    assert shell(f"{draft} -o /dev/stdout", project).stdout == drafted
    assert shell(f"{draft} -o /dev/stdout > {tmp_path}/d; cat {tmp_path}/d", project).stdout == drafted
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    assert shell(f"P export -f turtle -o {fifo} & cat {fifo}; wait", project).stdout == whole
    assert stat.S_ISFIFO(fifo.stat().st_mode)
    link = tmp_path / "null"
    link.symlink_to("/dev/null")
    assert shell(f"P export -f turtle -o {link}", project).returncode == 0
    assert stat.S_ISCHR(link.stat().st_mode)
    assert shell(f"P export -f turtle -o {tmp_path}/none/../n2 -q", project).returncode in {0, 2}


def test_what_stands_in_a_redirected_file_stays(project: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")
    assert shell(f"P export -f turtle -o /dev/stdout >> {log}", project).returncode == 0
    assert log.read_text() == "before\n" + shell("P export", project).stdout


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root makes devices")
def test_a_device_is_not_replaced(project: Path, tmp_path: Path) -> None:
    device = tmp_path / "n"
    try:
        os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, 3))
        device.write_bytes(b"")
    except PermissionError:
        pytest.skip("no devices are made here")
    for command in (
        "export -f turtle",
        "convert -f nq",
        "query releases -f csv",
        "validate -f json",
        "profile context",
    ):
        done = shell(f"P {command} -o {device}", project)
        assert done.returncode == 0, done.stderr
        assert stat.S_ISCHR(device.stat().st_mode)


def test_links_stay_links(project: Path, tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("old" * 10_000)
    (tmp_path / "b.ttl").hardlink_to(tmp_path / "a.ttl")
    (tmp_path / "c.ttl").symlink_to("a.ttl")
    (tmp_path / "new.ttl").symlink_to("d.ttl")
    whole = shell("P export", project).stdout
    for name in ("b.ttl", "c.ttl", "new.ttl"):
        assert shell(f"P export -o {tmp_path}/{name}", project).returncode == 0
    assert (tmp_path / "a.ttl").read_text() == (tmp_path / "d.ttl").read_text() == whole
    assert (tmp_path / "a.ttl").samefile(tmp_path / "b.ttl")
    assert (tmp_path / "c.ttl").is_symlink()
    assert (tmp_path / "new.ttl").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ttl", "b.ttl", "c.ttl", "d.ttl", "new.ttl"]


def test_what_goes_wrong_names_the_target_and_leaves_it(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"old")
    (tmp_path / "linked").write_bytes(b"old")
    (tmp_path / "linked2").hardlink_to(tmp_path / "linked")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limit[1]))
    try:
        for name in ("old", "linked", "new"):
            with pytest.raises(OSError, match="large") as caught, write_atomically(tmp_path / name) as file:
                file.write(b"x" * 1_000_000)
            assert caught.value.filename == str(tmp_path / name)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == dict.fromkeys(
        ("old", "linked", "linked2"), b"old"
    )


def test_a_folder_that_takes_no_file_is_named_by_the_target(project: Path) -> None:
    done = shell("P export -o /proc/out.ttl", project)
    assert done.returncode == 2
    assert done.stderr.startswith("/proc/out.ttl: error: ")
    done = shell("P export -o pressgraph.toml/x/out.ttl", project)
    assert done.returncode == 2
    assert "pressgraph.toml/x" in done.stderr


def test_an_error_of_what_is_written_keeps_its_own_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught, write_atomically(tmp_path / "out"):
        (tmp_path / "missing").read_bytes()
    assert caught.value.filename == str(tmp_path / "missing")
    assert not list(tmp_path.iterdir())


def test_permissions_are_those_that_the_umask_gives_in_every_thread(tmp_path: Path) -> None:
    """Nothing asks `os.umask`, which changes it for a moment for all threads."""
    before = os.umask(0o027)
    try:
        stop = threading.Event()

        def write() -> None:
            while not stop.is_set():
                with write_atomically(tmp_path / "out", durable=False) as file:
                    file.write(b"x")
                (tmp_path / "out").unlink()

        thread = threading.Thread(target=write)
        thread.start()
        modes = set()
        for number in range(300):
            path = tmp_path / str(number)
            path.touch()
            modes.add(path.stat().st_mode & 0o777)
        stop.set()
        thread.join(timeout=60)
        with write_atomically(tmp_path / "new") as file:
            file.write(b"x")
    finally:
        os.umask(before)
    assert modes == {0o640}
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o640
    (tmp_path / "new").chmod(0o600)
    with write_atomically(tmp_path / "new") as file:
        assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.glob(".new*"))
        file.write(b"y")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600


def test_nobody_at_home(project: Path, tmp_path: Path) -> None:
    """Service managers start programs without HOME, PATH or a locale."""
    for command in (["validate"], ["build", "--full"], ["export"], ["query", "releases"], ["extract", "-"], ["--help"]):
        done = subprocess.run(
            [*PROGRAM, *command],
            cwd=project,
            env={},
            input="<p>",
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == (1 if command[0] == "extract" else 0), (command, done.stderr)
        assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())
    gone = tmp_path / "gone"
    gone.mkdir()
    done = shell(f"cd {gone}; rmdir {gone}; P validate; P --help", tmp_path)
    assert done.stderr == "error: the working folder is not there any more\n  change to a folder that is there\n"
    assert "Usage: pressgraph" in done.stdout


def test_what_init_says_next_works_where_it_was_called_from(tmp_path: Path) -> None:
    """Whether the program was called by its name, its path or as a module: the lines can be pasted."""
    script = Path(sys.executable).with_name("pressgraph")
    calls = {"a": [str(script)], "b": PROGRAM, "c": ["pressgraph"]}
    for name, call in calls.items():
        path = f"{script.parent}:{os.environ['PATH']}" if name == "c" else "/usr/bin:/bin"
        environment = {"PATH": path}
        made = subprocess.run(
            [*(call if name != "c" else [str(script)]), "init", name], cwd=tmp_path, env=environment,
            capture_output=True, text=True, check=True, timeout=120,
        )  # fmt: skip
        lines = made.stderr.partition("next:\n")[2].partition("to draft")[0]
        assert lines.count("\n") == 3
        assert ("\n  pressgraph build\n" in lines) == (name == "c")
        done = subprocess.run(
            ["sh", "-e", "-c", lines], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
            timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
