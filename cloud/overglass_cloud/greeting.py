"""What `overglass cloud` says when it starts: where it listens, and how a phone gets there."""

import io
from dataclasses import dataclass

import segno

from overglass_cloud import addresses
from overglass_cloud.config import Settings
from overglass_cloud.tokens import make_token

TOKEN_MINUTES = 12 * 60.0
"A day of trying; the token ends with the service anyway where its secret was made for one run."


@dataclass(frozen=True, slots=True)
class Invitation:
    """An address that a browser opens as it is: a token, where one is needed, stands behind the `#`,
    which browsers keep to themselves."""

    url: str
    reachable: bool
    "Whether others than this machine can open it."


def invitation(settings: Settings, port: int) -> Invitation:
    """How a phone on the same network opens a service that speaks TLS."""
    host = settings.host
    if host in ("0.0.0.0", "::"):
        host = addresses.outward() or "127.0.0.1"
    shown = f"[{host}]" if ":" in host else host
    secret = settings.secret.get_secret_value() if settings.secret is not None else None
    fragment = f"#token={make_token(secret, 'session', TOKEN_MINUTES)}" if secret is not None else ""
    beyond = not settings.loopback and host != "127.0.0.1"
    return Invitation(f"https://{shown}:{port}/{fragment}", beyond)


def qr(text: str, colour: bool) -> str:
    """The text as a QR code of half blocks. With `colour` it is light on dark whatever the terminal is."""
    drawn = io.StringIO()
    segno.make_qr(text, error="l").terminal(drawn, compact=True)
    lines = drawn.getvalue().splitlines()
    return "\n".join(f"\x1b[97;40m{line}\x1b[0m" if colour else line for line in lines)


def for_phones(invited: Invitation, colour: bool) -> str:
    """What a person reads who has asked for `--dev-tls`."""
    if not invited.reachable:
        return f"Open {invited.url} on this machine; no other can reach it."
    return (
        f"{qr(invited.url, colour)}\n"
        f"Open this on a phone in the same network: {invited.url}\n"
        "Its browser will warn about the certificate once, since this machine has signed it itself; "
        "go on if the address is this one."
    )
