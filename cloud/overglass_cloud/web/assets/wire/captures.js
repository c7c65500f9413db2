// When was the picture with this RTP timestamp captured? The browser tells capture times beside the
// camera's pictures and RTP timestamps beside the encoded ones, but never both beside one.
//
// Both run on the same clock but for an unknown constant. The encoder's quickest picture bounds it from
// one side; the capture time that is nearest before that bound is the picture's own, as long as the
// quickest took less than a frame's interval, which no live encoder exceeds.

const RTP_HZ = 90_000;
const WRAP = 2 ** 32;
const KEPT = 60;
const NEEDED = 4;
const TIE = 0.0015; // RTP timestamps are rounded to milliseconds

export class CaptureTimes {
  #captures = [];
  #pictures = []; // [seconds of its RTP timestamp, when it left the encoder]
  #last = null;

  // A camera picture was captured at `time`, seconds.
  add(time) {
    this.#captures.push(time);
    if (this.#captures.length > KEPT) this.#captures.shift();
  }

  // Seconds, or null while nothing is known. To be asked once for each picture, in order.
  of(rtpTime, encoded) {
    const stamp = this.#unwrapped(rtpTime);
    this.#pictures.push([stamp, encoded]);
    if (this.#pictures.length > KEPT) this.#pictures.shift();
    const constant = this.#constant();
    return constant === null ? null : Math.min(stamp + constant, encoded);
  }

  // Capture time minus RTP time: the median over the pictures whose capture is known.
  #constant() {
    const bound = Math.min(...this.#pictures.map(([stamp, encoded]) => encoded - stamp));
    const found = [];
    for (const [stamp] of this.#pictures) {
      const before = this.#captures.filter((time) => time <= stamp + bound + TIE);
      // A capture that comes after the newest known would be mistaken for the one before it.
      if (before.length && before.length < this.#captures.length) found.push(before.at(-1) - stamp);
    }
    if (found.length < NEEDED) return null;
    found.sort((one, other) => one - other);
    return found[found.length >> 1];
  }

  #unwrapped(rtpTime) {
    if (this.#last !== null) {
      let step = (rtpTime - (this.#last % WRAP) + WRAP) % WRAP;
      if (step > WRAP / 2) step -= WRAP;
      rtpTime = this.#last + step;
    }
    this.#last = rtpTime;
    return rtpTime / RTP_HZ;
  }
}
