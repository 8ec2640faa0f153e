/** `12.3 MB`: three figures at most, in powers of 1000 as disks are sold and `ls` on a Mac counts. */
export function formatBytes(sizeBytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let value = sizeBytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : value >= 9.95 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** `850 ms`, `12.3 s`, `4 min 05 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDuration(durationMs: number): string {
  if (!(durationMs >= 0)) return "?";
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  const seconds = durationMs / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
}

/**
 * `a few seconds left`, `about 25 s left`, `about 2 min left`, `about 3 h 20 min left`, `about 2 d 4 h left`: no more exact than a
 * guess is, so that it does not flicker.
 */
export function formatEstimate(leftMs: number): string {
  const seconds = leftMs / 1000;
  if (!(seconds >= 5)) return "a few seconds left";
  if (seconds <= 55) return `about ${Math.ceil(seconds / 5) * 5} s left`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `about ${Math.max(1, minutes)} min left`;
  const tens = Math.round(minutes / 10) * 10;
  if (tens < 24 * 60)
    return `about ${Math.floor(tens / 60)} h${tens % 60 === 0 ? "" : ` ${tens % 60} min`} left`;
  const hours = Math.round(tens / 60);
  return `about ${Math.floor(hours / 24)} d${hours % 24 === 0 ? "" : ` ${hours % 24} h`} left`;
}

/** `just now`, `5 min ago`, `3 h ago`, `2 days ago`; for the future, which clocks allow, `just now`. */
export function formatAgo(date: Date, now: Date): string {
  const seconds = (now.getTime() - date.getTime()) / 1000;
  if (!(seconds >= 45)) return "just now";
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 36) return `${hours} h ago`;
  const days = Math.round(hours / 24);
  if (days < 60) return `${days} days ago`;
  return days < 730 ? `${Math.round(days / 30.4)} months ago` : `${Math.round(days / 365)} years ago`;
}

/** `2026-03-02 14:05`, in the machine's own time zone. */
export function formatMinute(date: Date): string {
  if (Number.isNaN(date.getTime())) return "?";
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day} ${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

/** A number as a person would write it: at most `figures` significant figures, never an exponent where none is needed. */
export function formatNumber(value: number, figures: number = 5): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  if (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e9) {
    const decimals = Math.max(0, figures - 1 - Math.floor(Math.log10(Math.abs(value))));
    return String(Number(value.toFixed(Math.min(20, decimals))));
  }
  return value.toExponential(figures - 2).replace(/\.?0+e/u, "e");
}

/**
 * The numbers of a table's column, all with the same number of decimals: as many as tell them apart to four figures of
 * the largest and two of the smallest, and none when all are whole.
 */
export function formatColumn(values: readonly number[]): string[] {
  const finite = values.filter((value) => Number.isFinite(value));
  const largest = Math.max(0, ...finite.map(Math.abs));
  const isPlain = largest < 1e9 && (largest === 0 || largest >= 1e-3);
  if (!isPlain) return values.map((value) => formatNumber(value));
  if (finite.every(Number.isInteger)) return values.map(String);
  const smallest = Math.min(...finite.filter((value) => value !== 0).map(Math.abs));
  const forLargest = Math.max(1, 3 - Math.floor(Math.log10(largest)));
  const forSmallest = Math.min(forLargest + 3, 1 - Math.floor(Math.log10(smallest)));
  const wanted = Math.max(forLargest, forSmallest);
  const needed = Math.max(...finite.map((value) => decimalsOf(value)));
  const decimals = Math.min(wanted, needed, 8);
  return values.map((value) => (Number.isFinite(value) ? value.toFixed(decimals) : String(value)));
}

/** `1 outcome`, `2 outcomes`. */
export function counted(count: number, noun: string, plural: string = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** The text, or its beginning and an ellipsis when it is longer than `length` code points. */
export function shorten(text: string, length: number): string {
  // A cheap cut first: a code point is at most two units.
  const points = Array.from(text.slice(0, 2 * length + 2));
  return points.length <= length ? text : `${points.slice(0, Math.max(0, length - 1)).join("")}…`;
}

function decimalsOf(value: number): number {
  const [, fraction = ""] = String(value).split(".");
  return fraction.includes("e") ? 8 : fraction.length;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
