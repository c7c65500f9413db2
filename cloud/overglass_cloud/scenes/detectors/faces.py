"""Faces with 478 landmarks and their expression, by MediaPipe's Face Landmarker.

The landmarker can follow several faces, but then it searches again in every picture and forgets a face
behind a hand: of 160 pictures of two signers it loses ten. Told to follow one, it keeps all. So one
landmarker follows each face, and one that follows nothing looks for others where none is known yet.
"""

from pathlib import Path

from mediapipe.tasks.python.vision import FaceLandmarker, FaceLandmarkerOptions

from overglass_cloud.scenes.detectors.contract import Found, Pixels, Sight, bounds
from overglass_cloud.scenes.detectors.tasks import Task, points_of
from overglass_protocol.scene import EXPRESSIONS, Box, Thing

LONGEST = 1280
"Pixels. The landmarker sees 256x256 around each face, so that more would only serve faces far away."
MOST = 4
"Faces followed at once, at 5 ms each on one core."
SEARCH_EVERY = 10
"Pictures between two looks for one more face: a third of a second at 30 fps."
CONFIDENCE = 0.5
"MediaPipe's own. Down to 0.1 it sees no face in a walk without people."
CONFIRMED = 3
"""Searches in a row that must find a face, each from nothing, before it is told of. Behind raised hands there
are single pictures in which coding noise makes a face; on their own those would be ghosts."""
COVER = 0.25
"How much wider than a known face, on each side, it is hidden from the search, hair and ears included."
SAME = 0.5
"Share of its box that a face may have in common with another before they are one."


class Faces:
    """A `Detector` of faces."""

    def __init__(self, model: Path) -> None:
        self._model = model
        self._following: list[Task] = []
        self._spares: list[Task] = []
        self._searcher = self._open(follows=False)
        self._until_search = 0
        self._suspected: list[Box] = []
        "Where the last searches in a row found the same face, which nobody follows yet."

    def find(self, sight: Sight) -> Found:
        pixels = sight.rgb(LONGEST)
        faces: list[Thing] = []
        for follower in list(self._following):
            face = _face(follower, pixels)
            if face is not None and not any(_is_same(face.box, other.box) for other in faces):
                faces.append(face)
            else:
                self._let_go(follower, forget=face is not None)
        self._until_search -= 1
        if not faces or self._suspected or (self._until_search <= 0 and len(faces) < MOST):
            faces += self._search(_without(pixels, faces))
        return Found(tuple(faces))

    def close(self) -> None:
        for task in (self._searcher, *self._following, *self._spares):
            task.close()

    def _search(self, pixels: Pixels) -> list[Thing]:
        """At most one more face."""
        self._until_search = SEARCH_EVERY
        face = _face(self._searcher, pixels)
        if face is None:
            self._suspected = []
            return []
        if self._suspected and not _is_same(face.box, self._suspected[-1]):
            self._suspected = []
        self._suspected.append(face.box)
        if len(self._suspected) < CONFIRMED:
            return []
        self._suspected = []
        return self._follow(pixels)

    def _follow(self, pixels: Pixels) -> list[Thing]:
        self._until_search = 0  # where there was one more, there may be another
        follower = self._spares.pop() if self._spares else self._open(follows=True)
        face = _face(follower, pixels)
        if face is None:
            self._spares.append(follower)
            return []
        self._following.append(follower)
        return [face]

    def _let_go(self, follower: Task, *, forget: bool) -> None:
        self._following.remove(follower)
        if forget:
            follower.close()
        else:
            self._spares.append(follower)  # it has lost its face, and searches like any other

    def _open(self, *, follows: bool) -> Task:
        return Task(
            FaceLandmarker,
            FaceLandmarkerOptions,
            self._model,
            follows=follows,
            num_faces=1,
            output_face_blendshapes=True,
            min_face_detection_confidence=CONFIDENCE,
            min_face_presence_confidence=CONFIDENCE,
            min_tracking_confidence=CONFIDENCE,
        )


def _face(task: Task, pixels: Pixels) -> Thing | None:
    found = task.detect(pixels)
    if not found.face_landmarks:
        return None
    points = points_of(found.face_landmarks[0])
    scores = {shape.category_name: float(shape.score) for shape in found.face_blendshapes[0]}
    expression = tuple(scores.get(name, 0.0) for name in EXPRESSIONS)
    # The landmarker tells no score, only that it is sure enough.
    return Thing("face", 0, "face", 1.0, bounds(points), points=points, expression=expression)


def _without(pixels: Pixels, known: list[Thing]) -> Pixels:
    """The picture with grey in place of the faces that are known."""
    if not known:
        return pixels
    hidden = pixels.copy()
    height, width = hidden.shape[:2]
    for left, top, w, h in (face.box for face in known):
        x0, x1 = (left - COVER * w) * width, (left + (1 + COVER) * w) * width
        y0, y1 = (top - COVER * h) * height, (top + (1 + COVER) * h) * height
        hidden[max(0, int(y0)) : max(0, int(y1)), max(0, int(x0)) : max(0, int(x1))] = 128
    return hidden


def _is_same(one: Box, other: Box) -> bool:
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    return max(0.0, width) * max(0.0, height) > SAME * min(one[2] * one[3], other[2] * other[3])
