// Takes the icons into the page, so that a trouble still has its own when the service is gone.

const FILE = "assets/icons.svg";

export async function keepIcons() {
  const text = await (await fetch(FILE)).text();
  const icons = document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);
  icons.setAttribute("hidden", "");
  icons.setAttribute("aria-hidden", "true");
  document.body.append(icons);
  for (const use of document.querySelectorAll("use")) showIcon(use, use.getAttribute("href").split("#icon-")[1]);
}

export function showIcon(use, name) {
  use.setAttribute("href", document.getElementById(`icon-${name}`) ? `#icon-${name}` : `${FILE}#icon-${name}`);
}
