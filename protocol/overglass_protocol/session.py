"""The talk between edge and cloud, without I/O: what came in and `now` go in, events and words come out.

Knows no sockets, tasks or clocks; whoever carries it calls `receive_message`, `receive_stamp` and
`tick`, sends what `to_send` hands out, and acts on the events.

Each role's states and what may be said in them stand in one table, `_MAY_RECEIVE`.
"""

from enum import Enum, auto

from overglass_protocol import messages, stamps
from overglass_protocol.clock import ClockEstimate
from overglass_protocol.control import Control
from overglass_protocol.errors import LocalProtocolError, RemoteProtocolError
from overglass_protocol.events import (
    Applied,
    Complained,
    ControlChanged,
    Ended,
    Event,
    Greeted,
    Outgoing,
    Reported,
    StampArrived,
    Welcomed,
)
from overglass_protocol.messages import (
    Bye,
    ControlApplied,
    Error,
    Hello,
    Message,
    Report,
    SetControl,
    Welcome,
)
from overglass_protocol.stamps import Assembly, ClockPing, ClockPong, FrameStamp, StampPart

PING_EVERY = 0.1
"""Seconds between clock pings once the clock is known: 13 bytes each. The shortest of n that are late by up
to J is late by about J / n, so that the clock is found to 2 ms through 30 ms of jitter within seconds."""
PING_EVERY_AT_FIRST = 0.05
PINGS_AT_FIRST = 40
MAX_FAULTS = 20
"Messages of the other end that made no sense before we say goodbye."


class State(Enum):
    OPENING = auto()
    "Edge: hello said, no welcome yet. Cloud: waiting for the hello."
    LIVE = auto()
    ENDED = auto()


_MAY_RECEIVE: dict[tuple[str, State], tuple[type, ...]] = {
    ("edge", State.OPENING): (Welcome, Error, Bye),
    ("edge", State.LIVE): (ControlApplied, Report, Error, Bye),
    ("edge", State.ENDED): (),
    ("cloud", State.OPENING): (Hello, Bye),
    ("cloud", State.LIVE): (SetControl, Report, Error, Bye),
    ("cloud", State.ENDED): (),
}


class _Session:
    """What both roles share: the outbox, the table, and patience with nonsense."""

    role: str

    def __init__(self) -> None:
        self.state = State.OPENING
        self._outbox: list[Outgoing] = []
        self._faults = 0
        self._assembly = Assembly()

    def to_send(self) -> list[Outgoing]:
        """Takes what is to be sent, in order."""
        out, self._outbox = self._outbox, []
        return out

    def receive_message(self, data: str | bytes, now: float) -> list[Event]:
        """Takes one `control` message. Nonsense is answered with an error, not raised."""
        if self.state is State.ENDED:
            return []
        try:
            message = messages.decode(data)
            if not isinstance(message, _MAY_RECEIVE[self.role, self.state]):
                raise RemoteProtocolError(
                    f"a {message.type} message makes no sense now",
                    code="unexpected-message",
                    cure="Say hello first, once; then control, reports and bye.",
                )
            return self._handle(message, now)
        except RemoteProtocolError as error:
            return self._fault(error)

    def receive_stamp(self, data: bytes, now: float) -> list[Event]:
        """Takes one `stamps` datagram; what cannot be read is dropped, as if it had been lost."""
        if self.state is State.ENDED:
            return []
        try:
            stamp = stamps.decode(data)
            whole = self._assembly.add(stamp) if isinstance(stamp, StampPart) else stamp
        except RemoteProtocolError:
            return []
        match whole:
            case FrameStamp():
                return [StampArrived(whole)]
            case ClockPing() | ClockPong():
                self._handle_clock(whole, now)
        return []

    def complain(self, code: str, detail: str, cure: str) -> None:
        """Tells the other end what cannot be done and what cures it."""
        self._say(Error(code=code, detail=detail[:2000], cure=cure[:2000]))

    def report(self, report: Report) -> None:
        if self.state is State.LIVE:
            self._say(report)

    def end(self, reason: str) -> None:
        """Says goodbye."""
        if self.state is not State.ENDED:
            self._say(Bye(reason=reason[:500]))
            self.state = State.ENDED

    def _handle(self, message: Message, now: float) -> list[Event]:
        raise AssertionError("each role handles its own messages")  # pragma: no cover

    def _handle_clock(self, stamp: ClockPing | ClockPong, now: float) -> None:
        raise AssertionError("each role handles its own clock")  # pragma: no cover

    def _bye(self, bye: Bye) -> list[Event]:
        self.state = State.ENDED
        return [Ended(bye.reason)]

    def _fault(self, error: RemoteProtocolError) -> list[Event]:
        self._faults += 1
        self.complain(error.code, error.message, error.cure)
        if self._faults < MAX_FAULTS:
            return []
        self.end("too many messages that make no sense")
        return [Ended("too many messages that make no sense")]

    def _say(self, message: Message) -> None:
        self._outbox.append(Outgoing("control", messages.encode(message)))


