// A measure over the epochs, training and validation, as an SVG that is drawn anew when numbers or width change.

const CURVE_HEIGHT = 232;
const MARGIN = { left: 50, right: 14, top: 10, bottom: 26 };

class Curve {
  // `measure` is "loss" or "score"; `format` writes a value of it.
  constructor({ name, measure, format, canBeLogarithmic, bounds, onSelect }) {
    Object.assign(this, { name, measure, format, bounds, onSelect });
    this.isLogarithmic = false;
    this.hovered = null;
    this.selected = null;
    this.history = new History();
    this.limit = 1;
    this.best = null;
    this.draw = onNextFrame(() => this.render());
    this.build(canBeLogarithmic);
  }

  build(canBeLogarithmic) {
    const id = freshID("curve");
    this.epochText = h("span", { class: "reading-epoch" });
    this.readings = h("p", { class: "readings" });
    this.svg = s("svg", {
      class: "curve", tabindex: "0", role: "slider", "aria-labelledby": id, "aria-valuemin": "0", height: CURVE_HEIGHT,
    });
    this.svg.addEventListener("pointermove", (event) => this.hover(this.epochAt(event)));
    this.svg.addEventListener("pointerleave", () => this.hover(null));
    this.svg.addEventListener("blur", () => this.hover(null));
    this.svg.addEventListener("click", (event) => this.onSelect(this.epochAt(event)));
    this.svg.addEventListener("keydown", (event) => this.press(event));
    this.logButton = canBeLogarithmic && h("button", {
      type: "button", class: "small toggle", "aria-pressed": "false", onclick: () => this.toggleLog(),
    }, "log scale");
    this.element = h("section", { class: "panel curve-panel", "aria-labelledby": id },
      h("header", { class: "panel-head" }, h("h2", { id }, this.name), this.epochText, this.logButton),
      this.readings, this.svg);
    new ResizeObserver(this.draw).observe(this.svg);
  }

  // `limit` is where the axis of epochs ends.
  show(history, { limit, selected, best, hasEnded }) {
    Object.assign(this, { history, limit: Math.max(1, limit), selected, best, hasEnded });
    this.draw();
  }

  toggleLog() {
    this.isLogarithmic = !this.isLogarithmic;
    this.logButton.setAttribute("aria-pressed", this.isLogarithmic);
    this.draw();
  }

  epochAt(event) {
    const box = this.svg.getBoundingClientRect();
    return this.measured(Math.round(this.x.invert(event.clientX - box.left)));
  }

  // The epoch itself or, where not every one was fetched or measured, the one before.
  measured(epoch) {
    const { train } = this.history;
    return train.isEmpty ? 0 : train.epochs[train.find(epoch)];
  }

  hover(epoch) {
    if (epoch === this.hovered) return;
    this.hovered = epoch;
    this.draw();
  }

  press(event) {
    const { train } = this.history;
    if (train.isEmpty) return;
    const last = train.epochs.length - 1;
    const now = train.find(this.hovered ?? this.selected ?? Infinity);
    const leap = Math.max(1, Math.round(last / 10));
    const moves = {
      ArrowLeft: now - 1, ArrowRight: now + 1, ArrowDown: now - 1, ArrowUp: now + 1, PageDown: now - leap,
      PageUp: now + leap, Home: 0, End: last,
    };
    if (event.key in moves) {
      this.hover(train.epochs[Math.max(0, Math.min(last, moves[event.key]))]);
    } else if (event.key === "Enter" || event.key === " ") {
      this.onSelect(train.epochs[now]);
    } else if (event.key === "Escape") {
      this.hover(null);
    } else {
      return;
    }
    event.preventDefault();
  }

  render() {
    const width = Math.max(120, this.svg.clientWidth || this.svg.parentNode?.clientWidth || 0);
    const right = width - MARGIN.right;
    const bottom = CURVE_HEIGHT - MARGIN.bottom;
    setAttributes(this.svg, { viewBox: `0 0 ${width} ${CURVE_HEIGHT}` });
    this.x = linearScale([0, this.limit], [MARGIN.left, right]);
    const axis = this.verticalAxis(bottom);
    const splits = this.history.splits;
    replace(this.svg,
      axis.ticks.map((tick) => [
        s("line", { class: "grid", x1: MARGIN.left, x2: right, y1: axis.y(tick), y2: axis.y(tick) }),
        s("text", { class: "tick", x: MARGIN.left - 8, y: axis.y(tick) + 4, "text-anchor": "end" }, axis.text(tick)),
      ]),
      this.horizontalAxis(width, bottom),
      this.best !== null && this.best > 0 && s("line", {
        class: "best", x1: this.x(this.best), x2: this.x(this.best), y1: MARGIN.top, y2: bottom,
      }),
      splits.map(([, split, series]) => s("path", { class: `line ${split}`, d: this.path(series, axis, width) })),
      splits.length === 0 && s("text", {
        class: "tick waiting", x: (MARGIN.left + right) / 2, y: CURVE_HEIGHT / 2 - 14, "text-anchor": "middle",
      }, this.hasEnded ? "nothing was measured" : "nothing measured yet"),
      this.pointer(axis, splits, bottom));
    this.read(splits);
  }

