// The wearer's own picture, small, in a corner of the result: dragged anywhere it falls into the nearest
// corner; pressed, or by keyboard, it goes on to the next.

const CORNERS = ["bottom-left", "bottom-right", "top-right", "top-left"];
const DRAG_FROM = 6;

export class Inset {
  #button; #grip = null;

  constructor(button) {
    this.#button = button;
    button.dataset.corner = matchMedia("(max-width: 860px)").matches ? "top-right" : CORNERS[0];
    button.addEventListener("pointerdown", (event) => this.#take(event));
    button.addEventListener("pointermove", (event) => this.#drag(event));
    button.addEventListener("pointerup", () => this.#drop());
    button.addEventListener("pointercancel", () => this.#drop());
    button.addEventListener("click", (event) => this.#next(event));
  }

  #take(event) {
    const box = this.#button.getBoundingClientRect();
    this.#grip = { x: event.clientX - box.left, y: event.clientY - box.top, from: [event.clientX, event.clientY], moved: false };
    this.#button.setPointerCapture(event.pointerId);
  }

  #drag({ clientX, clientY }) {
    const grip = this.#grip;
    if (!grip) return;
    grip.moved ||= Math.hypot(clientX - grip.from[0], clientY - grip.from[1]) > DRAG_FROM;
    if (!grip.moved) return;
    const stage = this.#button.parentElement.getBoundingClientRect();
    this.#button.dataset.dragged = "";
    this.#button.style.left = `${clientX - grip.x - stage.left}px`;
    this.#button.style.top = `${clientY - grip.y - stage.top}px`;
  }

  #drop() {
    const grip = this.#grip;
    if (!grip?.moved) return;
    const [box, stage] = [this.#button, this.#button.parentElement].map((each) => each.getBoundingClientRect());
    const left = box.left + box.width / 2 < stage.left + stage.width / 2;
    const high = box.top + box.height / 2 < stage.top + stage.height / 2;
    this.#settle(`${high ? "top" : "bottom"}-${left ? "left" : "right"}`);
  }

  #next(event) {
    const moved = this.#grip?.moved && event.detail !== 0; // a click of the keyboard has no detail
    this.#grip = null;
    if (!moved) this.#settle(CORNERS[(CORNERS.indexOf(this.#button.dataset.corner) + 1) % CORNERS.length]);
  }

  #settle(corner) {
    delete this.#button.dataset.dragged;
    this.#button.style.removeProperty("left");
    this.#button.style.removeProperty("top");
    this.#button.dataset.corner = corner;
  }
}
