// Questions that are asked inside of the page.

// A canvas that something was drawn on.
function painted(canvas) {
  const { data } = canvas.getContext("2d")
    .getImageData(0, 0, canvas.width, canvas.height);
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 0) return true;
  return false;
}

// Texts that stand out too little from what is behind them: WCAG's AA.
function badContrasts() {
  const parts = (colour) => {
    const found = colour.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
    return [...found.slice(0, 3), found[3] ?? 1];
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92
        : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (one) => {
    for (let at = one; at; at = at.parentElement) {
      // Letters of a flame graph are on its frame's rectangle.
      const rect = at.matches("g.frame") && at.querySelector("rect");
      const style = getComputedStyle(rect || at);
      const [r, g, b, alpha] = parts(rect ? style.fill : style.backgroundColor);
      if (alpha > 0.99) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const bad = new Set();
  for (const one of document.querySelectorAll("body *")) {
    const own = [...one.childNodes].some((node) =>
      node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== "");
    if (!own || !one.checkVisibility() || one.closest("button:disabled"))
      continue;
    const [front, back] = [parts(getComputedStyle(one).color).slice(0, 3),
      ground(one)].map(luminance);
    const ratio = (Math.max(front, back) + 0.05) /
      (Math.min(front, back) + 0.05);
    if (ratio < 4.5)
      bad.add(`${one.tagName}.${one.getAttribute("class") ?? ""}: ` +
        `${ratio.toFixed(2)}`);
  }
  return [...bad];
}

// What can be operated and does not say what it is.
function nameless() {
  return [...document.querySelectorAll(
    "button, input, a[href], summary, [tabindex], [role=img], [role=tree]")]
    .filter((one) => !(one.getAttribute("aria-label") ??
      one.textContent.trim()) && one.id !== "content")
    .map((one) => one.outerHTML.slice(0, 120));
}

module.exports = { badContrasts, nameless, painted };
