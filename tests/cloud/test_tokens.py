"""Tokens: which are let in, and why others are not."""

import json
import time

import jwt
import pytest
import typer
from typer.testing import CliRunner

from overglass_cloud.cli import token
from overglass_cloud.problems import Problem
from overglass_cloud.tokens import AUDIENCE, EVERYBODY, Gate, make_token
from overglass_protocol.errors import ConfigError

SECRET = "0123456789abcdef0123456789abcdef"


def test_without_a_secret_everybody_on_this_machine_is_let_in() -> None:
    assert Gate(None).admit(None, "session") is EVERYBODY


def test_a_good_token_is_let_in_under_its_own_id() -> None:
    gate = Gate(SECRET)
    one, two = make_token(SECRET, "session", 5), make_token(SECRET, "session", 5)
    assert gate.admit(f"Bearer {one}", "session").id != gate.admit(f"bearer {two}", "session").id


@pytest.mark.parametrize(
    "token",
    [
        "nonsense",
        make_token("another secret of sufficient length!", "session", 5),
        make_token(SECRET, "session", 5, now=time.time() - 3600),
        jwt.encode({"aud": AUDIENCE, "scope": "session", "jti": "x"}, SECRET, "HS256"),
        jwt.encode({"aud": "others", "scope": "session", "jti": "x", "exp": 2**40}, SECRET, "HS256"),
        jwt.encode({"aud": AUDIENCE, "scope": "session", "jti": "x", "exp": 2**40}, "", "none"),
    ],
)
def test_a_forged_foreign_expired_or_endless_token_is_a_401(token: str) -> None:
    with pytest.raises(Problem) as caught:
        Gate(SECRET).admit(f"Bearer {token}", "session")
    assert caught.value.status == 401
    assert caught.value.cure


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic abc"])
def test_no_token_is_a_401_with_a_challenge(header: str | None) -> None:
    with pytest.raises(Problem) as caught:
        Gate(SECRET).admit(header, "session")
    assert caught.value.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_view_token_does_not_open_a_session() -> None:
    with pytest.raises(Problem) as caught:
        Gate(SECRET).admit(f"Bearer {make_token(SECRET, 'view', 5)}", "session")
    assert caught.value.status == 403


def test_a_token_needs_a_secret() -> None:
    with pytest.raises(ConfigError, match="OVERGLASS_SECRET"):
        make_token(None, "session", 5)


def test_the_command_makes_a_token_for_people_and_for_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERGLASS_SECRET", SECRET)
    app = typer.Typer()
    app.command()(token)
    plain = CliRunner().invoke(app, []).stdout.strip()
    assert Gate(SECRET).admit(f"Bearer {plain}", "session").id
    said = json.loads(CliRunner().invoke(app, ["--json", "--scope", "view", "--session", "abc"]).stdout)
    assert Gate(SECRET).admit(f"Bearer {said['token']}", "view").session == said["session"] == "abc"
    assert (said["scope"], said["minutes"]) == ("view", 60.0)


def test_the_command_says_when_the_secret_is_too_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERGLASS_SECRET", "short")
    with pytest.raises(ConfigError, match="32"):
        token()
