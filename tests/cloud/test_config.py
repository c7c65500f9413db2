"""Settings: where the service may listen."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from overglass_cloud.config import Settings, settings_from
from overglass_protocol.errors import ConfigError

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.9"])
def test_loopback_needs_no_tokens_and_offers_media_there_only(host: str) -> None:
    settings = Settings(host=host)
    assert settings.loopback
    assert settings.media_hosts is not None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "glass.example"])
def test_any_other_address_refuses_without_a_secret(host: str) -> None:
    with pytest.raises(ValidationError, match="OVERGLASS_SECRET"):
        Settings(host=host)
    settings = Settings(host=host, secret=SECRET)
    assert settings.media_hosts is None


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValidationError, match="32"):
        Settings(secret="short")


def test_the_command_line_says_what_is_wrong_in_one_line() -> None:
    with pytest.raises(ConfigError) as caught:
        settings_from(host="0.0.0.0")
    assert "\n" not in str(caught.value)
    with pytest.raises(ConfigError, match="port"):
        settings_from(port=99999)


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERGLASS_MAX_SESSIONS", "3")
    assert settings_from().max_sessions == 3


def test_tls_for_trying_out_listens_to_others_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings(dev_tls=True).host == "0.0.0.0"
    assert Settings(dev_tls=True).tls
    assert Settings(dev_tls=True, host="::1").secret is None
    assert Settings(dev_tls=False).host == "127.0.0.1"
    monkeypatch.setenv("OVERGLASS_HOST", "127.0.0.9")
    assert Settings(dev_tls=True).host == "127.0.0.9"
    monkeypatch.setenv("OVERGLASS_SECRET", SECRET)
    made = Settings(dev_tls=True, host="0.0.0.0").secret
    assert made is not None
    assert made.get_secret_value() == SECRET


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ({"tls_cert": "c.pem"}, "--tls-cert needs --tls-key"),
        ({"tls_key": "k.pem"}, "--tls-key needs --tls-cert"),
        ({"tls_cert": "c.pem", "tls_key": "k.pem", "dev_tls": True}, "Choose one"),
        ({"dev_tls": "perhaps"}, "dev_tls"),
        ({"host": "0.0.0.0"}, "--dev-tls"),
        ({"host": "0.0.0.0"}, "--tls-cert and --tls-key"),
    ],
)
def test_half_a_pair_and_two_pairs_are_refused_in_one_line(flags: dict[str, str | bool], says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        settings_from(**flags)
    assert "\n" not in str(caught.value)


def test_the_cache_is_where_models_lie_unless_the_environment_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERGLASS_MODELS", str(tmp_path))
    assert Settings().models == tmp_path


def test_a_turn_server_without_a_login_is_refused_with_the_cure() -> None:
    with pytest.raises(ConfigError, match="OVERGLASS_ICE_USERNAME"):
        settings_from(ice_servers=("turn:relay.example.net",))
    assert settings_from(ice_servers=("stun:stun.example.net",)).ice_servers
