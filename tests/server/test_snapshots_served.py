"""No response mixes two snapshots: what a request takes, its entity tag and what is kept of it are of the same one."""

from __future__ import annotations

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from harness import BASE, make_project

from pressgraph.dataset import Snapshot, Snapshots
from pressgraph.dataset.counts import Counts
from pressgraph.dataset.withholding import Rules
from pressgraph.errors import StoreError
from pressgraph.project import open_project
from pressgraph.project.serving import Serving
from pressgraph.project.typed_json import to_json
from pressgraph.server.failures import JobError, SnapshotMovedError, request_error
from pressgraph.server.http.responses import Representation, RequestError
from pressgraph.server.manifest import GraphRevisions, ServedManifest
from pressgraph.server.revisions import Revisions
from pressgraph.server.served import Served, ServedSnapshot, on_snapshot
from pressgraph.server.sparql.queries import Evaluation, QueryService
from pressgraph.server.workers.background import Background
from pressgraph.server.workers.children import Nursery
from pressgraph.server.workers.failed import FailedJobError
from pressgraph.server.workers.job import Job
from pressgraph.server.workers.messages import (
    DeleteWrite,
    Outcome,
    PutWrite,
    ServedFolder,
    WorkerSettings,
    WriterAnswer,
    WriterRequest,
)
from pressgraph.server.workers.publish import publish_build
from pressgraph.server.workers.write_queue import WriteQueue
from pressgraph.server.workers.writer import failure, write

if TYPE_CHECKING:
    from pathlib import Path

    from harness import Server


def _snapshots(*names: str) -> list[ServedSnapshot]:
    served = Served(cache_size=1024 * 1024)
    return [ServedSnapshot(id=name, **served._caches()) for name in names]  # noqa: SLF001


class OneJob:
    """A pool whose only process has a snapshot open, and is asked for the first time."""

    def __init__(self, snapshot: ServedSnapshot) -> None:
        self.snapshot = snapshot
        self.asked = 0

    def ask(self, request: bytes, client: str | None = None) -> Job:
        assert client is None
        self.asked += 1
        job = Job(request)
        job.snapshot = self.snapshot
        job.finish(last=b"the result")
        return job


async def _never() -> Any:
    await asyncio.Event().wait()


def test_a_result_belongs_to_the_snapshot_that_it_was_read_from() -> None:
    """A query that came before a publication, and was evaluated after it."""

    async def run() -> None:
        before, after = _snapshots("before", "after")
        pool: Any = OneJob(after)
        queries = QueryService(pool, Background(), Serving())
        options: dict[str, Any] = {"accept": None, "base": "http://localhost/sparql"}
        prepared = queries.prepare("ASK {}", snapshot=before, **options)
        result = queries.evaluate(prepared)
        assert isinstance(result, Evaluation)
        found = await result.result(_never)
        assert isinstance(found, Representation)
        assert found.etag.startswith('"after-')
        # and it is kept for those that come now, not for those that came before
        again = queries.prepare("ASK {}", snapshot=after, **options)
        assert queries.evaluate(again) == found
        assert before.responses.held == 0
        assert pool.asked == 1

    asyncio.run(run())


def test_a_request_that_needs_more_of_a_snapshot_begins_anew_with_the_next() -> None:
    async def run() -> None:
        served = Served(cache_size=0)
        first = served.current
        (second,) = _snapshots("second")
        taken: list[str] = []

        async def handler(_request: Any, snapshot: ServedSnapshot) -> Any:
            taken.append(snapshot.id)
            if snapshot is first:
                served.current = second
                raise SnapshotMovedError
            return "drawn"

        request: Any = None
        drawn: Any = await on_snapshot(served, handler)(request)
        assert (drawn, taken) == ("drawn", ["none", "second"])

        async def always(_request: Any, _snapshot: ServedSnapshot) -> Any:
            raise SnapshotMovedError

        with pytest.raises(RequestError) as refused:
            await on_snapshot(served, always)(request)
        assert refused.value.status == 503

    asyncio.run(run())


def test_an_entity_tag_has_one_content_while_the_dataset_changes(writable: Server) -> None:
    """Readers of a result, a document and a page, beside a writer: two things say the same number in every response."""
    over = Event()
    query = "SELECT ?n { { <urn:a> <urn:p> ?n } UNION { <urn:b> <urn:p> ?n } } ORDER BY ?n"
    asked: list[tuple[str, dict[str, str], str]] = [
        ("/sparql", {"query": query}, "text/csv"),
        ("/about", {"iri": "urn:p"}, "application/n-triples"),
        ("/about", {"iri": "urn:p"}, "text/html"),
    ]

    def read(path: str, fields: dict[str, str], accept: str) -> list[tuple[str, bytes]]:
        seen = []
        while not over.is_set():
            answer = writable.client.get(path, params=fields, headers={"accept": accept})
            if answer.status_code == 200:
                seen.append((answer.headers["etag"], answer.content))
        return seen

    def write(number: int) -> None:
        turtle = f"<urn:a> <urn:p> {number} . <urn:b> <urn:p> {number} ."
        headers = {"content-type": "text/turtle", **writable.may_write}
        assert writable.client.put("/store/x", content=turtle, headers=headers).status_code in {201, 204}

    write(0)
    with ThreadPoolExecutor(len(asked)) as threads:
        readers = [threads.submit(read, *it) for it in asked]
        try:
            for number in range(1, 9):
                write(number)
        finally:
            over.set()
        results = [it.result(60) for it in readers]
    for (path, _, accept), seen in zip(asked, results, strict=True):
        contents: dict[str, set[bytes]] = {}
        for etag, content in seen:
            contents.setdefault(etag, set()).add(content)
        assert contents, (path, accept)
        assert all(len(it) == 1 for it in contents.values()), (path, accept)
    for _, content in results[0]:
        _, first, second = content.decode().split()
        assert first == second


