// Quantities as the program writes them (harness/report/text.cc).

function plain(value) {
  const size = Math.abs(value);
  if (Math.abs(value - Math.round(value)) < 1e-9 || size >= 1000)
    return Math.round(value).toLocaleString("en-US");
  return size >= 10 ? value.toFixed(1) : String(Number(value.toPrecision(2)));
}

export function numberText(value) {
  return plain(value);
}

export function bytesText(bytes) {
  const size = Math.abs(bytes);
  if (size < 10 * 1024) return `${plain(bytes)} B`;
  if (size < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KiB`;
  if (size < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
  return `${(bytes / 1024 ** 3).toFixed(2)} GiB`;
}

// Of an axis, whose steps are round: 1.25 MiB, 512 KiB.
export function bytesTick(bytes) {
  const power = Math.min(3, Math.max(0,
    Math.floor(Math.log2(Math.max(1, Math.abs(bytes))) / 10)));
  const unit = ["B", "KiB", "MiB", "GiB"][power];
  return `${Number((bytes / 1024 ** power).toFixed(2))} ${unit}`;
}

// Steps between ticks, for sizes that are read in powers of two.
export const BYTE_STEPS = Array.from({ length: 50 }, (_, i) => 2 ** i);

export function timeText(seconds) {
  if (seconds === 0) return "0";
  const micro = Math.abs(seconds) * 1e6;
  if (micro < 1000) return `${plain(seconds * 1e6)} µs`;
  if (micro < 1e6) return `${plain(seconds * 1e3)} ms`;
  return `${plain(seconds)} s`;
}

export function percentText(share) {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
