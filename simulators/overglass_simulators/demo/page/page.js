// Joins the page's parts: what comes in from the demo goes to whoever shows it.

import { Chart } from "./chart.js";
import { Controls } from "./controls.js";
import { Events } from "./events.js";
import { Figures } from "./figures.js";
import { Pictures } from "./pictures.js";

const find = (id) => document.getElementById(id);

const figures = new Figures(find);
const events = new Events(find("events"));
const chart = new Chart(find("chart"), find("reading"));
const pictures = new Pictures(find);
const controls = new Controls(find, {
  paused(paused) {
    chart.pause(paused);
    pictures.pause(paused);
    figures.pause(paused);
  },
  applied(change) {
    events.add(Date.now(), `${change.look} at ${Math.round(change.strength * 100)} %, seen ${Math.round(change.lag_ms)} ms later`);
  },
  refused(words) {
    events.add(Date.now(), words, true);
  },
});

function take(news) {
  // The demo's clock is monotonic; for people it becomes the time of day.
  const wallClock = (at) => Date.now() - (news.now - at) * 1000;
  chart.add(news);
  figures.show(news);
  controls.show(news.control);
  pictures.name(news.control.look);
  for (const event of news.events) events.add(wallClock(event.at), event.detail, event.name);
}

const source = new EventSource("news");

source.addEventListener("whole", (message) => {
  const whole = JSON.parse(message.data);
  chart.begin(whole);
  figures.begin(whole);
  controls.begin(whole);
  pictures.begin(whole);
  events.clear();
  take(whole);
});

source.addEventListener("news", (message) => take(JSON.parse(message.data)));

source.addEventListener("end", () => {
  source.close();
  pictures.end();
  chart.pause(true);
  figures.ended("The demo has ended");
  events.add(Date.now(), "the demo has ended; start it again with: overglass demo");
});

source.addEventListener("error", () => {
  if (source.readyState !== EventSource.CLOSED) figures.ended("The demo does not answer");
});
