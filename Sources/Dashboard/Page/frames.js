// What a run's parameters and its decision were at an epoch: fetched when they are looked at, and remembered.

// Remembers the newest so many values by key.
class Memory {
  entries = new Map();

  constructor(limit) { this.limit = limit; }

  // The promised value of a key; `make` is asked if it is not there, and again after a failure.
  get(key, make) {
    let value = this.entries.get(key);
    if (value) {
      this.entries.delete(key);
    } else {
      value = make();
      value.catch(() => this.entries.delete(key));
    }
    this.entries.set(key, value);
    if (this.entries.size > this.limit) this.entries.delete(this.entries.keys().next().value);
    return value;
  }

  has(key) { return this.entries.has(key); }
  clear() { this.entries.clear(); }
}

// Blocks of a network's parameters in their order, read from their names: w{layer}_{input}_{unit}, b{layer}_{unit}.
function readLayout(names) {
  const layers = [];
  names.forEach((name, index) => {
    const [, kind, layer, first, second] = /^([wb])(\d+)_(\d+)(?:_(\d+))?$/.exec(name) ?? [];
    if (!kind) return;
    const block = layers[layer - 1] ??= { inputs: 0, units: 0, weights: index, biases: null };
    if (kind === "w") {
      block.weights = Math.min(block.weights, index);
      block.inputs = Math.max(block.inputs, Number(first) + 1);
      block.units = Math.max(block.units, Number(second) + 1);
    } else {
      block.biases = Math.min(block.biases ?? index, index);
    }
  });
  return { count: names.length, layers };
}

// So many numbers are worth fetching ahead at once.
const NUMBERS_AHEAD = 120_000;

class ParameterFrames {
  memory = new Memory(600);
  layout = null;
  // The largest weight of all frames seen: the scale of the colours, which must not jump about while one looks.
  largest = 0;

  constructor(run, signal) { Object.assign(this, { run, signal }); }

  // The parameters of an epoch or, where these were not kept, of the next one that was.
  at(epoch) {
    return this.memory.get(epoch, async () => {
      const page = await json(`/params${query({ run: this.run, from: epoch, limit: 1 })}`, { signal: this.signal });
      const entry = page.history[0] ?? await json(`/params${query({ run: this.run, epoch: "last" })}`,
        { signal: this.signal });
      return this.frame(entry);
    });
  }

  frame(entry) {
    this.layout ??= readLayout(Object.keys(entry.params));
    const values = Float64Array.from(Object.values(entry.params));
    for (const value of values) this.largest = Math.max(this.largest, Math.abs(value));
    return { epoch: entry.epoch, values };
  }

  // Fetches all epochs of a small network's history, so that the slider answers at once.
  async fetchAhead(last) {
    if (!this.layout || this.layout.count * (last + 1) > NUMBERS_AHEAD) return;
    let from = 0;
    while (from !== null && !this.signal.aborted) {
      const page = await json(`/params${query({ run: this.run, from, to: last, limit: 200 })}`,
        { signal: this.signal });
      let known = from;
      for (const entry of page.history) {
        const frame = Promise.resolve(this.frame(entry));
        for (; known <= entry.epoch; known += 1) this.memory.get(known, () => frame);
      }
      from = page.next;
    }
  }
}

// The network's answer over the plane of its two inputs.
class BoundaryFrames {
  memory = new Memory(240);
  points = null;

  constructor(run, signal) { Object.assign(this, { run, signal }); }

  at(epoch) {
    return this.memory.get(epoch, async () => {
      const points = this.points ? 0 : 500;
      const frame = await json(`/train/${this.run}/boundary${query({ epoch, size: 48, points })}`,
        { signal: this.signal });
      if (frame.points?.length) this.points ??= frame.points;
      return frame;
    });
  }
}
