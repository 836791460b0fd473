// The options of a run that the form has fields for, and what each source takes if they are left out.

const SOURCES = {
  article: { title: "Article", about: "Two classes in the plane, parted by a bent line. The article’s own network.", rows: 100000,
    hidden_layer_sizes: "2", solver: "sgd", learning_rate_init: "2", max_iter: "100", l2_reg: "0.001", batch_size: "full", seed: "1" },
  moons: { title: "Moons", about: "Two half circles that reach into each other.", rows: 1000,
    hidden_layer_sizes: "16", solver: "adam", learning_rate_init: "0.01", max_iter: "500", l2_reg: "0", batch_size: "full", seed: "1" },
  spiral: { title: "Spiral", about: "Three arms around a centre; no straight line parts them.", rows: 300,
    hidden_layer_sizes: "100", solver: "sgd", learning_rate_init: "1", max_iter: "10,000", l2_reg: "0.001", batch_size: "full", seed: "1" },
  table: { title: "Your table", about: "Any table or view that the daemon can read.",
    hidden_layer_sizes: "100", solver: "adam", learning_rate_init: "0.001", max_iter: "200", l2_reg: "0", batch_size: "auto", seed: "drawn" },
};

// kind: how a text becomes a value. "choice" has a list; empty always means that the daemon chooses.
const OPTIONS = [
  { group: "Network", name: "hidden_layer_sizes", label: "Hidden layers", kind: "layers", help: "units of each, as in 16, 8; none for a linear model" },
  { group: "Network", name: "activation", label: "Activation", kind: "choice", usual: "relu",
    values: ["relu", "leaky_relu", "elu", "gelu", "softplus", "tanh", "logistic", "identity"] },
  { group: "Network", name: "loss", label: "Loss", kind: "choice", usual: "by the task",
    values: ["cross_entropy", "logistic", "squared_error", "absolute_error", "huber"] },
  { group: "Training", name: "solver", label: "Solver", kind: "choice", values: ["adam", "adamw", "sgd", "rmsprop", "adagrad"] },
  { group: "Training", name: "learning_rate_init", label: "Learning rate", kind: "number" },
  { group: "Training", name: "learning_rate", label: "Rate over time", kind: "choice", usual: "constant",
    values: ["constant", "invscaling", "exponential", "step", "cosine", "adaptive"] },
  { group: "Training", name: "max_iter", label: "Epochs", kind: "number" },
  { group: "Training", name: "batch_size", label: "Batch size", kind: "wordOrNumber", help: "auto, full or rows" },
  { group: "Training", name: "l2_reg", label: "L2 penalty", kind: "number" },
  { group: "Rows held out", name: "validation_fraction", label: "Share held out", kind: "number", usual: "none", help: "from 0 to 1" },
  { group: "Rows held out", name: "early_stopping", label: "Stop early", kind: "flag", help: "when the loss on these rows no longer falls" },
  { group: "Rows held out", name: "n_iter_no_change", label: "Patience", kind: "number", usual: "10", help: "epochs" },
  { group: "More", name: "task", label: "Task", kind: "choice", usual: "by the label", values: ["classification", "regression"] },
  { group: "Data", name: "nulls", label: "NULLs", kind: "choice", usual: "error", values: ["error", "skip", "mean"], help: "skip leaves such rows out, mean fills them in" },
  { group: "More", name: "class_weight", label: "Class weights", kind: "choice", usual: "none", values: ["balanced"] },
  { group: "More", name: "shape", label: "Statement", kind: "choice", usual: "auto", values: ["step", "recursive", "block", "window"] },
  { group: "More", name: "tol", label: "Tolerance", kind: "number", help: "0 never stops" },
  { group: "More", name: "seed", label: "Seed", kind: "number" },
  { group: "For you", name: "name", label: "Name", kind: "text", usual: "" },
  { group: "For you", name: "tags", label: "Tags", kind: "tags", usual: "", help: "separated by commas" },
];

// What is typed, as the daemon takes it. What is no number goes as it is: the daemon says best what is wrong with it.
const VALUE_OF = {
  number: (text) => numberOrText(text),
  wordOrNumber: (text) => numberOrText(text),
  choice: (text) => text,
  text: (text) => text,
  flag: () => true,
  tags: (text) => splitTags(text),
  layers: (text) => /^(none|\[\s*\])$/i.test(text) ? [] : text.replace(/^\[|\]$/g, "").split(/[\s,]+/).filter(Boolean).map(numberOrText),
};

function numberOrText(text) {
  const plain = text.trim().replace(/(?<=\d),(?=\d{3}\b)/g, "");
  const value = Number(plain);
  return plain !== "" && Number.isFinite(value) ? value : text.trim();
}

// Options without a field that are as they would be anyway; the form leaves them out when it repeats a run.
const USUAL = {
  shape: ["auto"], l1_reg: [0], l2_reg: [0], history: ["all"], shuffle: ["once"], deterministic: [false], label_smoothing: [0],
  n_iter_no_change: [10], nesterov: [true], beta1: [0.9], beta2: [0.999], epsilon: [1e-8], rho: [0.9], learning_rate: ["constant"],
  nulls: ["error"], early_stopping: [false], loss: ["cross_entropy", "squared_error"], power_t: [0.5], step_size: [10],
};
