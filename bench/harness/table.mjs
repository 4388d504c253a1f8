// Plain text, aligned; colours only on a terminal.

const RIGHT = new Set(["conn", "p50 ms", "p99 ms", "p99.99 ms", "CPU us/req", "ratio"]);

export const COLUMNS = [
  "scenario", "conn", "req/s (min-max)", "p50 ms", "p99 ms", "p99.99 ms", "CPU us/req", "rival or ceiling", "ratio",
  "goal", "verdict", "rows added",
];

export function count(value) {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

export function decimals(value) {
  if (value === null || value === undefined) return "-";
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function changes(rows_added) {
  const signed = (added) => `${added > 0 ? "+" : "-"}${count(Math.abs(added))}`;
  return Object.entries(rows_added).map(([table, added]) => `${signed(added)} ${table}`).join(" ");
}

/// The cells of a row as `run.mjs` makes it; what does not apply is "-".
export function cells(row) {
  const { figures, rival } = row;
  const range = figures && `${count(figures.least_per_second)}-${count(figures.most_per_second)}`;
  const rate = figures && `${count(figures.per_second)} (${range})`;
  return [
    row.name,
    row.connections ? `${row.connections}` : "-",
    rate ?? row.value,
    decimals(figures?.p50_ms),
    decimals(figures?.p99_ms),
    decimals(figures?.p9999_ms),
    decimals(figures?.cpu_us),
    rival ? `${rival.name} ${count(rival.per_second)}` : "-",
    rival ? rival.ratio.toFixed(2) : "-",
    row.goals.map((goal) => goal.text).join(", ") || "-",
    row.verdict,
    changes(row.rows_added ?? {}) || "-",
  ];
}

/// Lines of cells below their headings. `right`: the headings of columns that end at the right; `inks`: a word of INK
/// per line.
export function print_columns({ columns, lines, right, inks }, { write, colours }) {
  const all = [columns, ...lines];
  const widths = columns.map((_, i) => Math.max(...all.map((line) => line[i].length)));
  all.forEach((line, number) => {
    const padded = line.map((cell, i) => (right.has(columns[i]) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])));
    write(ink(padded.join("  ").trimEnd(), number === 0 ? "heading" : inks[number - 1], colours));
  });
}

export function print_table(rows, output) {
  const inks = rows.map(({ verdict }) => verdict);
  print_columns({ columns: COLUMNS, lines: rows.map(cells), right: RIGHT, inks }, output);
}

/// The conditions of a run, a line each.
export function print_conditions(conditions, write) {
  const width = Math.max(...Object.keys(conditions).map((key) => key.length));
  for (const [key, value] of Object.entries(conditions)) write(`${key.replaceAll("_", " ").padEnd(width)}  ${value}`);
}

const INK = { heading: 1, ok: 32, missed: 33, WRONG: 31 };

export function ink(text, verdict, colours) {
  return colours && INK[verdict] ? `\x1b[${INK[verdict]}m${text}\x1b[0m` : text;
}
