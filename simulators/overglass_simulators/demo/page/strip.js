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
  #perSecond = 1;
  #last = null;

  // Draws `frames` of [from, to], seconds, into the area of `context`; `top` is the highest ms shown.
  show(context, area, { frames, stages, from, to, top }) {
    const [width, height] = [area.right - area.left, area.bottom - area.top];
    const scale = devicePixelRatio || 1;
    const key = [width, height, scale, top, stages.length].join();
    if (key !== this.#key || to > this.#end || from < this.#start) {
      this.#begin(width, height, scale, from, to);
      this.#key = key;
    }
    const fresh = this.#last === null ? 0 : frames.findLastIndex((frame) => frame.at <= this.#last.at) + 1;
    for (const frame of frames.slice(fresh)) this.#add(frame, stages, height / top, height);
    const source = Math.round((from - this.#start) * this.#perSecond * scale);
    context.drawImage(
      this.#canvas, source, 0, Math.round(width * scale), this.#canvas.height, area.left, area.top, width, height,
    );
  }

  forget() {
    this.#key = "";
  }

  #begin(width, height, scale, from, to) {
    this.#start = from;
    this.#end = to + (to - from) * AHEAD;
    this.#perSecond = width / (to - from);
    this.#canvas.width = Math.ceil(width * (1 + AHEAD) * scale);
    this.#canvas.height = Math.round(height * scale);
    this.#context.setTransform(scale, 0, 0, scale, 0, 0);
    this.#last = null;
  }

  // One frame: each stage a slab between the frame before and this one.
  #add(frame, stages, perMs, height) {
    const before = this.#last;
    const known = Boolean(frame.stages);
    const joined = before && frame.at - before.at < GAP_S && Boolean(before.stages) === known;
    const right = (frame.at - this.#start) * this.#perSecond;
    const left = joined ? (before.at - this.#start) * this.#perSecond : right - 1.5;
    const layers = known ? stages.map((stage) => stage.colour) : [UNKNOWN];
    const ends = summed(known ? frame.stages : [frame.latency]);
    const starts = !joined ? ends : summed(known ? before.stages : [before.latency]);
    // From the whole down to the first stage, each over the one before: so no seam lets the ground through.
    for (let at = layers.length - 1; at >= 0; at -= 1) {
      const tops = [height - starts[at] * perMs, height - ends[at] * perMs];
      this.#slab(layers[at], left - 0.5, right, tops, height);
    }
    this.#last = frame;
  }

  #slab(colour, left, right, [leftTop, rightTop], bottom) {
    const context = this.#context;
    context.beginPath();
    context.moveTo(left, bottom);
    context.lineTo(left, leftTop);
    context.lineTo(right, rightTop);
    context.lineTo(right, bottom);
    context.fillStyle = colour;
    context.fill();
  }
}

function summed(parts) {
  let sum = 0;
  return parts.map((part) => (sum += part));
}
