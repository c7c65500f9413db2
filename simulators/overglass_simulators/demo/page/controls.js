// Look, strength and pause. What is asked for is state: the last value always wins, and is never queued.

export class Controls {
  #looks; #strength; #value; #lag; #pause; #pauseWord;
  #listener;
  #wanted = null;
  #sending = false;
  #version = null;
  #touchedAt = 0;
  #told = null;
  #lastLook = null;

  constructor(find, listener) {
    this.#looks = find("looks");
    this.#strength = find("strength");
    this.#value = find("strength-value");
    this.#lag = find("lag");
    this.#pause = find("pause");
    this.#pauseWord = this.#pause.querySelector("span");
    this.#listener = listener;
    this.#looks.addEventListener("change", () => this.#ask());
    this.#strength.addEventListener("input", () => this.#ask());
    this.#pause.addEventListener("click", () => this.#togglePause());
    document.addEventListener("keydown", (event) => {
      if (event.key === "p" && !event.metaKey && !event.ctrlKey && !event.altKey) this.#togglePause();
    });
  }

  begin({ looks, control }) {
    this.#told = control.change?.version ?? null;
    this.#lastLook = control.look;
    this.#looks.replaceChildren(...looks.map((look) => {
      const label = document.createElement("label");
      label.title = look.summary;
      const input = Object.assign(document.createElement("input"), { type: "radio", name: "look", value: look.name });
      const name = Object.assign(document.createElement("span"), { textContent: look.name });
      label.append(input, name);
      return label;
    }));
    this.#set(control);
  }

  // The document in force may have come from another window, but never fights the hand on the slider.
  show(control) {
    if (!this.#sending && !this.#wanted && performance.now() - this.#touchedAt > 600) this.#set(control);
    const change = control.change;
    if (!change) return;
    if (change.lag_ms === null) {
      this.#lag.textContent = "Asked for…";
    } else {
      this.#lag.textContent = `Seen after ${Math.round(change.lag_ms)} ms`;
      if (change.version !== this.#told) {
        this.#told = change.version;
        if (change.look !== this.#lastLook) this.#listener.applied(change);
        this.#lastLook = change.look;
      }
    }
  }

  #set(control) {
    for (const input of this.#looks.querySelectorAll("input")) input.checked = input.value === control.look;
    this.#strength.value = Math.round(control.strength * 100);
    this.#showStrength();
  }

  #showStrength() {
    const percent = this.#strength.value;
    this.#value.textContent = `${percent} %`;
    this.#strength.style.setProperty("--filled", `${percent}%`);
    this.#strength.setAttribute("aria-valuetext", `${percent} %`);
  }

  #ask() {
    this.#touchedAt = performance.now();
    this.#showStrength();
    const look = this.#looks.querySelector("input:checked")?.value;
    if (!look) return;
    this.#wanted = { look, strength: Number(this.#strength.value) / 100 };
    if (!this.#sending) this.#send();
  }

  async #send() {
    this.#sending = true;
    while (this.#wanted) {
      const body = JSON.stringify(this.#wanted);
      this.#wanted = null;
      try {
        const response = await fetch("control", {
          method: "POST", headers: { "Content-Type": "application/json" }, body,
        });
        const answer = await response.json();
        if (!response.ok) this.#listener.refused(`${answer.detail}. ${answer.cure ?? ""}`.trim());
      } catch {
        this.#listener.refused("the demo does not answer");
      }
    }
    this.#sending = false;
  }

  #togglePause() {
    const paused = this.#pause.getAttribute("aria-pressed") !== "true";
    this.#pause.setAttribute("aria-pressed", String(paused));
    this.#pauseWord.textContent = paused ? "Resume" : "Pause";
    this.#listener.paused(paused);
  }
}
