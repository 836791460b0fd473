// A network as a drawing: a column of dots per layer.

const SHOWN_UNITS = 7;

function networkDrawing(sizes, width = 300, height = 150) {
  const x = linearScale([0, Math.max(1, sizes.length - 1)], [26, width - 26]);
  const layers = sizes.map((size, index) => {
    const shown = Math.max(1, Math.min(SHOWN_UNITS, Number(size) || 1));
    const gap = Math.min(19, (height - 44) / Math.max(1, shown - 1));
    const middle = (height - 22) / 2;
    return Array.from({ length: shown }, (_, unit) => [x(index), middle + (unit - (shown - 1) / 2) * gap]);
  });
  const edges = layers.slice(1).flatMap((layer, index) => layer.flatMap(([x2, y2]) =>
    layers[index].map(([x1, y1]) => `M${x1.toFixed(1)} ${y1.toFixed(1)}L${x2.toFixed(1)} ${y2.toFixed(1)}`)));
  return s("svg", { class: "network", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `Network ${sizes.join(" to ")}` },
    s("path", { class: "edges", d: edges.join("") }),
    layers.flat().map(([cx, cy]) => s("circle", { cx: cx.toFixed(1), cy: cy.toFixed(1), r: 4.5 })),
    sizes.map((size, index) => s("text", { x: x(index), y: height - 4, "text-anchor": "middle" }, size === null ? "?" : count(Number(size)))));
}
