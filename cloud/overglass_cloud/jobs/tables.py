"""The two tables that jobs are kept in. Knows SQLAlchemy; gives out none of it."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """What migrations are compared with."""


class JobRow(Base):
    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(String(200), index=True)
    title: Mapped[str] = mapped_column(String(200))
    itinerary: Mapped[str] = mapped_column(String(200))
    artefacts: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), index=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    created: Mapped[float]
    started: Mapped[float | None]
    ended: Mapped[float | None]
    reason: Mapped[str] = mapped_column(Text)
    cure: Mapped[str] = mapped_column(Text)
    holder: Mapped[str | None] = mapped_column(String(64))
    held_until: Mapped[float]


class ItemRow(Base):
    __tablename__ = "items"

    job: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    wave: Mapped[int] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(String(64), primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[int]
    units: Mapped[int]
    told: Mapped[int]
    gpu: Mapped[bool]
    done: Mapped[bool]
    attempts: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    seconds: Mapped[float]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
