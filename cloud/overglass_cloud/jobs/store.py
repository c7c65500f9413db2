"""Where jobs are kept: SQLite by default, PostgreSQL by URL. Knows neither executors nor media.

A job runs under a lease, renewed while its service lives: who dies loses it, and another goes on. Every
write of a holder says so, hence one that was taken for dead cannot disturb its successor.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.orm import Session

from overglass_cloud.jobs.job import Job, Planned, Progress, State
from overglass_cloud.jobs.tables import ItemRow, JobRow
from overglass_cloud.remix.work import Item
from overglass_protocol.errors import ConfigError, RemixError


class LostError(RemixError):
    """The job is no longer this holder's: it was cancelled, deleted, or taken over."""


class Store:
    """Jobs and items. Usable from several threads and by several services at a time."""

    def __init__(self, url: str, *, lease: float = 30.0, now: Callable[[], float] = time.time) -> None:
        """`lease`: seconds after which a service that renewed nothing counts as dead."""
        self._lease, self._now = lease, now
        try:
            self._engine = sa.create_engine(url, connect_args={"timeout": 30} if "sqlite" in url else {})
            if self._engine.dialect.name == "sqlite":
                sa.event.listen(self._engine, "connect", _sqlite)
            self._migrate()
        except (sa.exc.SQLAlchemyError, ImportError) as error:
            shown = url.rsplit("@", maxsplit=1)[-1]
            raise ConfigError(
                f"the job database {shown} cannot be opened: {str(error).splitlines()[0]}",
                cure="Check its URL; PostgreSQL needs: pip install 'overglass[postgres]'",
            ) from error

    def _migrate(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                # Two services that start together must not both create the tables.
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(7205759403)"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def close(self) -> None:
        self._engine.dispose()

    def submit(
        self, owner: str, title: str, itinerary: str, artefacts: str, payload: Mapping[str, Any] | None = None
    ) -> Job:
        """`artefacts`: URL of the folder of all jobs; this one's lies in it, named by its id."""
        name = uuid4().hex
        row = JobRow(id=name, owner=owner, title=title, itinerary=itinerary, payload=dict(payload or {}))
        row.artefacts, row.created, row.state = f"{artefacts.rstrip('/')}/{name}", self._now(), State.WAITING
        row.reason = row.cure = ""
        row.held_until = 0.0
        with Session(self._engine) as session, session.begin():
            session.add(row)
            return _job(row)

    def get(self, job: str) -> Job | None:
        with Session(self._engine) as session:
            row = session.get(JobRow, job)
            return _job(row) if row else None

    def of(self, owner: str) -> Sequence[Job]:
        """Newest first."""
        query = sa.select(JobRow).where(JobRow.owner == owner).order_by(JobRow.created.desc(), JobRow.id)
        with Session(self._engine) as session:
            return tuple(_job(row) for row in session.scalars(query))

    def cancel(self, job: str) -> None:
        """At once here; whoever drives it finds out within one step. What has ended stays as it is."""
        live = JobRow.state.in_((State.WAITING, State.RUNNING))
        change = sa.update(JobRow).where(JobRow.id == job, live)
        with Session(self._engine) as session, session.begin():
            session.execute(change.values(state=State.CANCELLED, ended=self._now(), holder=None))

    def delete(self, job: str) -> None:
        """Its rows; the artefacts are the caller's to delete."""
        with Session(self._engine) as session, session.begin():
            session.execute(sa.delete(ItemRow).where(ItemRow.job == job))
            session.execute(sa.delete(JobRow).where(JobRow.id == job))

    def claim(self, holder: str) -> Job | None:
        """The oldest job that waits, or whose holder is dead."""
        dead = sa.and_(JobRow.state == State.RUNNING, JobRow.held_until < self._now())
        query = sa.select(JobRow.id).where(sa.or_(JobRow.state == State.WAITING, dead))
        query = query.order_by(JobRow.created, JobRow.id).limit(1).with_for_update(skip_locked=True)
        with Session(self._engine) as session, session.begin():
            if session.get_bind().dialect.name == "sqlite":
                session.execute(sa.text("BEGIN IMMEDIATE"))  # which has no row locks
            name = session.scalar(query)
            row = session.get(JobRow, name) if name else None
            if row is None:
                return None
            row.state, row.holder, row.held_until = State.RUNNING, holder, self._now() + self._lease
            row.started = row.started or self._now()
            return _job(row)

    def renew(self, job: str, holder: str) -> None:
        """Raises LostError."""
        with Session(self._engine) as session, session.begin():
            self._held(session, job, holder, held_until=self._now() + self._lease)

    def release(self, job: str, holder: str) -> None:
        """Lets the next holder go on at once. Raises LostError."""
        with Session(self._engine) as session, session.begin():
            self._held(session, job, holder, state=State.WAITING, holder=None)

    def plan(self, job: str, holder: str, wave: int, items: Sequence[Item]) -> None:
        with Session(self._engine) as session, session.begin():
            self._held(session, job, holder, held_until=self._now() + self._lease)
            for place, item in enumerate(items):
                row = ItemRow(job=job, wave=wave, place=place, stage=item.stage, index=item.index)
                row.units, row.gpu, row.told, row.done = item.units, item.gpu, 0, False
                row.attempts, row.reason, row.seconds = 0, "", 0.0
                session.add(row)

    def wave(self, job: str, wave: int) -> Sequence[Planned]:
        """In the order planned; empty where it is not planned yet."""
        query = sa.select(ItemRow).where(ItemRow.job == job, ItemRow.wave == wave).order_by(ItemRow.place)
        with Session(self._engine) as session:
            return tuple(_planned(row) for row in session.scalars(query))

    def told(self, job: str, holder: str, wave: int, item: Item, units: int) -> None:
        self._write(job, holder, wave, item, told=max(0, min(units, item.units)))

    def finished(
        self, job: str, holder: str, wave: int, item: Item, result: Mapping[str, Any], seconds: float
    ) -> None:
        self._write(job, holder, wave, item, done=True, told=item.units, result=dict(result), seconds=seconds)

    def crashed(self, job: str, holder: str, wave: int, item: Item, reason: str) -> None:
        self._write(job, holder, wave, item, attempts=ItemRow.attempts + 1, reason=reason, told=0)

    def end(self, job: str, holder: str, state: State, reason: str = "", cure: str = "") -> None:
        with Session(self._engine) as session, session.begin():
            self._held(
                session, job, holder, state=state, ended=self._now(), reason=reason, cure=cure, holder=None
            )

    def progress(self, job: str, workers: int = 1) -> Progress:
        finished = sa.case((ItemRow.done, ItemRow.units), else_=0)
        sums = (ItemRow.units, ItemRow.told, finished, ItemRow.seconds)
        query = sa.select(*(sa.func.coalesce(sa.func.sum(each), 0) for each in sums))
        with Session(self._engine) as session:
            units, told, whole, seconds = session.execute(query.where(ItemRow.job == job)).one()
        left = (units - told) * seconds / whole / workers if whole else None
        return Progress(int(told), int(units), left)

    def _write(self, job: str, holder: str, wave: int, item: Item, **values: Any) -> None:
        mine = (ItemRow.job == job, ItemRow.wave == wave)
        this = (*mine, ItemRow.stage == item.stage, ItemRow.index == item.index)
        with Session(self._engine) as session, session.begin():
            self._held(session, job, holder, held_until=self._now() + self._lease)
            session.execute(sa.update(ItemRow).where(*this).values(**values))

    def _held(self, session: Session, job: str, holder: str, /, **values: Any) -> None:
        mine = (JobRow.id == job, JobRow.holder == holder, JobRow.state == State.RUNNING)
        changed = session.execute(sa.update(JobRow).where(*mine).values(**values))
        if not cast("sa.CursorResult[Any]", changed).rowcount:
            raise LostError(f"job {job} is no longer held here")


def _sqlite(connection: Any, _: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _job(row: JobRow) -> Job:
    return Job(
        row.id, row.owner, row.title, row.itinerary, row.artefacts, State(row.state), row.payload,
        row.created, row.started, row.ended, row.reason, row.cure,
    )  # fmt: skip


def _planned(row: ItemRow) -> Planned:
    item = Item(row.stage, row.index, row.units, row.gpu)
    return Planned(item, row.done, row.attempts, row.reason, row.result or {})
