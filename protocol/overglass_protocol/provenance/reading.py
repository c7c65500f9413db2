"""Reads a file's record: asks c2pa and our seal, and gives the chain. Never asks the network.

A record that is damaged, hostile or missing is an answer, not an error.
"""

import json
from pathlib import Path
from typing import BinaryIO

import c2pa

from overglass_protocol.errors import TrustError
from overglass_protocol.provenance import seal
from overglass_protocol.provenance.chain import Chain, State, chain_of, problem_of
from overglass_protocol.provenance.formats import Burden, burden_of, form_of
from overglass_protocol.provenance.seal import Seal
from overglass_protocol.provenance.signing import SETTINGS
from overglass_protocol.provenance.words import plain


def read(path: Path, anchors: str = "") -> Chain:
    """The whole chain. Whom `anchors` (certificates in PEM) vouch for is trusted.

    Raises TrustError for a file that cannot be opened, or is neither MP4 nor MOV.
    """
    title = plain(path.name, 200)
    try:
        with path.open("rb") as file:
            try:
                form = form_of(path)
            except TrustError:
                if seal.check(file) is Seal.ABSENT:
                    raise
                return Chain.failed(title, problem_of("overglass.seal.broken"))
            return _sealed(_read(file, form, title, anchors), file)
    except OSError as error:
        raise TrustError(f"{path} cannot be read: {error.strerror}") from error


def _read(file: BinaryIO, form: str, title: str, anchors: str) -> Chain:
    if (burden := burden_of(file)) is Burden.TOO_MUCH:
        return Chain.failed(title, problem_of("overglass.tooLarge"))
    if burden is Burden.NO_RECORD:
        return Chain.without_record(title)
    file.seek(0)
    settings = {**SETTINGS, "trust": {"user_anchors": anchors}} if anchors else dict(SETTINGS)
    try:
        with c2pa.Context.from_dict(settings) as context, c2pa.Reader(form, file, context=context) as reader:
            if not reader.is_embedded():
                return Chain.failed(title, problem_of("overglass.elsewhere"))
            return chain_of(json.loads(reader.json()))
    except c2pa.C2paError.ManifestNotFound:
        return Chain.without_record(title)
    except (c2pa.C2paError, ValueError, RecursionError) as error:
        remote = isinstance(error, c2pa.C2paError.RemoteManifest) or "remote" in str(error).lower()
        code = "overglass.elsewhere" if remote else "overglass.unreadable"
        return Chain.failed(title, problem_of(code))


def _sealed(chain: Chain, file: BinaryIO) -> Chain:
    """What the seal adds: it finds what C2PA's hash leaves out, and that a record was there."""
    found = seal.check(file)
    promised = chain.links[0].facts.get(seal.LABEL)
    if found is Seal.BROKEN:
        return chain.worsened(problem_of("overglass.seal.broken"))
    if chain.state is State.NONE:
        return chain.worsened(problem_of("overglass.seal.alone")) if found is Seal.WHOLE else chain
    if promised is None:
        return chain
    if found is Seal.ABSENT:
        return chain.worsened(problem_of("overglass.seal.missing"))
    return chain if seal.keeps(promised, file) else chain.worsened(problem_of("overglass.seal.brand"))
