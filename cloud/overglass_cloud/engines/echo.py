"""The look `none`: what came in goes out. It shows what the way itself costs."""

from collections.abc import Sequence

import av

from overglass_cloud.looks import Look, Sitter, State
from overglass_protocol.control import Control


class Echo:
    """Returns each picture as it is."""

    max_batch = 1

    def prepare(self, control: Control, previous: State | None, sitter: Sitter) -> State:
        return None

    def paint(self, pictures: Sequence[av.VideoFrame], states: Sequence[State]) -> list[av.VideoFrame]:
        return list(pictures)


LOOKS = [Look("none", "The camera's picture, sent there and back.", "echo", lambda workshop: Echo())]
