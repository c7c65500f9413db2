"""Session descriptions in which every way leads through a relay. Text in, text out."""

import ipaddress
import re
from collections.abc import Callable

from overglass_protocol.errors import PeerError

HOST = "127.0.0.1"
"Where relays listen."


def rewrite_candidates(sdp: str, port_for: Callable[[str, int], int]) -> str:
    """An SDP whose only addresses are 127.0.0.1 with the port that `port_for(host, port)` gives.

    Only UDP candidates on an IPv4 loopback address stay. Default addresses become port 9 of 0.0.0.0,
    which RFC 8829 (5.2.1) has for "see the candidates". Raises PeerError when no candidate stays.
    """
    lines, kept, left_out = [], 0, 0
    for line in sdp.splitlines(keepends=True):
        if not line.startswith("a=candidate:"):
            lines.append(_without_default_address(line))
            continue
        fields = line.split()
        if fields[2].lower() == "udp" and _is_loopback(fields[4]):
            fields[4:6] = HOST, str(port_for(fields[4], int(fields[5])))
            lines.append(" ".join(fields[:8]) + line[len(line.rstrip()) :])
            kept += 1
        else:
            left_out += 1
    if left_out and not kept:
        raise PeerError(
            "the session description has no UDP candidate on 127.0.0.1 to relay",
            cure="Let both peers gather candidates on loopback.",
        )
    return "".join(lines)


def _without_default_address(line: str) -> str:
    line = re.sub(r"^(m=\S+) [1-9]\d* ", r"\1 9 ", line)
    return re.sub(r"^(c=|a=rtcp:\d+ )IN IP[46] [^\s/]+", _nowhere, line)


def _nowhere(match: re.Match[str]) -> str:
    return ("c=" if match[1] == "c=" else "a=rtcp:9 ") + "IN IP4 0.0.0.0"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        return False
