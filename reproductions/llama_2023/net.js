// A Llama and its tokenizer, line by line those of core/networks/llama.py and of the package that core/datasets/tokens.py asks.
const Llama = (() => {
  // Numbers in half precision, low byte first, in base64.
  function halves(coded) {
    const raw = atob(coded), found = new Float64Array(raw.length / 2), powers = Array.from({ length: 32 }, (_, e) => 2 ** (Math.max(e, 1) - 25));
    for (let k = 0; k < found.length; k++) {
      const bits = raw.charCodeAt(2 * k) | (raw.charCodeAt(2 * k + 1) << 8), e = (bits >> 10) & 31;
      found[k] = (bits & 0x8000 ? -1 : 1) * ((e ? 1024 : 0) + (bits & 1023)) * powers[e];
    }
    return found;
  }

  // Text to tokens and back, on bytes: words are cut as GPT-2 cuts them, then the earliest merge is made again and again.
  function tokenizer(pieces, merges) {
    const seen = (b) => (b >= 33 && b < 127) || (b >= 161 && b < 173) || b >= 174;
    const letters = [], byteOf = new Map(), size = pieces.length;
    for (let b = 0, next = 256; b < 256; b++) { letters[b] = String.fromCharCode(seen(b) ? b : next++); byteOf.set(letters[b], b); }
    const token = new Map(pieces.map((piece, k) => [piece, k]));
    const rank = new Map(merges.map(([a, b], k) => [a * size + b, { k, made: token.get(pieces[a] + pieces[b]) }]));
    const WORD = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;
    function word(bytes) {
      const found = [...bytes].map((b) => token.get(letters[b]));
      for (;;) {
        let best = null, at = -1;
        for (let i = 0; i + 1 < found.length; i++) {
          const one = rank.get(found[i] * size + found[i + 1]);
          if (one && (!best || one.k < best.k)) [best, at] = [one, i];
        }
        if (!best) return found;
        found.splice(at, 2, best.made);
      }
    }
    const bytes = (k) => [...pieces[k]].map((letter) => byteOf.get(letter));
    return {
      encode: (said) => (said.match(WORD) ?? []).flatMap((one) => word(new TextEncoder().encode(one))),
      decode: (tokens) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(tokens.flatMap(bytes))),
      bytes,
    };
  }

  // The net, fed one token after the other; keys and values of all before it are kept.
  function net(c, coded) {
    const w = halves(coded), S = c.width / c.heads, shared = c.heads / c.groups;
    let at = 0;
    const take = (...shape) => w.subarray(at, (at += shape.reduce((a, b) => a * b, 1)));
    const embedding = take(c.vocabulary, c.width);
    const layers = Array.from({ length: c.layers }, () => ({
      attention_norm: take(c.width), wq: take(c.heads * S, c.width), wk: take(c.groups * S, c.width), wv: take(c.groups * S, c.width), wo: take(c.width, c.heads * S),
      feed_norm: take(c.width), w1: take(c.hidden, c.width), w2: take(c.width, c.hidden), w3: take(c.hidden, c.width),
      keys: new Float64Array(c.length * c.groups * S), values: new Float64Array(c.length * c.groups * S),
    }));
    const norm = take(c.width);
    if (at !== w.length) throw new Error("the weights are not those of this shape");
    // y = w x, w with a row for each output.
    function times(matrix, x) {
      const n = x.length, y = new Float64Array(matrix.length / n);
      for (let i = 0, k = 0; i < y.length; i++) {
        let sum = 0;
        for (let j = 0; j < n; j++) sum += matrix[k++] * x[j];
        y[i] = sum;
      }
      return y;
    }
    function normed(x, g) {
      let squares = 0;
      for (const v of x) squares += v * v;
      const r = 1 / Math.sqrt(squares / x.length + c.epsilon);
      return x.map((v, k) => v * r * g[k]);
    }
    // Neighbouring pairs of every head turned by the angle of their place.
    function turned(x, place) {
      for (let i = 0; i < x.length; i += 2) {
        const angle = place * c.theta ** (-(i % S) / S), [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
        [x[i], x[i + 1]] = [x[i] * cosine - x[i + 1] * sine, x[i] * sine + x[i + 1] * cosine];
      }
      return x;
    }
    function attended(q, { keys, values }, place) {
      const out = new Float64Array(q.length), wide = c.groups * S, scores = new Float64Array(place + 1);
      for (let h = 0; h < c.heads; h++) {
        const from = Math.floor(h / shared) * S;
        for (let j = 0; j <= place; j++) {
          let sum = 0;
          for (let i = 0; i < S; i++) sum += q[h * S + i] * keys[j * wide + from + i];
          scores[j] = sum / Math.sqrt(S);
        }
        const p = softmax(scores);
        for (let j = 0; j <= place; j++) for (let i = 0; i < S; i++) out[h * S + i] += p[j] * values[j * wide + from + i];
      }
      return out;
    }
    const added = (x, y) => x.map((v, k) => v + y[k]);
    // Scores of what follows `token`, which stands at `place`.
    function step(token, place) {
      let x = embedding.slice(token * c.width, (token + 1) * c.width);
      for (const one of layers) {
        let seen = normed(x, one.attention_norm);
        one.keys.set(turned(times(one.wk, seen), place), place * c.groups * S);
        one.values.set(times(one.wv, seen), place * c.groups * S);
        x = added(x, times(one.wo, attended(turned(times(one.wq, seen), place), one, place)));
        seen = normed(x, one.feed_norm);
        const a = times(one.w1, seen), b = times(one.w3, seen);
        x = added(x, times(one.w2, a.map((v, k) => v * 0.5 * (1 + Math.tanh(0.5 * v)) * b[k])));
      }
      return times(embedding, normed(x, norm));
    }
    return { step, length: c.length };
  }

  function softmax(scores, temperature = 1) {
    const top = scores.reduce((a, b) => Math.max(a, b)), e = scores.map((v) => Math.exp((v - top) / temperature)), sum = e.reduce((a, b) => a + b, 0);
    return e.map((v) => v / sum);
  }

  // The scores after every token of a text. Beyond the net's length the older half of what it sees is let go.
  function reader({ step, length }) {
    const half = Math.floor(length / 2), start = (n) => (n <= length ? 0 : Math.ceil((n - length) / half) * half);
    let read = [], scores = [], from = 0, held = 0;
    return (tokens) => {
      let same = 0;
      while (same < tokens.length && same < read.length && tokens[same] === read[same]) same++;
      held = Math.max(0, Math.min(held, same - from));
      scores = scores.slice(0, same);
      read = [...tokens];
      for (let n = same; n < tokens.length; n++) {
        if (start(n + 1) !== from) [from, held] = [start(n + 1), 0];
        while (from + held <= n) { scores[n] = step(tokens[from + held], held); held++; }
      }
      return scores;
    };
  }

  // The likeliest first; how many of them are left by top-p: the fewest whose probabilities together exceed it.
  function chances(scores, temperature, topP) {
    const first = likeliest(scores), p = temperature === 0 ? scores.map((_, k) => Number(k === first)) : softmax(scores, temperature);
    const order = [...p.keys()].sort((a, b) => p[b] - p[a] || a - b);
    let sum = 0;
    const sums = order.map((k) => (sum += p[k]));
    const beyond = (v) => { const k = sums.findIndex((s) => s > v); return k < 0 ? p.length - 1 : k; };
    const left = temperature === 0 ? 1 : topP < 1 ? beyond(topP) + 1 : p.length;
    return { p, order, left, held: sums[left - 1], draw: (u) => order[beyond(u * sums[left - 1])] };
  }
  const likeliest = (scores) => scores.reduce((best, v, k) => (v > scores[best] ? k : best), 0);
  // −log probability of a token, in nats.
  function surprise(scores, token) {
    const top = scores.reduce((a, b) => Math.max(a, b));
    return Math.log(scores.reduce((sum, v) => sum + Math.exp(v - top), 0)) + top - scores[token];
  }
  const entropy = (p) => p.reduce((sum, v) => (v > 0 ? sum - v * Math.log(v) : sum), 0);

  return { tokenizer, net, reader, softmax, chances, surprise, entropy };
})();
