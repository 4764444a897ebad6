"use strict";
// The ordered system of core/learning/ordered.py, for pages that are touched: the same list, the same backward walk.
// An array is { shape, data }; numbers lie in data row by row. Every op is a forward and its hand-written backward.
const Ordered = (() => {
  const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1);
  const make = (shape, data) => ({ shape, data: data ?? new Float64Array(sizeOf(shape)) });
  const filled = (shape, value) => make(shape, new Float64Array(sizeOf(shape)).fill(value));
  const map = (a, f) => make(a.shape, a.data.map(f));

  // A number, or lists of lists of numbers, as an array; and back.
  function array(value) {
    if (value?.data) return value;
    const shape = [];
    for (let at = value; Array.isArray(at) || ArrayBuffer.isView(at); at = at[0]) shape.push(at.length);
    const flat = Array.isArray(value) ? value.flat(shape.length) : shape.length ? value : [value];
    if (flat.length !== sizeOf(shape)) throw new Error("rows of an array must be equally long");
    return make(shape, Float64Array.from(flat));
  }
  function nested(a, axis = 0, from = 0) {
    if (axis === a.shape.length) return a.data[from];
    const step = sizeOf(a.shape.slice(axis + 1));
    return Array.from({ length: a.shape[axis] }, (_, k) => nested(a, axis + 1, from + k * step));
  }

  // Where each number of a broadcast shape comes from.
  function places(shape, from) {
    const found = new Int32Array(sizeOf(shape));
    const lead = shape.length - from.length;
    for (let i = 0; i < found.length; i++) {
      let rest = i, at = 0, step = 1;
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        const k = rest % shape[axis];
        rest = (rest - k) / shape[axis];
        if (axis < lead) continue;
        if (from[axis - lead] !== 1) at += k * step;
        step *= from[axis - lead];
      }
      found[i] = at;
    }
    return found;
  }
  const same = (a, b) => a.length === b.length && a.every((n, k) => n === b[k]);
  function together(a, b) {
    const n = Math.max(a.length, b.length);
    return Array.from({ length: n }, (_, k) => {
      const [i, j] = [a[k - n + a.length] ?? 1, b[k - n + b.length] ?? 1];
      if (i !== j && i !== 1 && j !== 1) throw new Error(`shapes (${a}) and (${b}) do not fit`);
      return i === 1 ? j : i;
    });
  }
  function zip(a, b, f) {
    if (same(a.shape, b.shape)) return map(a, (value, k) => f(value, b.data[k]));
    const shape = together(a.shape, b.shape);
    const [p, q] = [places(shape, a.shape), places(shape, b.shape)];
    return map(make(shape), (_, k) => f(a.data[p[k]], b.data[q[k]]));
  }
  // A derivative summed over the axes along which its input was broadcast.
  function unbroadcast(d, shape) {
    if (same(d.shape, shape)) return d;
    const found = make(shape);
    places(d.shape, shape).forEach((place, k) => (found.data[place] += d.data[k]));
    return found;
  }

  // x (N, I) times w (I, O); with a turned matrix, its axes change places.
  function product(x, w, turnX = false, turnW = false) {
    const [n, inner] = turnX ? [x.shape[1], x.shape[0]] : x.shape;
    const [other, o] = turnW ? [w.shape[1], w.shape[0]] : w.shape;
    if (inner !== other) throw new Error(`matrices (${x.shape}) and (${w.shape}) do not fit`);
    const y = make([n, o]);
    for (let i = 0; i < n; i++)
      for (let k = 0; k < inner; k++) {
        const one = x.data[turnX ? k * n + i : i * inner + k];
        for (let j = 0; j < o; j++) y.data[i * o + j] += one * w.data[turnW ? j * inner + k : k * o + j];
      }
    return y;
  }
  const overRows = (a, f) => {
    const width = a.shape[a.shape.length - 1];
    const found = make(a.shape);
    for (let at = 0; at < a.data.length; at += width)
      found.data.set(f(a.data.subarray(at, at + width), at), at);
    return found;
  };
  // Every product of a convolution: use(place in y, place in w, place in x or -1 on the border).
  function taps(x, w, { stride, padding, table, p, q }, use) {
    const [n, c, height, width] = x.shape, [o, slots, k] = w.shape;
    for (let one = 0; one < n; one++)
      for (let m = 0; m < o; m++)
        for (let a = 0; a < p; a++)
          for (let b = 0; b < q; b++) {
            const at = ((one * o + m) * p + a) * q + b;
            for (let s = 0; s < slots; s++)
              for (let i = 0; i < k; i++)
                for (let j = 0; j < k; j++) {
                  const [row, column] = [stride * a + i - padding, stride * b + j - padding];
                  const inside = row >= 0 && row < height && column >= 0 && column < width;
                  use(at, ((m * slots + s) * k + i) * k + j, inside ? ((one * c + table[m][s]) * height + row) * width + column : -1);
                }
          }
  }
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  const elementwise = (f) => ({ forward: ([x], settings) => f(x, settings), backward: (dy, slope) => [zip(dy, slope, (a, b) => a * b)] });

  const OPS = {
    // y = a + b, y = a - b and y = a b, broadcast against each other.
    add: {
      forward: ([a, b]) => [zip(a, b, (u, v) => u + v), [a.shape, b.shape]],
      backward: (dy, [a, b]) => [unbroadcast(dy, a), unbroadcast(dy, b)],
    },
    subtract: {
      forward: ([a, b]) => [zip(a, b, (u, v) => u - v), [a.shape, b.shape]],
      backward: (dy, [a, b]) => [unbroadcast(dy, a), unbroadcast(map(dy, (v) => -v), b)],
    },
    multiply: {
      forward: ([a, b]) => [zip(a, b, (u, v) => u * v), [a, b]],
      backward: (dy, [a, b]) => [
        unbroadcast(zip(dy, b, (u, v) => u * v), a.shape),
        unbroadcast(zip(dy, a, (u, v) => u * v), b.shape),
      ],
    },
    // y = x[index] along the first axis, index a whole number or a list of them.
    part: {
      forward: ([x], { index }) => {
        const step = sizeOf(x.shape.slice(1));
        const rows = [index].flat();
        const y = make(Array.isArray(index) ? [rows.length, ...x.shape.slice(1)] : x.shape.slice(1));
        rows.forEach((row, k) => y.data.set(x.data.subarray(row * step, (row + 1) * step), k * step));
        return [y, [x.shape, rows, step]];
      },
      backward: (dy, [shape, rows, step]) => {
        const dx = make(shape);
        rows.forEach((row, k) => {
          for (let j = 0; j < step; j++) dx.data[row * step + j] += dy.data[k * step + j];
        });
        return [dx];
      },
    },
    flatten: {
      forward: ([x], { axes = 3 } = {}) => {
        const kept = x.shape.length - axes;
        return [make([...x.shape.slice(0, kept), sizeOf(x.shape.slice(kept))], x.data), x.shape];
      },
      backward: (dy, shape) => [make(shape, dy.data)],
    },
    // y = x w + b: x (N, I), w (I, O), b (O). dx = dy w^T, dw = x^T dy, db = sum of dy over cases.
    affine: {
      forward: ([x, w, b]) => [zip(product(x, w), b, (u, v) => u + v), [x, w, b.shape]],
      backward: (dy, [x, w, b]) => [product(dy, w, false, true), product(x, dy, true), unbroadcast(dy, b)],
    },
    // y[o,p,q] = b[o,p,q] + sum over s,i,j of w[o,s,i,j] x[table[o][s], stride p + i, stride q + j], x with a border.
    // x (N, C, H, W), w (O, S, K, K), b (O) or (O, P, Q); without a table every map reads all others.
    convolution: {
      forward: ([x, w, b], settings = {}) => {
        const { stride = 1, padding = 0, border = 0 } = settings, [n, c, height, width] = x.shape, [o, , k] = w.shape;
        const table = settings.table ?? Array.from({ length: o }, () => Array.from({ length: c }, (_, s) => s));
        const [p, q] = [height, width].map((side) => Math.floor((side + 2 * padding - k) / stride) + 1);
        const y = make([n, o, p, q]), form = { stride, padding, border, table, p, q };
        taps(x, w, form, (at, weight, from) => (y.data[at] += w.data[weight] * (from < 0 ? border : x.data[from])));
        const shared = b.shape.length === 1, places = p * q;
        for (let at = 0; at < y.data.length; at++) y.data[at] += b.data[shared ? Math.floor(at / places) % o : at % (o * places)];
        return [y, [x, w, b, form]];
      },
      backward: (dy, [x, w, b, form]) => {
        const [dx, dw, db] = [x, w, b].map((one) => make(one.shape)), places = form.p * form.q, o = w.shape[0];
        taps(x, w, form, (at, weight, from) => {
          dw.data[weight] += dy.data[at] * (from < 0 ? form.border : x.data[from]);
          if (from >= 0) dx.data[from] += dy.data[at] * w.data[weight];
        });
        const shared = b.shape.length === 1;
        for (let at = 0; at < dy.data.length; at++) db.data[shared ? Math.floor(at / places) % o : at % (o * places)] += dy.data[at];
        return [dx, dw, db];
      },
    },
    // y = 1 / (1 + exp(-x)), whose slope is y (1 - y).
    sigmoid: elementwise((x) => {
      const y = map(x, (v) => 0.5 * (1 + Math.tanh(0.5 * v)));
      return [y, map(y, (v) => v * (1 - v))];
    }),
    tanh: elementwise((x) => {
      const y = map(x, Math.tanh);
      return [y, map(y, (v) => 1 - v * v)];
    }),
    // y = A tanh(S x), whose slope is (S / A)(A^2 - y^2).
    scaled_tanh: elementwise((x, { amplitude = 1.7159, slope = 2 / 3 } = {}) => {
      const y = map(x, (v) => amplitude * Math.tanh(slope * v));
      return [y, map(y, (v) => (slope / amplitude) * (amplitude * amplitude - v * v))];
    }),
    relu: elementwise((x) => [map(x, (v) => Math.max(v, 0)), map(x, (v) => (v > 0 ? 1 : 0))]),
    exponential: elementwise((x) => {
      const y = map(x, Math.exp);
      return [y, y];
    }),
    logarithm: elementwise((x) => [map(x, Math.log), map(x, (v) => 1 / v)]),
    sine: elementwise((x) => [map(x, Math.sin), map(x, Math.cos)]),
    // p_i = exp(a_i / T) / sum_j exp(a_j / T);  da_i = p_i (dp_i - sum_j dp_j p_j) / T.
    softmax: {
      forward: ([a], { temperature = 1 } = {}) => {
        const p = overRows(a, (row) => {
          const top = Math.max(...row);
          const grown = row.map((v) => Math.exp((v - top) / temperature));
          const total = sum(grown);
          return grown.map((v) => v / total);
        });
        return [p, [p, temperature]];
      },
      backward: (dp, [p, temperature]) => [
        overRows(p, (row, at) => {
          const mean = sum(row.map((v, k) => v * dp.data[at + k]));
          return row.map((v, k) => (v * (dp.data[at + k] - mean)) / temperature);
        }),
      ],
    },
    // E = 1/2 sum over cases and outputs of (y - t)^2.
    squared_error: {
      forward: ([y, t]) => {
        const d = zip(y, t, (u, v) => u - v);
        return [make([], Float64Array.of(0.5 * sum(d.data.map((v) => v * v)))), d];
      },
      backward: (dE, d) => [map(d, (v) => dE.data[0] * v), map(d, (v) => -dE.data[0] * v)],
    },
    // E = - sum over cases and outputs of t log softmax(a);  da = p sum(t) - t.
    softmax_cross_entropy: {
      forward: ([a, t]) => {
        const logs = overRows(a, (row) => {
          const top = Math.max(...row);
          const total = Math.log(sum(row.map((v) => Math.exp(v - top))));
          return row.map((v) => v - top - total);
        });
        return [make([], Float64Array.of(-sum(logs.data.map((v, k) => v * t.data[k])))), [logs, t]];
      },
      backward: (dE, [logs, t]) => {
        const width = logs.shape[logs.shape.length - 1];
        const da = overRows(logs, (row, at) => {
          const whole = sum(t.data.subarray(at, at + width));
          return row.map((v, k) => dE.data[0] * (Math.exp(v) * whole - t.data[at + k]));
        });
        return [da, map(logs, (v) => -dE.data[0] * v)];
      },
    },
  };

  // A growing list of entries, each depending only on earlier ones.
  class System {
    constructor() {
      this.entries = [];
    }
    append(fields) {
      const entry = { system: this, index: this.entries.length, name: null, op: null, inputs: [], ...fields };
      this.entries.push(entry);
      return entry;
    }
    constant(value, name = null) {
      return this.append({ value: array(value), varies: false, name });
    }
    parameter(name, value) {
      return this.append({ value: array(value), varies: true, name });
    }
    parameters(values) {
      return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, this.parameter(name, value)]));
    }
    apply(op, inputs, settings = {}, name = null) {
      if (!OPS[op]) throw new Error(`there is no op ${op}`);
      if (inputs.some((one) => one.system !== this)) throw new Error("every input must be an earlier entry");
      const [value, cache] = OPS[op].forward(inputs.map((one) => one.value), settings);
      return this.append({ value, cache, op, inputs, name, varies: inputs.some((one) => one.varies) });
    }
  }

  // The walk, one entry at a time from the target backwards: its slope, and what it hands on to each input.
  function* walk(target) {
    const found = new Map([[target.index, filled(target.value.shape, 1)]]);
    for (let i = target.index; i >= 0; i--) {
      const entry = target.system.entries[i];
      if (!entry.op || !entry.varies || !found.has(i)) continue;
      const parts = OPS[entry.op].backward(found.get(i), entry.cache);
      const handed = [];
      entry.inputs.forEach((source, k) => {
        if (!source.varies) return;
        const before = found.get(source.index);
        found.set(source.index, before ? zip(before, parts[k], (u, v) => u + v) : parts[k]);
        handed.push({ source, part: parts[k] });
      });
      yield { entry, slope: found.get(i), handed };
    }
    return found;
  }

  // Ordered derivatives of the target, by parameter name, or of any entry.
  function derivatives(target) {
    const steps = walk(target);
    let step = steps.next();
    while (!step.done) step = steps.next();
    const of = (entry) => step.value.get(entry.index) ?? filled(entry.value.shape, 0);
    const named = target.system.entries.filter((entry) => entry.varies && entry.name && !entry.op);
    return { of, by: Object.fromEntries(named.map((entry) => [entry.name, of(entry)])) };
  }

  return { OPS, System, walk, derivatives, array, nested, make, map, zip, filled };
})();
