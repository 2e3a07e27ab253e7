"""What the tests share: the shipped profile, the founding release, and a short way to read facts."""

import gc
import os
import re
import shutil
import signal
import socket
import threading
from collections.abc import Callable, Generator
from datetime import date
from pathlib import Path

import pytest

import pressgraph
from pressgraph.facts import FactsFile, read_facts_bytes
from pressgraph.profile import Profile, load_profile
from pressgraph.project import open_project

ROOT = Path(__file__).resolve().parents[1]
SITE = "https://data.example.org/news/"
SITE_DAY = date(2026, 11, 26)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
    # so starts a shell what it runs in the background; what tests start and interrupt would inherit it, and go on
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--bless", action="store_true", help="Write the golden files anew instead of comparing.")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Send at once what pytest-rerunfailures tells of each test: two messages in a row wait for an answer of 40 ms."""
    kept = getattr(getattr(config, "failures_db", None), "sock", None)
    if isinstance(kept, socket.socket):
        kept.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays to the end: thousands of tests, and the modules that they import."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let no test skip in CI for want of a program: there everything is installed, and must run."""
    report = yield
    if (
        os.environ.get("CI") == "true"
        and call.excinfo is not None
        and call.excinfo.errisinstance(pytest.skip.Exception)
    ):
        reason = str(call.excinfo.value)
        if re.search(r"\bneeds\b|not installed|cannot install|cannot be installed|npm install", reason):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} skips in CI: {reason}"
    return report


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def profile() -> Profile:
    return load_profile(open_project(ROOT))


@pytest.fixture(scope="session")
def id_base() -> str:
    return open_project(ROOT).id_base


@pytest.fixture(scope="session")
def founding_path() -> Path:
    return ROOT / "data" / "releases" / "2019-01-01-biosaxony-silver-label.yaml"


@pytest.fixture(scope="session")
def read(profile: Profile, id_base: str) -> Callable[[str | bytes], FactsFile]:
    """Read a facts file from its text."""

    def read_text(text: str | bytes) -> FactsFile:
        data = text if isinstance(text, bytes) else text.encode()
        return read_facts_bytes(data, profile, id_base=id_base, name="facts.yaml")

    return read_text


@pytest.fixture(scope="session")
def founding(founding_path: Path, read: Callable[[str | bytes], FactsFile]) -> FactsFile:
    return read(founding_path.read_bytes())


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, founding_path: Path) -> Path:
    """Build the founding release in a project of its own, which tests only read."""
    folder = tmp_path_factory.mktemp("founding")
    (folder / "data").mkdir()
    shutil.copy(founding_path, folder / "data")
    pressgraph.open(folder).build()
    return folder


@pytest.fixture(scope="session")
def founding_site(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw the site of the founding release, for /news/ of a host; tests only read it."""
    out = tmp_path_factory.mktemp("founding-site") / "öffentlich hier"
    pressgraph.open(built).site(out, url=SITE, day=SITE_DAY, jobs=1)
    return out


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Compare bytes with a golden file, or write it with --bless."""

    def compare(name: str, content: bytes) -> None:
        path = ROOT / "tests" / "golden" / name
        if request.config.getoption("--bless"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        assert path.read_bytes().decode() == content.decode(), f"{name} differs; pytest --bless writes it anew"

    return compare