  verticalAxis(bottom) {
    let [low, high] = [Infinity, -Infinity];
    for (const [, , series] of this.history.splits) {
      for (const value of series.values[this.measure]) {
        if (value === null || (this.isLogarithmic && value <= 0)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
    if (!(high >= low)) [low, high] = this.bounds?.unknown ?? [0, 1];
    low = Math.max(low, this.bounds?.low ?? -Infinity);
    const range = [bottom, MARGIN.top];
    if (this.isLogarithmic && low > 0) {
      const domain = high > low ? [low * 0.97, high * 1.03] : [low / 2, high * 2];
      const ticks = logTicks(domain, 5);
      const y = logScale(domain, range);
      return { y: (value) => value > 0 ? y(value) : bottom, ticks, text: (tick) => number(tick, 1).replace(/\.$/, "") };
    }
    // A loss is drawn down to 0 unless that would leave the curve without a slope to see.
    if (this.measure === "loss" && low > 0 && low < 0.6 * high) low = 0;
    const domain = roundDomain([low, high], 4);
    if (this.bounds?.high !== undefined) domain[1] = Math.min(domain[1], this.bounds.high);
    const ticks = linearTicks(domain, 4);
    const place = linearScale(domain, range);
    return {
      y: (value) => place(Math.max(value, domain[0])), ticks,
      text: this.bounds?.tickText?.(ticks) ?? tickText(ticks),
    };
  }

  horizontalAxis(width, bottom) {
    const ticks = linearTicks([0, this.limit], Math.max(2, Math.floor(width / 90)))
      .filter((tick) => Number.isInteger(tick));
    return ticks.map((tick) => s("text", {
      class: "tick", x: this.x(tick), y: bottom + 18, "text-anchor": tick === this.limit ? "end" : "middle",
    }, tick === 0 ? "epoch 0" : count(tick)));
  }

  // Of a long history the lowest and highest value of every pixel.
  path(series, axis, width) {
    const { epochs } = series;
    const values = series.values[this.measure];
    const stride = Math.max(1, Math.floor(epochs.length / width));
    let d = "";
    const point = (index) => {
      d += `${d ? "L" : "M"}${this.x(epochs[index]).toFixed(1)} ${axis.y(values[index]).toFixed(1)}`;
    };
    for (let start = 0; start < epochs.length; start += stride) {
      let [low, high] = [-1, -1];
      const end = Math.min(start + stride, epochs.length);
      for (let index = start; index < end; index += 1) {
        if (values[index] === null) continue;
        if (low < 0 || values[index] < values[low]) low = index;
        if (high < 0 || values[index] > values[high]) high = index;
      }
      if (low < 0) continue;
      point(Math.min(low, high));
      if (low !== high) point(Math.max(low, high));
    }
    return d;
  }

  // The line under the pointer, and the mark of the epoch that the pictures below show.
  pointer(axis, splits, bottom) {
    const parts = [];
    if (this.selected !== null && splits.length) {
      const x = this.x(this.selected);
      parts.push(s("path", { class: "selected", d: `M${x - 4.5} ${bottom + 7}L${x} ${bottom}L${x + 4.5} ${bottom + 7}Z` }));
    }
    const epoch = this.hovered;
    if (epoch === null || !splits.length) return parts;
    parts.push(s("line", { class: "cross", x1: this.x(epoch), x2: this.x(epoch), y1: MARGIN.top, y2: bottom }));
    for (const [, split, series] of splits) {
      const value = series.at(epoch, this.measure);
      if (value === null) continue;
      const nearest = series.epochs[series.find(epoch)];
      parts.push(s("circle", { class: `dot ${split}`, cx: this.x(nearest), cy: axis.y(value), r: 4 }));
    }
    return parts;
  }

  read(splits) {
    const epoch = this.hovered ?? this.selected ?? this.history.lastEpoch;
    const values = splits.map(([name, split, series]) => [name, split, this.format(series.at(epoch, this.measure))]);
    setText(this.epochText, splits.length ? `epoch ${count(epoch)}` : "");
    if (this.readings.children.length !== values.length) {
      replace(this.readings, values.map(([, split]) => h("span", { class: `reading ${split}` },
        h("span", { class: "swatch" }), h("span", {}), h("b", {}))));
    }
    values.forEach(([name, , value], index) => {
      setText(this.readings.children[index].children[1], name);
      setText(this.readings.children[index].children[2], value);
    });
    setAttributes(this.svg, {
      "aria-valuemax": this.history.lastEpoch, "aria-valuenow": epoch,
      "aria-valuetext": splits.length
        ? `epoch ${epoch}: ${values.map(([name, , value]) => `${name} ${value}`).join(", ")}` : "nothing measured yet",
    });
  }
}
