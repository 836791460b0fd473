// From numbers to places, and the round numbers along an axis.

function linearScale([low, high], [from, to]) {
  const span = high - low || 1;
  const place = (value) => from + (value - low) / span * (to - from);
  place.invert = (position) => low + (position - from) / (to - from) * span;
  return place;
}

function logScale([low, high], [from, to]) {
  const inner = linearScale([Math.log10(low), Math.log10(high)], [from, to]);
  return (value) => inner(Math.log10(value));
}

// 1, 2 or 5 times a power of ten.
function roundStep(span, wanted) {
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const rest = rough / power;
  return power * (rest <= 1 ? 1 : rest <= 2 ? 2 : rest <= 5 ? 5 : 10);
}

function linearTicks([low, high], wanted) {
  if (!(high > low)) return [low];
  const step = roundStep(high - low, wanted);
  const ticks = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index += 1) {
    // Without the dust that 3 * 0.1 leaves.
    ticks.push(Number((index * step).toPrecision(12)));
  }
  return ticks;
}

function logTicks([low, high], wanted) {
  const decades = Math.log10(high / low);
  const steps = decades > wanted ? [1] : decades > 1.2 ? [1, 3] : [1, 2, 3, 5, 7];
  const stride = Math.max(1, Math.ceil(decades / wanted));
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    if (stride > 1 && power % stride !== 0) continue;
    for (const step of steps) {
      const value = Number(`${step}e${power}`);
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) ticks.push(value);
    }
  }
  return ticks.length ? ticks : [low, high];
}

// Widened to round numbers, so that the axis ends with a tick and does not move with every epoch.
function roundDomain([low, high], wanted) {
  if (!(high > low)) {
    const margin = Math.abs(low) * 0.1 || 1;
    return [low - margin, high + margin];
  }
  const step = roundStep(high - low, wanted);
  return [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
}

// The digits that tell the ticks of one axis apart.
function tickText(ticks) {
  const largest = Math.max(...ticks.map(Math.abs));
  if (largest === 0) return String;
  const steps = ticks.slice(1).map((tick, index) => tick - ticks[index]).filter((step) => step > 0);
  const step = steps.length ? Math.min(...steps) : largest;
  if (largest >= 1e6 || step < 1e-4) {
    return (value) => value === 0 ? "0" : value.toExponential(step / largest < 0.09 ? 1 : 0)
      .replace("e+", "e").replace(/-/g, MINUS);
  }
  const decimals = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9)));
  return (value) => value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: "min2" })
    .replace("-", MINUS);
}
