// The stacked stages of many frames, drawn once each on a canvas off screen that the chart then slides by.
// Redrawing a thousand frames twenty times a second would disturb the very thing that is measured.

const GAP_S = 0.4; // frames further apart are not joined
const UNKNOWN = "#4b535e"; // before the clocks know each other
const AHEAD = 0.5; // of the history: how far the strip reaches into the future before it is begun anew

export class Strip {
  #canvas = document.createElement("canvas");
  #context = this.#canvas.getContext("2d");
  #key = "";
  #start = 0;
  #end = 0;
  #perSecond = 1; // pixels of the screen, as everything here
  #last = null;
  #column = -1;
  #tallest = 0;

  // Draws `frames` of [from, to], seconds, into the area of `context`; `top` is the highest ms shown.
  show(context, area, { frames, stages, from, to, top }) {
    const scale = devicePixelRatio || 1;
    const [width, height] = [area.right - area.left, area.bottom - area.top];
    const key = [width, height, scale, top, stages.length].join();
    if (key !== this.#key || to > this.#end || from < this.#start) {
      this.#begin(Math.round(width * scale), Math.round(height * scale), from, to);
      this.#key = key;
    }
    const fresh = this.#last === null ? 0 : frames.findLastIndex((frame) => frame.at <= this.#last.at) + 1;
    for (const frame of frames.slice(fresh)) this.#add(frame, stages, this.#canvas.height / top);
    const offset = Math.round((from - this.#start) * this.#perSecond);
    const span = Math.round(width * scale);
    context.drawImage(
      this.#canvas, offset, 0, span, this.#canvas.height, area.left, area.top, width, height,
    );
  }

  forget() {
    this.#key = "";
  }

  #begin(width, height, from, to) {
    this.#start = from;
    this.#end = to + (to - from) * AHEAD;
    this.#perSecond = width / (to - from);
    this.#canvas.width = Math.ceil(width * (1 + AHEAD));
    this.#canvas.height = height;
    this.#last = null;
    this.#column = -1;
  }

  // Whole columns only: slices thinner than a pixel would mix their colours.
  #add(frame, stages, perMs) {
    const before = this.#last;
    const known = Boolean(frame.stages);
    const joined = before && frame.at - before.at < GAP_S && Boolean(before.stages) === known;
    const column = Math.floor((frame.at - this.#start) * this.#perSecond);
    const ends = summed(known ? frame.stages : [frame.latency]);
    const starts = joined ? summed(known ? before.stages : [before.latency]) : ends;
    const colours = known ? stages.map((stage) => stage.colour) : [UNKNOWN];
    const first = joined ? this.#column + 1 : column;
    for (let at = first; at <= column; at += 1) {
      const share = column === first ? 1 : (at - first + 1) / (column - first + 1);
      this.#draw(at, colours, ends.map((end, index) => (starts[index] * (1 - share) + end * share) * perMs));
    }
    // Of the frames that fall into one column the slowest is shown.
    if (column === this.#column && ends.at(-1) * perMs > this.#tallest) {
      this.#draw(column, colours, ends.map((end) => end * perMs));
    }
    this.#column = Math.max(column, this.#column);
    this.#last = frame;
  }

  #draw(column, colours, tops) {
    const height = this.#canvas.height;
    this.#context.clearRect(column, 0, 1, height);
    for (let at = colours.length - 1; at >= 0; at -= 1) {
      this.#context.fillStyle = colours[at];
      this.#context.fillRect(column, height - tops[at], 1, tops[at]);
    }
    this.#tallest = tops.at(-1);
  }
}

function summed(parts) {
  let sum = 0;
  return parts.map((part) => (sum += part));
}
