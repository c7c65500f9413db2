"""What the service can be told: flags and OVERGLASS_* variables. The one place that reads the environment."""

import ipaddress
from pathlib import Path
from typing import Annotated, Self

from platformdirs import user_cache_path
from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MIN_SECRET = 32
"Characters: HS256 wants a key at least as long as its 256-bit hash (RFC 7518, 3.2)."


def _cached_models() -> Path:
    return user_cache_path("overglass", appauthor=False) / "models"


class Places(BaseSettings):
    """Where things lie on this machine."""

    model_config = SettingsConfigDict(env_prefix="OVERGLASS_", frozen=True)

    models: Annotated[Path, AfterValidator(Path.expanduser)] = Field(
        default_factory=_cached_models,
        description="Folder of model files; may be read-only, with the files laid there by hand.",
    )


class Settings(Places):
    """Settings of one service process."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8400, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    secret: SecretStr | None = Field(default=None, description="Signs tokens; needed beyond loopback.")
    max_sessions: int = Field(default=8, ge=1, le=10_000, description="Sessions served at once.")
    look: str = Field(default="none", description="The look of a session that asks for none.")
    fps: float = Field(default=30.0, gt=0, le=240, description="Frames a second the encoder plans for.")
    max_bitrate: int | None = Field(default=None, ge=50_000, description="Bits per second sent to one edge.")
    ice_servers: tuple[str, ...] = Field(default=(), description="STUN and TURN URLs; none are assumed.")
    ice_username: str | None = None
    ice_password: SecretStr | None = None
    connect_seconds: float = Field(default=10.0, gt=0, description="From the answer to flowing media.")
    silence_seconds: float = Field(default=3.0, gt=0, description="Without a packet the connection is lost.")
    resume_seconds: float = Field(default=30.0, ge=0, description="A lost session is kept this long.")

    @model_validator(mode="after")
    def _beyond_loopback_needs_tokens(self) -> Self:
        if self.secret is not None and len(self.secret.get_secret_value()) < MIN_SECRET:
            raise ValueError(f"the secret is shorter than {MIN_SECRET} characters. {_SECRET_CURE}")
        if not self.loopback and self.secret is None:
            raise ValueError(
                f"listening on {self.host} lets others in, which needs tokens, and there is no secret "
                f"to sign them with. {_SECRET_CURE} Then hand out tokens made by 'overglass token', "
                "and put TLS in front (for instance: caddy reverse-proxy --from your.name --to :8400)."
            )
        return self

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def media_hosts(self) -> tuple[str, ...] | None:
        """Addresses that media is offered on; None: all but loopback."""
        if self.host == "localhost":
            return ("127.0.0.1",)
        return (self.host,) if self.loopback else None


_SECRET_CURE = (
    "Set OVERGLASS_SECRET, for instance to the output of: "
    "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'."
)
