// The parameters of one epoch, a matrix per layer. The shorter side stands upright, so that layers are strips: a row per
// input where there are fewer inputs than units, else a row per unit. Biases stand apart, at the end.

const HEAT = { height: 236, largestCell: 30, gap: 5, labels: 74, wideLabels: 116, labelled: 12 };

class HeatMaps {
  maps = [];

  constructor(signal) {
    const id = freshID("heat");
    this.reading = h("p", { class: "readings mono", "aria-live": "polite" });
    this.body = h("div", { class: "heat-body" }, h("p", { class: "empty" }, "Every weight of an epoch, once the first is done."));
    this.legend = h("p", { class: "legend", hidden: true }, h("span", {}), h("span", { class: "ramp", "aria-hidden": "true" }), h("span", {}));
    this.element = h("section", { class: "panel heat-panel", "aria-labelledby": id },
      h("header", { class: "panel-head" }, h("h2", { id }, "Parameters"), this.legend,
        this.state = h("span", { class: "quiet" })), this.reading, this.body);
    this.draw = onNextFrame(() => this.render());
    new ResizeObserver(this.draw).observe(this.body);
    wantsDark.addEventListener("change", this.draw, { signal });
    this.rest();
  }

  rest() { setText(this.reading, this.maps.length ? "point at a cell for its name and value" : "\u00a0"); }

  fail(problem) {
    this.maps = [];
    replace(this.body, problemBlock(problem));
  }

  // `names` are those of the inputs and of the outputs, where they have any.
  show(frames, frame, { activations, inputs, outputs }) {
    Object.assign(this, { frames, frame });
    const { layers } = frames.layout;
    if (this.maps.length !== layers.length) {
      this.maps = layers.map((layer, index) => new HeatMap(this, layer, index, {
        activation: activations[index] ?? "output",
        inputs: index === 0 ? inputs : [], outputs: index === layers.length - 1 ? outputs : [],
      }));
      replace(this.body, this.maps.map((map) => map.element));
      this.legend.hidden = false;
      this.rest();
    }
    setText(this.state, `epoch ${count(frame.epoch)}`);
    this.draw();
  }

  render() {
    if (!this.maps.length) return;
    const scale = new Diverging(this.frames.largest);
    const width = this.body.clientWidth;
    const left = this.maps.some((map) => map.labels.length) ? (width > 760 ? HEAT.wideLabels : HEAT.labels) : 0;
    for (const map of this.maps) map.render(scale, width, left, HEAT.height / Math.max(1, this.maps.length - 1));
    setText(this.legend.children[0], number(-scale.largest, 2));
    setText(this.legend.children[2], number(scale.largest, 2));
  }
}

class HeatMap {
  // What is pointed at: an input (the last and one more is the bias) and a unit.
  place = null;

  constructor(owner, layer, index, { activation, inputs, outputs }) {
    Object.assign(this, { owner, layer, index });
    this.isUpright = layer.inputs > layer.units;
    const names = this.isUpright ? outputs : inputs;
    const isLabelled = names.length > 0 && names.length === (this.isUpright ? layer.units : layer.inputs) && names.length <= HEAT.labelled;
    this.labels = isLabelled ? (this.isUpright ? names : [...names, "bias"]) : [];
    const words = `Layer ${index + 1}`;
    this.canvas = h("canvas", {
      tabindex: "0", role: "img", "aria-label": `${words}: weights and biases, ${this.isUpright ? "a row per unit" : "a column per unit"}`,
    });
    this.canvas.addEventListener("pointermove", (event) => this.point(this.placeAt(event)));
    this.canvas.addEventListener("pointerleave", () => this.point(null));
    this.canvas.addEventListener("blur", () => this.point(null));
    this.canvas.addEventListener("keydown", (event) => this.press(event));
    this.element = h("figure", { class: "heat" },
      h("figcaption", {}, h("b", {}, words), ` ${layer.inputs} → ${layer.units} ${activation}`,
        h("span", { class: "axes" }, this.isUpright ? "units ↓ inputs →" : "inputs ↓ units →")), this.canvas);
  }

