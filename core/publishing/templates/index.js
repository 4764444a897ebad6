"use strict";
(() => {
  const form = document.querySelector(".filter");
  const body = document.querySelector("#table tbody");
  const rows = [...body.rows];
  const cards = [...document.querySelectorAll("article[data-verdicts]")];

  const filter = () => {
    const wanted = new FormData(form).get("verdict");
    for (const row of rows) row.hidden = wanted !== "" && row.dataset.verdict !== wanted;
    for (const card of cards) card.hidden = wanted !== "" && !card.dataset.verdicts.split(" ").includes(wanted);
    const count = (all) => `${all.filter((one) => !one.hidden).length} of ${all.length}`;
    document.querySelector("#shown").textContent = `${count(cards)} reproductions, ${count(rows)} claims shown.`;
    document.querySelector(".nothing").hidden = cards.some((card) => !card.hidden);
  };
  form.hidden = false;
  form.addEventListener("change", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();

  const key = (row, column) => row.cells[column].dataset.key ?? row.cells[column].textContent.trim();
  const numeric = (text) => text !== "" && Number.isFinite(Number(text));
  const compare = (a, b) =>
    numeric(a) && numeric(b) ? a - b : numeric(a) !== numeric(b) ? (numeric(a) ? -1 : 1) : a.localeCompare(b, "en");
  const heads = [...document.querySelectorAll("#table thead th")];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const sorted = rows.map((row) => [key(row, column), row]);
      sorted.sort(([a], [b]) => (a === "" || b === "" ? (a === "") - (b === "") : (down ? -1 : 1) * compare(a, b)));
      body.append(...sorted.map(([, row]) => row));
    });
  });
  // A link to a card that the filter hides shows everything first.
  addEventListener("hashchange", () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target?.hidden) {
      form.reset();
      filter();
      target.scrollIntoView();
    }
  });
})();
