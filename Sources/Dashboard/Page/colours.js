// Colours for canvases, read from the style sheet so that there is one place that has them.

function themeColour(name) {
  const hex = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const digits = Number.parseInt(hex.slice(1), 16);
  return [digits >> 16 & 255, digits >> 8 & 255, digits & 255];
}

// The page's font for a canvas.
function themeFont(size) {
  return `${size}px ${getComputedStyle(document.body).fontFamily}`;
}

function mix(from, to, share) {
  return from.map((value, index) => value + (to[index] - value) * share);
}

function css([red, green, blue]) {
  return `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)})`;
}

// Colours of the classes, in their order; beyond these they come again.
const CLASS_COLOURS = 8;

function classColour(index) {
  return themeColour(`class-${index % CLASS_COLOURS}`);
}

// Around 0: one hue below, another above, nothing in the middle.
class Diverging {
  constructor(largest) {
    this.largest = largest || 1;
    this.low = themeColour("negative");
    this.zero = themeColour("zero");
    this.high = themeColour("positive");
  }

  colour(value) {
    const share = Math.max(-1, Math.min(1, value / this.largest));
    // The root lets small weights be told from none.
    return mix(this.zero, share < 0 ? this.low : this.high, Math.sqrt(Math.abs(share)));
  }
}

// A canvas as large as its box, in the pixels of the screen; `draw` gets CSS pixels.
function paint(canvas, width, height, draw) {
  const ratio = window.devicePixelRatio || 1;
  const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  draw(context);
}
