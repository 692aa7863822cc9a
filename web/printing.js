// What is folded on a screen is open on paper.

let opened = [];

function open() {
  for (const one of document.querySelectorAll("main details:not([open])")) {
    one.open = true;
    opened.push(one);
  }
}

function close() {
  for (const one of opened) one.open = false;
  opened = [];
}

export function openAllToPrint() {
  matchMedia("print").addEventListener("change",
    (now) => (now.matches ? open() : close()));
  addEventListener("beforeprint", open);
  addEventListener("afterprint", close);
}
