"""What the service can be told: flags and OVERGLASS_* variables. The one place that reads the environment."""

import ipaddress
import secrets
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from platformdirs import user_cache_path, user_data_path
from pydantic import AfterValidator, Field, SecretStr, TypeAdapter, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from overglass_cloud.engines.diffusion.choice import MOST_STEPS, Choice
from overglass_protocol import rtc
from overglass_protocol.errors import ConfigError

MIN_SECRET = 32
"Characters: HS256 wants a key at least as long as its 256-bit hash (RFC 7518, 3.2)."


Kind = TypeVar("Kind", bound="Machine")
Expanded = Annotated[Path, AfterValidator(Path.expanduser)]


class Machine(BaseSettings):
    """What every command on this machine goes by."""

    model_config = SettingsConfigDict(env_prefix="OVERGLASS_", frozen=True)

    models: Expanded = Field(
        default_factory=lambda: user_cache_path("overglass", appauthor=False) / "models",
        description="Folder of model files; may be read-only, with the files laid there by hand.",
    )
    data: Expanded = Field(
        default_factory=lambda: user_data_path("overglass", appauthor=False),
        description="Folder for what the service makes and keeps.",
    )
    secret: SecretStr | None = Field(default=None, description="Signs tokens; needed beyond loopback.")
    diffusion: str = Field(
        default=Choice().source,
        min_length=1,
        description="Diffusion pipeline: a folder, a hub id OWNER/NAME that was pulled, or sd_turbo.",
    )
    diffusion_steps: int = Field(default=1, ge=1, le=MOST_STEPS, description="Steps for each picture.")
    diffusion_pixels: int = Field(
        default=Choice().pixels, ge=64 * 64, le=2048 * 2048, description="About how many pixels it paints."
    )
    diffusion_noise: float = Field(
        default=Choice().noise, gt=0, le=1, description="Share of noise at strength 1."
    )
    diffusion_compiled: bool = Field(default=False, description="Let torch.compile speed it up.")

    def diffusion_choice(self) -> Choice:
        """Which diffusion pipeline, and how it is run."""
        return Choice(
            self.diffusion,
            self.diffusion_steps,
            self.diffusion_pixels,
            self.diffusion_noise,
            self.diffusion_compiled,
        )

    @model_validator(mode="after")
    def _a_secret_is_long(self) -> Self:
        if self.secret is not None and len(self.secret.get_secret_value()) < MIN_SECRET:
            raise ValueError(f"the secret is shorter than {MIN_SECRET} characters. {_SECRET_CURE}")
        return self


class Settings(Machine):
    """Settings of one service process."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8400, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    tls_cert: Expanded | None = Field(default=None, description="Certificate (chain) in PEM; serves HTTPS.")
    tls_key: Expanded | None = Field(default=None, description="Its private key in PEM.")
    dev_tls: bool = Field(default=False, description="HTTPS with a certificate made here, to try it out.")
    max_sessions: int = Field(default=8, ge=1, le=10_000, description="Sessions served at once.")
    max_viewers: int = Field(default=16, ge=0, le=1000, description="Viewers of one session at once.")
    share_minutes: float = Field(default=240.0, gt=0, description="How long a shared view link is valid.")
    label_views: bool = Field(default=True, description="Show viewers AI MODIFIED on painted pictures.")
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
    silence_seconds: float = Field(
        default=3.0, gt=0, description="Without a packet a connection is silent; it is kept all the same."
    )
    resume_seconds: float = Field(default=30.0, ge=0, description="A lost session is kept this long.")

    @model_validator(mode="before")
    @classmethod
    def _dev_tls_is_for_phones(cls, given: dict[str, Any]) -> dict[str, Any]:
        """It is there to be reached from others, so it listens to them, and brings the secret this needs."""
        try:
            wanted = TypeAdapter(bool).validate_python(given.get("dev_tls", False))
        except ValidationError:
            return given  # the field says what is wrong with it
        if not wanted:
            return given
        given = {"host": "0.0.0.0", **given}
        if not _is_loopback(str(given["host"])):
            given.setdefault("secret", secrets.token_urlsafe(MIN_SECRET))
        return given

    @model_validator(mode="after")
    def _tls_is_one_pair(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            there, missing = (
                ("--tls-cert", "--tls-key") if self.tls_key is None else ("--tls-key", "--tls-cert")
            )
            raise ValueError(f"{there} needs {missing} beside it: the certificate and its key. Give both.")
        if self.dev_tls and self.tls_cert is not None:
            raise ValueError("--dev-tls makes a certificate, and --tls-cert has one already. Choose one.")
        return self

    @model_validator(mode="after")
    def _turn_needs_a_login(self) -> Self:
        turn = [url for url in self.ice_servers if url.startswith("turn")]
        if turn and (self.ice_username is None or self.ice_password is None):
            raise ValueError(
                f"{turn[0]} relays only for those who log in, which browsers insist on. "
                "Set OVERGLASS_ICE_USERNAME and OVERGLASS_ICE_PASSWORD."
            )
        return self

    @model_validator(mode="after")
    def _beyond_loopback_needs_tokens(self) -> Self:
        if not self.loopback and self.secret is None:
            raise ValueError(
                f"listening on {self.host} lets others in, which needs tokens, and there is no secret "
                f"to sign them with. {_SECRET_CURE} Then hand out tokens made by 'overglass token', and "
                "serve TLS with --tls-cert and --tls-key, or put it in front (for instance: caddy "
                "reverse-proxy --from your.name --to :8400). To try it out, --dev-tls does all of this."
            )
        return self

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        return _is_loopback(self.host)

    @property
    def tls(self) -> bool:
        """Whether the service itself speaks TLS."""
        return self.dev_tls or self.tls_cert is not None

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


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


_SECRET_CURE = (
    "Set OVERGLASS_SECRET, for instance to the output of: "
    "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'."
)


def settings_from(**flags: Any) -> Settings:
    """Settings of the flags given, over the environment. Raises ConfigError in one line."""
    return read(Settings, **flags)


def read(kind: type[Kind], **flags: Any) -> Kind:
    """Settings of this kind. Raises ConfigError in one line."""
    try:
        return kind(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{where}: {message}" if where else message) from error
