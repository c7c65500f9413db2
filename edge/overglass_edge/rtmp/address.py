"""Where publishers are listened to, and whom: `rtmp://HOST:PORT/APPLICATION/KEY`, read and judged."""

import ipaddress
import secrets
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from overglass_protocol.errors import SourceError

PORT = 1935
"What IANA gave RTMP."
SHORTEST_KEY = 16
"""Characters, where others can reach us: the key is the only password that RTMP has. Even if it is of
letters and digits of one case only, 80 bits."""
_EXAMPLE = "rtmp://127.0.0.1:1935/live/KEY"


@dataclass(frozen=True, slots=True)
class Address:
    """An address to listen at."""

    host: str
    "A numeric address; loopback for `localhost`."
    port: int
    path: str
    "Application and stream key, without the first slash."

    @classmethod
    def parse(cls, url: str) -> "Address":
        """Raises SourceError for what is no such address, and for a key too short for where it listens."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
            host = "127.0.0.1" if host == "localhost" else host
            ipaddress.ip_address(host)
        except ValueError as error:
            raise _bad("needs the number of an address and of a port") from error
        path = parts.path.strip("/") + (f"?{parts.query}" if parts.query else "")
        if parts.scheme != "rtmp" or parts.username is not None:
            raise _bad("is not of the form that publishers use")
        if "/" not in path:
            raise _bad("names no application and stream key")
        address = cls(host, PORT if port is None else port, path)
        if not address.is_loopback and len(address.key) < SHORTEST_KEY:
            better = address.with_path(f"{path.rpartition('/')[0]}/{secrets.token_urlsafe(18)}")
            raise SourceError(
                f"a stream key of {len(address.key)} characters is too short where others can reach it",
                cure=f"Give one of at least {SHORTEST_KEY}, such as: {better}",
            )
        return address

    @property
    def key(self) -> str:
        """The stream key alone."""
        return self.path.rpartition("/")[2]

    @property
    def place(self) -> str:
        """Without the key, which is a secret."""
        return f"{self.with_path(self.path.rpartition('/')[0])}/…"

    @property
    def is_loopback(self) -> bool:
        return ipaddress.ip_address(self.host).is_loopback

    def with_port(self, port: int) -> "Address":
        return replace(self, port=port)

    def with_path(self, path: str) -> "Address":
        return replace(self, path=path)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"rtmp://{host}:{self.port}/{self.path}"


def _bad(why: str) -> SourceError:
    """Does not repeat the address: somewhere in it is the key."""
    return SourceError(f"the address for RTMP {why}", cure=f"Give one like {_EXAMPLE}")
