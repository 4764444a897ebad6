"use strict";
(() => {
  // Tables with headings that sort. Rows without a value stay at the end.
  const key = (row, column) => row.cells[column].dataset.key ?? row.cells[column].textContent.trim();
  const numeric = (text) => text !== "" && Number.isFinite(Number(text));
  const compare = (a, b) =>
    numeric(a) && numeric(b) ? a - b : numeric(a) !== numeric(b) ? (numeric(a) ? -1 : 1) : a.localeCompare(b, "en");
  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    if (body.rows.length < 3) continue;
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.replaceChildren(button);
      if (!head.hasAttribute("aria-sort")) head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of heads) other.setAttribute("aria-sort", "none");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const sorted = [...body.rows].map((row) => [key(row, column), row]);
        sorted.sort(([a], [b]) => (a === "" || b === "" ? (a === "") - (b === "") : (down ? -1 : 1) * compare(a, b)));
        body.append(...sorted.map(([, row]) => row));
      });
    });
  }
  // A tip goes away with Escape; a link to something folded unfolds it.
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.activeElement?.classList.contains("term")) document.activeElement.blur();
  });
  const unfold = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let at = target?.parentElement; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  };
  addEventListener("hashchange", unfold);
  unfold();
})();
