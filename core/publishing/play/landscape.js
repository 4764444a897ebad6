// The loss over two directions through a point of a walk downhill, and the walk as it looks from there.
const Landscape = (() => {
  const { html, svg, number, fixed } = Stage;
  const dot = (a, b) => a.reduce((sum, v, k) => sum + v * b[k], 0);
  const unit = (a) => a.map((v) => v / Math.sqrt(dot(a, a)));
  const minus = (a, b) => a.map((v, k) => v - b[k]);
  // b less its part along u, as a direction; where nothing is left, that of the first axis for which something is.
  function beside(u, b) {
    for (const one of [b, ...u.map((_, k) => u.map((__, j) => Number(j === k)))]) {
      const left = minus(one, u.map((v) => v * dot(one, u)));
      if (dot(left, left) > 1e-12) return unit(left);
    }
    return u;
  }
  // Two directions at right angles among n, the same for the same seed.
  function randomPlane(n, seed = Stage.anySeed()) {
    const r = Stage.random(seed), normal = () => Math.sqrt(-2 * Math.log(1 - r())) * Math.cos(2 * Math.PI * r());
    const u = unit(Array.from({ length: n }, normal));
    return [u, beside(u, Array.from({ length: n }, normal))];
  }
  function wayItself(walk) {
    const end = minus(walk[walk.length - 1], walk[0]), u = dot(end, end) > 1e-12 ? unit(end) : end.map((_, k) => Number(k === 0));
    return [u, beside(u, minus(walk[Math.floor(walk.length / 2)], walk[0]))];
  }

  // loss(weights), walk() a list of weights, the last one where we are; `planes` more pairs of directions by name;
  // `high` the loss drawn in full colour; seen(share) is told of what a random plane sees of the way.
  function make(box, { loss, walk, planes = {}, high, what = "loss", seen = () => {} }) {
    const all = { ...planes, "the way itself": () => wayItself(walk()), "at random": () => randomPlane(walk()[0].length) };
    const centres = ["where you started", "where you are"];
    let plane = "at random", directions = randomPlane(walk()[0].length), centre = centres[0];
    const chosen = (names, kind, pick) => html("div", { class: `bar ${kind}` }, ...names.map((name) => html("button", { type: "button", onclick: () => { pick(name); draw(); } }, name)));
    const first = chosen(Object.keys(all), "planes", (name) => { plane = name; directions = all[name](); });
    const second = chosen(centres, "through", (name) => (centre = name));
    const said = html("p", { class: "said landed", role: "status" }), ground = html("canvas", { width: 61, height: 61, "aria-hidden": "true" }), root = svg("svg", { viewBox: "0 0 360 360", role: "img" });
    box.append(html("fieldset", {}, html("legend", {}, "Which two directions"), first), html("fieldset", {}, html("legend", {}, "Through which point"), second), said, html("div", { class: "stack" }, ground, root));

    function draw(still = true) {
      const steps = walk(), now = steps[steps.length - 1], from = centre === centres[0] ? steps[0] : now;
      if (plane === "the way itself") directions = wayItself(steps);
      const [u, v] = directions, away = steps.map((p) => minus(p, from)), reach = 1.1 * Math.max(1, ...away.map((p) => Math.sqrt(dot(p, p))));
      const view = Stage.plane([-reach, reach], [-reach, reach]), at = (a, b) => loss(from.map((one, k) => one + a * u[k] + b * v[k]));
      Stage.surface(ground, (a, b) => Math.log(at(a, b) + 0.05), ...view.whole(), Math.log(0.05), Math.log(high));
      const path = away.map((p) => [dot(p, u), dot(p, v)]), [a, b] = path[path.length - 1], [a0, b0] = path[0];
      root.replaceChildren(view.frame(), svg("polyline", { points: path.map(([p, q]) => `${view.x(p).toFixed(1)},${view.y(q).toFixed(1)}`).join(" "), style: "fill: none; stroke: var(--ink); stroke-width: 2.5" }),
        svg("circle", { cx: view.x(a0), cy: view.y(b0), r: 6, style: "fill: var(--paper); stroke: var(--ink); stroke-width: 2" }), svg("circle", { cx: view.x(a), cy: view.y(b), r: 7, style: "fill: var(--red); stroke: var(--paper); stroke-width: 2" }));
      for (const [bar, name] of [[first, plane], [second, centre]]) for (const one of bar.children) one.setAttribute("aria-pressed", String(one.textContent === name));
      if (!still) return;
      const way = minus(now, steps[0]), whole = Math.sqrt(dot(way, way)), part = Math.hypot(dot(way, u), dot(way, v));
      said.textContent = whole < 1e-9 ? "Nothing has moved yet." : `On the way the ${what} went from ${number(loss(steps[0]))} to ${number(loss(now))}. Under the walk's end this picture shows ${number(at(a, b))}${centre === centres[0] ? "" : `, and under its start ${number(at(a0, b0))}`}. It sees ${fixed((100 * part) / whole, 0)} % of the way.`;
      root.setAttribute("aria-label", `The ${what} over two directions, ${plane}, through ${centre}. ${said.textContent}`);
      if (plane === "at random" && whole >= 1e-9) seen(part / whole);
    }
    return { draw };
  }
  return { make, randomPlane, wayItself, dot, minus };
})();
