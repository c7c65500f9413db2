"""What the service can be told: flags and OVERGLASS_* variables. The one place that reads the environment."""

import ipaddress
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from overglass_protocol import rtc

MIN_SECRET = 32
"Characters: HS256 wants a key at least as long as its 256-bit hash (RFC 7518, 3.2)."


class Settings(BaseSettings):
    """Settings of one service process."""

    model_config = SettingsConfigDict(env_prefix="OVERGLASS_", frozen=True)

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8400, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    secret: SecretStr | None = Field(default=None, description="Signs tokens; needed beyond loopback.")
    max_sessions: int = Field(default=8, ge=1, le=10_000, description="Sessions served at once.")
    max_viewers: int = Field(default=16, ge=0, le=1000, description="Viewers of one session at once.")
    share_minutes: float = Field(default=240.0, gt=0, description="How long a shared view link is valid.")
    origins: tuple[str, ...] = Field(
        default=(), description="Web origins besides our own whose pages may use the doors without tokens."
    )
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

    def peer_settings(self) -> rtc.PeerSettings:
        """How connections are made and pictures sent."""
        password = self.ice_password
        return rtc.PeerSettings(
            hosts=self.media_hosts,
            ice_servers=self.ice_servers,
            ice_username=self.ice_username,
            ice_password=password.get_secret_value() if password is not None else None,
            fps=self.fps,
            max_bitrate=self.max_bitrate,
        )


_SECRET_CURE = (
    "Set OVERGLASS_SECRET, for instance to the output of: "
    "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'."
)
