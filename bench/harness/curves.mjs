// Curves over the number of writers, as an SVG that follows the reader's light or dark colours. Both axes are
// logarithmic: the figures lie orders of magnitude apart.

const PANEL = { width: 430, height: 250 };
const MARGIN = { left: 72, right: 168, top: 34, bottom: 40 };
const HEAD = 78;
const GAP = 12;
const LABEL_HEIGHT = 14;

// Colours that differ in lightness as well, and a shape per curve: nobody has to tell red from green.
const INKS = [
  { light: "#9a3412", dark: "#fdba74" },
  { light: "#b91c1c", dark: "#fca5a5" },
  { light: "#a16207", dark: "#fde047" },
  { light: "#0f766e", dark: "#5eead4" },
  { light: "#6d28d9", dark: "#c4b5fd" },
  { light: "#1d4ed8", dark: "#93c5fd" },
  { light: "#4b5563", dark: "#d1d5db" },
];
const SHAPES = [
  (x, y) => `<circle cx="${x}" cy="${y}" r="3.5"/>`,
  (x, y) => `<rect x="${x - 3}" y="${y - 3}" width="6" height="6"/>`,
  (x, y) => `<path d="M${x} ${y - 4}l4 7h-8z"/>`,
  (x, y) => `<path d="M${x} ${y - 4}l4 4l-4 4l-4 -4z"/>`,
];

export function escaped(text) {
  return text.replace(/[&<>"]/g, (each) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[each]);
}

/// From the power of ten below the least value to the one above the largest.
export function decades(values) {
  const usable = values.filter((value) => value > 0);
  if (usable.length === 0) return [0, 1];
  const from = Math.floor(Math.log10(Math.min(...usable)));
  return [from, Math.max(from + 1, Math.ceil(Math.log10(Math.max(...usable))))];
}

/// Keeps labels from covering each other: each moves down as far as the one above it asks for, then all of them up when
/// the last would leave the panel.
export function spread(wanted, { height, most }) {
  const order = wanted.map((y, i) => ({ y, i })).sort((a, b) => a.y - b.y);
  let least = -Infinity;
  for (const label of order) {
    label.y = Math.max(label.y, least);
    least = label.y + height;
  }
  let limit = most;
  for (const label of [...order].reverse()) {
    label.y = Math.min(label.y, limit);
    limit = label.y - height;
  }
  return order.sort((a, b) => a.i - b.i).map(({ y }) => y);
}

function round(value) {
  return Math.round(value * 10) / 10;
}

/// `panel`: { title, format, series: [{ name, ink, points: [[writers, value]] }] }; a value of 0 or less has no place on
/// the axis and is left out.
function panel_svg(panel, { writers, range: [from, to] }, [left, top]) {
  const log_writers = writers.map((each) => Math.log2(each));
  const [first, last] = [Math.min(...log_writers), Math.max(...log_writers)];
  const x = (value) => round(left + ((Math.log2(value) - first) / (last - first || 1)) * PANEL.width);
  const y = (value) => round(top + ((to - Math.log10(value)) / (to - from)) * PANEL.height);
  return [
    `<text class="title" x="${left}" y="${top - 12}">${escaped(panel.title)}</text>`,
    ...decade_lines(from, to).map((value) => grid_line(value, y(value), left, panel.format)),
    ...writers.map((each) => writer_mark(each, x(each), top)),
    `<text class="mark" x="${left - 8}" y="${top + PANEL.height + 18}" text-anchor="end">writers</text>`,
    ...curves(panel.series, x, y, { left: left + PANEL.width + 10, most: top + PANEL.height }),
  ].join("\n");
}

const decade_lines = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));

function grid_line(value, at, left, format) {
  return `<path class="grid" d="M${left} ${at}h${PANEL.width}"/>` +
    `<text class="mark" x="${left - 8}" y="${at + 4}" text-anchor="end">${escaped(format(value))}</text>`;
}

function writer_mark(writers, at, top) {
  const bottom = top + PANEL.height;
  return `<path class="grid" d="M${at} ${bottom}v5"/>` +
    `<text class="mark" x="${at}" y="${bottom + 18}" text-anchor="middle">${writers}</text>`;
}

function curves(series, x, y, { left, most }) {
  const shown = series
    .map((each) => ({ ...each, points: each.points.filter(([, value]) => value > 0) }))
    .filter(({ points }) => points.length > 0);
  const wanted = shown.map(({ points }) => y(points.at(-1)[1]));
  const labels = spread(wanted, { height: LABEL_HEIGHT, most });
  return shown.map(({ name, ink, points }, i) => {
    const shape = SHAPES[ink % SHAPES.length];
    const places = points.map(([writers, value]) => [x(writers), y(value)]);
    return `<g class="ink${ink}"><path class="curve" d="M${places.map((place) => place.join(" ")).join("L")}"/>` +
      places.map(([at_x, at_y]) => shape(at_x, at_y)).join("") +
      `<path class="leader" d="M${places.at(-1).join(" ")}L${left - 3} ${round(labels[i])}"/>` +
      `<text x="${left}" y="${round(labels[i] + 4)}">${escaped(name)}</text></g>`;
  });
}

function style() {
  const inks = (theme) =>
    INKS.map((ink, i) => `.ink${i}{fill:${ink[theme]};stroke:${ink[theme]}}`).join("");
  return `<style>
text{font:12px system-ui,sans-serif;stroke:none}
.paper{fill:#fff}.head,.title,.mark,.note{fill:#1f2937}.grid{stroke:#d1d5db}
.head{font-size:17px;font-weight:600}.title{font-weight:600}.note,.mark{font-size:11px}
.curve,.leader{fill:none;stroke-width:2}.leader{stroke-width:.7;opacity:.6}
${inks("light")}
@media (prefers-color-scheme:dark){.paper{fill:#111827}.head,.title,.mark,.note{fill:#e5e7eb}.grid{stroke:#374151}
${inks("dark")}}
</style>`;
}

const values_of = (panels) => panels.flatMap(({ series }) => series.flatMap(({ points }) => points.map(([, y]) => y)));

/// Panels in rows of two, which share their axes, below a title and lines of notes. `writers`: the marks of the lower axis.
export function curves_svg({ title, notes, writers, panels }) {
  const column = MARGIN.left + PANEL.width + MARGIN.right;
  const row = MARGIN.top + PANEL.height + MARGIN.bottom;
  const width = 2 * column + GAP;
  const height = HEAD + Math.ceil(panels.length / 2) * row;
  const axes = (i) => ({ writers, range: decades(values_of(panels.slice(i - (i % 2), i - (i % 2) + 2))) });
  const place = (i) => [MARGIN.left + (i % 2) * (column + GAP), HEAD + MARGIN.top + Math.floor(i / 2) * row];
  const lines = notes.map((note, i) => `<text class="note" x="${MARGIN.left}" y="${48 + 16 * i}">${escaped(note)}</text>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    style(),
    `<rect class="paper" width="${width}" height="${height}"/>`,
    `<text class="head" x="${MARGIN.left}" y="28">${escaped(title)}</text>`,
    ...lines,
    ...panels.map((panel, i) => panel_svg(panel, axes(i), place(i))),
    "</svg>",
    "",
  ].join("\n");
}
