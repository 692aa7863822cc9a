// Drawing that nobody waits for: what is near the window is drawn first, the
// rest piece by piece while nothing else is to be done, and all at once for
// paper.

const MARGIN = "600px";
// Not every browser tells when it is idle.
const whenIdle = globalThis.requestIdleCallback ??
  ((job) => setTimeout(job, 50));

export function drawLater(jobs, whenAllAreDrawn) {
  const waiting = new Map(jobs.map(({ place, draw }) => [place, draw]));

  function drawAt(place) {
    const draw = waiting.get(place);
    if (!waiting.delete(place)) return;
    watcher.unobserve(place);
    draw();
    if (waiting.size === 0) whenAllAreDrawn();
  }

  const watcher = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen)
      if (isIntersecting) drawAt(target);
  }, { rootMargin: MARGIN });

  function next() {
    const [place] = waiting.keys();
    if (!place) return;
    drawAt(place);
    whenIdle(next, { timeout: 500 });
  }

  if (waiting.size === 0) whenAllAreDrawn();
  for (const place of waiting.keys()) watcher.observe(place);
  whenIdle(next, { timeout: 500 });
  addEventListener("beforeprint", () => [...waiting.keys()].forEach(drawAt));
}
