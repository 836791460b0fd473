// Numbers and times as people read them.

const MINUS = "\u2212";

function count(value) {
  return value === null || value === undefined ? "–" : value.toLocaleString("en-US");
}

// Four significant digits, without an exponent where it can be avoided.
function number(value, digits = 4) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  let text;
  if (size >= 1e6 || size < 1e-4) {
    const [mantissa, exponent] = value.toExponential(digits - 2).split("e");
    text = `${mantissa}e${exponent.replace("+", "")}`;
  } else {
    const decimals = Math.max(0, Math.min(6, digits - 1 - Math.floor(Math.log10(size))));
    text = value.toFixed(decimals);
  }
  return text.replace(/-/g, MINUS);
}

// A setting as it was written, within reason.
function setting(value) {
  return value === null || value === undefined ? "–" : String(Number(value.toPrecision(4))).replace(/-/g, MINUS);
}

function percent(share, decimals = 2) {
  if (share === null || share === undefined || !Number.isFinite(share)) return "–";
  return `${(share * 100).toFixed(share === 1 || share === 0 ? 0 : decimals)} %`;
}

function duration(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  if (seconds < 1) return "< 1 s";
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round(seconds % 3600 / 60)} min`;
}

function ago(time, now = Date.now()) {
  if (!time) return "–";
  const seconds = Math.max(0, (now - Date.parse(time)) / 1000);
  if (seconds < 10) return "just now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
}

function moment(time) {
  return time ? new Date(time).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" }) : "–";
}

// How well a run does, under the name that its task gives it.
function scoreName(run) {
  return run.task === "regression" ? "R²" : "accuracy";
}

function score(run, values = run) {
  return run.task === "regression" ? number(values?.r2) : percent(values?.accuracy);
}

function title(run) {
  return run.name || `Run ${run.id}`;
}

const FINAL_STATES = new Set(["succeeded", "failed", "diverged", "cancelled"]);

function hasEnded(run) {
  return FINAL_STATES.has(run.state);
}

// What a run learns from, in a few words.
function sourceName(spec) {
  if (spec.source?.table) return spec.source.table;
  return `${spec.source?.example ?? "article"} example`;
}

function architecture(run) {
  const hidden = run.spec.hidden_layer_sizes ?? [];
  const outputs = run.task === "regression" ? 1 : run.classes?.length;
  return [run.inputs ?? run.features.length, ...hidden, outputs ?? "?"].join(" → ");
}

const STOP_REASONS = {
  max_iter: "all epochs done",
  tol: "the loss no longer fell",
  early_stopping: "stopped early",
  max_runtime: "its time was up",
  diverged: "its numbers left what a float can hold",
  cancelled: "cancelled",
  error: "an error",
};
