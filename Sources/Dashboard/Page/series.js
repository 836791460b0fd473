// One measure over the epochs, on one split: epochs ascend, and a later word on an epoch replaces an earlier one.

class Series {
  epochs = [];
  values = { loss: [], score: [], rate: [] };

  take(metric) {
    const last = this.epochs.length - 1;
    let index = last + 1;
    if (last >= 0 && metric.epoch <= this.epochs[last]) {
      index = this.find(metric.epoch);
      if (this.epochs[index] !== metric.epoch) return;
    }
    this.epochs[index] = metric.epoch;
    this.values.loss[index] = metric.loss;
    this.values.score[index] = metric.accuracy ?? metric.r2 ?? null;
    this.values.rate[index] = metric.learning_rate;
  }

  get isEmpty() { return this.epochs.length === 0; }
  get lastEpoch() { return this.epochs[this.epochs.length - 1] ?? 0; }

  // The place of the newest epoch that is not after `epoch`; 0 before all.
  find(epoch) {
    let low = 0;
    let high = this.epochs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.epochs[middle] <= epoch) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  at(epoch, measure) {
    return this.isEmpty ? null : this.values[measure][this.find(epoch)];
  }
}

// What a run has measured so far.
class History {
  train = new Series();
  validation = new Series();

  take(metric) {
    this[metric.split === "train" ? "train" : "validation"].take(metric);
  }

  get lastEpoch() { return Math.max(this.train.lastEpoch, this.validation.lastEpoch); }

  get splits() {
    return [["training", "train", this.train], ["validation", "validation", this.validation]]
      .filter(([, , series]) => !series.isEmpty);
  }
}

// At most so many epochs are fetched of a long run's past; a picture has fewer columns than that.
const FETCHED_EPOCHS = 5000;

// Fetches what is there already.
async function fetchHistory(run, history, signal) {
  const every = Math.max(1, Math.ceil(run.epoch / FETCHED_EPOCHS));
  let after;
  for (;;) {
    const page = await json(`/train/${run.id}/metrics${query({ every, after, limit: 2000 })}`, { signal });
    for (const metric of page.metrics) history.take(metric);
    if (page.next === null) return;
    after = page.next;
  }
}
