// What every page needs: the record, pictures that follow the theme, sliders, a loop that stands still where asked to.
const Stage = (() => {
  const data = JSON.parse(document.getElementById("record").textContent);
  const quiet = matchMedia("(prefers-reduced-motion: reduce)");
  const $ = (id) => document.getElementById(id);

  function filled(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.flat());
    return node;
  }
  const html = (tag, attributes = {}, ...children) => filled(document.createElement(tag), attributes, children);
  const svg = (tag, attributes = {}, ...children) =>
    filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
  const text = (x, y, what, more = {}) => svg("text", { x, y, ...more }, String(what));

  // Numbers as they are read: true minus signs, thousands in groups.
  function number(value, digits = 3) {
    if (!Number.isFinite(value)) return "–";
    if (Number.isInteger(value)) return value.toLocaleString("en").replace("-", "−");
    return value.toLocaleString("en", { maximumSignificantDigits: digits }).replace("-", "−");
  }
  const short = (value) => (Math.abs(value) >= 1e5 ? value.toLocaleString("en", { notation: "compact" }).replace("-", "−") : number(value));
  const fixed = (value, digits = 2) => (Object.is(Number(value.toFixed(digits)), -0) ? 0 : value).toFixed(digits).replace("-", "−");
  const many = (n, one, more = `${one}s`) => `${number(n)} ${n === 1 ? one : more}`;

  // Random numbers in [0, 1) from a whole number: mulberry32.
  function random(seed) {
    let a = seed >>> 0;
    return () => {
      a = (a + 0x6d2b79f5) >>> 0;
      let t = Math.imul(a ^ (a >>> 15), 1 | a);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }
  const anySeed = () => Math.floor(Math.random() * 2 ** 31);

  // A slider over listed values; the text of the value is spoken, too.
  function slider(box, { label, values, value, say = (v) => number(v), change = () => {} }) {
    const id = `slider-${document.querySelectorAll(".slider").length}`;
    const told = html("output", { for: id });
    const input = html("input", { type: "range", id, min: 0, max: values.length - 1, step: 1 });
    const made = { input, get value() { return values[input.valueAsNumber]; }, set value(v) { input.value = nearest(v); tell(); } };
    const nearest = (v) => values.reduce((best, one, k) => (Math.abs(one - v) < Math.abs(values[best] - v) ? k : best), 0);
    function tell() {
      told.textContent = say(made.value);
      input.setAttribute("aria-valuetext", say(made.value));
    }
    input.addEventListener("input", () => { tell(); change(made.value); });
    box.append(html("div", { class: "slider" }, html("label", { for: id }, label), told, input));
    made.value = value;
    return made;
  }

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const parts = (hex) => (hex.length === 4 ? [...hex.slice(1)].map((c) => c + c) : hex.slice(1).match(/../g)).map((c) => parseInt(c, 16));
  // f over a rectangle as colours, from blue for `low` through the ground to orange for `high`.
  function surface(canvas, f, [x0, x1], [y0, y1], low = 0, high = 1) {
    const [a, b, c] = ["blue", "paper", "orange"].map((name) => parts(colour(name)));
    const [w, h] = [canvas.width, canvas.height];
    const pen = canvas.getContext("2d");
    const picture = pen.createImageData(w, h);
    for (let i = 0; i < h; i++)
      for (let j = 0; j < w; j++) {
        const z = f(x0 + ((j + 0.5) / w) * (x1 - x0), y1 - ((i + 0.5) / h) * (y1 - y0));
        const t = Math.max(-1, Math.min(1, (2 * (z - low)) / (high - low) - 1));
        const to = t < 0 ? a : c;
        for (let k = 0; k < 3; k++) picture.data[4 * (i * w + j) + k] = b[k] + Math.abs(t) * 0.85 * (to[k] - b[k]);
        picture.data[4 * (i * w + j) + 3] = 255;
      }
    pen.putImageData(picture, 0, 0);
  }

  // A rectangle of the plane in a drawing of `side` units: places of points, and points of places.
  function plane([x0, x1], [y0, y1], width = 360, height = width, pad = 26) {
    const [w, h] = [width - 2 * pad, height - 2 * pad];
    return {
      width, height, pad,
      x: (v) => pad + ((v - x0) / (x1 - x0)) * w,
      y: (v) => height - pad - ((v - y0) / (y1 - y0)) * h,
      at: (px, py) => [x0 + ((px - pad) / w) * (x1 - x0), y0 + ((height - pad - py) / h) * (y1 - y0)],
      // What the whole drawing shows, its margins with it: the two ranges.
      whole() { const [a, b] = [this.at(0, height), this.at(width, 0)]; return [[a[0], b[0]], [a[1], b[1]]]; },
      // The part of the line a x + b y + c = 0 that lies within, as ends; none where it misses.
      line(a, b, c) {
        const ends = [];
        for (const x of [x0, x1]) if (b !== 0 && -(a * x + c) / b >= y0 && -(a * x + c) / b <= y1) ends.push([x, -(a * x + c) / b]);
        for (const y of [y0, y1]) if (a !== 0 && -(b * y + c) / a > x0 && -(b * y + c) / a < x1) ends.push([-(b * y + c) / a, y]);
        return ends.length < 2 ? null : { x1: this.x(ends[0][0]), y1: this.y(ends[0][1]), x2: this.x(ends[1][0]), y2: this.y(ends[1][1]) };
      },
      frame() {
        return svg("rect", { class: "frame", x: pad, y: pad, width: w, height: h });
      },
    };
  }

  const ticksOf = (low, high, log) => {
    if (log) {
      const found = [];
      for (let e = Math.floor(Math.log10(low)); 10 ** e <= high * 1.0001; e++)
        for (const k of high / low < 1000 ? [1, 2, 5] : [1]) if (k * 10 ** e >= low * 0.9999 && k * 10 ** e <= high * 1.0001) found.push(k * 10 ** e);
      return found.length ? found : [low, high];
    }
    const step = 10 ** Math.floor(Math.log10((high - low) / 2 || 1));
    const wide = [1, 2, 5, 10].map((k) => k * step).find((s) => (high - low) / s <= 5);
    return Array.from({ length: Math.floor(high / wide + 1e-9) - Math.ceil(low / wide - 1e-9) + 1 }, (_, k) => (Math.ceil(low / wide - 1e-9) + k) * wide);
  };

  // A chart: axes once, lines drawn anew. Lines: [{ points: [[x, y]], colour, name, width, steps }], bands likewise.
  function chart(box, { label, x, y, xlabel, ylabel, logx = false, logy = false, height = 220 }) {
    const [width, left, right, top, bottom] = [380, 50, 12, 22, 40];
    const scale = (v, [a, b], log) => (log ? Math.log(v / a) / Math.log(b / a) : (v - a) / (b - a));
    const px = (v) => left + Math.max(0, Math.min(1, scale(Math.max(v, logx ? 1e-300 : v), x, logx))) * (width - left - right);
    const py = (v) => height - bottom - Math.max(0, Math.min(1.02, scale(Math.max(v, logy ? 1e-300 : v), y, logy))) * (height - top - bottom);
    const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
    const ground = svg("g"), over = svg("g");
    function axes() {
      ground.replaceChildren();
      let [written, below] = [-Infinity, Infinity];
      for (const v of ticksOf(...x, logx)) {
        ground.append(svg("line", { class: "axis", x1: px(v), x2: px(v), y1: top, y2: height - bottom }));
        if (px(v) - written < 40) continue;
        written = px(v);
        ground.append(text(px(v), height - bottom + 16, short(v), { "text-anchor": "middle" }));
      }
      for (const v of ticksOf(...y, logy)) {
        ground.append(svg("line", { class: "axis", x1: left, x2: width - right, y1: py(v), y2: py(v) }));
        if (below - py(v) < 16) continue;
        below = py(v);
        ground.append(text(left - 6, py(v) + 4, short(v), { "text-anchor": "end" }));
      }
      ground.append(text((left + width - right) / 2, height - 6, xlabel, { "text-anchor": "middle", class: "soft" }), text(2, 13, ylabel, { class: "soft" }));
    }
    axes();
    root.append(ground, over);
    box.append(root);
    return {
      root, px, py, over,
      range(newX, newY) { if (newX) x = newX; if (newY) y = newY; axes(); },
      draw(lines, bands = []) {
        over.replaceChildren();
        for (const band of bands) {
          const there = band.low.map(([u, v]) => `${px(u)},${py(v)}`), back = [...band.high].reverse().map(([u, v]) => `${px(u)},${py(v)}`);
          over.append(svg("polygon", { points: [...there, ...back].join(" "), fill: `var(--${band.colour})`, opacity: 0.22 }));
        }
        for (const one of lines) {
          const points = one.points.flatMap(([u, v], k) => (one.steps && k ? [[u, one.points[k - 1][1]], [u, v]] : [[u, v]]));
          over.append(svg("polyline", { points: points.map(([u, v]) => `${px(u).toFixed(1)},${py(v).toFixed(1)}`).join(" "), fill: "none", stroke: `var(--${one.colour})`, "stroke-width": one.width ?? 2.2, "stroke-dasharray": one.dashes }));
          if (one.name) over.append(text(width - right, top + 14 + 17 * (one.row ?? 0), one.name, { "text-anchor": "end", style: `fill: var(--${one.ink ?? one.colour})` }));
        }
      },
      label(what) { root.setAttribute("aria-label", what); },
    };
  }

  // Where a run falls among the published ones: a histogram, a mark, and a sentence.
  // values: what published runs took; null where one never got there. what: { run, runs, unit }.
  function distribution(box, { values, what, label, log = true }) {
    const done = values.filter((v) => v != null).sort((a, b) => a - b), never = values.length - done.length;
    const [width, height, base] = [380, 190, 144];
    const from = Math.max(done[0], log ? what.least ?? 1 : -Infinity), to = Math.max(done[done.length - 1], what.least ? from : from + 1);
    const bins = !log && to - from < 40 && done.every(Number.isInteger) ? Math.min(34, to - from + 1) : 34;
    const share = (v) => (log ? Math.log(v / from) / Math.log(to / from) : (v - from) / (to - from));
    const end = never ? 300 : 360;
    const px = (v) => 14 + Math.max(0, Math.min(1, share(Math.max(v, from)))) * (end - 14);
    const counts = new Array(bins).fill(0);
    for (const v of done) counts[Math.min(bins - 1, Math.floor(share(v) * bins))]++;
    const most = Math.max(...counts, never);
    const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
    const wide = (end - 14) / bins;
    counts.forEach((n, k) => root.append(svg("rect", { x: 14 + k * wide, y: base - (100 * n) / most, width: Math.max(1, wide - 1), height: (100 * n) / most, style: "fill: var(--sky)" })));
    let written = -Infinity;
    for (const v of ticksOf(from, to, log)) {
      root.append(svg("line", { class: "frame", x1: px(v), x2: px(v), y1: base, y2: base + 5 }));
      if (px(v) - written < 40) continue;
      written = px(v);
      root.append(text(px(v), base + 19, number(v), { "text-anchor": "middle" }));
    }
    root.append(svg("line", { class: "frame", x1: 10, x2: width - 6, y1: base, y2: base }), text(14, height - 4, what.unit, { class: "soft" }));
    if (never) root.append(svg("rect", { x: 330, y: base - Math.max(2, (100 * never) / most), width: 26, height: Math.max(2, (100 * never) / most), style: "fill: var(--edge)" }), text(343, base + 19, "never", { "text-anchor": "middle" }), text(343, base - Math.max(2, (100 * never) / most) - 5, number(never), { "text-anchor": "middle" }));
    const marks = svg("g");
    root.append(marks);
    const said = html("p", { role: "status", class: "said" }, `${what.empty}`);
    box.append(root, said);
    function sentence(value) {
      if (what.tell) return what.tell(value, values.filter((v) => v == null || v > value).length / values.length);
      if (value == null) return `${what.yours} never got there: like ${number(never)} of ${number(values.length)} published ${what.runs}.`;
      const slower = values.filter((v) => v == null || v > value).length;
      const percent = (100 * slower) / values.length;
      const than = slower === values.length ? "faster than every one" : slower === 0 ? "slower than every one" : `faster than ${percent < 1 || percent > 99 ? percent.toFixed(1) : Math.round(percent)} %`;
      return `${what.yours} took ${number(value)} ${what.unit}: ${than} of ${number(values.length)} published ${what.runs}.`;
    }
    return {
      mark(value, more = "") {
        const x = value == null ? 343 : px(value);
        marks.append(svg("path", { d: `M ${x} ${base} V 28`, style: "stroke: var(--red); stroke-width: 2.5; fill: none" }), svg("circle", { cx: x, cy: 26, r: 6, style: "fill: var(--red)" }));
        while (marks.childNodes.length > 20) marks.firstChild.remove();
        said.textContent = `${sentence(value)} ${more}`.trim();
        root.setAttribute("aria-label", `${label} ${sentence(value)}`);
        return said.textContent;
      },
      sentence,
    };
  }

  // step() is called until it returns true (done) or somebody stops; pictures are drawn once a frame, and only at the
  // end where motion is to be reduced. `pace` is how many steps a frame at most.
  function loop({ step, show, button, pace = () => Infinity, names = ["Train", "Pause"], finish = () => {} }) {
    const made = { running: false };
    function turn() {
      if (!made.running) return;
      const start = performance.now();
      let done = false;
      for (let k = 0; !done && k < (quiet.matches ? Infinity : pace()) && performance.now() - start < 12; k++) done = step();
      if (done) return made.stop(true);
      if (!quiet.matches) show();
      (quiet.matches ? setTimeout : requestAnimationFrame)(turn);
    }
    made.start = () => {
      if (made.running) return;
      made.running = true;
      button.textContent = names[1];
      turn();
    };
    made.stop = (done = false) => {
      const was = made.running;
      made.running = false;
      button.textContent = names[0];
      if (was) { show(); finish(done); }
    };
    button.addEventListener("click", () => (made.running ? made.stop() : made.start()));
    return made;
  }

  const repaint = [];
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => repaint.forEach((f) => f()));

  // A mark of class 1 or 0 in a drawing: a disc with its number in it, told apart without colour.
  const dot = (x, y, on, more = {}, r = 13) =>
    svg("g", more, svg("circle", { cx: x, cy: y, r, style: `fill: var(--${on ? "orange" : "blue"}); stroke: var(--ink); stroke-width: 1.5` }), text(x, y + 5, on ? "1" : "0", { "text-anchor": "middle", style: `fill: var(--on-${on ? "orange" : "blue"}); font-weight: 700; font-size: 14px` }));

  return { data, quiet, $, html, svg, text, number, fixed, many, random, anySeed, slider, colour, surface, plane, chart, distribution, loop, repaint, dot };
})();
