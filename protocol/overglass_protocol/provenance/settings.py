"""Where this machine's keys are: by setting, or made on first use in the data folder.

Knows which variables there are; programs hand the settings on to whoever signs or reads.
"""

from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from overglass_protocol.errors import TrustError
from overglass_protocol.provenance.keys import AUTHORITY, Keys, Signer


def _data() -> Path:
    return user_data_path("overglass", appauthor=False) / "trust"


class TrustSettings(BaseSettings):
    """Read from OVERGLASS_TRUST_FOLDER and so on."""

    model_config = SettingsConfigDict(env_prefix="OVERGLASS_TRUST_", frozen=True)

    folder: Path = Field(default_factory=_data, description="Where development keys are kept.")
    chain: Path | None = Field(default=None, description="Your own certificates, PEM, the signer's first.")
    key: Path | None = Field(default=None, description="The private key to it, PEM, unencrypted.")
    anchors: Path | None = Field(default=None, description="Certificates whose word is trusted, PEM.")
    time_stamps: str | None = Field(default=None, description="Address of an RFC 3161 authority.")

    def signer(self) -> Signer:
        """Whoever signs here; makes development keys on first use. Raises TrustError."""
        if self.chain is None and self.key is None:
            return Keys.here(self.folder).signer
        if self.chain is None or self.key is None:
            raise TrustError(
                "one of certificate chain and key is missing",
                cure="Set both OVERGLASS_TRUST_CHAIN and OVERGLASS_TRUST_KEY, or neither.",
            )
        return Signer.from_files(self.chain, self.key, time_stamps=self.time_stamps)

    def trusted(self) -> str:
        """Certificates in PEM: those of `anchors`, and the development authority if there is one.

        Makes nothing. Raises TrustError for a file that is named and cannot be read.
        """
        found = []
        for path in (self.anchors, self.folder / AUTHORITY):
            try:
                if path is not None:
                    found.append(path.read_text("ascii").strip())
            except (OSError, UnicodeDecodeError) as error:
                if path == self.anchors:
                    raise TrustError(f"{path} cannot be read", cure="Name a PEM file.") from error
        return "\n".join(found)
