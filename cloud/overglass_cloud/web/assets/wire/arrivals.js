// Envelopes on their way to their pictures: they come from the worker or over a channel, the pictures from
// the decoder, and meet here by RTP timestamp. Keeps a second or two, in case a picture never comes.

const KEPT = 64;

export class Arrivals {
  #byTime = new Map();
  #waiting = new Map();
  #expected = false;

  // `news`: any of {envelope, arrived}; what was known already is added to.
  keep(rtpTime, news) {
    const whole = { ...this.#byTime.get(rtpTime) };
    for (const [key, value] of Object.entries(news)) whole[key] = value ?? whole[key];
    this.#byTime.set(rtpTime, whole);
    if (this.#byTime.size > KEPT) this.#byTime.delete(this.#byTime.keys().next().value);
    if (!whole.envelope) return;
    this.#expected = true;
    this.#waiting.get(rtpTime)?.();
  }

  // What came for this picture; waits for its envelope at most `patience` ms, and only once one has come.
  async take(rtpTime, patience) {
    if (this.#expected && !this.#byTime.get(rtpTime)?.envelope) await this.#wait(rtpTime, patience);
    const whole = this.#byTime.get(rtpTime) ?? {};
    this.#byTime.delete(rtpTime);
    return whole;
  }

  forget() {
    this.#byTime.clear();
    this.#expected = false;
  }

  #wait(rtpTime, patience) {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(rtpTime);
        resolve();
      };
      const timer = setTimeout(done, patience);
      this.#waiting.set(rtpTime, done);
    });
  }
}
