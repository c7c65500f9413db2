// The slider over the wearer's picture: left of it without reprojection, right of it with.

const STEP = 0.02;

export class Split {
  #handle; #picture; #changed = () => {};
  #share = 0.5;
  #possible = true;

  constructor(find) {
    this.#handle = find("split");
    this.#picture = find("worn-picture");
    this.#handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.#handle.focus({ focusVisible: false });
      this.#handle.setPointerCapture(event.pointerId);
      this.#handle.onpointermove = (move) => this.#follow(move);
    });
    for (const end of ["pointerup", "pointercancel"]) {
      this.#handle.addEventListener(end, () => { this.#handle.onpointermove = null; });
    }
    this.#handle.addEventListener("keydown", (event) => this.#onKey(event));
    this.#set(this.#share);
  }

  // How much of the picture is shown without reprojection, 0 to 1.
  get share() {
    return this.#possible ? this.#share : 0;
  }

  onChange(changed) {
    this.#changed = changed;
  }

  // Where both halves are the same there is nothing to compare.
  possible(yes) {
    if (yes === this.#possible) return;
    this.#possible = yes;
    this.#picture.classList.toggle("unsplit", !yes);
  }

  #follow(event) {
    const box = this.#picture.getBoundingClientRect();
    this.#set((event.clientX - box.left) / box.width);
  }

  #onKey(event) {
    const to = {
      ArrowLeft: this.#share - STEP, ArrowDown: this.#share - STEP, ArrowRight: this.#share + STEP,
      ArrowUp: this.#share + STEP, PageDown: this.#share - 0.1, PageUp: this.#share + 0.1, Home: 0, End: 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#set(to);
  }

  #set(share) {
    this.#share = Math.max(0, Math.min(1, share));
    const percent = Math.round(this.#share * 100);
    this.#picture.style.setProperty("--split", `${(this.#share * 100).toFixed(2)}%`);
    this.#handle.setAttribute("aria-valuenow", percent);
    this.#handle.setAttribute("aria-valuetext", `${percent} % without reprojection`);
    this.#picture.classList.toggle("narrow-left", this.#share < 0.15);
    this.#picture.classList.toggle("narrow-right", this.#share > 0.8);
    this.#changed();
  }
}
