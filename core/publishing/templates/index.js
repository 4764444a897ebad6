(() => {
  // Search and filters over the table of all claims.
  const form = document.querySelector(".filter");
  const rows = [...document.querySelectorAll("#table tbody tr")].map((row) => [row, row.textContent.toLowerCase()]);
  const shown = document.querySelector("#shown");
  const nothing = document.querySelector(".nothing");
  const more = document.querySelector("#more");
  const FIRST = 30; // rows shown before anything is asked for
  let all = rows.length <= FIRST;
  const filter = () => {
    const wanted = Object.fromEntries(new FormData(form));
    const asked = Object.values(wanted).some((value) => value !== "");
    const words = wanted.text.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const [row, text] of rows) {
      const fits =
        ["era", "family", "outcome"].every((name) => wanted[name] === "" || row.dataset[name] === wanted[name]) &&
        words.every((word) => text.includes(word));
      row.hidden = !fits || (!asked && !all && n >= FIRST);
      n += fits;
    }
    more.hidden = asked || all;
    shown.textContent = `${more.hidden ? n : FIRST} of ${rows.length} claims shown.`;
    nothing.hidden = n > 0;
  };
  form.hidden = false;
  more.addEventListener("click", () => {
    all = true;
    filter();
    rows[FIRST]?.[0].querySelector("a")?.focus();
  });
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();
})();
