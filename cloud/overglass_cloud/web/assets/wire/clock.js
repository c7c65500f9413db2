// How far the service's clock is from ours. Whatever delays a packet only ever adds to its one-way
// difference, so the shortest there and the shortest back stand for the truth. The edge's program
// fits drift as well; over a page's window of a minute that is a fraction of a millisecond.

const WINDOW = 600;

export class Clock {
  #there = [];
  #back = [];
  #trips = [];

  get known() { return this.#trips.length > 0; }

  // Seconds; half of it bounds the offset's error.
  get roundTrip() {
    return this.known ? [...this.#trips].sort((a, b) => a - b)[this.#trips.length >> 1] : null;
  }

  get error() { return this.known ? Math.min(...this.#trips) / 2 : null; }

  // The service's clock minus ours.
  get offset() { return (Math.min(...this.#there) - Math.min(...this.#back)) / 2; }

  // One exchange, times in seconds. One that cannot have happened is left out.
  add({ sent, received, answered }, returned) {
    const trip = returned - sent - (answered - received);
    if (!(trip >= 0) || answered < received) return;
    for (const [list, value] of [[this.#there, received - sent], [this.#back, returned - answered], [this.#trips, trip]]) {
      list.push(value);
      if (list.length > WINDOW) list.shift();
    }
  }

  toLocal(theirs) { return theirs - this.offset; }
}
