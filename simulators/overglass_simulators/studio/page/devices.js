// Which glasses are worn, and the dialog in which others are chosen: what each sees and shows, to scale,
// and where every number comes from.

import { ask } from "./asking.js";
import { make, put, shape } from "./dom.js";

const KINDS = { additive: "see-through", "video-see-through": "video see-through", screen: "screen", none: "no display" };
const WHOLE = 112; // degrees across the whole glyph

export class Devices {
  #find; #told;
  #known = [];
  #numbers = new Map();
  #worn = null;

  // `told` hears of the device once it is worn.
  constructor(find, told) {
    this.#find = find;
    this.#told = told;
    find("device").addEventListener("click", () => this.#open());
    find("wear").addEventListener("click", () => this.#wear());
    find("devices").addEventListener("change", () => this.#describe());
    closeOutside(find("devices-dialog"));
  }

  begin(devices) {
    this.#known = devices;
    this.#worn = null;
  }

  show(name) {
    if (name === this.#worn) return;
    const device = this.#known.find((each) => each.name === name);
    if (!device) return;
    this.#worn = name;
    put(this.#find("device-title"), device.title);
    put(this.#find("device-facts"), facts(device));
    this.#find("device").setAttribute("aria-label", `${device.title}, ${facts(device)}: choose other glasses`);
    this.#find("device-glyph").replaceChildren(glyph(device));
    this.#told(device);
  }

  async #open() {
    this.#find("devices").replaceChildren(...this.#known.map((device) => this.#card(device)));
    this.#find("devices-dialog").showModal();
    this.#find("devices").querySelector("input:checked")?.focus();
    const devices = await ask("devices", undefined, "GET");
    if (devices) this.#numbers = new Map(devices.map((device) => [device.name, device.numbers]));
    this.#describe();
  }

  #card(device) {
    const input = make("input", { type: "radio", name: "device", value: device.name, checked: device.name === this.#worn });
    const picture = make("span", { className: "glyph" }, [glyph(device)]);
    return make("label", {}, [input, picture, make("b", { textContent: device.title }), make("small", { textContent: facts(device) })]);
  }

  #describe() {
    const name = this.#find("devices").querySelector("input:checked")?.value;
    const device = this.#known.find((each) => each.name === name);
    put(this.#find("sheet-title"), device?.title ?? "");
    const rows = [];
    let part = "";
    for (const number of this.#numbers.get(name) ?? []) {
      if (number.part !== part) rows.push(make("tr", {}, [make("th", { colSpan: 2, scope: "rowgroup", textContent: number.part })]));
      part = number.part;
      const value = make("td", { textContent: number.value });
      if (number.source) value.append(make("small", { textContent: number.source }));
      rows.push(make("tr", {}, [make("td", { textContent: number.name }), value]));
    }
    this.#find("numbers").replaceChildren(...rows);
    this.#find("wear").disabled = !device || name === this.#worn;
    put(this.#find("wear"), name === this.#worn ? "You wear these" : "Wear these");
  }

  async #wear() {
    const name = this.#find("devices").querySelector("input:checked").value;
    await ask("device", { name });
    // A refusal is told over the pictures, which the dialog would hide.
    this.#find("devices-dialog").close();
  }
}

export function closeOutside(dialog) {
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}

function facts(device) {
  const shows = device.display ? `${KINDS[device.kind]}, ${device.display.field_deg.toFixed(0)}°` : KINDS.none;
  return `${shows} · camera ${device.camera.field_deg.toFixed(0)}°, ${device.camera.fps.toFixed(0)} fps`;
}

// What the camera sees, grey, and what the display shows, amber, as angles to scale.
function glyph(device) {
  const [width, height] = [100, 62];
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "xMidYMid meet" });
  const box = (part, className) => {
    const across = (part.field_deg / WHOLE) * width;
    const scale = Math.min(1, height / ((across * part.height) / part.width));
    const [w, h] = [across * scale, ((across * part.height) / part.width) * scale];
    svg.append(shape("rect", { x: (width - w) / 2, y: (height - h) / 2, width: w, height: h, rx: Math.min(5, w / 4), class: className }));
  };
  box(device.camera, "sees");
  if (device.display) box(device.display, `shows ${{ "video-see-through": "video", screen: "looked" }[device.kind] ?? ""}`);
  return svg;
}
