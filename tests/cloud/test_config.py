"""Settings: where the service may listen."""

import pytest
from pydantic import ValidationError

from overglass_cloud.cli import settings_from
from overglass_cloud.config import Settings
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
