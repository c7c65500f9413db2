"""Who may come in. A session token opens sessions, one at a time; a view token only views.

Tokens are JWTs signed with the service's secret (HS256). Without a secret, which only a service on
loopback may be, everybody on this machine is let in.
"""

import secrets
import time
from dataclasses import dataclass
from typing import Any, Literal

import jwt

from overglass_cloud.problems import Problem
from overglass_protocol.errors import ConfigError

Scope = Literal["session", "view"]
AUDIENCE = "overglass"
_CURE = "Send 'Authorization: Bearer TOKEN' with a token made by 'overglass token'."


@dataclass(frozen=True, slots=True)
class Pass:
    """A token that was let in."""

    id: str
    "The token's own id (`jti`); empty where no tokens are asked for."
    expires: float
    session: str | None = None
    "For a view token: the one session it may view."


EVERYBODY = Pass("", float("inf"))


class Gate:
    """Checks tokens."""

    def __init__(self, secret: str | None) -> None:
        self._secret = secret

    def admit(self, authorization: str | None, scope: Scope) -> Pass:
        """Lets a request in. Raises Problem 401 without a good token, 403 with one of another scope."""
        if self._secret is None:
            return EVERYBODY
        kind, _, token = (authorization or "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise _unauthorized("a token is needed here", "")
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._secret,
                algorithms=["HS256"],
                audience=AUDIENCE,
                options={"require": ["exp", "jti", "scope"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise _unauthorized("the token has expired", "invalid_token") from error
        except jwt.InvalidTokenError as error:
            raise _unauthorized("the token is not valid here", "invalid_token") from error
        if claims["scope"] != scope:
            raise Problem(
                403,
                "wrong-scope",
                f"a {claims['scope']} token does not open this door",
                cure=f"Ask for a token made by 'overglass token --scope {scope}'.",
            )
        return Pass(str(claims["jti"]), float(claims["exp"]), claims.get("session"))


def make_token(
    secret: str | None, scope: Scope, minutes: float, session: str | None = None, now: float | None = None
) -> str:
    """Makes a token. Raises ConfigError without a secret."""
    if secret is None:
        raise ConfigError(
            "there is no secret to sign a token with",
            cure="Set OVERGLASS_SECRET to the secret that the service runs with.",
        )
    issued = time.time() if now is None else now
    claims: dict[str, Any] = {
        "aud": AUDIENCE,
        "scope": scope,
        "jti": secrets.token_urlsafe(12),
        "iat": int(issued),
        "exp": int(issued + minutes * 60),
    }
    if session is not None:
        claims["session"] = session
    return jwt.encode(claims, secret, algorithm="HS256")


def _unauthorized(message: str, error: str) -> Problem:
    challenge = 'Bearer realm="overglass"' + (f', error="{error}"' if error else "")
    return Problem(401, "unauthorized", message, cure=_CURE, headers={"WWW-Authenticate": challenge})