class EdgeSession(_Session):
    """The edge's half. It owns the control document; the cloud keeps a copy."""

    role = "edge"

    def __init__(self, hello: Hello) -> None:
        super().__init__()
        self.control = hello.control
        "As last asked for."
        self.applied_version = -1
        "Of the newest document that a returned frame has shown."
        self.clock = ClockEstimate()
        self._pings = 0
        self._next_ping = 0.0
        self._say(hello)

    def set_control(self, control: Control) -> Control:
        """Asks for a new document, whole; gives it its version and returns it so.

        Before the welcome the newest is kept and said then. Raises LocalProtocolError after the end.
        """
        if self.state is State.ENDED:
            raise LocalProtocolError("the session has ended; its look cannot be changed any more")
        self.control = control.model_copy(update={"version": self.control.version + 1})
        if self.state is State.LIVE:
            self._say(SetControl(control=self.control))
        return self.control

    def tick(self, now: float) -> float:
        """Does what is due and returns when to call again."""
        if self.state is State.LIVE and now >= self._next_ping:
            self._outbox.append(Outgoing("stamps", stamps.encode(ClockPing(self._pings, now))))
            self._pings += 1
            self._next_ping = now + (PING_EVERY_AT_FIRST if self._pings < PINGS_AT_FIRST else PING_EVERY)
        return max(self._next_ping, now)

    def _handle(self, message: Message, now: float) -> list[Event]:
        match message:
            case Welcome():
                self.state = State.LIVE
                self._next_ping = now
                if message.control != self.control:
                    self._say(SetControl(control=self.control))
                return [Welcomed(message)]
            case ControlApplied(version=version, frame_id=frame_id):
                self.applied_version = max(self.applied_version, version)
                return [Applied(version, frame_id)]
            case Report():
                return [Reported(message)]
            case Error():
                return [Complained(message)]
            case Bye():
                return self._bye(message)
            case _:
                raise AssertionError(f"the table let a {message.type} through")

    def _handle_clock(self, stamp: ClockPing | ClockPong, now: float) -> None:
        if isinstance(stamp, ClockPong):
            self.clock.add(stamp.sent, stamp.received, stamp.answered, now)


class CloudSession(_Session):
    """The cloud's half. `welcome` is what it will say once greeted, but for the control document."""

    role = "cloud"

    def __init__(self, welcome: Welcome) -> None:
        super().__init__()
        self._welcome = welcome
        self.control = welcome.control
        "The document in force."
        self._acknowledged = -1

    def painted(self, version: int, frame_id: int | None) -> None:
        """A frame has been painted with this version of the control document: the first is announced."""
        if version > self._acknowledged and self.state is State.LIVE:
            self._acknowledged = version
            self._say(ControlApplied(version=version, frame_id=frame_id))

    def _handle(self, message: Message, now: float) -> list[Event]:
        match message:
            case Hello():
                return self._greet(message)
            case SetControl(control=control):
                return self._adopt(control)
            case Report():
                return [Reported(message)]
            case Error():
                return [Complained(message)]
            case Bye():
                return self._bye(message)
            case _:
                raise AssertionError(f"the table let a {message.type} through")

    def _greet(self, hello: Hello) -> list[Event]:
        if hello.protocol != messages.PROTOCOL_VERSION:
            reason = f"protocol {hello.protocol} is not spoken here, only {messages.PROTOCOL_VERSION}"
            self.complain("protocol-version", reason, "Install the same version of overglass at both ends.")
            self.end(reason)
            return [Ended(reason)]
        self.state = State.LIVE
        # The edge knows its document best: it may have changed it while it was away. A new session's
        # own document, of the same version, is only what its look was guessed from.
        changed = hello.control != self.control and hello.control.version >= self.control.version
        if changed:
            self.control = hello.control
        self._say(self._welcome.model_copy(update={"control": self.control}))
        return [Greeted(hello), *([ControlChanged(self.control)] if changed else [])]

    def _adopt(self, control: Control) -> list[Event]:
        if control.version <= self.control.version:
            return []  # an older document that was overtaken
        self.control = control
        return [ControlChanged(control)]

    def _handle_clock(self, stamp: ClockPing | ClockPong, now: float) -> None:
        if isinstance(stamp, ClockPing):
            pong = ClockPong(stamp.number, stamp.sent, now, now)
            self._outbox.append(Outgoing("stamps", stamps.encode(pong)))
