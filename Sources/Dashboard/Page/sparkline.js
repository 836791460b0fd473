// A run's loss as a line without numbers.

const SPARK = { width: 112, height: 26, margin: 3 };

function sparkline() {
  return s("svg", {
    class: "spark", viewBox: `0 0 ${SPARK.width} ${SPARK.height}`, width: SPARK.width, height: SPARK.height,
    "aria-hidden": "true",
  }, s("path", { class: "line train" }), s("circle", { class: "dot train", r: 2.2, cx: -99, cy: -99 }));
}

function drawSparkline(svg, values, share) {
  const [path, dot] = svg.children;
  const losses = (values ?? []).filter((value) => value !== null);
  if (losses.length < 2) {
    setAttributes(path, { d: "M0 0" });
    setAttributes(dot, { cx: -99 });
    return;
  }
  // A run that has done half of its epochs fills half of the picture.
  const right = SPARK.margin + (SPARK.width - 2 * SPARK.margin) * Math.max(share, 0.02);
  const x = linearScale([0, losses.length - 1], [SPARK.margin, right]);
  const y = linearScale([Math.min(...losses), Math.max(...losses)], [SPARK.height - SPARK.margin, SPARK.margin]);
  const points = losses.map((loss, index) => `${x(index).toFixed(1)} ${y(loss).toFixed(1)}`);
  setAttributes(path, { d: `M${points.join("L")}` });
  setAttributes(dot, { cx: x(losses.length - 1).toFixed(1), cy: y(losses[losses.length - 1]).toFixed(1) });
}
