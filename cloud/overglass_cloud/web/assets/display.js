// Shows what comes back: each picture and what was found in it, drawn together on one canvas at the
// screen's own resolution, the moment the picture leaves the decoder.
//
// Chromium hands out decoded pictures themselves (MediaStreamTrackProcessor), a refresh of the screen
// sooner than its video element shows them. Elsewhere the element and requestVideoFrameCallback have to do.

import { drawScene } from "./overlay.js";

const PATIENCE_MS = 20; // for an envelope beside its picture; one within it has come long before

export class Display {
  scale = 1;
  size = null;
  held = false; // no change of the canvas's size while it is being recorded
  additive = false; // whether it is worn on glasses that add its light to the world
  covering = null; // a video element shown in place of the result, for comparing
  #canvas; #room; #context; #video; #arrivals; #shown; #track = null; #reader = null;

  // `shown(news, size)` is called after each picture, with what the Arrivals knew of it.
  constructor(canvas, arrivals, shown) {
    this.#canvas = canvas;
    this.#room = canvas.closest(".frame");
    this.#context = canvas.getContext("2d", { alpha: false });
    this.#context.imageSmoothingQuality = "high";
    this.#arrivals = arrivals;
    this.#shown = shown;
    this.#video = Object.assign(document.createElement("video"), { muted: true, playsInline: true });
    new ResizeObserver(() => this.#fit()).observe(this.#room);
  }

  get canvas() { return this.#canvas; }

  show(track) {
    this.stop();
    this.#track = track;
    if ("MediaStreamTrackProcessor" in window) this.#readPictures(track);
    else this.#followElement(track);
  }

  stop() {
    this.#track = null;
    this.#reader?.cancel().catch(() => {}); // it may have ended by itself
    this.#reader = null;
    this.#video.srcObject = null;
  }

  // Forgets the last picture, so that a finished session leaves none behind.
  clear() {
    this.size = null;
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  async #readPictures(track) {
    const processor = new MediaStreamTrackProcessor({ track, maxBufferSize: 1 });
    const reader = this.#reader = processor.readable.getReader();
    while (this.#track === track) {
      const { value: picture, done } = await reader.read();
      if (done) return;
      const rtpTime = picture.metadata?.().rtpTimestamp;
      const news = rtpTime === undefined ? {} : await this.#arrivals.take(rtpTime, PATIENCE_MS);
      if (this.#track === track) this.#draw(picture, picture.displayWidth, picture.displayHeight, news);
      picture.close();
    }
  }

  #followElement(track) {
    const video = this.#video;
    video.srcObject = new MediaStream([track]);
    video.play().catch(() => {}); // replaced by another track
    if (!("requestVideoFrameCallback" in video)) {
      const refresh = () => {
        if (this.#track !== track) return;
        if (video.readyState >= 2) this.#draw(video, video.videoWidth, video.videoHeight, {});
        requestAnimationFrame(refresh);
      };
      requestAnimationFrame(refresh);
      return;
    }
    const next = async (_now, { rtpTimestamp }) => {
      if (this.#track !== track) return;
      const news = rtpTimestamp === undefined ? {} : await this.#arrivals.take(rtpTimestamp, 0);
      this.#draw(video, video.videoWidth, video.videoHeight, news);
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  }

  #draw(picture, width, height, news) {
    if (this.size?.width !== width || this.size?.height !== height) {
      this.size = { width, height };
      this.#fit();
    }
    const { width: across, height: down } = this.#canvas;
    const context = this.#context;
    const covering = this.covering?.readyState >= 2 ? this.covering : null;
    context.drawImage(covering ?? picture, 0, 0, across, down);
    const scene = news.envelope?.scene;
    if (scene && !covering) {
      drawScene(context, scene, { width: across, height: down, scale: this.scale, additive: this.additive });
    }
    this.#shown(news, this.size);
  }

  // As large as the stage lets it be, in whole pixels of the screen.
  #fit() {
    if (!this.size || this.held) return;
    const room = this.#room.getBoundingClientRect();
    const share = Math.min(room.width / this.size.width, room.height / this.size.height);
    const [width, height] = [Math.round(this.size.width * share), Math.round(this.size.height * share)];
    this.scale = window.devicePixelRatio || 1;
    const [across, down] = [Math.round(width * this.scale), Math.round(height * this.scale)];
    this.#canvas.style.width = `${width}px`;
    this.#canvas.style.height = `${height}px`;
    if (this.#canvas.width === across && this.#canvas.height === down) return;
    const before = this.#canvas.width > 0 ? createCopy(this.#canvas) : null;
    this.#canvas.width = across;
    this.#canvas.height = down;
    this.#context.imageSmoothingQuality = "high";
    if (before) this.#context.drawImage(before, 0, 0, across, down);
  }
}

function createCopy(canvas) {
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  copy.getContext("2d").drawImage(canvas, 0, 0);
  return copy;
}
