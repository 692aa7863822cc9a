// Colours of what is drawn by script: those of the style sheet, which knows
// light, dark and paper.

const QUERIES = ["(prefers-color-scheme: dark)", "print"];

export function colour(name) {
  const style = getComputedStyle(document.documentElement);
  return style.getPropertyValue(`--${name}`).trim();
}

export function onColourChange(redraw) {
  for (const query of QUERIES)
    matchMedia(query).addEventListener("change", redraw);
}
