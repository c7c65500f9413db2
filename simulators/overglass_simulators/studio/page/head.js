// Turns the head: drag either picture as if it were the world, or use the arrow keys.

import { put } from "./dom.js";
import { Steady } from "./asking.js";

const KEY_RADIANS = 0.05;
const DEGREES = 180 / Math.PI;

export class Head {
  #turn = new Steady("turn", (one, other) => ({ yaw: one.yaw + other.yaw, pitch: one.pitch + other.pitch }));
  #straight; #turned; #hint;
  #yaw = 0; #pitch = 0;
  #fields = { camera: 70, worn: 70 };

  constructor(find) {
    this.#straight = find("straight");
    this.#turned = find("turned");
    this.#hint = find("hint");
    for (const name of ["camera", "worn"]) this.#listen(find(`${name}-turns`), name);
    this.#straight.addEventListener("click", () => this.#by(-this.#yaw, -this.#pitch));
  }

  // Degrees across each picture, so that what is grabbed stays under the finger.
  begin(device) {
    this.#fields = { camera: device.camera.field_deg, worn: device.worn_deg };
  }

  forget() {
    [this.#yaw, this.#pitch] = [0, 0];
    this.#show();
  }

  #listen(place, name) {
    let last = null;
    place.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      last = event;
      place.setPointerCapture(event.pointerId);
      place.classList.add("turning");
    });
    place.addEventListener("pointermove", (event) => {
      if (!last || event.pointerId !== last.pointerId) return;
      const perPixel = this.#fields[name] / DEGREES / place.clientWidth;
      this.#by((event.clientX - last.clientX) * perPixel, (event.clientY - last.clientY) * perPixel);
      last = event;
    });
    for (const end of ["pointerup", "pointercancel"]) {
      place.addEventListener(end, () => { last = null; place.classList.remove("turning"); });
    }
    place.addEventListener("keydown", (event) => this.#onKey(event));
  }

  #onKey(event) {
    const to = {
      ArrowLeft: [KEY_RADIANS, 0], ArrowRight: [-KEY_RADIANS, 0], ArrowUp: [0, KEY_RADIANS],
      ArrowDown: [0, -KEY_RADIANS], Home: [-this.#yaw, -this.#pitch],
    }[event.key];
    if (!to || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#by(...to);
  }

  #by(yaw, pitch) {
    if (!yaw && !pitch) return;
    // Round once is where one was: no way back is longer than half way round.
    this.#yaw = Math.atan2(Math.sin(this.#yaw + yaw), Math.cos(this.#yaw + yaw));
    this.#pitch += pitch;
    this.#turn.want({ yaw, pitch });
    this.#hint.classList.add("done");
    this.#show();
  }

  #show() {
    const [yaw, pitch] = [this.#yaw * DEGREES, this.#pitch * DEGREES];
    this.#straight.hidden = Math.hypot(yaw, pitch) < 0.5;
    const parts = [];
    if (Math.abs(yaw) >= 0.5) parts.push(`${Math.abs(yaw).toFixed(0)}° ${yaw > 0 ? "left" : "right"}`);
    if (Math.abs(pitch) >= 0.5) parts.push(`${Math.abs(pitch).toFixed(0)}° ${pitch > 0 ? "up" : "down"}`);
    put(this.#turned, parts.join(", ") || "straight");
  }
}
