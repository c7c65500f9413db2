// Elements in one line each, without markup in strings.

export const find = (id) => document.getElementById(id);

export function make(tag, properties = {}, children = []) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// Only what changes is written: an unchanged line must not be announced again.
export function put(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

export function icon(name) {
  const svg = shape("svg", { "aria-hidden": "true" });
  svg.append(shape("use", { href: `icons.svg#${name}` }));
  return svg;
}

export function shape(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// A row of radio buttons; each choice is { value, label, title }.
export function radios(holder, name, choices, chosen) {
  holder.replaceChildren(...choices.map(({ value, label, title = "" }) => {
    const input = make("input", { type: "radio", name, value });
    input.addEventListener("change", () => chosen(value));
    return make("label", { title }, [input, make("span", { textContent: label })]);
  }));
}

export function check(holder, value) {
  for (const input of holder.querySelectorAll("input")) input.checked = input.value === value;
}
