"""What the wearer is told of pictures that stop, on a clock that is an argument."""

from overglass_edge.vigil import FIRST_PICTURE, CameraWatch


class Watched:
    """A camera's watch, and what it said when."""

    def __init__(self, fps: float = 30.0) -> None:
        self.now = 0.0
        self.said: list[tuple[str, float]] = []
        self.details: list[str] = []
        self.watch = CameraWatch(self._hear)
        self.watch.start(fps, 0.0)

    def _hear(self, name: str, detail: str) -> None:
        self.said.append((name, round(self.now, 3)))
        self.details.append(detail)

    def pictures(self, number: int, every: float) -> None:
        for _ in range(number):
            self.wait(every)
            self.watch.captured(self.now)

    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until - 1e-9:
            self.now = min(until, self.now + 0.1)
            self.watch.look(self.now)


def test_a_steady_camera_is_not_worth_a_word() -> None:
    camera = Watched()
    camera.pictures(300, 1 / 30)
    assert camera.said == []


def test_a_stall_is_told_within_a_second_once_and_so_is_its_end() -> None:
    camera = Watched()
    camera.pictures(30, 1 / 30)
    camera.wait(5.0)
    camera.pictures(10, 1 / 30)
    (stalled, at), (back, _) = camera.said
    assert (stalled, back) == ("camera-stalled", "camera-back")
    assert 1.5 <= at <= 2.0
    assert "0." in camera.details[0]
    assert "after 5.1 s" in camera.details[1]


def test_a_collapse_to_a_picture_a_second_is_one_stall_and_not_many() -> None:
    camera = Watched()
    camera.pictures(30, 1 / 30)
    camera.pictures(6, 1.0)
    assert [name for name, _ in camera.said] == ["camera-stalled"]
    camera.pictures(30, 1 / 30)
    assert [name for name, _ in camera.said] == ["camera-stalled", "camera-back"]


def test_a_slow_camera_is_given_its_time() -> None:
    camera = Watched(fps=2.0)
    camera.pictures(20, 0.8)
    assert camera.said == []


def test_a_camera_that_starts_slowly_is_told_of_later() -> None:
    camera = Watched()
    camera.wait(FIRST_PICTURE - 0.2)
    assert camera.said == []
    camera.wait(1.0)
    assert [name for name, _ in camera.said] == ["camera-stalled"]


def test_a_camera_that_steps_down_its_ladder_is_told_each_step_once() -> None:
    camera = Watched()
    for size in ((1280, 720), (1280, 720), (640, 360), (640, 360), (1280, 720)):
        camera.watch.resized(size)
    assert [name for name, _ in camera.said] == ["camera-size", "camera-size"]
    assert "640x360 now, instead of 1280x720" in camera.details[0]
