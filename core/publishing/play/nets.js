// Layered networks of logistic units as lists of an ordered system, and their steps downhill; see core/networks/grouped.py.
const Nets = (() => {
  // Parameters in the order of the flat vectors of core: w0_1, b1, w1_2, b2 and so on.
  const shapesOf = (sizes) => sizes.slice(1).flatMap((n, k) => [[`w${k}_${k + 1}`, [sizes[k], n]], [`b${k + 1}`, [n]]]);

  function fromFlat(sizes, flat) {
    let at = 0;
    return Object.fromEntries(
      shapesOf(sizes).map(([name, shape]) => {
        const size = shape.reduce((a, b) => a * b, 1);
        at += size;
        return [name, Ordered.make(shape, Float64Array.from(flat.slice(at - size, at)))];
      }),
    );
  }
  const flat = (p) => Object.values(p).flatMap((one) => [...one.data]);
  const size = (sizes) => shapesOf(sizes).reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const start = (sizes, reach, random) => fromFlat(sizes, Array.from({ length: size(sizes) }, () => reach * (2 * random() - 1)));

  // The forward pass as entries: sums and activities of every layer, the last one's activity last.
  function layers(system, p, x) {
    const found = [];
    let below = x;
    for (let k = 1; p[`w${k - 1}_${k}`]; k++) {
      const sum = system.apply("affine", [below, p[`w${k - 1}_${k}`], p[`b${k}`]], {}, `s${k}`);
      below = system.apply("sigmoid", [sum], {}, `y${k}`);
      found.push(sum, below);
    }
    return found;
  }

  // A net that learns by slopes summed over all patterns: dw = -rate slope + momentum (dw before).
  class Learner {
    constructor(p, x, t) {
      Object.assign(this, { p, x: Ordered.array(x), t: Ordered.array(t), sweeps: 0 });
      this.change = Object.fromEntries(Object.entries(p).map(([name, one]) => [name, Ordered.filled(one.shape, 0)]));
    }
    look() {
      const system = new Ordered.System();
      const entries = layers(system, system.parameters(this.p), system.constant(this.x));
      const y = entries[entries.length - 1];
      return { y, loss: system.apply("squared_error", [y, system.constant(this.t)]), entries };
    }
    // Whether every output is nearer to its target than the margin; else one sweep is learned from.
    sweep({ rate, momentum, margin }) {
      const { y, loss } = this.look();
      this.loss = loss.value.data[0];
      this.outputs = y.value.data;
      if (y.value.data.every((v, k) => Math.abs(v - this.t.data[k]) < margin)) return true;
      const { by } = Ordered.derivatives(loss);
      for (const name of Object.keys(this.p)) {
        this.change[name] = Ordered.zip(this.change[name], by[name], (dw, slope) => momentum * dw - rate * slope);
        this.p[name] = Ordered.zip(this.p[name], this.change[name], (w, dw) => w + dw);
      }
      this.sweeps++;
      return false;
    }
    output(x) {
      const system = new Ordered.System();
      const entries = layers(system, system.parameters(this.p), system.constant([x]));
      return entries.map((one) => [...one.value.data]);
    }
  }

  // The output of a 2-2-1 net as a plain function of its inputs, for pictures of many thousand points.
  function quick(p) {
    const w = flat(p), s = (v) => 0.5 * (1 + Math.tanh(0.5 * v));
    return (a, b) => s(w[6] * s(w[0] * a + w[2] * b + w[4]) + w[7] * s(w[1] * a + w[3] * b + w[5]) + w[8]);
  }

  return { fromFlat, flat, start, layers, Learner, quick };
})();
