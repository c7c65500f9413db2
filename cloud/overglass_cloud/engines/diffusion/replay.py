"""Runs a model's frames: on CUDA a graph for each shape and number of pictures, captured once and replayed.

Launching a frame's thousand small steps one by one costs the processor more time than the GPU needs to
do them. Elsewhere the same steps run one by one. Knows torch alone; the thread that owns
the device owns this.
"""

from collections import OrderedDict

import torch

from overglass_cloud.engines.diffusion.frame import Batch, Model, work_size

KEPT = 12
"Shapes and numbers of pictures held ready; the one unused for longest makes room."
WARM_UPS = 2
"Runs before a capture, in which cuDNN and cuBLAS choose and reserve; a capture may do neither."


class Replay:
    """Paints batches. `counts` are the numbers of pictures there are batches for; others are filled up."""

    def __init__(self, model: Model, pixels: int, *, graphs: bool) -> None:
        """`graphs`: whether to capture them; needs a model on CUDA."""
        self.model = model
        self._pixels = pixels
        # Graphs may share memory as long as they take turns and are captured on one stream.
        self._pool = torch.cuda.graph_pool_handle() if graphs else None
        self._stream = torch.cuda.Stream(model.device) if graphs else None  # type: ignore[no-untyped-call]
        self._ready: OrderedDict[tuple[tuple[int, int], int], tuple[Batch, torch.cuda.CUDAGraph | None]] = (
            OrderedDict()
        )

    def batch(self, size: tuple[int, int], count: int) -> Batch:
        """Memory for at least `count` pictures of `size` (h, w); what it held belongs to whom it was last
        filled for. Raises OutOfMemoryError of torch."""
        key = size, 1 << (count - 1).bit_length()
        if key not in self._ready:
            while len(self._ready) >= KEPT:
                self._ready.popitem(last=False)
            work = work_size(size, self._pixels, self.model.multiple)
            batch = Batch(self.model, size, key[1], work)
            self._ready[key] = batch, self._captured(batch) if self._stream is not None else None
        self._ready.move_to_end(key)
        return self._ready[key][0]

    def paint(self, batch: Batch) -> None:
        """Paints what lies in `batch.given` into `batch.taken`. Raises OutOfMemoryError of torch."""
        _, graph = self._ready[batch.size, batch.count]
        if batch.given is not batch.samples:
            batch.samples.copy_(batch.given, non_blocking=True)
        if graph is None:
            self.model.paint(batch)
        else:
            graph.replay()
        if batch.taken is not batch.painted:
            batch.taken.copy_(batch.painted, non_blocking=True)
            torch.cuda.current_stream(self.model.device).synchronize()

    def forget(self) -> None:
        """Gives all memory back but the model's own."""
        self._ready.clear()
        if self.model.device.type == "cuda":
            torch.cuda.empty_cache()

    def _captured(self, batch: Batch) -> torch.cuda.CUDAGraph:
        device, stream = self.model.device, self._stream
        assert stream is not None
        stream.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(stream):
            for _ in range(WARM_UPS):
                self.model.paint(batch)
        stream.synchronize()
        graph = torch.cuda.CUDAGraph()
        # What other threads do with CUDA meanwhile is no reason to fail.
        with torch.cuda.graph(graph, pool=self._pool, stream=stream, capture_error_mode="thread_local"):
            self.model.paint(batch)
        return graph