def test_a_manifest_is_read_as_it_was_written_and_one_of_another_version_as_far_as_that_is_safe(
    tmp_path: Path,
) -> None:
    def published(manifest: object) -> Snapshot:
        snapshots = Snapshots(tmp_path, kind="served")
        with snapshots.building(), snapshots.candidate(fresh=True) as candidate:
            candidate.open_store()
            return candidate.publish(manifest)

    manifest = ServedManifest(
        id="r7",
        revisions=GraphRevisions(others="r1", graphs={"https://e.org/g": "r7"}),
        built="000001-5",
        rules={"personal": False},
        gone=("agent/old", "agent/older"),
        gone_on={"agent/old": "2026-02-01"},
        written=True,
        made="w1",
        altered=5,
        unnamed=True,
    )
    snapshot = published(manifest)
    assert ServedManifest.of(snapshot) == manifest
    assert manifest.withdrawn == {"agent/old": "2026-02-01", "agent/older": ""}
    assert manifest.identity(snapshot) == "000001-r7"
    assert Revisions.of(manifest).noted_in(ServedManifest(written=True)) == ServedManifest(
        id="r7", revisions=manifest.revisions, written=True
    )
    # an earlier version knew less, a later one may say more; without revisions, all graphs have the dataset's
    earlier = ServedManifest.of(published({"id": "r1", "written": True, "built": None, "more": 1}))
    assert earlier == ServedManifest(id="r1", written=True)
    assert (Revisions.of(earlier).graph(None), Revisions.of(earlier).graph("https://e.org/g")) == ("r1", "r1")
    with pytest.raises(StoreError, match=r"was written by a later version of pressgraph \(serve it with that version"):
        ServedManifest.of(published({"version": 2, "id": "r1", "written": {"of": "graphs"}}))
    wrong: tuple[object, ...] = ({"id": 1}, {"gone": "all"}, {"written": "yes"}, {"version": "new"}, {"revisions": []})
    for damaged in wrong:
        with pytest.raises(StoreError, match=r"has no readable build\.json"):
            ServedManifest.of(published(damaged))


def test_a_large_build_has_more_time_to_be_published_than_a_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dataset:
        folder = tmp_path

        def request(self) -> ServedFolder:
            return ServedFolder(folder=str(tmp_path), state="", id_base="", rules={}, before_in=None, gone={}, keep=())

    limits: list[float] = []
    workers = WorkerSettings(
        memory=1, network=False, services=(), service_timeout=1, prefixes={}, base="http://x/", id_base="http://x/id/"
    )
    queue = WriteQueue(Dataset(), {}, Serving(write_timeout=3.0), Nursery(workers))

    async def asked(_message: bytes, timeout: float) -> bytes:  # noqa: ASYNC109 - as the method has it
        limits.append(timeout)
        return to_json(WriterAnswer(outcomes=(Outcome(),)))

    monkeypatch.setattr(queue, "_asked", asked)

    async def both() -> None:
        await queue.write(DeleteWrite(graph=None))
        await queue.publish()

    asyncio.run(both())
    assert limits == [3.0, 60.0]


def test_nothing_is_no_successor_of_what_is_read(tmp_path: Path) -> None:
    rules = Rules.of(open_project(make_project(tmp_path / "p", {})))

    def publish(*keep: str) -> Snapshot:
        return publish_build(tmp_path / "state", tmp_path / "served", id_base=f"{BASE}id/", rules=rules, keep=keep)

    with pytest.raises(StoreError, match="the served dataset was deleted"):
        publish("000001")
    assert Snapshots(tmp_path / "served", kind="served").current() is None
    # a server that begins without a build serves an empty dataset, to be written to
    assert Counts.load(publish().path) is not None


def test_a_write_alone_is_no_successor_of_what_was_deleted(tmp_path: Path) -> None:
    rules, folder, id_base = Rules.of(open_project(make_project(tmp_path / "p", {}))), tmp_path / "served", f"{BASE}id/"
    first = publish_build(tmp_path / "state", folder, id_base=id_base, rules=rules)
    dataset = ServedFolder(
        folder=str(folder),
        state=str(tmp_path / "state"),
        id_base=id_base,
        rules=rules.to_json(),
        before_in=None,
        gone={},
        keep=(first.name,),
    )

    def put(graph: str) -> tuple[Outcome, ...]:
        a_graph = PutWrite(graph=graph, replace=True, parts=("text/turtle",), base=BASE)
        request = WriterRequest(dataset=dataset, writes=(a_graph,), made=graph, prefixes={}, wait=0)
        return write(request, [b"<urn:a> <urn:b> <urn:c> ."]).outcomes

    assert put("urn:one") == (Outcome(created=True),)
    shutil.rmtree(folder)
    with pytest.raises(FailedJobError, match="the served dataset was deleted") as refused:
        put("urn:two")
    told = request_error(JobError(*failure(refused.value)))
    assert (told.status, told.headers) == (503, {"retry-after": "5"})
    assert Snapshots(folder, kind="served").current() is None
    # what is made anew, here without a build, can be written to again
    publish_build(tmp_path / "state", folder, id_base=id_base, rules=rules)
    assert put("urn:two") == (Outcome(created=True),)
