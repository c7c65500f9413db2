// The geometry and painting of the timeline: a row a stage, and each frame a strand that runs down through
// them, from the light it caught to the light it gave. Knows neither pointers nor clocks.

const WIDEST = 8;
const UNKNOWN = "#4b535e"; // before the clocks know each other
const LONG_GAP_S = 0.35;
const [QUIET, TEXT, LINE, BAD, GOOD] = ["#98a1ad", "#eceff3", "#232830", "#ec7077", "#57c993"];

// A frame as it comes, with the time at which it enters each stage, and last at which it is seen; seconds.
export function strand([id, exposed, latency, stages]) {
  const known = stages.reduce((sum, ms) => sum + (ms ?? 0), 0);
  const missing = stages.filter((ms) => ms === null).length;
  // What is not known shares what is left of the whole.
  const each = missing ? Math.max(0, latency - known) / missing : 0;
  const times = [exposed];
  for (const ms of stages) times.push(times.at(-1) + (ms ?? each) / 1000);
  return { id, exposed, latency, stages, times, shown: exposed + latency / 1000 };
}

export function rowsOf(area, count) {
  const height = (area.bottom - area.top) / count;
  return Array.from({ length: count + 1 }, (_, at) => area.top + at * height);
}

// How wide a strand is: what its neighbours leave of the way between two, the commonest gap.
export function widthOf(strands, perSecond) {
  const gaps = strands.slice(1).map((each, at) => each.exposed - strands[at].exposed).sort((a, b) => a - b);
  const typical = gaps.length ? gaps[gaps.length >> 1] : 1 / 30;
  return Math.max(1.25, Math.min(WIDEST, typical * perSecond * 0.62));
}

export function paintRows(context, area, rows, stages, medians) {
  context.textBaseline = "middle";
  stages.forEach((stage, at) => {
    const middle = (rows[at] + rows[at + 1]) / 2;
    if (at % 2 === 0) {
      context.fillStyle = "#171b21";
      context.fillRect(area.left, rows[at], area.right - area.left, rows[at + 1] - rows[at]);
    }
    context.fillStyle = stage.colour;
    context.beginPath();
    context.roundRect(0, middle - 5, 10, 10, 3);
    context.fill();
    context.fillStyle = TEXT;
    context.textAlign = "left";
    context.fillText(stage.name, 17, middle);
    context.fillStyle = QUIET;
    context.textAlign = "right";
    context.fillText(medians[at] === null ? "–" : medians[at].toFixed(1), area.left - 10, middle);
  });
}

export function paintAxis(context, area, x, from, to, step) {
  context.textBaseline = "alphabetic";
  for (let ago = 0; ago <= to - from + 1e-6; ago += step) {
    const column = Math.round(x(to - ago)) + 0.5;
    if (ago) stroke(context, [[column, area.top], [column, area.bottom]], LINE);
    context.fillStyle = QUIET;
    context.textAlign = ago ? "center" : "right";
    context.fillText(ago ? `${ago.toFixed(step < 1 ? 1 : 0)} s` : "now", column, area.bottom + 16);
  }
}

// All strands of one stage are one path: a few hundred frames twenty times a second stay cheap.
export function paintStrands(context, rows, stages, strands, x, width, dim) {
  context.globalAlpha = dim ? 0.28 : 1;
  stages.forEach((stage, at) => {
    for (const known of [true, false]) {
      context.beginPath();
      for (const each of strands) {
        if ((each.stages[at] !== null) === known) trace(context, each, at, rows, x, width);
      }
      context.fillStyle = known ? stage.colour : UNKNOWN;
      context.fill();
    }
  });
  context.globalAlpha = 1;
}

