// What the network answers over the plane of its two inputs, under the rows that it learned from.

const PLANE = { height: 380, left: 46, right: 10, top: 8, bottom: 30 };

class BoundaryPicture {
  constructor(signal) {
    const id = freshID("boundary");
    this.canvas = h("canvas", { class: "plane", role: "img", "aria-labelledby": id });
    this.legend = h("p", { class: "readings" });
    this.element = h("section", { class: "panel boundary-panel", "aria-labelledby": id },
      h("header", { class: "panel-head" }, h("h2", { id }, "Decision"), this.state = h("span", { class: "quiet" })),
      this.legend, this.canvas);
    this.draw = onNextFrame(() => this.render());
    new ResizeObserver(this.draw).observe(this.element);
    wantsDark.addEventListener("change", this.draw, { signal });
  }

  fail(problem) {
    this.frame = null;
    replace(this.legend, sentence(problem.message));
  }

  show(frame, points) {
    const isFirst = !this.frame;
    Object.assign(this, { frame, points: points ?? [] });
    if (isFirst) this.nameColours();
    setText(this.state, `epoch ${count(frame.epoch)}`);
    this.draw();
  }

  nameColours() {
    const { classes } = this.frame;
    const held = this.points.some((point) => point[3] === "validation");
    replace(this.legend,
      classes && classes.slice(0, 12).map((name, index) => h("span", { class: `reading class-${index % CLASS_COLOURS}` },
        h("span", { class: "swatch" }), h("span", {}, `${this.label ?? ""} ${name}`.trim()))),
      classes && classes.length > 12 && h("span", { class: "reading" }, `and ${classes.length - 12} more`),
      !classes && [h("span", { class: "ramp", "aria-hidden": "true" }), h("span", { class: "reading" }, "low to high")],
      this.frame.notice && h("span", { class: "reading" }, sentence(this.frame.notice)),
      held && h("span", { class: "reading" }, h("span", { class: "swatch ring" }), h("span", {}, "held out")));
  }

  render() {
    const width = this.canvas.parentNode?.clientWidth - 2 * 18;
    if (!this.frame || !(width > 60)) return;
    this.canvas.style.height = `${PLANE.height}px`;
    const box = {
      left: PLANE.left, top: PLANE.top, width: width - PLANE.left - PLANE.right,
      height: PLANE.height - PLANE.top - PLANE.bottom,
    };
    const { x, y } = this.frame;
    const across = linearScale([x.from, x.to], [box.left, box.left + box.width]);
    const up = linearScale([y.from, y.to], [box.top + box.height, box.top]);
    paint(this.canvas, width, PLANE.height, (context) => {
      context.save();
      context.beginPath();
      context.roundRect(box.left, box.top, box.width, box.height, 6);
      context.clip();
      context.imageSmoothingQuality = "high";
      context.drawImage(this.cells(), box.left, box.top, box.width, box.height);
      this.drawPoints(context, across, up);
      context.restore();
      this.drawAxes(context, box, across, up);
    });
  }

  // A picture with a pixel per cell.
  cells() {
    const { size, cells, confidence, classes } = this.frame;
    this.bitmap ??= new OffscreenCanvas(size, size);
    const context = this.bitmap.getContext("2d");
    const picture = context.createImageData(size, size);
    const ground = themeColour("panel");
    const colours = classes?.map((_, index) => classColour(index));
    const value = classes ? null : this.valueColour();
    const chance = classes ? 1 / classes.length : 0;
    for (let row = 0; row < size; row += 1) {
      for (let column = 0; column < size; column += 1) {
        const cell = cells[row][column];
        let colour = ground;
        if (classes && colours[cell]) {
          const sure = confidence ? (confidence[row][column] - chance) / (1 - chance) : 1;
          colour = mix(ground, colours[cell], 0.08 + 0.44 * Math.max(0, sure));
        } else if (value && cell !== null) {
          colour = mix(ground, value(cell), 0.75);
        }
        // The lowest y comes first, and is drawn last.
        const place = 4 * ((size - 1 - row) * size + column);
        colour.forEach((part, index) => { picture.data[place + index] = part; });
        picture.data[place + 3] = 255;
      }
    }
    context.putImageData(picture, 0, 0);
    return this.bitmap;
  }

  // From the low to the high end of what rows and network say.
  valueColour() {
    if (!this.range) {
      // The same for all epochs, or one could not be compared with another.
      const values = this.points.length ? this.points.map((point) => point[2]) : this.frame.cells.flat();
      const known = values.filter((value) => value !== null);
      this.range = known.length ? [Math.min(...known), Math.max(...known)] : [0, 1];
    }
    const place = linearScale(this.range, [-1, 1]);
    const scale = new Diverging(1);
    return (value) => scale.colour(place(value));
  }

  drawPoints(context, across, up) {
    const { classes } = this.frame;
    const outline = css(themeColour("panel"));
    const value = classes ? null : this.valueColour();
    const colours = classes?.map((_, index) => css(mix(classColour(index), themeColour("ink"), 0.12)));
    for (const [x, y, cell, split] of this.points) {
      const colour = classes ? colours[cell] : css(value(cell));
      context.beginPath();
      context.arc(across(x), up(y), 2.6, 0, 2 * Math.PI);
      if (split === "validation") {
        context.lineWidth = 3.4;
        context.strokeStyle = outline;
        context.stroke();
        context.lineWidth = 1.5;
        context.strokeStyle = colour;
        context.stroke();
      } else {
        context.lineWidth = 1.4;
        context.strokeStyle = outline;
        context.stroke();
        context.fillStyle = colour;
        context.fill();
      }
    }
  }

  drawAxes(context, box, across, up) {
    const { x, y } = this.frame;
    context.fillStyle = css(themeColour("ink-2"));
    context.font = themeFont(11);
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    const columns = linearTicks([x.from, x.to], Math.max(2, Math.floor(box.width / 80)));
    const acrossText = planeText(x.kind, columns);
    const end = box.left + box.width;
    context.textAlign = "right";
    const name = fit(context, x.column, 90);
    context.fillText(name, end, box.top + box.height + 18);
    const room = end - context.measureText(name).width - 14;
    context.textAlign = "center";
    for (const tick of columns) {
      if (across(tick) < room) context.fillText(acrossText(tick), across(tick), box.top + box.height + 18);
    }
    const rows = linearTicks([y.from, y.to], 5);
    const upText = planeText(y.kind, rows);
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const tick of rows) if (up(tick) > box.top + 20) context.fillText(upText(tick), box.left - 8, up(tick));
    context.fillText(fit(context, y.column, box.left - 10), box.left - 8, box.top + 8);
  }
}

// Days and moments are read as such; they count from 1970, times from midnight.
function planeText(kind, ticks) {
  const moment = (milliseconds, from, to) => new Date(milliseconds).toISOString().slice(from, to);
  if (kind === "date") return (tick) => moment(tick * 86_400_000, 2, 10);
  if (kind?.startsWith("timestamp")) return (tick) => moment(tick * 1000, 2, 10);
  if (kind === "time" || kind === "timetz") return (tick) => moment(tick * 1000, 11, 16);
  return tickText(ticks);
}
