"""The latency that the page shows, against barcodes read where pictures enter and where they appear."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from overglass_simulators.service import Service
from tests.end_to_end.browser import Rgb, chromium, until, worn, write_clip

BITS = 10
MEASURE = """
(() => {
  const BITS = %d;
  const read = (context, width, height) => {
    const row = context.getImageData(0, Math.round(height / 2), width, 1).data;
    let number = 0;
    for (let bit = 0; bit < BITS; bit += 1) {
      const at = Math.floor(((bit + 0.5) * width) / BITS);
      number = number * 2 + (row[4 * at + 1] > 128 ? 1 : 0);
    }
    return number;
  };
  const seen = (window.barcodes = { camera: [], canvas: [] });
  const draw = CanvasRenderingContext2D.prototype.drawImage;
  CanvasRenderingContext2D.prototype.drawImage = function (...given) {
    draw.apply(this, given);
    if (this.canvas.id !== "result" || given[0] instanceof OffscreenCanvas) return;
    const at = performance.now() / 1000;
    seen.canvas.push([read(this, this.canvas.width, this.canvas.height), at]);
  };
  window.watchCamera = async () => {
    const scratch = new OffscreenCanvas(256, 16).getContext("2d", { willReadFrequently: true });
    const { readable } = new MediaStreamTrackProcessor({ track: overglass.camera.clone(), maxBufferSize: 1 });
    const reader = readable.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const at = performance.now() / 1000;
      scratch.drawImage(value, 0, 0, 256, 16);
      value.close();
      seen.camera.push([read(scratch, 256, 16), at]);
    }
  };
})();
"""


def barcode(number: int) -> Rgb:
    """A picture whose columns are the bits of its number, over a texture that costs what others cost."""
    bits = [(number >> (BITS - 1 - bit)) & 1 for bit in range(BITS)]
    luma = np.repeat(np.array(bits, np.uint8) * 200 + 28, 512 // BITS + 1)[:512]
    y, x = np.mgrid[0:512, 0:512]
    texture = 12 * np.sin((x + 7 * number) / 9) * np.cos(y / 11)
    plane = np.clip(luma[None, :] + texture, 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(plane, cv2.COLOR_GRAY2RGB), np.uint8)


@pytest.mark.parametrize("codec", ["h264", "vp8"])
async def test_the_latency_shown_agrees_with_a_barcode(codec: str, tmp_path: Path) -> None:
    # The numbers come around after longer than any picture is on its way.
    camera = write_clip(tmp_path / "barcode.mjpeg", [barcode(n) for n in range(300)])
    with Service() as service:
        async with chromium(camera) as browser:
            page = await worn(browser, f"{service.url}/?size=square&codec={codec}", script=MEASURE % BITS)
            await page.evaluate("void watchCamera()")
            await until(page, "barcodes.camera.length > 200")
            seen = await page.evaluate("barcodes")
            frames = await page.evaluate("overglass.frames.filter((f) => f.stages)")
            figures = await page.evaluate("overglass.figures.latency")
    begun = seen["camera"][0][1]
    measured = {}
    for number, at in seen["canvas"]:
        entered = [when for n, when in seen["camera"] if n == number and at - 3 < when < at]
        if entered:
            measured[at] = at - entered[-1]
    pairs = []
    for frame in (frame for frame in frames if frame["shown"] > begun + 1):
        # The page notes the time just after the picture is drawn and its barcode read.
        drawn = [at for at in measured if 0 <= frame["shown"] - at < 0.02]
        if drawn:
            pairs.append((measured[max(drawn)], frame["latency"]))
    assert len(pairs) > 40
    barcodes, told = np.median(np.array(pairs), axis=0)
    assert abs(barcodes - told) < 0.010
    # What stands on the page is the median of ten seconds, which are these and those before them.
    every = [frame["latency"] for frame in frames]
    assert np.percentile(every, 5) <= figures["p50"] <= np.percentile(every, 95)