export function paintChosen(context, rows, stages, chosen, x, width) {
  stages.forEach((stage, at) => {
    context.beginPath();
    trace(context, chosen, at, rows, x, width);
    context.fillStyle = chosen.stages[at] === null ? UNKNOWN : stage.colour;
    context.fill();
  });
  const left = rows.map((row, at) => [x(chosen.times[at]) - width / 2, row]);
  const right = rows.map((row, at) => [x(chosen.times[at]) + width / 2, row]);
  stroke(context, [...left, ...right.reverse(), left[0]], TEXT);
}

// Where nothing was seen for long: how long.
export function paintGaps(context, area, strands, x, now) {
  const shown = strands.map((each) => each.shown).sort((a, b) => a - b);
  const ends = [...shown, now];
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let at = 1; at < ends.length; at += 1) {
    const gap = ends[at] - ends[at - 1];
    if (gap < LONG_GAP_S) continue;
    const [from, to] = [Math.max(area.left, x(ends[at - 1]) + 6), Math.min(area.right, x(ends[at]) - 6)];
    const words = `nothing new for ${gap.toFixed(1)} s`;
    const room = context.measureText(words).width;
    const row = area.bottom - 9.5;
    const middle = (from + to) / 2;
    if (to - from < room + 30) continue;
    stroke(context, [[from, row - 4], [from, row + 4]], BAD);
    stroke(context, [[to, row - 4], [to, row + 4]], BAD);
    stroke(context, [[from, row], [middle - room / 2 - 8, row]], BAD);
    stroke(context, [[middle + room / 2 + 8, row], [to, row]], BAD);
    context.fillStyle = "#f0878d";
    context.fillText(words, middle, row);
  }
}

// Faults as bands behind the strands, and how long it took until the world was live again.
export function paintEpisodes(context, area, episodes, x, now) {
  context.textBaseline = "middle";
  context.textAlign = "left";
  episodes.forEach((episode) => {
    const [from, to] = [x(episode.began), Math.min(area.right, x(Math.min(episode.ends, now)))];
    if (to < area.left) return;
    const left = Math.max(area.left, from);
    context.fillStyle = "rgb(236 112 119 / .13)";
    context.fillRect(left, area.top, Math.max(2, to - left), area.bottom - area.top);
    if (from >= area.left) stroke(context, [[from, area.top], [from, area.bottom]], BAD);
    label(context, episode.label, left + 7, area, episode.lane, "#f5a0a5");
    if (episode.recovery !== null) paintRecovery(context, area, episode, x);
  });
}

function paintRecovery(context, area, episode, x) {
  const [ended, live] = [x(episode.ends), x(episode.ends + episode.recovery)];
  if (live < area.left) return;
  context.fillStyle = "rgb(87 201 147 / .12)";
  context.fillRect(Math.max(area.left, ended), area.top, live - Math.max(area.left, ended), area.bottom - area.top);
  stroke(context, [[live, area.top], [live, area.bottom]], GOOD);
  label(context, `live after ${Math.round(episode.recovery * 1000)} ms`, live + 7, area, episode.lane, GOOD);
}

function label(context, words, left, area, lane, colour) {
  const row = area.top + 10 + lane * 17;
  const width = context.measureText(words).width;
  if (left > area.right - 20) return;
  context.fillStyle = "rgb(19 22 27 / .82)";
  context.beginPath();
  context.roundRect(left - 5, row - 8, width + 10, 16, 4);
  context.fill();
  context.fillStyle = colour;
  context.fillText(words, left, row);
}

function trace(context, each, at, rows, x, width) {
  const [top, bottom] = [x(each.times[at]) - width / 2, x(each.times[at + 1]) - width / 2];
  context.moveTo(top, rows[at]);
  context.lineTo(top + width, rows[at]);
  context.lineTo(bottom + width, rows[at + 1]);
  context.lineTo(bottom, rows[at + 1]);
  context.closePath();
}

function stroke(context, points, colour) {
  context.beginPath();
  points.forEach(([column, row], at) => (at ? context.lineTo(column, row) : context.moveTo(column, row)));
  context.lineWidth = 1;
  context.strokeStyle = colour;
  context.stroke();
}
