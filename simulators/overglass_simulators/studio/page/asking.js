// Asks the studio to do something, and says clearly why it could not.

let listener = () => {};

// `heard` gets { title, cure } of every refusal.
export function onRefusal(heard) {
  listener = heard;
}

// The answer's body, true where there is none, or null after a refusal.
export async function ask(path, body, method = "POST") {
  try {
    const response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (response.status === 204) return true;
    const answer = await response.json();
    if (response.ok) return answer;
    listener({ title: sentence(answer.detail ?? response.statusText), cure: answer.cure ?? "" });
  } catch {
    listener({ title: "The studio does not answer.", cure: "It comes back by itself once it runs again." });
  }
  return null;
}

// For what changes faster than it can be asked: one request at a time, and then only the newest wish.
export class Steady {
  #path; #merge;
  #wanted = null;
  #asking = false;
  #touchedAt = -Infinity;

  constructor(path, merge = (_, wish) => wish) {
    this.#path = path;
    this.#merge = merge;
  }

  // What is in force may have come from elsewhere, but must never fight the hand on the slider.
  get busy() {
    return this.#asking || performance.now() - this.#touchedAt < 600;
  }

  want(wish) {
    this.#touchedAt = performance.now();
    this.#wanted = this.#wanted ? this.#merge(this.#wanted, wish) : wish;
    if (!this.#asking) this.#ask();
  }

  async #ask() {
    this.#asking = true;
    while (this.#wanted) {
      const wish = this.#wanted;
      this.#wanted = null;
      await ask(this.#path, wish);
    }
    this.#asking = false;
  }
}

function sentence(words) {
  const whole = /[.!?]$/.test(words) ? words : `${words}.`;
  return whole.charAt(0).toUpperCase() + whole.slice(1);
}
