// Records what is seen: the canvas with its overlays, and the microphone, held back by the time that the
// picture takes to come round, so that lips and words stay together. Ends as a file to keep.

const FORMATS = [
  ["video/mp4;codecs=avc1.42E01F,mp4a.40.2", "mp4"], ["video/webm;codecs=vp9,opus", "webm"],
  ["video/webm;codecs=vp8,opus", "webm"], ["video/webm", "webm"], ["video/mp4", "mp4"],
];
const FPS = 30;
const BITRATE = 6_000_000;
const MAX_DELAY_S = 2;

export class Recorder {
  startedAt = null;
  #recorder = null; #chunks = []; #sound = null; #delay = null; #tracks = []; #ended = null;

  static get possible() {
    return "MediaRecorder" in window && "captureStream" in HTMLCanvasElement.prototype;
  }

  get recording() { return this.#recorder !== null; }

  start(canvas, microphone, latency) {
    const stream = canvas.captureStream(FPS);
    if (microphone) stream.addTrack(this.#delayed(microphone, latency));
    this.#tracks = stream.getTracks();
    const [mimeType, suffix] = FORMATS.find(([type]) => MediaRecorder.isTypeSupported(type)) ?? [undefined, "webm"];
    this.#chunks = [];
    this.#recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: BITRATE });
    this.#recorder.ondataavailable = ({ data }) => this.#chunks.push(data);
    this.#ended = new Promise((resolve) => {
      this.#recorder.onstop = () => resolve({ blob: new Blob(this.#chunks, { type: this.#recorder.mimeType }), suffix });
    });
    this.#recorder.start(1000);
    this.startedAt = performance.now();
  }

  // The picture's way has become longer or shorter.
  follow(latency) {
    if (this.#delay && latency !== null) {
      this.#delay.delayTime.setTargetAtTime(Math.min(MAX_DELAY_S, latency), this.#sound.currentTime, 0.5);
    }
  }

  // {blob, suffix}
  async stop() {
    this.#recorder.stop();
    const file = await this.#ended;
    for (const track of this.#tracks) track.stop();
    await this.#sound?.close();
    this.#recorder = this.#sound = this.#delay = this.startedAt = null;
    return file;
  }

  #delayed(microphone, latency) {
    this.#sound = new AudioContext();
    const destination = this.#sound.createMediaStreamDestination();
    this.#delay = this.#sound.createDelay(MAX_DELAY_S);
    this.#delay.delayTime.value = Math.min(MAX_DELAY_S, latency ?? 0);
    this.#sound.createMediaStreamSource(new MediaStream([microphone])).connect(this.#delay).connect(destination);
    return destination.stream.getAudioTracks()[0];
  }
}

// Hands a file to the browser's downloads.
export function save({ blob, suffix }, look, at = new Date()) {
  const two = (number) => String(number).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const name = `overglass-${look}-${day}-${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}.${suffix}`;
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return name;
}