  get columns() { return this.isUpright ? this.layer.inputs + 1 : this.layer.units; }
  get rows() { return this.isUpright ? this.layer.units : this.layer.inputs + 1; }

  render(scale, available, left, mostHeight) {
    this.left = left;
    const room = Math.max(60, available - left) - (this.isUpright ? HEAT.gap : 0);
    this.cellHeight = Math.min(HEAT.largestCell, mostHeight / this.rows);
    this.cellWidth = Math.min(2.4 * HEAT.largestCell, room / this.columns);
    const width = this.x(this.columns - 1) + this.cellWidth;
    const height = this.y(this.rows - 1) + this.cellHeight;
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    paint(this.canvas, width, height, (context) => {
      const line = this.cellWidth > 5 && this.cellHeight > 5 ? 1 : 0;
      const box = (column, row) => [this.x(column), this.y(row), this.cellWidth - line, this.cellHeight - line];
      for (let row = 0; row < this.rows; row += 1) {
        for (let column = 0; column < this.columns; column += 1) {
          context.fillStyle = css(scale.colour(this.value(this.at(column, row))));
          context.fillRect(...box(column, row));
        }
      }
      this.write(context);
      if (!this.place) return;
      context.strokeStyle = css(themeColour("ink"));
      context.lineWidth = 2;
      const { input, unit } = this.place;
      context.strokeRect(...this.isUpright ? box(input, unit) : box(unit, input));
    });
  }

  write(context) {
    context.fillStyle = css(themeColour("ink-2"));
    context.font = themeFont(12);
    context.textBaseline = "middle";
    this.labels.forEach((name, row) => {
      context.fillText(fit(context, String(name), this.left - 10), 0, this.y(row) + this.cellHeight / 2);
    });
  }

  x(column) { return this.left + column * this.cellWidth + (this.isUpright && column === this.layer.inputs ? HEAT.gap : 0); }
  y(row) { return row * this.cellHeight + (!this.isUpright && row === this.layer.inputs ? HEAT.gap : 0); }
  at(column, row) { return this.isUpright ? { input: column, unit: row } : { input: row, unit: column }; }
  isBias({ input }) { return input === this.layer.inputs; }

  value(place) {
    const { layer } = this;
    const { values } = this.owner.frame;
    return this.isBias(place) ? values[layer.biases + place.unit] : values[layer.weights + place.input * layer.units + place.unit];
  }

  name(place) {
    const layer = this.index + 1;
    return this.isBias(place) ? `b${layer}_${place.unit}` : `w${layer}_${place.input}_${place.unit}`;
  }

  placeAt(event) {
    const box = this.canvas.getBoundingClientRect();
    // The last of those that begin before the pointer.
    const find = (length, start, position) => {
      let found = -1;
      while (found + 1 < length && start(found + 1) <= position) found += 1;
      return found;
    };
    const column = find(this.columns, (index) => this.x(index), event.clientX - box.left);
    const row = find(this.rows, (index) => this.y(index), event.clientY - box.top);
    return column < 0 || row < 0 ? null : this.at(column, row);
  }

  point(place) {
    if (place === null && this.place === null) return;
    this.place = place;
    if (place) setText(this.owner.reading, `${this.name(place)} = ${number(this.value(place), 6)}`);
    else this.owner.rest();
    this.owner.draw();
  }

  press(event) {
    if (event.key === "Escape") return this.point(null);
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!move) return;
    event.preventDefault();
    if (!this.place) return this.point(this.at(0, 0));
    const { input, unit } = this.place;
    const [column, row] = this.isUpright ? [input, unit] : [unit, input];
    this.point(this.at(
      Math.max(0, Math.min(this.columns - 1, column + move[0])), Math.max(0, Math.min(this.rows - 1, row + move[1]))));
  }
}

// A text cut so that it fits a width.
function fit(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  let length = Math.min(text.length, 60);
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length -= 1;
  return `${text.slice(0, length)}…`;
}
