// Elements in one line each, without markup in strings.

export function make(tag, properties = {}, children = []) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// Only what changes is written: an unchanged line must not be announced again.
export function put(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
